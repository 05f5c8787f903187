// The county as configuration: units, columns and channels. Read from TOML by common/settings,
// immutable once loaded, handed by value to whoever judges with it.
#pragma once

#include "common/base/ids.h"
#include "common/base/limits.h"
#include "common/model/approval.h"
#include "common/model/release.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// config/units.toml
struct Unit {
  std::string id;        // short key, [a-z0-9_-]{1,32}
  std::string name;      // 县教育局
  std::string org_code;  // 9 or 18 characters
  std::string area;      // 12-digit division code
  std::string parent;    // unit id or empty
  std::string phone;     // on duty, or empty
};

// config/columns.toml
struct Column {
  std::string id;                 // short key: "tzgg"
  std::string name;               // 通知公告
  std::vector<std::string> path;  // outermost first, names
  std::string responsible_unit;
  std::string supervising_unit;
  std::vector<Kind> kinds;          // empty: any
  uint32_t freshness_days_max = 0;  // 0: none
  std::vector<std::string> mandatory_channels;
};

// Limits of a channel as data: submission, preview and `gulou publish --check` answer from them.
struct ChannelLimits {
  uint32_t title_chars_max = 0;  // 0: none; a longer title needs a fitting short_title
  uint32_t summary_chars_max = 0;
  uint32_t body_chars_max = 0;
  uint64_t body_bytes_max = 0;
  uint64_t attachment_bytes_max = 0;
};

// Which entries a channel takes. Empty vectors take everything.
struct ChannelFilter {
  std::vector<std::string> columns;
  std::vector<Kind> kinds;
  bool imports = false;  // takes imported history
  bool drill = false;    // takes test releases, and only channels with drill do

  friend bool operator==(const ChannelFilter&, const ChannelFilter&) = default;
};

// Portal first: the channel gets an entry once `channel` has shown it to the public.
struct Gate {
  std::string channel;  // id of the gating channel; empty: no gate
  int64_t timeout_ms = gulou::limits::gate_timeout_ms_default;
  bool proceeds = false;  // after the time-out without the URL; otherwise it holds, with an alarm
  bool urgent_skips = false;  // urgent releases do not wait
};

// What the platform allows; 0: no limit. Withdrawals count but are never held up.
struct Rates {
  uint32_t per_second = 0;
  uint32_t per_minute = 0;
  uint32_t per_day = 0;  // calendar days of Asia/Shanghai

  bool any() const { return per_second != 0 || per_minute != 0 || per_day != 0; }
};

// strict: a delivery that is retried keeps the later ones waiting; parked ones do not.
enum class Order : uint8_t { per_release, strict };
// draft: the adapter prepares, a person publishes. manual: no adapter, a person does it all.
enum class Mode : uint8_t { api, draft, manual };
// What a channel gets that appears in the configuration: what is accepted from now on, also the
// newest revision of all that is live, or everything.
enum class Start : uint8_t { now, current, all };
// What a withdrawal does on a channel: asks the adapter, leaves the copy, has the adapter take it
// down where it was to be changed, or waits for a person.
enum class OnWithdrawal : uint8_t { adapter, leave, take_down, park };

struct WithdrawalPolicy {
  OnWithdrawal mark_invalid = OnWithdrawal::adapter;
  OnWithdrawal replace = OnWithdrawal::adapter;
  OnWithdrawal remove = OnWithdrawal::adapter;  // also of what expires
  OnWithdrawal erase = OnWithdrawal::adapter;
};

// config/channels.toml
struct Channel {
  std::string id;       // "portal"
  std::string name;     // 门户网站
  bool portal = false;  // a channel of citizens' first sight: sets published_on
  bool fleet = false;
  ChannelFilter filter;
  ChannelLimits content_limits;
  uint32_t attempts_max = gulou::limits::attempts_default;
  int64_t backoff_first_ms = gulou::limits::backoff_first_ms_default;
  int64_t backoff_ms_max = gulou::limits::backoff_ms_max_default;
  int64_t lease_ms = gulou::limits::lease_ms_default;
  int64_t age_ms_max = gulou::limits::delivery_age_ms_max_default;
  Start start = Start::now;
  Mode mode = Mode::api;
  Order order = Order::per_release;
  Gate gate;
  Rates rates;
  WithdrawalPolicy on_withdrawal;
  uint32_t credit_max = 0;  // deliveries with one adapter at once; 0: as it asks
  // One active instance; a successor starts when the old leases and one more call have ended.
  bool exclusive = false;
  int64_t call_ms_max = gulou::limits::call_ms_max_default;
  bool read_back = true;  // false: nobody looks whether it is there; `accepted` opens gates
  bool can_look = true;   // false: the platform cannot be asked "already there?"
  uint32_t circuit_failures = gulou::limits::circuit_failures_default;
  int64_t probe_ms = gulou::limits::probe_ms_default;
  int64_t takedown_ms_max = gulou::limits::takedown_ms_max_default;
  uint32_t must_confirm_every_s = 0;  // of a fleet: without contact screens go dark; 0: never
  std::string portal_url;             // of a fleet: QR codes lead there; empty: none
};

struct CountySettings {
  std::map<std::string, Unit, std::less<>> units;      // by id
  std::map<std::string, Column, std::less<>> columns;  // by id
  std::vector<Channel> channels;                       // in file order
  ApprovalSettings approvals;                          // config/approvals.toml

  const Channel* channel(std::string_view id) const;
  const Unit* unit_by_org_code(std::string_view org_code) const;
};

}  // namespace gulou
