// The bounds of fleets: devices, their sessions and streams. Units are last in the name; the rules
// are those of limits.h.
#pragma once

#include "common/base/limits.h"

namespace gulou::limits {

// Fleets of devices
inline constexpr size_t devices_max = 20'000;  // of one channel, ever
inline constexpr size_t device_sessions_max = 12'000;
inline constexpr size_t device_tags_max = 16;
inline constexpr size_t device_list_max = 64;  // further areas, groups, columns
inline constexpr int64_t device_code_ms_default = 72LL * 3600 * 1000;
inline constexpr int64_t device_code_ms_max = 30LL * 24 * 3600 * 1000;
inline constexpr int64_t device_ping_every_ms = 30'000;   // silence of three times that is the end
inline constexpr int64_t device_connect_ms_max = 30'000;  // the first connect comes within
inline constexpr int64_t device_sync_every_ms = 3600LL * 1000;       // what it holds is compared
inline constexpr int64_t fleet_contact_every_ms = 10LL * 60 * 1000;  // who is connected is noted
inline constexpr int64_t fleet_manifest_every_ms_min = 60'000;       // for one device
inline constexpr size_t fleet_near_entries = 256;                    // further behind: the manifest
inline constexpr size_t fleet_batch_entries = 64;
inline constexpr size_t fleet_batches_max = 3;   // on the way to one device
inline constexpr size_t fleet_wants_max = 256;   // asked for by one SYNC
inline constexpr size_t fleet_steps_max = 64;    // times kept per entry and page of devices
inline constexpr int64_t fleet_step_ms = 1'000;  // what comes within is one of them
inline constexpr uint32_t display_lease_s_min = 10;
inline constexpr uint32_t display_lease_s_max = 400 * 24 * 3600;
inline constexpr int64_t attention_device_silent_ms = 24LL * 3600 * 1000;  // without its off-hours
inline constexpr int64_t device_confirm_ms_min = 1'000;  // a quarter of a lease, but not more often
inline constexpr size_t fleet_manifests_max = 512;       // kept for devices that take the same

}  // namespace gulou::limits
