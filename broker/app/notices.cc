#include "broker/app/notices.h"

#include "common/base/limits.h"

#include <algorithm>
#include <set>
#include <utility>

namespace gulou {
namespace {

constexpr int64_t minute_ms = 60'000;
constexpr int64_t day_minutes = 24 * 60;
constexpr int64_t shanghai_minutes = 8 * 60;

bool holds(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (!holds(list, name)) {
    list.push_back(name);
  }
}

// Minutes since 1970-01-01 00:00 in Shanghai.
int64_t local_minutes(Utc at) {
  return at.ms / minute_ms + shanghai_minutes;
}

std::string_view weekday_of(int64_t day) {
  constexpr std::string_view days[] = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"};
  return days[static_cast<size_t>(day % 7)];  // 1970-01-01 was a Thursday
}

bool names_date(const DutyTurn& turn, const std::string& date) {
  return std::ranges::any_of(turn.dates, [&](const std::string& named) {
    const size_t slash = named.find('/');
    return slash == std::string::npos
               ? named == date
               : named.substr(0, slash) <= date && date <= named.substr(slash + 1);
  });
}

// What threatens the data, or is still shown and must not be, wakes people up.
bool is_grave(std::string_view code) {
  return code == "chain_failed" || code == "disk_full" || code == "takedown_overdue" ||
         code == "takedown_waits";
}

std::string_view code_of(std::string_view cause) {
  return cause.substr(0, cause.find('/'));
}

// "delivery_parked/wechat/张三" is the record of "delivery_parked/wechat" to 张三.
std::string record_cause(const std::string& cause, const std::string& person) {
  return cause + "/" + person;
}

std::string_view cause_in(const NoticeSent& record) {
  const std::string_view whole = record.cause;
  return whole.substr(0, whole.size() - std::min(whole.size(), record.to.size() + 1));
}

std::string channel_in(std::string_view cause) {
  const size_t slash = cause.find('/');
  const bool has = slash != std::string_view::npos && cause.substr(slash + 1).front() != '#';
  return has ? std::string(cause.substr(slash + 1)) : std::string();
}

}  // namespace

std::string cause_of(const Attention& what) {
  std::string cause = what.code;
  if (!what.channel.empty()) {
    cause += "/" + what.channel;
  } else if (what.code.starts_with("takedown_") || what.code.starts_with("confirmation_") ||
             what.code == "notify_failed" || what.code == "interpretation_overdue") {
    cause += "/#" + what.args.front();
  }
  return cause;
}

// What one look works with.
struct Notices::Moment {
  Now now;
  bool quiet = false;
  std::map<std::string, const NoticeSent*, std::less<>> told;  // by record
  std::set<std::string, std::less<>> present;                  // causes
  size_t open = 0;
  std::vector<Notice> due;
};

Notices::Notices(const NotifySettings& settings, const CountySettings& county)
    : settings_(settings), county_(county) {}

bool Notices::wants_columns() const {
  return std::ranges::any_of(settings_.rules,
                             [](const NotifyRule& rule) { return holds(rule.by, "unit"); });
}

bool Notices::is_quiet(Utc now) const {
  const int from = clock_minutes(settings_.quiet_from);
  const int to = clock_minutes(settings_.quiet_to);
  if (from < 0 || to < 0) {
    return false;
  }
  const int64_t minute = local_minutes(now) % day_minutes;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

std::vector<std::string> Notices::on_duty(Utc now) const {
  const int64_t begins = std::max(0, clock_minutes(settings_.duty_begins));
  const Utc day_at{now.ms - begins * minute_ms};
  const std::string date = format_shanghai_date(day_at);
  const std::string_view weekday = weekday_of(local_minutes(day_at) / day_minutes);
  std::vector<std::string> by_date;
  std::vector<std::string> by_weekday;
  for (const DutyTurn& turn : settings_.duty) {
    if (names_date(turn, date)) {
      add_once(by_date, turn.person);
    }
    if (holds(turn.weekdays, weekday)) {
      add_once(by_weekday, turn.person);
    }
  }
  return by_date.empty() ? by_weekday : by_date;
}

const NotifyRule* Notices::rule_for(const std::string& code, const std::string& channel) const {
  const auto at = std::ranges::find_if(settings_.rules, [&](const NotifyRule& rule) {
    return (rule.causes.empty() || holds(rule.causes, code)) &&
           (rule.channels.empty() || holds(rule.channels, channel));
  });
  return at == settings_.rules.end() ? nullptr : &*at;
}

std::vector<std::string> Notices::people_for(const Concern& concern, Utc now) const {
  const NotifyRule* rule = rule_for(concern.what.code, concern.what.channel);
  std::vector<std::string> names = rule != nullptr ? rule->people : std::vector<std::string>{};
  const bool by_channel = rule != nullptr && holds(rule->by, "channel");
  const bool by_unit = rule != nullptr && holds(rule->by, "unit");
  for (const NotifyPerson& person : settings_.people) {
    const bool has_column = std::ranges::any_of(concern.columns, [&](const std::string& id) {
      const auto column = county_.columns.find(id);
      return holds(person.columns, id) || (column != county_.columns.end() &&
                                           holds(person.units, column->second.responsible_unit));
    });
    if ((by_channel && holds(person.channels, concern.what.channel)) || (by_unit && has_column)) {
      add_once(names, person.name);
    }
  }
  if (rule == nullptr || holds(rule->by, "duty") || names.empty()) {
    for (const std::string& name : on_duty(now)) {
      add_once(names, name);
    }
  }
  if (names.empty()) {
    for (const NotifyPerson& person : settings_.people) {
      names.push_back(person.name);
    }
  }
  return names;
}

// A pause is somebody's decision: unless a rule names it, it is told only when it lasts as long as
// what is told again.
int64_t Notices::after_ms(const std::string& code, const NotifyRule* rule) const {
  const int64_t after = rule != nullptr ? rule->after_ms : settings_.after_ms;
  const bool named = rule != nullptr && !rule->causes.empty();
  if (code != "channel_paused" || named) {
    return after;
  }
  return std::max(after, rule != nullptr ? rule->repeat_ms : settings_.repeat_ms);
}

int64_t Notices::lasted_ms(const std::string& cause, bool present, Mono now) {
  const auto [at, is_new] = seen_.try_emplace(cause, Seen{now, present});
  if (at->second.present != present) {
    at->second = {now, present};
  }
  return now.ms - at->second.first.ms;
}

void Notices::add(Notice notice, Moment& moment) {
  const auto failed = failed_.find(notice.record.cause);
  if (failed != failed_.end()) {
    notice.failures = failed->second.times;
    if (moment.now.mono < failed->second.not_before) {
      return;
    }
  }
  notice.record.at = moment.now.utc;
  moment.due.push_back(std::move(notice));
}

void Notices::raise(const Concern& concern, const std::string& cause, Moment& moment) {
  const NotifyRule* rule = rule_for(concern.what.code, concern.what.channel);
  const int64_t repeat_ms = rule != nullptr ? rule->repeat_ms : settings_.repeat_ms;
  const bool urgent = is_grave(concern.what.code) || (rule != nullptr && rule->urgent);
  const bool lasts = lasted_ms(cause, true, moment.now.mono) >= after_ms(concern.what.code, rule);
  if (moment.quiet && !urgent) {
    return;
  }
  for (const std::string& person : people_for(concern, moment.now.utc)) {
    Notice notice{.record = {.cause = record_cause(cause, person),
                             .state = NoticeState::raised,
                             .since = concern.what.since ? concern.what.since : moment.now.utc,
                             .times = 1,
                             .to = person},
                  .person = person,
                  .what = &concern.what};
    const auto before = moment.told.find(notice.record.cause);
    if (before == moment.told.end()) {
      if (lasts && moment.open < limits::notices_max) {
        ++moment.open;
        add(std::move(notice), moment);
      }
      continue;
    }
    // A clock that was set back must not silence a cause for longer than the time between.
    const int64_t ago_ms = moment.now.utc.ms - before->second->at.ms;
    if (ago_ms >= repeat_ms || ago_ms <= -repeat_ms) {
      notice.record.since = before->second->since;
      notice.record.times = before->second->times + 1;
      add(std::move(notice), moment);
    }
  }
}

void Notices::recover(const NoticeSent& row, Moment& moment) {
  const std::string cause(cause_in(row));
  const std::string code(code_of(cause));
  const NotifyRule* rule = rule_for(code, channel_in(cause));
  const int64_t over_ms = rule != nullptr ? rule->after_ms : settings_.after_ms;
  const bool urgent = is_grave(code) || (rule != nullptr && rule->urgent);
  if (lasted_ms(cause, false, moment.now.mono) < over_ms || (moment.quiet && !urgent)) {
    return;
  }
  Notice notice{.record = row, .person = row.to, .what = nullptr};
  notice.record.state = NoticeState::recovered;
  if (settings_.person(row.to) == nullptr) {
    notice.person.clear();
  }
  add(std::move(notice), moment);
}

// Of causes that neither are there nor were told, nothing is remembered.
void Notices::forget(const Moment& moment) {
  std::erase_if(seen_, [&](const auto& seen) {
    return !moment.present.contains(seen.first) &&
           std::ranges::none_of(
               moment.told, [&](const auto& told) { return cause_in(*told.second) == seen.first; });
  });
  std::erase_if(failed_, [&](const auto& failed) {
    return !moment.told.contains(failed.first) && !moment.present.contains(failed.second.cause);
  });
}

std::vector<Notice> Notices::due(const std::vector<Concern>& present,
                                 const std::vector<NoticeSent>& told,
                                 Now now) {
  Moment moment{.now = now, .quiet = is_quiet(now.utc), .open = told.size()};
  for (const NoticeSent& row : told) {
    moment.told.emplace(row.cause, &row);
  }
  for (const Concern& concern : present) {
    const std::string cause = cause_of(concern.what);
    if (moment.present.insert(cause).second) {
      raise(concern, cause, moment);
    }
    // A takedown that is overdue has not stopped waiting for a person.
    if (concern.what.code == "takedown_overdue") {
      moment.present.insert("takedown_waits" + cause.substr(concern.what.code.size()));
    }
  }
  for (const NoticeSent& row : told) {
    if (!moment.present.contains(cause_in(row))) {
      recover(row, moment);
    }
  }
  forget(moment);
  return std::move(moment.due);
}

void Notices::failed(const Notice& notice, Now now) {
  Failed& failed = failed_[notice.record.cause];
  failed.cause = cause_in(notice.record);
  int64_t wait_ms = limits::notice_retry_ms_first;
  for (uint32_t i = 0; i < failed.times && wait_ms < limits::notice_retry_ms_max; ++i) {
    wait_ms *= 2;
  }
  ++failed.times;
  failed.not_before = {now.mono.ms + std::min(wait_ms, limits::notice_retry_ms_max)};
}

void Notices::sent(const Notice& notice) {
  failed_.erase(notice.record.cause);
}

}  // namespace gulou
