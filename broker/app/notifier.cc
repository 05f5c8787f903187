#include "broker/app/notifier.h"

#include "broker/admin/answers.h"
#include "common/base/limits.h"
#include "common/base/log.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace gulou {
namespace {

std::chrono::milliseconds until(Mono then, Mono now) {
  return std::chrono::milliseconds(std::max<int64_t>(0, then.ms - now.ms));
}

// Waits for an answer that may come late or never; the callback shares the box.
template <class T>
std::optional<T> answer_of(const std::shared_ptr<Mailbox<T>>& box) {
  auto taken = box->receive(1, std::chrono::milliseconds(limits::notice_call_ms_max));
  return taken.empty() ? std::nullopt : std::optional<T>(std::move(taken.front()));
}

Language language_of(const NotifySettings& settings) {
  return settings.english ? Language::en : Language::zh;
}

}  // namespace

Result<std::unique_ptr<Notifier>> Notifier::open(NotifySettings settings,
                                                 const CountySettings& county,
                                                 Desk& desk,
                                                 const History& history,
                                                 Report report) {
  NotifyWays ways = TRY(NotifyWays::open(settings));
  return std::unique_ptr<Notifier>(
      new Notifier(std::move(settings), std::move(ways), county, desk, history, std::move(report)));
}

Notifier::Notifier(NotifySettings settings,
                   NotifyWays ways,
                   const CountySettings& county,
                   Desk& desk,
                   const History& history,
                   Report report)
    : settings_(std::move(settings)),
      county_(county),
      desk_(desk),
      history_(history),
      report_(std::move(report)),
      ways_(std::move(ways)),
      notices_(settings_, county_),
      tests_(limits::notice_jobs_max) {}

Notifier::~Notifier() {
  stop();
}

void Notifier::start() {
  thread_ = std::thread([this] { run(); });
}

void Notifier::stop() {
  tests_.close();
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool Notifier::test(std::string person, NotifyTestDone done) {
  return tests_.try_send({std::move(person), std::move(done)});
}

void Notifier::run() {
  while (!tests_.closed()) {
    for (const Test& test : tests_.receive(1, until(next_look_, read_clocks().mono))) {
      run_test(test);
    }
    if (const Mono now = read_clocks().mono; now >= next_look_ && !tests_.closed()) {
      look();
      next_look_ = {now.ms + limits::notice_look_every_ms};
    }
  }
}

void Notifier::run_test(const Test& test) {
  const Mono end{read_clocks().mono.ms + limits::notice_test_ms_max};
  std::vector<NotifyTestLine> lines;
  for (const NotifyPerson& person : settings_.people) {
    if (!test.person.empty() && test.person != person.name) {
      continue;
    }
    const Message message = test_message(person.name, language_of(settings_));
    for (const std::string& id : person.ways) {
      const NotifyWay& way = *settings_.way(id);
      const bool late = read_clocks().mono.ms + way.timeout_ms > end.ms;
      Status sent = late ? fail(ErrorCode::timed_out, "notify_not_tried", {}, {way.id})
                         : send(way, person, message);
      lines.push_back({person.name, way.id, std::move(sent)});
    }
  }
  if (lines.empty()) {
    test.done(fail(ErrorCode::not_found, "notify_person_unknown", "to", {test.person}));
  } else {
    test.done(std::move(lines));
  }
}

std::optional<BrokerView> Notifier::ask_view() {
  const auto box = std::make_shared<Mailbox<BrokerView>>(1);
  const bool asked =
      desk_.view([box](BrokerView view) { static_cast<void>(box->try_send(std::move(view))); });
  return asked ? answer_of(box) : std::nullopt;
}

void Notifier::look() {
  for (const auto& [cause, notice] : std::map(unrecorded_)) {
    record(notice);
  }
  const auto view = ask_view();
  if (!view) {
    return;
  }
  const std::vector<Concern> present = concerns(*view);
  for (const Notice& notice : notices_.due(present, told(), read_clocks())) {
    if (tests_.closed()) {
      return;
    }
    tell(notice);
  }
}

std::vector<Concern> Notifier::concerns(const BrokerView& view) const {
  std::vector<Concern> all;
  const bool with_columns = notices_.wants_columns();
  for (Attention& what :
       attention(history_, county_, view, channel_lines(history_, county_, view))) {
    Concern concern{std::move(what), {}};
    if (with_columns) {
      concern.columns = columns_of(concern.what, view);
    }
    all.push_back(std::move(concern));
  }
  return all;
}

void Notifier::add_columns(Seq seq, std::vector<std::string>& columns) const {
  const auto entry = history_.entry(seq);
  for (const EntryPart& part : entry ? entry->entry.parts : std::vector<EntryPart>{}) {
    if (std::ranges::find(columns, part.column) == columns.end()) {
      columns.push_back(part.column);
    }
  }
}

// Of the releases whose deliveries it is about, as far as one page of rows shows them, or of the
// document whose interpretation is due.
std::vector<std::string> Notifier::columns_of(const Attention& what, const BrokerView& view) const {
  std::vector<std::string> columns;
  if (what.code == "interpretation_overdue") {
    add_columns({std::strtoull(what.args.front().c_str(), nullptr, 10)}, columns);
    return columns;
  }
  const auto channel = std::ranges::find(view.core.channels, what.channel, &ChannelView::id);
  if (!what.code.starts_with("delivery_") || channel == view.core.channels.end()) {
    return columns;
  }
  const DeliveryState state =
      what.code == "delivery_failing" ? DeliveryState::waiting : DeliveryState::parked;
  const auto rows =
      history_.open_deliveries(channel->channel, state, {}, {}, limits::page_rows_max);
  for (const DeliveryChanged& row : rows) {
    add_columns(row.seq, columns);
  }
  return columns;
}

// What is durable, and over it what was sent but could not be recorded yet.
std::vector<NoticeSent> Notifier::told() {
  std::vector<NoticeSent> rows;
  for (NoticeSent& row : history_.notices()) {
    if (!unrecorded_.contains(row.cause)) {
      rows.push_back(std::move(row));
    }
  }
  for (const auto& [cause, row] : unrecorded_) {
    if (row.state == NoticeState::raised) {
      rows.push_back(row);
    }
  }
  return rows;
}

void Notifier::tell(const Notice& notice) {
  const NotifyPerson* person = settings_.person(notice.person);
  if (person != nullptr && !deliver(*person, message_of(notice, language_of(settings_)))) {
    notices_.failed(notice, read_clocks());
    return;
  }
  notices_.sent(notice);
  log::info("notice.sent",
            {{"cause", notice.record.cause},
             {"state", notice.record.state == NoticeState::raised ? "raised" : "recovered"},
             {"times", notice.record.times}});
  record(notice.record);
}

bool Notifier::deliver(const NotifyPerson& person, const Message& message) {
  return std::ranges::any_of(person.ways, [&](const std::string& id) {
    return send(*settings_.way(id), person, message).has_value();
  });
}

Status Notifier::send(const NotifyWay& way, const NotifyPerson& person, const Message& message) {
  const Now now = read_clocks();
  Status sent = ways_.send(way, person, message, now);
  if (sent) {
    if (failures_.erase(way.id) == 0) {
      return sent;
    }
  } else {
    NotifyFailure& failure =
        failures_.try_emplace(way.id, NotifyFailure{way.id, now.utc}).first->second;
    ++failure.times;
    failure.error = sent.error();
    log::warn("notice.failed", {{"way", way.id}, {"error", describe(sent.error())}});
  }
  std::vector<NotifyFailure> all;
  for (const auto& [id, failure] : failures_) {
    all.push_back(failure);
  }
  report_(std::move(all));
  return sent;
}

void Notifier::record(const NoticeSent& notice) {
  unrecorded_.insert_or_assign(notice.cause, notice);
  const auto box = std::make_shared<Mailbox<Result<DecisionTaken>>>(1);
  const bool asked = desk_.decide(Notified{{}, notice}, [box](Result<DecisionTaken> done) {
    static_cast<void>(box->try_send(std::move(done)));
  });
  const auto done = asked ? answer_of(box) : std::nullopt;
  if (done && *done) {
    unrecorded_.erase(notice.cause);
  } else {
    log::warn("notice.not_recorded",
              {{"cause", notice.cause}, {"error", done ? describe(done->error()) : "no answer"}});
  }
}

}  // namespace gulou
