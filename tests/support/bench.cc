#include "tests/support/bench.h"

#include "common/base/check.h"
#include "common/crypto/digest.h"

#include <algorithm>
#include <optional>

namespace gulou::test {

PartFacts part(std::string id, uint32_t revision, const std::string& text) {
  const std::string identity = id + "/" + std::to_string(revision) + "/" + text;
  PartFacts facts;
  facts.revision = revision;
  facts.previous_revision = revision - 1;
  facts.kind = Kind::notice;
  facts.column = "tzgg";
  facts.unit = "jyj";
  facts.org_code = "123456789";
  facts.digest = sha256("release " + identity);
  facts.content_digest = sha256("content " + identity);
  facts.title = "关于" + identity + "的通知";
  facts.bytes = std::make_shared<const std::string>("{\"id\":\"" + identity + "\"}");
  facts.id = std::move(id);
  return facts;
}

Submitted submission(std::string publisher, std::vector<PartFacts> parts) {
  Submitted submitted;
  submitted.publisher = std::move(publisher);
  std::string digests;
  for (const PartFacts& one : parts) {
    digests += one.digest.view();
  }
  submitted.bundle_digest = sha256(digests);
  submitted.parts = std::move(parts);
  return submitted;
}

Channel channel(std::string id) {
  Channel made;
  made.portal = id == "portal";
  made.filter.imports = true;
  made.attempts_max = 4;
  made.backoff_first_ms = 1'000;
  made.backoff_ms_max = 8'000;
  made.lease_ms = 60'000;
  made.name = id;
  made.id = std::move(id);
  return made;
}

CountySettings county(std::vector<Channel> channels) {
  CountySettings settings;
  settings.channels = std::move(channels);
  return settings;
}

Report published(std::string url, uint32_t revision) {
  Report report;
  report.outcome = Outcome::published;
  report.receipt.level = ReceiptLevel::seen_public;
  if (!url.empty()) {
    report.receipt.parts.push_back({0, revision, "id-of-" + url, url});
  }
  return report;
}

Report outcome(Outcome outcome, std::string reason) {
  Report report;
  report.outcome = outcome;
  report.reason = std::move(reason);
  return report;
}

Bench::Bench(std::vector<Channel> channels) {
  open({});
  configure(std::move(channels));
}

void Bench::open(MemoryRows rows) {
  pump_.reset();
  core_.reset();
  journal_.reset();
  auto opened = MemoryJournal::open(std::move(rows));
  CHECK(opened.has_value());
  journal_ = std::move(*opened);
  core_ = std::make_unique<Core>(journal_->reader(), journal_->opened());
  pump_ = std::make_unique<Pump>(*core_);
  closed_.clear();
}

std::set<std::pair<DeliveryState, Trigger>> Bench::fired() const {
  auto all = fired_before_;
  all.insert(core_->fired().begin(), core_->fired().end());
  return all;
}

void Bench::restart() {
  fired_before_ = fired();
  open(journal_->rows());
  take(Configured{county(channels_)});
  round();
}

void Bench::configure(std::vector<Channel> channels) {
  channels_ = std::move(channels);
  take(Configured{county(channels_)});
  round();
}

void Bench::take(const Event& event) {
  pump_->take(event, now);
}

bool Bench::close() {
  auto round = pump_->close(now);
  if (round) {
    closed_.push_back(std::move(*round));
  }
  Pump::Released released = pump_->take_released();
  std::move(released.sends.begin(), released.sends.end(), std::back_inserter(sends));
  std::move(released.notes.begin(), released.notes.end(), std::back_inserter(notes));
  const std::string broken = core_->audit();
  CHECK(broken.empty());
  return round.has_value();
}

void Bench::commit() {
  CHECK(!closed_.empty());
  Pump::Round round = std::move(closed_.front());
  closed_.pop_front();
  changes.insert(changes.end(), round.changeset.changes.begin(), round.changeset.changes.end());
  const auto committed = journal_->commit(std::move(round.changeset));
  CHECK(committed.has_value());
  pump_->durable(round.round, *committed, now);
  Pump::Released released = pump_->take_released();
  std::move(released.sends.begin(), released.sends.end(), std::back_inserter(sends));
  std::move(released.notes.begin(), released.notes.end(), std::back_inserter(notes));
}

void Bench::round() {
  int rounds = 0;
  do {
    while (!closed_.empty()) {
      commit();
    }
    close();
    CHECK(++rounds < 10'000);
  } while (!closed_.empty() || pump_->more());
}

void Bench::advance(int64_t ms) {
  now.mono.ms += ms;
  now.utc.ms += ms;
}

Bench::Answer Bench::submit(std::vector<PartFacts> parts, std::string publisher) {
  Submitted submitted = submission(std::move(publisher), std::move(parts));
  submitted.from = {SessionNo{1'000'000}, ++last_correlation_};
  take(submitted);
  round();
  for (auto at = sends.begin(); at != sends.end(); ++at) {
    std::optional<Answer> answer;
    if (auto* accepted = std::get_if<SendAccepted>(&*at);
        accepted && accepted->to == submitted.from) {
      answer = std::move(*accepted);
    } else if (auto* no = std::get_if<SendRefused>(&*at); no && no->to == submitted.from) {
      answer = std::move(*no);
    }
    if (answer) {
      sends.erase(at);
      return *std::move(answer);
    }
  }
  check_failed("an answer", __FILE__, __LINE__);
}

Seq Bench::accept(std::vector<PartFacts> parts, std::string publisher) {
  const Answer answer = submit(std::move(parts), std::move(publisher));
  const auto* accepted = std::get_if<SendAccepted>(&answer);
  return accepted == nullptr ? Seq{} : accepted->seq;
}

std::string Bench::refuse(std::vector<PartFacts> parts, std::string publisher) {
  const Answer answer = submit(std::move(parts), std::move(publisher));
  const auto* refused = std::get_if<SendRefused>(&answer);
  return refused == nullptr ? std::string() : refused->errors.front().reason;
}

SessionNo Bench::connect(std::string channel, uint64_t credit, std::string instance) {
  const SessionNo session{++last_session_.value};
  if (instance.empty()) {
    instance = channel + "-" + std::to_string(session.value);
  }
  take(SessionOpened{{session, 1}, std::move(channel), instance, "key of " + instance});
  take(CreditGranted{session, credit, credit << 20U});
  round();
  return session;
}

void Bench::report(const Handed& handed, Seq from, Seq to, Report report) {
  take(Reported{handed.session, handed.lease, {{from, to, std::move(report)}}});
  round();
}

std::vector<Handed> Bench::handed() {
  std::vector<Handed> found;
  for (SendDeliver& send : took<SendDeliver>()) {
    for (const SendDeliver::Target& target : send.targets) {
      found.push_back({target.session, target.lease, target.lease_ms, send.lane, send.items});
    }
  }
  return found;
}

Handed Bench::one_handed() {
  std::vector<Handed> found = handed();
  if (found.size() != 1) {
    return {.items = std::make_shared<const HandedItems>()};
  }
  return std::move(found[0]);
}

SubscriberNo Bench::subscriber(std::string_view channel) const {
  const auto at = ledger().channels().find(channel);
  CHECK(at != ledger().channels().end());
  return shared_subscriber(at->second);
}

DeliveryChanged Bench::delivery(std::string_view channel, Seq seq) const {
  return ledger().delivery(subscriber(channel), seq).value_or(DeliveryChanged{});
}

DeliveryState Bench::state(std::string_view channel, Seq seq) const {
  const SubscriberNo no = subscriber(channel);
  if (const auto row = ledger().delivery(no, seq)) {
    return row->state;
  }
  const auto entry = journal_->history().entry(seq);
  CHECK(entry.has_value());
  if (journal_->reader().plain_success(no, entry->entry.lane, seq)) {
    return DeliveryState::published;
  }
  for (const LeaseNo lease : ledger().subscriber(no)->leases) {
    if (contains(ledger().lease(lease)->runs, seq)) {
      return DeliveryState::leased;
    }
  }
  return DeliveryState::pending;
}

}  // namespace gulou::test
