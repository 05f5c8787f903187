// Loss shows itself: a receipt or cursor that the broker gave and no longer knows (design 5.5).
#include "broker/core/core.h"

#include <algorithm>

namespace gulou {
namespace {

// Who asks for something to change. Null: it tells what happened, or is judged by itself.
struct AskerOfChange {
  const Asker* operator()(const BlobArrived& event) const { return &event.from; }

  const Asker* operator()(const OperatorDecided& event) const { return &event.from; }

  const Asker* operator()(const WithdrawalAsked& event) const { return &event.from; }

  const Asker* operator()(const ChannelDecided& event) const { return &event.from; }

  const Asker* operator()(const DeviceDecided& event) const { return &event.from; }

  const Asker* operator()(const ReplayAsked& event) const { return &event.from; }

  const Asker* operator()(const ReplayCancelled& event) const { return &event.from; }

  const Asker* operator()(const ConfirmationDecided& event) const { return &event.from; }

  template <class Other>
  const Asker* operator()(const Other& /*event*/) const {
    return nullptr;
  }
};

}  // namespace

bool Core::refuse_while_loss(const Event& event) {
  const Asker* asker = loss_suspected() ? std::visit(AskerOfChange{}, event) : nullptr;
  if (asker != nullptr) {
    refuse(*asker, {*refuses_all()}, "decision.refused");
  }
  return asker != nullptr;
}

bool Core::loss_suspected() const {
  return ledger_.loss() && !ledger_.loss()->settled_at;
}

std::optional<Error> Core::refuses_all() const {
  if (loss_suspected()) {
    const LossSuspected& loss = *ledger_.loss();
    return Error{ErrorCode::unavailable,
                 "data_loss_suspected",
                 "",
                 {loss.by, std::to_string(loss.seq.value), std::to_string(ledger_.head().value)}};
  }
  if (draining_) {
    return Error{ErrorCode::unavailable, "broker_draining", "", {}};
  }
  if (!accepting_) {
    return Error{ErrorCode::unavailable, "disk_full", "", {}};
  }
  return std::nullopt;
}

void Core::on_event(const CursorShown& event, Now now) {
  if (event.epoch <= ledger_.epoch() && event.seq <= ledger_.head()) {
    return;
  }
  const std::optional<LossSuspected>& known = ledger_.loss();
  if (known && event.epoch <= known->epoch && event.seq <= known->seq) {
    return;  // said already, or settled: that much is known to be lost
  }
  LossSuspected loss = known && !known->settled_at ? *known : LossSuspected{};
  if (!loss.at) {
    loss.at = now.utc;
    loss.by = event.by;
  }
  if (known) {
    loss.epoch = known->epoch;
    loss.seq = known->seq;
  }
  loss.epoch = std::max(loss.epoch, event.epoch);
  loss.seq = std::max(loss.seq, event.seq);
  note(Note::Level::error, "loss.suspected", {}, loss.seq, 1, event.by);
  emit(std::move(loss));
}

void Core::on_event(const LossSettled& event, Now now) {
  if (!loss_suspected()) {
    return refuse(
        event.from, {{ErrorCode::not_found, "loss_not_suspected", "", {}}}, "decision.refused");
  }
  LossSuspected loss = *ledger_.loss();
  loss.settled_at = now.utc;
  loss.settled_by = event.operator_name;
  loss.reason = event.reason;
  note(Note::Level::warn, "loss.settled", {}, loss.seq, 1, event.operator_name);
  emit(std::move(loss));
  step_.sends.emplace_back(SendDone{event.from, {}});
}

}  // namespace gulou
