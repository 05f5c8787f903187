#include "common/base/time.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace gulou {
namespace {

namespace chrono = std::chrono;

constexpr int64_t shanghai_offset_ms = 8 * 3600 * 1000;

struct Civil {
  int year, month, day, hour, minute, second;
};

Civil civil_of(int64_t ms) {
  const chrono::sys_time<chrono::milliseconds> point{chrono::milliseconds{ms}};
  const auto days_part = chrono::floor<chrono::days>(point);
  const chrono::year_month_day date{days_part};
  const int64_t rest = (point - days_part).count() / 1000;
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(rest / 3600),
          static_cast<int>(rest / 60 % 60),
          static_cast<int>(rest % 60)};
}

// Exactly `count` digits at `at`, or nothing.
std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) {
    return std::nullopt;
  }
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') {
      return std::nullopt;
    }
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<int64_t> parse_day_ms(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-' || *year < 1900 || *year > 2200) {
    return std::nullopt;
  }
  const chrono::year_month_day date{chrono::year{*year},
                                    chrono::month{static_cast<unsigned>(*month)},
                                    chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  const chrono::sys_time<chrono::milliseconds> midnight = chrono::sys_days{date};
  return midnight.time_since_epoch().count();
}

int64_t clock_ms(clockid_t clock) {
  timespec value{};
  clock_gettime(clock, &value);
  return static_cast<int64_t>(value.tv_sec) * 1000 + value.tv_nsec / 1000000;
}

}  // namespace

Now read_clocks() {
  return {Mono{clock_ms(CLOCK_BOOTTIME)}, Utc{clock_ms(CLOCK_REALTIME)}};
}

std::string format_utc(Utc time) {
  const Civil c = civil_of(time.ms);
  char text[64];
  std::snprintf(text,
                sizeof text,
                "%04d-%02d-%02dT%02d:%02d:%02dZ",
                c.year,
                c.month,
                c.day,
                c.hour,
                c.minute,
                c.second);
  return text;
}

std::string format_shanghai(Utc time) {
  const Civil c = civil_of(time.ms + shanghai_offset_ms);
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
  return text;
}

std::string format_shanghai_date(Utc time) {
  return format_shanghai(time).substr(0, 10);
}

int shanghai_year(Utc time) {
  return civil_of(time.ms + shanghai_offset_ms).year;
}

std::optional<Utc> parse_utc(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto day = parse_day_ms(text.substr(0, 10));
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  size_t at = 19;
  if (text[at] == '.') {
    size_t end = at + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') {
      ++end;
    }
    if (end == at + 1 || end - at > 10) {
      return std::nullopt;
    }
    at = end;
  }
  int64_t offset_minutes = 0;
  const std::string_view zone = text.substr(at);
  if (zone != "Z") {
    const auto zone_hour = digits(zone, 1, 2);
    const auto zone_minute = digits(zone, 4, 2);
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !zone_hour ||
        !zone_minute || *zone_hour > 14 || *zone_minute > 59) {
      return std::nullopt;
    }
    offset_minutes = (*zone_hour * 60 + *zone_minute) * (zone[0] == '-' ? -1 : 1);
  }
  const int64_t seconds = (*hour * 60 + *minute) * 60 + *second;
  return Utc{*day + seconds * 1000 - offset_minutes * 60000};
}

bool is_date(std::string_view text) {
  return text.size() == 10 && parse_day_ms(text).has_value();
}

std::optional<Utc> parse_shanghai_date(std::string_view text) {
  if (!is_date(text)) {
    return std::nullopt;
  }
  return Utc{*parse_day_ms(text) - shanghai_offset_ms};
}

}  // namespace gulou
