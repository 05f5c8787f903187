// The county as configuration: units, columns and channels. Read from TOML by common/settings,
// immutable once loaded, handed by value to whoever judges with it.
#pragma once

#include "common/base/ids.h"
#include "common/base/limits.h"
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
};

struct CountySettings {
  std::map<std::string, Unit, std::less<>> units;      // by id
  std::map<std::string, Column, std::less<>> columns;  // by id
  std::vector<Channel> channels;                       // in file order

  const Channel* channel(std::string_view id) const;
  const Unit* unit_by_org_code(std::string_view org_code) const;
};

}  // namespace gulou
