#include "broker/app/pump.h"

#include "common/base/check.h"

#include <algorithm>
#include <iterator>

namespace gulou {
namespace {

template <class T>
void append_all(std::vector<T>& to, std::vector<T>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
}

}  // namespace

void Pump::take(const Event& event, Now now) {
  merge(core_.on(event, now));
}

void Pump::merge(Step step) {
  append_all(collecting_.changes, std::move(step.changes));
  append_all(collecting_.bodies, std::move(step.bodies));
  append_all(collecting_.sends, std::move(step.sends));
  append_all(collecting_.notes, std::move(step.notes));
}

std::optional<Pump::Round> Pump::close(Now now) {
  CHECK(may_close());
  Core::Settled settled = core_.settle(now);
  more_ = settled.more;
  merge(std::move(settled.step));
  Step step = std::exchange(collecting_, {});
  if (step.changes.empty()) {
    CHECK(settled.round.value == 0);
    // Nothing to commit, but what it says may rest on rounds still in flight.
    if (rounds_.empty()) {
      release(std::move(step));
    } else {
      append_all(rounds_.back().held.sends, std::move(step.sends));
      append_all(rounds_.back().held.notes, std::move(step.notes));
    }
    return std::nullopt;
  }
  CHECK(settled.round.value != 0);
  Round round{settled.round, Changeset{now.utc, std::move(step.changes), step.bodies}};
  step.changes.clear();
  rounds_.push_back({settled.round, std::move(step)});
  return round;
}

void Pump::durable(RoundNo round, const Committed& committed, Now now) {
  CHECK(!rounds_.empty() && rounds_.front().round == round);
  Step held = std::move(rounds_.front().held);
  rounds_.pop_front();
  hashes_.emplace_back(round, committed.hash);
  if (hashes_.size() > 4 * limits::rounds_in_flight_max) {
    hashes_.pop_front();
  }
  release(std::move(held));
  take(RoundDurable{round}, now);
}

void Pump::release(Step step) {
  for (Send& send : step.sends) {
    auto* accepted = std::get_if<SendAccepted>(&send);
    if (accepted == nullptr || accepted->round.value == 0) {
      continue;
    }
    const auto at = std::find_if(hashes_.begin(), hashes_.end(), [&](const auto& known) {
      return known.first == accepted->round;
    });
    CHECK(at != hashes_.end());
    accepted->hash = at->second;
    accepted->epoch = core_.ledger().epoch();
  }
  append_all(released_.sends, std::move(step.sends));
  append_all(released_.notes, std::move(step.notes));
  append_all(released_.bodies, std::move(step.bodies));
}

}  // namespace gulou
