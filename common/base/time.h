// Time as plain numbers. `Now` carries both clocks into everything that decides: leases, rates and
// back-off use mono (never steps), dates people see use utc (may step). Only the shells read
// clocks.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

// Milliseconds since an arbitrary start; never steps.
struct Mono {
  int64_t ms = 0;
  friend constexpr auto operator<=>(const Mono&, const Mono&) = default;
};

// Milliseconds since 1970-01-01T00:00:00Z; may step. 0 is "none".
struct Utc {
  int64_t ms = 0;
  friend constexpr auto operator<=>(const Utc&, const Utc&) = default;

  constexpr explicit operator bool() const { return ms != 0; }
};

struct Now {
  Mono mono;
  Utc utc;
};

// Reads both clocks of this machine; mono goes on in sleep. Any thread. Forbidden in broker/core.
Now read_clocks();

// "2026-11-24T05:07:09Z"; milliseconds are dropped.
std::string format_utc(Utc time);
// "2026-11-24 13:07" in Asia/Shanghai (UTC+8, no daylight saving since 1991): what pages show.
std::string format_shanghai(Utc time);
// "2026-11-24" in Asia/Shanghai.
std::string format_shanghai_date(Utc time);
int shanghai_year(Utc time);

// RFC 3339 with "Z" or an offset, seconds required, fraction ignored: "2026-11-24T05:07:09Z".
// Nothing for anything else, including dates that do not exist.
std::optional<Utc> parse_utc(std::string_view text);
// "2026-11-24": true only for a date that exists, years 1900 to 2200.
bool is_date(std::string_view text);
// Midnight in Asia/Shanghai of such a date.
std::optional<Utc> parse_shanghai_date(std::string_view text);

}  // namespace gulou
