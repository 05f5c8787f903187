// notify.toml: whom the broker tells when something is wrong, and by which way. Read at start,
// immutable afterwards; used by broker/app/notices.h. A home without the file tells nobody. Secrets
// (the address of a robot, a password) stand in files of their own, mode 0600, or in the
// environment.
#pragma once

#include "common/base/limits.h"
#include "common/base/result.h"
#include "common/model/settings.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

enum class NotifyKind : uint8_t { webhook, smtp, command };

// How a message leaves.
struct NotifyWay {
  std::string id;
  NotifyKind kind = NotifyKind::webhook;
  std::string url;       // webhook, smtp
  std::string url_file;  // webhook: the same in a file, since a robot's address is a secret
  std::string content_type = "application/json";
  std::string body;                      // webhook: a template
  std::string answer_field = "errcode";  // robots answer 200 also when they refuse
  std::string answer_good = "0";
  std::string sign_secret_file;  // DingTalk: the address is signed with it
  std::string from;              // smtp
  std::string user;
  std::string password_file;
  std::string password_variable;
  std::vector<std::string> command;  // program and arguments; the message is its standard input
  int64_t timeout_ms = limits::notice_call_ms_max;
};

struct NotifyPerson {
  std::string name;
  std::vector<std::string> ways;  // the next one when one fails
  std::string mail;
  std::string phone;
  std::vector<std::string> channels;  // answers for these
  std::vector<std::string> columns;
  std::vector<std::string> units;  // also for the columns of these
};

// Who is on duty. A day named by date is nobody else's.
struct DutyTurn {
  std::string person;
  std::vector<std::string> weekdays;  // mon … sun
  std::vector<std::string> dates;     // "2026-11-24" or "2026-11-24/2026-11-30"
};

// The first rule that fits a cause says whom to tell.
struct NotifyRule {
  std::vector<std::string> causes;    // empty: all
  std::vector<std::string> channels;  // empty: all, also what concerns none
  std::vector<std::string> people;
  std::vector<std::string> by;  // duty, channel, unit: whoever that is
  int64_t repeat_ms = 0;
  int64_t after_ms = 0;
  bool urgent = false;
};

struct NotifySettings {
  bool english = false;
  int64_t repeat_ms = limits::notice_repeat_ms_default;
  int64_t after_ms = limits::notice_after_ms_default;  // how long it must last, or be over
  std::string quiet_from;                              // "22:00"; empty: no quiet hours
  std::string quiet_to;
  std::string duty_begins = "00:00";
  std::vector<NotifyWay> ways;
  std::vector<NotifyPerson> people;
  std::vector<DutyTurn> duty;
  std::vector<NotifyRule> rules;

  const NotifyWay* way(std::string_view id) const;
  const NotifyPerson* person(std::string_view name) const;
};

// What can be wrong; a cause is one of these and what it concerns.
std::span<const std::string_view> notify_causes();

// path: notify.toml; one that is not there is empty. Errors: file_unreadable, settings_*, with
// file:line:column.
Result<NotifySettings> load_notify(const std::string& path, const CountySettings& county);

// Minutes after midnight of "07:30"; of anything else -1.
int clock_minutes(std::string_view text);

std::string notify_settings_help(bool chinese);

}  // namespace gulou
