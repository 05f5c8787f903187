#include "broker/core/core.h"

#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace gulou {
namespace {

// Not a view of them: clang 14 does not compile those of this standard library.
template <class Key, class Value>
std::vector<Value> values_of(const std::map<Key, Value>& map) {
  std::vector<Value> values;
  values.reserve(map.size());
  for (const auto& [key, value] : map) {
    values.push_back(value);
  }
  return values;
}

}  // namespace

Core::Core(const Reader& reader, const OpenState& opened)
    : reader_(reader), ledger_(reader, opened) {
  for (const auto& [no, lease] : ledger_.leases()) {
    orphan_leases_.insert(no);
  }
}

Step Core::on(const Event& event, Now now) {
  if (!refuse_while_loss(event)) {
    std::visit([this, now](const auto& one) { on_event(one, now); }, event);
  }
  return std::exchange(step_, {});
}

Core::Settled Core::settle(Now now) {
  more_ = false;
  next_due_.reset();
  end_orphan_leases(now);
  expire_leases(now);
  if (!loss_suspected()) {
    expire_releases(now);
    expire_confirmations(now);
    sweep_blobs(now);
    cancel_retired(now);
  }
  if (!draining_ && !loss_suspected()) {
    run_erasures(now);
    run_jobs(now);
    dispatch(now);
    dispatch_by_hand(now);
    serve_fleets(now);
  }
  flush_fleet_marks(now);
  Settled settled{std::exchange(step_, {}), {}, more_};
  batches_.clear();
  if (round_changed_) {
    settled.round = round_;
    ++round_.value;
    round_changed_ = false;
  }
  return settled;
}

std::optional<Now> Core::next_deadline() const {
  constexpr int64_t far = INT64_MAX / 4;
  Now next{Mono{far}, Utc{far}};
  if (!lease_deadlines_.empty()) {
    next.mono = lease_deadlines_.begin()->first;
  }
  if (next_sweep_) {
    next.mono = std::min(next.mono, *next_sweep_);
  }
  if (!fleet_.streams().empty()) {
    next.mono = std::min(next.mono, fleet_.contact_next);
  }
  if (next_due_) {
    next.utc = *next_due_;
  }
  if (next.mono.ms == far && next.utc.ms == far) {
    return std::nullopt;
  }
  return next;
}

void Core::emit(Change change) {
  ledger_.apply(change, round_);
  round_changed_ = true;
  step_.changes.push_back(std::move(change));
}

void Core::move(DeliveryChanged row, DeliveryState from, Trigger trigger) {
  const auto to = next_state(from, trigger);
  CHECK(to.has_value());
  fired_.insert({from, trigger});
  row.state = *to;
  emit(std::move(row));
}

void Core::note(Note::Level level,
                std::string_view event,
                SubscriberNo subscriber,
                Seq seq,
                uint64_t count,
                std::string detail) {
  step_.notes.push_back({level, event, subscriber, seq, count, std::move(detail)});
}

void Core::refuse(const Asker& to, std::vector<Error> errors, std::string_view event) {
  CHECK(!errors.empty());
  note(Note::Level::info, event, {}, {}, 1, errors.front().reason);
  step_.sends.emplace_back(SendRefused{to, std::move(errors)});
}

namespace {

std::vector<DeviceView> views_of(const Fleet& fleet) {
  std::vector<DeviceView> views;
  for (const auto& [no, stream] : fleet.streams()) {
    size_t on_the_way = 0;
    for (const FleetBatch& batch : stream.out) {
      on_the_way += batch.seqs.size();
    }
    views.push_back(
        {stream.device, stream.since, static_cast<uint32_t>(on_the_way), stream.faults});
  }
  std::sort(views.begin(), views.end(), [](const DeviceView& a, const DeviceView& b) {
    return a.device < b.device;
  });
  return views;
}

}  // namespace

CoreView Core::view() const {
  // What the filter excludes is not to come, though an offline channel's cursor stands before it.
  // Beyond the bound of one read, seq numbers stand for entries.
  const auto to_come = [this](ChannelNo no, Lane lane, Seq cursor) -> uint64_t {
    const Seq head = ledger_.lane_head(lane);
    uint64_t wanted = 0;
    const auto channel = channels_.find(no);
    if (channel != channels_.end() && head > cursor) {
      for (const EntryRow& row : ledger_.entries(lane, cursor, limits::read_entries_max)) {
        wanted += matches(channel->second, row.entry) ? 1U : 0U;
        cursor = row.entry.seq;
      }
    }
    return wanted + (head > cursor ? head.value - cursor.value : 0);
  };
  CoreView view{ledger_.head(),
                ledger_.epoch(),
                accepting_,
                draining_,
                ledger_.overlay_rows(),
                {},
                {},
                {},
                {}};
  for (const auto& [id, no] : ledger_.channels()) {
    ChannelView channel{no, id, channels_.contains(no)};
    const Subscriber* subscriber = ledger_.subscriber(shared_subscriber(no));
    CHECK(subscriber != nullptr);
    for (const Lane lane : all_lanes) {
      channel.behind += to_come(no, lane, subscriber->cursors[index_of(lane)]);
    }
    channel.condition = ledger_.condition(no);
    channel.used = ledger_.rate(no);
    if (channels_.contains(no)) {
      add_gate_view(channels_.at(no), channel);
    }
    for (const LeaseNo lease : subscriber->leases) {
      channel.leased += count(ledger_.lease(lease)->runs);
    }
    for (const auto& [session_no, session] : sessions_) {
      if (session.channel == no) {
        channel.sessions.push_back({session_no,
                                    session.instance,
                                    session.principal,
                                    session.credit_messages - session.used_messages,
                                    session.credit_bytes - session.used_bytes,
                                    session.leases.size()});
      }
    }
    view.channels.push_back(std::move(channel));
  }
  view.jobs = values_of(ledger_.jobs());
  view.confirmations = values_of(ledger_.confirmations());
  if (loss_suspected()) {
    view.loss = ledger_.loss();
  }
  view.devices = views_of(fleet_);
  return view;
}

std::string Core::audit() const {
  for (const auto& [no, session] : sessions_) {
    if (session.used_messages > session.credit_messages) {
      return "session " + std::to_string(no.value) + " has negative credit";
    }
  }
  for (const auto& [no, held] : held_) {
    if (ledger_.lease(no) == nullptr) {
      return "lease " + std::to_string(no.value) + " is held but not in the ledger";
    }
  }
  return ledger_.audit();
}

}  // namespace gulou
