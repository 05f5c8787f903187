#include "tests/simulation/broker.h"

#include "broker/facts/facts.h"
#include "common/base/check.h"
#include "tests/support/print.h"

#include <algorithm>

namespace gulou::simulation {

SimBroker::SimBroker(Parts parts, CountySettings county, NetPrincipals principals, Planted planted)
    : parts_(parts),
      county_(planted_county(std::move(county), planted)),
      principals_(std::move(principals)),
      planted_(planted) {}

void SimBroker::start() {
  auto opened = MemoryJournal::open(std::exchange(disk_, {}));
  if (!opened) {
    return parts_.checker.violated("the home does not open: " + describe(opened.error()));
  }
  ++life_;
  alive_ = true;
  journal_ =
      std::make_unique<FaultyJournal>(std::move(*opened), parts_.random, parts_.checker, planted_);
  journal_->set_fails(faults_.commit_fails);
  parts_.checker.opened(journal_->whole());
  core_ = std::make_unique<Core>(journal_->reader(), journal_->opened());
  pump_ = std::make_unique<Pump>(*core_);
  metrics_ = std::make_unique<Metrics>();
  sessions_ = std::make_unique<Sessions>(
      principals_, *this, *this, [](uint64_t, Seq, const Digest& hash) { return hash; }, *metrics_);
  inbox_ = {};
  taken_ = 0;
  to_commit_.clear();
  committed_.clear();
  committing_ = false;
  facts_under_way_ = 0;
  next_tick_ = now().mono;
  woken_at_.reset();
  if (parts_.trace.on()) {
    parts_.trace.line(
        now(), "broker", "starts, head #" + std::to_string(core_->ledger().head().value));
  }
  take(Configured{county_});
  if (on_start_) {
    on_start_();
  }
  wake(0);
}

void SimBroker::configure(CountySettings county) {
  county_ = planted_county(std::move(county), planted_);
  tell(Configured{county_});
}

void SimBroker::die(const char* why) {
  if (!alive_) {
    return;
  }
  // The commit thread may have been anywhere in what it was given.
  while (!to_commit_.empty() && parts_.random.per_mille(500)) {
    if (!journal_->commit(std::move(to_commit_.front().changeset))) {
      break;
    }
    to_commit_.pop_front();
  }
  if (parts_.trace.on()) {
    parts_.trace.line(now(), "broker", std::string("dies: ") + why);
  }
  fired_.insert(core_->fired().begin(), core_->fired().end());
  disk_ = journal_->rows_after_crash();
  if (++crashes_ % 10 == 1) {
    parts_.checker.check_rebuilt(journal_->whole());
  }
  alive_ = false;
  ++life_;
  sessions_.reset();
  pump_.reset();
  core_.reset();
  journal_.reset();
  parts_.network.break_all();
}

void SimBroker::set_faults(Faults faults) {
  faults_ = faults;
  if (journal_) {
    journal_->set_fails(faults.commit_fails);
  }
}

void SimBroker::tell(const Event& event) {
  if (alive_) {
    take(event);
    wake(0);
  }
}

bool SimBroker::quiet() const {
  return alive_ && to_commit_.empty() && committed_.empty() && facts_under_way_ == 0 &&
         taken_ == 0 && pump_->rounds_in_flight() == 0 && !pump_->more();
}

// ---- the loop -----------------------------------------------------------------------------------

void SimBroker::wake(int64_t ms) {
  const int64_t at = now().mono.ms + ms;
  if (woken_at_ && *woken_at_ <= at) {
    return;
  }
  woken_at_ = at;
  later(ms, [this, at] {
    if (woken_at_ == at) {
      woken_at_.reset();
      loop();
    }
  });
}

void SimBroker::take(const Event& event) {
  ++events_;
  if (const auto* credit = std::get_if<CreditGranted>(&event)) {
    parts_.checker.on_credit(credit->session, credit->messages);
    if (planted_ == Planted::credit_ignored) {
      pump_->take(CreditGranted{credit->session, credit->messages * 2 + 3, credit->bytes}, now());
      ++taken_;
      return;
    }
  }
  pump_->take(event, now());
  ++taken_;
}

void SimBroker::loop() {
  while (!committed_.empty()) {
    const auto [round, committed] = committed_.front();
    committed_.pop_front();
    if (planted_ != Planted::send_before_commit) {
      pump_->durable(round, committed, now());
    }
    ++taken_;
  }
  if (now().mono >= next_tick_) {
    next_tick_ = std::min(sessions_->tick(now(), inbox_), Mono{now().mono.ms + 1'000});
  }
  sort_inbox();
  close_round();
  let_go();
  parts_.checker.audit(*core_);
  wake_for_deadlines();
}

void SimBroker::sort_inbox() {
  Inbox inbox = std::exchange(inbox_, {});
  for (const Event& event : inbox.events) {
    take(event);
  }
  for (Inbox::Submission& one : inbox.submissions) {
    ++facts_under_way_;
    later(parts_.random.between(0, 5), [this, submission = std::move(one)]() mutable {
      --facts_under_way_;
      Submitted submitted = establish_facts({submission.from,
                                             std::move(submission.publisher),
                                             std::move(submission.rights),
                                             std::move(submission.parts),
                                             false,
                                             std::move(submission.approvals)},
                                            county_,
                                            now().utc);
      plant_in(submitted.parts, planted_);
      take(submitted);
      wake(0);
    });
  }
}

void SimBroker::close_round() {
  if (!pump_->may_close()) {
    return;
  }
  const auto deadline = core_->next_deadline();
  const bool due = deadline && (deadline->mono <= now().mono || deadline->utc <= now().utc);
  if (taken_ == 0 && !pump_->more() && !due) {
    return;
  }
  taken_ = 0;
  auto round = pump_->close(now());
  if (!round) {
    return;
  }
  if (planted_ == Planted::send_before_commit) {
    pump_->durable(round->round, Committed{1, Digest{{1}}}, now());
  }
  to_commit_.push_back(std::move(*round));
  start_commit();
}

void SimBroker::start_commit() {
  if (committing_ || to_commit_.empty()) {
    return;
  }
  committing_ = true;
  const bool slow = parts_.random.per_mille(faults_.commit_slow);
  later(slow ? parts_.random.between(50, 1'500) : parts_.random.between(0, 4),
        [this] { end_commit(); });
}

void SimBroker::end_commit() {
  committing_ = false;
  Pump::Round round = std::move(to_commit_.front());
  to_commit_.pop_front();
  if (parts_.trace.on()) {
    for (const Change& change : round.changeset.changes) {
      if (const auto* row = std::get_if<DeliveryChanged>(&change)) {
        parts_.trace.line(now(),
                          "row",
                          test::delivery_text(*row, now().utc) + " on channel " +
                              std::to_string(channel_of(row->subscriber).value));
      }
    }
  }
  const auto committed = journal_->commit(std::move(round.changeset));
  if (!committed) {
    to_commit_.clear();  // nothing is committed after a commit that failed
    die("a commit failed");
    parts_.schedule.after(parts_.random.between(100, 3'000), [this] {
      if (!alive_) {
        start();
      }
    });
    return;
  }
  committed_.emplace_back(round.round, *committed);
  start_commit();
  wake(parts_.random.per_mille(200) ? 1 : 0);
}

void SimBroker::let_go() {
  Pump::Released released = pump_->take_released();
  for (const Note& note : released.notes) {
    parts_.checker.on_note(note);
    if (parts_.trace.on() && note.level >= Note::Level::info) {
      parts_.trace.line(now(), "note", test::note_text(note));
    }
  }
  for (Send& send : released.sends) {
    if (auto* deliver = std::get_if<SendDeliver>(&send)) {
      plant_in(*deliver, planted_);
    }
    parts_.checker.on_send(send);
    if (const auto* destroy = std::get_if<SendDestroy>(&send)) {
      later(parts_.random.between(1, 2'000), [this, what = *destroy] {
        if (journal_->destroy(what)) {
          tell(BytesDestroyed{what.confirmation});
        }
      });
    }
    if (parts_.trace.on()) {
      std::string words = test::send_text(send, {});
      words.erase(words.find_last_not_of('\n') + 1);
      parts_.trace.line(now(), "broker", words);
    }
    sessions_->send(send, now(), inbox_);
  }
}

void SimBroker::wake_for_deadlines() {
  if (!pump_->may_close()) {
    return;  // the commit wakes us
  }
  if (taken_ > 0 || pump_->more() || !inbox_.events.empty()) {
    return wake(0);
  }
  int64_t wait = std::max<int64_t>(0, next_tick_.ms - now().mono.ms);
  if (const auto deadline = core_->next_deadline()) {
    wait = std::min(wait, std::max<int64_t>(0, deadline->mono.ms - now().mono.ms));
    wait = std::min(wait, std::max<int64_t>(0, deadline->utc.ms - now().utc.ms));
  }
  wake(wait);
}

// ---- what is outside the process ----------------------------------------------------------------

void SimBroker::on_frames(Door door,
                          const std::string& routing_id,
                          const std::string& principal,
                          const Frames& frames) {
  net::Incoming incoming{routing_id, principal, {}, false};
  for (const std::string& frame : frames) {
    incoming.frames.emplace_back(std::string_view(frame));
  }
  sessions_->receive(door, incoming, now(), inbox_);
  wake(0);
}

net::SendOutcome SimBroker::send(Door /*door*/,
                                 std::string_view peer,
                                 std::span<const net::OutFrame> frames) {
  Frames copies;
  for (const net::OutFrame& frame : frames) {
    copies.emplace_back(frame.view());
  }
  return parts_.network.to_peer(std::string(peer), std::move(copies));
}

std::vector<SharedBytes> SimBroker::bodies(std::span<const std::pair<Seq, uint8_t>> places) {
  std::vector<SharedBytes> found;
  for (const auto& [seq, part] : places) {
    auto body = journal_->history().body(seq, part);
    if (!body) {
      parts_.checker.violated("the body of #" + std::to_string(seq.value) + " is not there");
      body.emplace();
    }
    found.push_back(std::make_shared<const std::string>(*std::move(body)));
  }
  return found;
}

std::vector<Utc> SimBroker::published_on(std::span<const Seq> first_seqs) {
  return journal_->history().published_on(first_seqs);
}

}  // namespace gulou::simulation
