// A device of a fleet: a display, kiosk, LED panel or notice board that receives for itself. What
// it takes (its reach), and sets of devices as the 256 bits of a page. Plain data; pure.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/release.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Values are stored: never renumber.
enum class DeviceKind : uint8_t { landscape = 1, portrait = 2, touch = 3, led = 4, board = 5 };
// invited: its code was given out and not used yet. revoked: its key is no longer good, the device
// may come back with another. retired: it never comes back.
enum class DeviceState : uint8_t { invited = 1, enrolled = 2, revoked = 3, retired = 4 };

// What is wrong with a device, as it says itself; a set of bits.
enum class DeviceFault : uint8_t { clock = 1, disk = 2, font = 4, page = 8 };
inline constexpr DeviceFault all_device_faults[] = {
    DeviceFault::clock, DeviceFault::disk, DeviceFault::font, DeviceFault::page};
std::string_view name_of(DeviceFault fault);
// "clock font": unknown words are left out.
uint8_t parse_device_faults(std::string_view words);
std::string device_fault_words(uint8_t faults);

// How long an item may be shown without contact: the shorter of what it and its channel ask, each
// milliseconds, 0: for ever.
int64_t shorter_lease_ms(int64_t item_ms, int64_t channel_ms);

std::string_view name_of(DeviceKind kind);
std::string_view name_of(DeviceState state);
std::optional<DeviceKind> parse_device_kind(std::string_view name);
std::optional<DeviceState> parse_device_state(std::string_view name);

// Which releases a device takes besides the filter of its channel. Empty vectors take everything.
struct DeviceReach {
  std::string area;                // 12-digit division code of its place
  std::vector<std::string> areas;  // further ones
  std::vector<std::string> groups;
  std::vector<std::string> columns;
  std::vector<Kind> kinds;
  bool drill = false;
  friend auto operator<=>(const DeviceReach&, const DeviceReach&) = default;
};

// What a release may name as its audience for the device to take it, each once: its areas and all
// that hold them ("341822000000" holds "341822101003"), its groups, and "" for everybody.
std::vector<std::string> audience_keys(const DeviceReach& reach);

// audience, column, kind and test of a release.
bool reaches(const DeviceReach& reach,
             const std::vector<std::string>& audience,
             std::string_view column,
             Kind kind,
             bool test);

// ---- pages --------------------------------------------------------------------------------------

inline constexpr uint32_t devices_per_page = 256;

// Devices of one page, a bit each.
using DeviceBits = Digest;

// Slots of a channel count from 1; 0 is the shared subscriber.
constexpr uint32_t slot_of(SubscriberNo device) {
  return static_cast<uint32_t>(device.value & 0xffffffffU);
}

constexpr SubscriberNo device_at(ChannelNo channel, uint32_t slot) {
  return {(static_cast<uint64_t>(channel.value) << 32U) + slot};
}

constexpr uint32_t page_of(SubscriberNo device) {
  return slot_of(device) / devices_per_page;
}

void set_bit(DeviceBits& bits, SubscriberNo device);
bool has_bit(const DeviceBits& bits, SubscriberNo device);
void add_bits(DeviceBits& bits, const DeviceBits& more);
// The devices of this page, ascending.
std::vector<SubscriberNo> devices_of(ChannelNo channel, uint32_t page, const DeviceBits& bits);

// What a device holds as one value, whatever the order: the digests of the parts folded together.
void fold_held(Digest& held, const Digest& part);

// ---- hours --------------------------------------------------------------------------------------

// Minutes of the day in Beijing during which a device is switched off; from == to: never.
struct OffHours {
  uint32_t from = 0;
  uint32_t to = 0;
  friend bool operator==(const OffHours&, const OffHours&) = default;
};

// "22:00-06:30"; empty: never. Errors: off_hours_malformed.
Result<OffHours> parse_off_hours(std::string_view text);
std::string format_off_hours(const OffHours& hours);

// How long a device has been silent, without the hours in which it is switched off.
int64_t silent_ms(const OffHours& hours, Utc since, Utc now);

}  // namespace gulou
