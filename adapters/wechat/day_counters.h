// DayCounters counts calls per day, as the platform counts them: its days, its clock, told by the
// Date of its answers. They stand in a small file, so a restart spends nothing twice. Used by one
// WechatApi on its thread; a file belongs to one object.
#pragma once

#include "common/base/result.h"
#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gulou {

class DayCounters {
 public:
  // path: empty for counters that end with the process.
  static Result<DayCounters> open(std::string path, Utc now);

  // The platform said it is this time.
  void set_platform_time(Utc platform, Utc now) { ahead_ms_ = platform.ms - now.ms; }

  // One more call, if the day allows it; remembered before it is made.
  bool take(std::string_view name, uint32_t most, Utc now);
  // When the platform's next day begins, by this machine's clock.
  Utc next_day(Utc now) const;

 private:
  explicit DayCounters(std::string path) : path_(std::move(path)) {}

  std::string today(Utc now) const;

  std::string path_;
  int64_t ahead_ms_ = 0;
  std::string day_;
  std::map<std::string, uint32_t, std::less<>> used_;
};

// "Tue, 24 Nov 2026 05:07:09 GMT"; none for anything else.
Utc parse_http_date(std::string_view text);

}  // namespace gulou
