#include "adapters/sdk/runner.h"

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/json/release_json.h"

#include <algorithm>
#include <utility>

namespace gulou::sdk {
namespace {

// The oldest revision find() saw must be as new as what is wanted, for every part.
bool covers(const Receipt& found, const std::vector<wire::DeliverPart>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const wire::DeliverPart& part) {
    return std::any_of(found.parts.begin(), found.parts.end(), [&](const PartReceipt& seen) {
      return seen.part == part.part && seen.revision >= part.revision;
    });
  });
}

}  // namespace

void Runner::send(wire::Body body) {
  sends_.push_back({0, std::move(body)});
}

std::vector<wire::Message> Runner::take_sends() {
  return std::exchange(sends_, {});
}

std::optional<Status> Runner::take_progress_answer() {
  return std::exchange(progress_answer_, std::nullopt);
}

void Runner::on_connected(Now now) {
  on_disconnected();
  connected_ = true;
  goodbye_.clear();
  connected_at_ = now.mono;
  done_messages_ = 0;
  done_bytes_ = 0;
  granted_messages_ = 0;
  granted_bytes_ = 0;
  said_last_ = now.mono;
  send(wire::Hello{options_.channel, options_.instance, options_.software, last_goodbye_, known_});
}

void Runner::on_disconnected() {
  connected_ = false;
  welcomed_ = false;
  leases_.clear();
  queue_.clear();
  queued_ = 0;
  found_.clear();
  sends_.clear();
  if (running_) {
    running_->orphaned = true;
  }
  if (progress_asked_) {
    progress_asked_ = false;
    progress_answer_ = Status(fail(ErrorCode::unavailable, "broker_gone"));
  }
}

void Runner::on_message(const wire::Message& message, Now now) {
  if (const auto* welcome = std::get_if<wire::Welcome>(&message.body)) {
    on_welcome(*welcome, now);
  } else if (const auto* batch = std::get_if<wire::Deliver>(&message.body)) {
    if (welcomed_) {
      learn(batch->cursor);
      deliver(*batch, now);
    }
  } else if (const auto* ok = std::get_if<wire::ProgressOk>(&message.body)) {
    on_progress_ok(*ok);
  } else if (const auto* taken_back = std::get_if<wire::Recall>(&message.body)) {
    recall(*taken_back);
  } else if (const auto* ping = std::get_if<wire::Ping>(&message.body)) {
    on_ping(*ping, now);
  } else if (const auto* goodbye = std::get_if<wire::Goodbye>(&message.body)) {
    const std::string reason = goodbye->reason;
    on_disconnected();
    goodbye_ = reason;
    last_goodbye_ = reason;
  } else if (const auto* error = std::get_if<wire::ErrorMessage>(&message.body)) {
    on_error(error->error);
  }
}

void Runner::on_ping(const wire::Ping& ping, Now now) {
  if (!ping.answer) {
    send(wire::Ping{ping.number, true});
    said_last_ = now.mono;
    return;
  }
  // Its number is the time it was asked, in this session or before.
  const Mono asked{static_cast<int64_t>(ping.number)};
  if (idle() && asked >= connected_at_ && asked <= now.mono) {
    confirmed_ = asked;
  }
}

void Runner::on_welcome(const wire::Welcome& welcome, Now now) {
  welcomed_ = true;
  refusal_.reset();
  last_goodbye_.clear();
  learn(welcome.cursor);
  ping_every_ms_ = welcome.ping_every_ms;
  clock_ahead_ms_ = welcome.server_time.ms - now.utc.ms;
  for (wire::ReportBatch& report : std::exchange(late_, {})) {
    send(std::move(report));
  }
  for (std::string& platform_id : std::exchange(called_back_, {})) {
    send(wire::Progress{{}, {}, 0, std::move(platform_id)});
  }
  grant(true);
}

void Runner::on_progress_ok(const wire::ProgressOk& ok) {
  const auto lease = leases_.find(ok.lease);
  if (lease != leases_.end()) {
    lease->second.extending = false;
    lease->second.deadline = {lease->second.asked_at.ms + lease->second.lease_ms};
  }
  if (progress_asked_ && running_ && running_->item.facts.seq == ok.seq) {
    progress_asked_ = false;
    progress_answer_ = Status{};
  }
}

void Runner::on_error(const Error& error) {
  if (!welcomed_) {
    refusal_ = error;
    if (error.reason == "cursor_not_ours") {
      known_ = {};  // another broker, or one with new keys
    }
  }
  if (progress_asked_ && error.reason == "lease_ended") {
    progress_asked_ = false;
    progress_answer_ = Status(fail(error));
  }
}

void Runner::learn(const wire::Cursor& cursor) {
  if (cursor.epoch > known_.epoch || (cursor.epoch == known_.epoch && cursor.seq > known_.seq)) {
    known_ = cursor;
  }
}

void Runner::deliver(const wire::Deliver& deliver, Now now) {
  LeaseState& lease = leases_[deliver.lease];
  lease.deadline = {now.mono.ms + deliver.lease_ms};
  lease.lease_ms = deliver.lease_ms;
  lease.open_items += deliver.items.size();
  const auto bodies = std::make_shared<const std::string>(deliver.bodies);
  size_t offset = 0;
  for (const wire::DeliverItem& facts : deliver.items) {
    Item item{deliver.lease, facts, bodies, offset};
    for (const wire::DeliverPart& part : facts.parts) {
      item.body_bytes += part.body_bytes;
    }
    offset += item.body_bytes;
    queue_[deliver.lane].push_back(std::move(item));
    ++queued_;
  }
}

Result<Part> Runner::read_part(const wire::DeliverPart& facts,
                               const Item& item,
                               size_t offset) const {
  if (offset + facts.body_bytes > item.bodies->size()) {
    return fail(ErrorCode::corrupt, "delivery_body_short", "body_bytes");
  }
  Part part;
  part.part = facts.part;
  part.publisher = facts.publisher;
  if (item.facts.action == wire::Action::withdraw) {
    part.release.id = facts.id;
    part.release.revision = facts.revision;
  } else {
    part.canonical = std::string_view(*item.bodies).substr(offset, facts.body_bytes);
    part.release = TRY(parse_release(part.canonical));
  }
  part.digest = facts.digest;
  part.index_no = facts.index_no;
  part.published_on = facts.published_on;
  part.first_seq = facts.first_seq;
  part.old_platform_id = facts.old_platform_id;
  part.old_url = facts.old_url;
  part.old_revision = facts.old_revision;
  part.invalid = facts.invalid;
  part.public_note = facts.public_note;
  part.portal_url = facts.portal_url;
  const auto found = found_.find(item.facts.seq);
  if (found != found_.end()) {
    for (const PartReceipt& seen : found->second.parts) {
      if (seen.part == part.part) {
        part.old_platform_id = seen.platform_id;
        part.old_url = seen.url;
        part.old_revision = seen.revision;
      }
    }
  }
  return part;
}

Result<Delivery> Runner::read(const Item& item) const {
  Delivery delivery;
  delivery.seq = item.facts.seq;
  if (item.facts.action == wire::Action::withdraw) {
    delivery.withdrawal = item.facts.withdrawal;
    delivery.public_note = item.facts.public_note;
    delivery.successor = item.facts.successor;
    delivery.successor_url = item.facts.successor_url;
  }
  delivery.attempt = item.facts.attempt;
  delivery.maybe_published = item.facts.maybe_published && !item.looked;
  delivery.imported = item.facts.imported;
  delivery.test = item.facts.test;
  delivery.platform_ids = item.facts.platform_ids;
  size_t offset = item.body_offset;
  for (const wire::DeliverPart& facts : item.facts.parts) {
    delivery.parts.push_back(TRY(read_part(facts, item, offset)));
    offset += facts.body_bytes;
  }
  return delivery;
}

// May a call for this item start? Asks for a longer lease where it may not.
bool Runner::ready(const Item& item, Now now) {
  LeaseState& lease = leases_.at(item.lease);
  if (lease.deadline.ms - now.mono.ms >= options_.call_ms_max + limits::lease_margin_ms) {
    return true;
  }
  if (!lease.extending && now.mono < lease.deadline) {
    lease.extending = true;
    lease.asked_at = now.mono;
    send(wire::Progress{item.lease, item.facts.seq, 0, {}});
  }
  return false;
}

CallKind Runner::kind_of(const Item& item, const Delivery& delivery) const {
  if (item.facts.maybe_published && !item.looked) {
    return CallKind::find;
  }
  if (item.facts.action == wire::Action::withdraw) {
    return CallKind::withdraw;
  }
  const bool known = std::any_of(delivery.parts.begin(),
                                 delivery.parts.end(),
                                 [](const Part& part) { return part.old_revision > 0; });
  return known ? CallKind::update : CallKind::publish;
}

std::optional<Call> Runner::take_call(Now now) {
  if (running_ || !welcomed_) {
    return std::nullopt;
  }
  for (auto& [lane, items] : queue_) {
    while (!items.empty()) {
      // A lease that ran out: the broker hands the delivery out again.
      if (leases_.at(items.front().lease).deadline <= now.mono) {
        finish(items.front(), ambiguous("lease_ran_out", {}));
        items.pop_front();
        --queued_;
        continue;
      }
      if (!ready(items.front(), now)) {
        break;
      }
      Item item = std::move(items.front());
      items.pop_front();
      --queued_;
      auto delivery = read(item);
      if (!delivery) {
        finish(item, content(delivery.error().reason, words_of(delivery.error())));
        continue;
      }
      delivery->call_deadline = leases_.at(item.lease).deadline;
      const CallKind kind = kind_of(item, *delivery);
      Call call{kind, item.lease, std::move(*delivery), item.bodies};
      running_ = Running{std::move(item), lane, kind};
      return call;
    }
  }
  return std::nullopt;
}

// Is there something left to do after this answer of find()?
bool Runner::goes_on(const Running& running, const Report& report) const {
  if (running.kind != CallKind::find) {
    return false;
  }
  const wire::DeliverItem& wanted = running.item.facts;
  if (wanted.action == wire::Action::withdraw) {
    return report.outcome == Outcome::published;
  }
  return report.outcome == Outcome::gone ||
         (report.outcome == Outcome::published && !covers(report.receipt, wanted.parts));
}

void Runner::after_find(Item item, const Report& found) {
  item.looked = true;
  if (found.outcome == Outcome::published) {
    found_[item.facts.seq] = found.receipt;
  }
  queue_[running_->lane].push_front(std::move(item));
  ++queued_;
}

void Runner::on_result(Report report, Now /*now*/) {
  CHECK(running_.has_value());
  Running running = std::move(*running_);
  if (running.orphaned) {
    running_.reset();
    if (report.outcome == Outcome::published && running.kind != CallKind::find &&
        late_.size() < limits::late_reports_max) {
      const Seq seq = running.item.facts.seq;
      late_.push_back({running.item.lease, {{seq, seq, std::move(report)}}});
    }
    return;
  }
  const bool more = goes_on(running, report);
  if (more && !running.recalled) {
    after_find(std::move(running.item), report);
    running_.reset();
    return;
  }
  running_.reset();
  finish(running.item, more ? transient(std::string(recalled), {}) : std::move(report));
}

// What is not begun is given back; a call under way stops at its next progress(). An earlier
// attempt may still have succeeded: what nobody has looked for stays in doubt.
void Runner::recall(const wire::Recall& recall) {
  const auto meant = [&recall](const Item& item) {
    return item.lease == recall.lease && item.facts.seq == recall.seq;
  };
  for (auto& [lane, items] : queue_) {
    const auto at = std::find_if(items.begin(), items.end(), meant);
    if (at != items.end()) {
      const Item item = std::move(*at);
      items.erase(at);
      --queued_;
      const bool in_doubt = item.facts.maybe_published && !item.looked;
      return finish(
          item,
          in_doubt ? ambiguous(std::string(recalled), {}) : transient(std::string(recalled), {}));
    }
  }
  if (running_ && !running_->orphaned && meant(running_->item)) {
    running_->recalled = true;
    if (progress_asked_) {
      progress_asked_ = false;
      progress_answer_ = Status(fail(ErrorCode::refused, std::string(recalled)));
    }
  }
}

void Runner::finish(const Item& item, Report report) {
  found_.erase(item.facts.seq);
  done_messages_ += 1;
  done_bytes_ += item.body_bytes;
  const auto lease = leases_.find(item.lease);
  CHECK(lease != leases_.end());
  if (--lease->second.open_items == 0) {
    leases_.erase(lease);
  }
  send(wire::ReportBatch{item.lease, {{item.facts.seq, item.facts.seq, std::move(report)}}});
  grant(false);
}

// Credit is given back half a window at a time, and all of it when nothing is left to do: the rest
// of a window may be too small for what the broker has next.
void Runner::grant(bool always) {
  const uint64_t messages = done_messages_ + options_.credit_messages;
  const uint64_t bytes = done_bytes_ + options_.credit_bytes;
  const bool half = 2 * (messages - granted_messages_) >= options_.credit_messages ||
                    2 * (bytes - granted_bytes_) >= options_.credit_bytes;
  const bool news = messages > granted_messages_ || bytes > granted_bytes_;
  if (!always && !half && !(idle() && news)) {
    return;
  }
  granted_messages_ = messages;
  granted_bytes_ = bytes;
  send(wire::Credit{messages, bytes});
}

void Runner::on_progress(uint8_t part, std::string platform_id, Now now) {
  CHECK(running_.has_value() && !progress_asked_);
  if (running_->orphaned || !welcomed_) {
    progress_answer_ = Status(fail(ErrorCode::unavailable, "broker_gone"));
    return;
  }
  if (running_->recalled) {
    progress_answer_ = Status(fail(ErrorCode::refused, std::string(recalled)));
    return;
  }
  progress_asked_ = true;
  leases_.at(running_->item.lease).asked_at = now.mono;
  send(
      wire::Progress{running_->item.lease, running_->item.facts.seq, part, std::move(platform_id)});
}

void Runner::on_called_back(std::string platform_id) {
  if (platform_id.empty() || platform_id.size() > limits::attempt_text_bytes_max) {
    return;  // the broker keeps no such id
  }
  if (welcomed_) {
    return send(wire::Progress{{}, {}, 0, std::move(platform_id)});
  }
  const bool told =
      std::find(called_back_.begin(), called_back_.end(), platform_id) != called_back_.end();
  if (!told && called_back_.size() < limits::late_reports_max) {
    called_back_.push_back(std::move(platform_id));
  }
}

void Runner::on_time(Now now) {
  // Says something now and then, so that the broker knows this process and not only its link lives.
  const bool pings = ping_every_ms_ > 0 && now.mono.ms - said_last_.ms >= ping_every_ms_;
  const bool asks =
      options_.confirm_every_ms > 0 && now.mono.ms - asked_at_.ms >= options_.confirm_every_ms;
  if (welcomed_ && (pings || asks)) {
    said_last_ = now.mono;
    asked_at_ = now.mono;
    send(wire::Ping{static_cast<uint64_t>(now.mono.ms), false});
  }
}

std::optional<Mono> Runner::next_deadline() const {
  std::optional<Mono> next;
  const auto sooner = [&next](Mono time) { next = next ? std::min(*next, time) : time; };
  if (welcomed_ && ping_every_ms_ > 0) {
    sooner({said_last_.ms + ping_every_ms_});
  }
  if (welcomed_ && options_.confirm_every_ms > 0) {
    sooner({asked_at_.ms + options_.confirm_every_ms});
  }
  if (!running_) {
    for (const auto& [lane, items] : queue_) {
      if (!items.empty()) {
        sooner(leases_.at(items.front().lease).deadline);
      }
    }
  }
  return next;
}

}  // namespace gulou::sdk
