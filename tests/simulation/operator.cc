#include "tests/simulation/operator.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

using Verb = OperatorDecided::Verb;

std::string name_in(const EntryAccepted& entry, const EntryPart& part) {
  return entry.publisher + "/" + part.id;
}

}  // namespace

void SimOperator::say(const std::string& what) const {
  if (parts_.trace.on()) {
    parts_.trace.line(parts_.schedule.now(), "operator", what);
  }
}

// What people can look up is durable.
std::optional<EntryAccepted> SimOperator::entry(Seq seq) const {
  if (!parts_.broker.journal().history().entry(seq)) {
    return std::nullopt;
  }
  for (const Lane lane : all_lanes) {
    if (auto row = ledger().entry(lane, seq)) {
      return std::move(row->entry);
    }
  }
  return std::nullopt;
}

SimChannel* SimOperator::outside(SubscriberNo subscriber) const {
  for (const auto& [id, no] : ledger().channels()) {
    if (shared_subscriber(no) == subscriber) {
      return parts_.channels.at(id).get();
    }
  }
  return nullptr;
}

void SimOperator::tell(DeliveryKey key, Verb verb, const std::string& url) {
  OperatorDecided decision;
  decision.from = asker();
  decision.operator_name = "li";
  decision.subscriber = key.first;
  decision.seq = key.second;
  decision.verb = verb;
  decision.reason = "looked_at";
  decision.url = url;
  if (verb == Verb::open_gate) {
    parts_.checker.gate_opened(key.first, key.second);
  }
  static const char* const words[] = {"retries",
                                      "cancels",
                                      "says published",
                                      "says removed",
                                      "says not published",
                                      "opens gate of"};
  say(std::string(words[static_cast<size_t>(verb)]) + " #" + std::to_string(key.second.value) +
      " on channel " + std::to_string(channel_of(key.first).value));
  parts_.broker.tell(decision);
}

// A person looks at what is open, or at a release no cursor has reached, and decides about it.
void SimOperator::decide() {
  Random& random = parts_.random;
  const auto open =
      parts_.broker.journal().history().open_deliveries(std::nullopt, std::nullopt, {}, {}, 50);
  DeliveryKey key;
  if (!open.empty() && random.per_mille(700)) {
    const DeliveryChanged& row = random.pick(open);
    key = {row.subscriber, row.seq};
  } else {
    const uint64_t head = ledger().head().value;
    const auto& subscribers = ledger().subscribers();
    if (head == 0 || subscribers.empty()) {
      return;
    }
    const uint64_t back = random.below(std::min<uint64_t>(head, 6));
    key = {std::next(subscribers.begin(),
                     static_cast<std::ptrdiff_t>(random.below(subscribers.size())))
               ->first,
           Seq{head - back}};
  }
  const auto about = entry(key.second);
  if (!about || acts_.contains(key)) {
    return;
  }
  const auto row = ledger().delivery(key.first, key.second);
  const DeliveryState state = row ? row->state : DeliveryState::pending;
  const int64_t roll = random.between(0, 999);
  if (roll < 200) {
    return tell(key, Verb::retry);
  }
  if (roll < 300) {
    return tell(key, Verb::cancel);
  }
  if (roll < 450) {
    return tell(key, Verb::open_gate);
  }
  SimChannel* channel = outside(key.first);
  if (roll < 550 && row && about->kind == EntryKind::bundle && not_there(*about, *channel) &&
      !somebody_works(key.first, *about, *channel)) {
    return tell(key, Verb::resolve_not_published);
  }
  resolve(key, *about, state);
}

bool SimOperator::not_there(const EntryAccepted& entry, const SimChannel& channel) const {
  return std::none_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    return channel.find(name_in(entry, part)) != nullptr;
  });
}

bool SimOperator::somebody_works(SubscriberNo subscriber,
                                 const EntryAccepted& entry,
                                 const SimChannel& channel) const {
  return std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    const std::string name = name_in(entry, part);
    const auto publication = ledger().publication({entry.publisher, part.id});
    return channel.in_review(name, parts_.schedule.now().mono) || !publication ||
           ledger().leased(subscriber, *publication) ||
           std::any_of(parts_.adapters.begin(), parts_.adapters.end(), [&](const auto& adapter) {
             return adapter->channel() == channel.id() && adapter->works_on(name);
           });
  });
}

void SimOperator::resolve(DeliveryKey key, const EntryAccepted& entry, DeliveryState state) {
  SimChannel* channel = outside(key.first);
  if (entry.kind == EntryKind::bundle && !Books::takes(policy(*channel), entry)) {
    return;
  }
  if (is_final(state)) {
    return tell(key, Verb::resolve_published);  // too late
  }
  if (entry.kind == EntryKind::withdrawal) {
    if (somebody_works(key.first, entry, *channel)) {
      return;
    }
    remove_by_hand(entry, *channel);
    return tell(key, Verb::resolve_removed);
  }
  std::string url;
  bool there = true;
  bool alive = false;
  for (const EntryPart& part : entry.parts) {
    const auto publication = ledger().publication({entry.publisher, part.id});
    if (publication->is_down(part.revision)) {
      continue;
    }
    alive = true;
    const auto* place = channel->find(name_in(entry, part));
    there = there && place != nullptr && place->revision >= part.revision &&
            place->banner == publication->is_invalid(part.revision);
    url = place == nullptr ? url : place->url;
  }
  if (!alive || (!there && !put_up(key, entry, *channel, state))) {
    return;
  }
  tell(key, Verb::resolve_published, url);
}

const Channel& SimOperator::policy(const SimChannel& channel) const {
  const auto& plans = parts_.options.channels;
  return std::find_if(plans.begin(),
                      plans.end(),
                      [&](const ChannelPlan& one) { return one.policy.id == channel.id(); })
      ->policy;
}

// A person does what the channel's policy asks of an adapter.
void SimOperator::remove_by_hand(const EntryAccepted& entry, SimChannel& channel) {
  const WithdrawalPolicy& policies = policy(channel).on_withdrawal;
  for (const EntryPart& part : entry.parts) {
    const std::string name = name_in(entry, part);
    switch (entry.withdrawal.kind) {
      case WithdrawalKind::mark_invalid:
        if (policies.mark_invalid != OnWithdrawal::take_down) {
          channel.mark_invalid(name, part.revision);
          continue;
        }
        break;
      case WithdrawalKind::replace:
        if (policies.replace != OnWithdrawal::take_down) {
          channel.point_to(name, part.revision, entry.withdrawal.successor);
          continue;
        }
        break;
      case WithdrawalKind::remove:
      case WithdrawalKind::erase:
      case WithdrawalKind::expire:
        break;
    }
    channel.take_down(name, part.revision);
  }
}

// A careful person: nobody else is at it, nothing newer is on its way, and it is theirs to do.
bool SimOperator::put_up(DeliveryKey key,
                         const EntryAccepted& entry,
                         SimChannel& channel,
                         DeliveryState state) {
  const bool theirs = state == DeliveryState::parked || channel.kind().idempotent;
  if (!theirs || state == DeliveryState::leased || somebody_works(key.first, entry, channel)) {
    return false;
  }
  for (const EntryPart& part : entry.parts) {
    if (ledger().publication({entry.publisher, part.id})->newest().seq != entry.seq) {
      return false;
    }
  }
  for (const EntryPart& part : entry.parts) {
    const auto publication = ledger().publication({entry.publisher, part.id});
    const std::string name = name_in(entry, part);
    const auto* place = channel.find(name);
    if (publication->is_down(part.revision)) {
      continue;
    }
    const SimChannel::Shown shown{name, part.revision, publication->is_invalid(part.revision)};
    const auto wrong = place == nullptr ? channel.put_up(shown) : channel.change(shown);
    if (wrong) {
      parts_.checker.violated(*wrong + " (by hand)");
    }
  }
  say("puts up #" + std::to_string(key.second.value) + " by hand");
  acts_[key] = {};
  return true;
}

void SimOperator::follow_up() {
  for (auto at = acts_.begin(); at != acts_.end();) {
    const DeliveryKey key = at->first;
    const auto row = parts_.broker.journal().history().delivery(key.first, key.second);
    const auto about = entry(key.second);
    // Somebody may have withdrawn it before it was recorded that it is there.
    for (const EntryPart& part : about->parts) {
      const auto publication = ledger().publication({about->publisher, part.id});
      if (publication->is_down(part.revision)) {
        outside(key.first)->take_down(name_in(*about, part), part.revision);
      } else if (publication->is_invalid(part.revision)) {
        outside(key.first)->mark_invalid(name_in(*about, part), part.revision);
      }
    }
    const bool plain = parts_.broker.journal()
                           .history()
                           .plain_success(key.first, about->lane, key.second)
                           .has_value();
    if (plain || (row && is_final(row->state))) {
      at = acts_.erase(at);
      continue;
    }
    tell(key, Verb::resolve_published);
    ++at;
  }
}

void SimOperator::withdraw() {
  Random& random = parts_.random;
  const uint64_t head = ledger().head().value;
  if (head == 0) {
    return;
  }
  const auto about = entry({1 + random.below(head)});
  if (!about || about->kind != EntryKind::bundle) {
    return;
  }
  static constexpr WithdrawalKind kinds[] = {WithdrawalKind::mark_invalid,
                                             WithdrawalKind::replace,
                                             WithdrawalKind::remove,
                                             WithdrawalKind::erase};
  WithdrawalAsked asked;
  asked.from = asker();
  asked.by = "li";
  asked.by_operator = true;
  asked.kind = kinds[random.below(4)];
  asked.reason = "发布有误";
  const bool whole = random.per_mille(600);
  for (const EntryPart& part : about->parts) {
    if (whole || asked.targets.empty()) {
      asked.targets.push_back({{about->publisher, part.id}, 0});
    }
  }
  if (asked.kind == WithdrawalKind::replace) {
    const auto other = entry({1 + random.below(head)});
    if (!other || other->kind != EntryKind::bundle) {
      return;
    }
    asked.successor = other->publisher + "/" + other->parts[0].id;
  }
  say("withdraws #" + std::to_string(about->seq.value) + " " + std::string(name_of(asked.kind)) +
      (whole ? "" : " in part"));
  parts_.broker.tell(asked);
}

void SimOperator::pause_or_resume() {
  ChannelDecided decision;
  decision.from = asker();
  decision.operator_name = "li";
  decision.verb =
      parts_.random.per_mille(500) ? ChannelDecided::Verb::pause : ChannelDecided::Verb::resume;
  decision.reason = "looked_at";
  for (const auto& [id, no] : ledger().channels()) {
    if (parts_.random.per_mille(400)) {
      decision.channels.push_back(no);
    }
  }
  say(decision.verb == ChannelDecided::Verb::pause ? "pauses" : "resumes");
  parts_.broker.tell(decision);
}

void SimOperator::retire() {
  for (const auto& [id, no] : ledger().channels()) {
    if (id != "portal" && parts_.random.per_mille(300)) {
      say("retires " + id);
      return parts_.broker.tell(
          ChannelDecided{asker(), "li", {no}, ChannelDecided::Verb::retire, "gone"});
    }
  }
}

void SimOperator::resume_all() {
  ChannelDecided decision;
  decision.from = asker();
  decision.operator_name = "li";
  decision.verb = ChannelDecided::Verb::resume;
  decision.reason = "all is well";
  for (const auto& [no, condition] : ledger().conditions()) {
    if (condition.paused && !condition.retired) {
      decision.channels.push_back(no);
    }
  }
  if (!decision.channels.empty()) {
    parts_.broker.tell(decision);
  }
}

void SimOperator::confirm() {
  Random& random = parts_.random;
  std::vector<Confirmation> waiting;
  for (const Confirmation& one : parts_.broker.journal().history().confirmations(50)) {
    if (one.open && one.state == ConfirmationState::waiting) {
      waiting.push_back(one);
    }
  }
  if (waiting.empty()) {
    return;
  }
  ConfirmationDecided decision;
  decision.from = asker();
  decision.operator_name = random.per_mille(500) ? "wang" : "li";
  decision.confirmation = random.pick(waiting).no;
  decision.gives = random.per_mille(850);
  decision.reason = "looked_at";
  say(decision.operator_name + (decision.gives ? " confirms " : " refuses ") +
      std::to_string(decision.confirmation.value));
  parts_.broker.tell(decision);
}

void SimOperator::replay() {
  Random& random = parts_.random;
  if (!ledger().jobs().empty() && random.per_mille(300)) {
    say("cancels a replay");
    return parts_.broker.tell(
        ReplayCancelled{asker(), "li", "enough", ledger().jobs().begin()->first});
  }
  const auto& channels = ledger().channels();
  if (channels.empty()) {
    return;
  }
  static constexpr DeliveryState states[] = {DeliveryState::published,
                                             DeliveryState::parked,
                                             DeliveryState::cancelled,
                                             DeliveryState::pending};
  ReplayAsked asked;
  asked.from = asker();
  asked.operator_name = "li";
  asked.reason = "lost on the platform";
  asked.selection.channel =
      std::next(channels.begin(), static_cast<std::ptrdiff_t>(random.below(channels.size())))
          ->second;
  if (random.per_mille(500)) {
    asked.selection.states = {states[random.below(4)]};
  }
  if (random.per_mille(300)) {
    asked.selection.from = {1 + random.below(ledger().head().value + 1)};
  }
  asked.selection.newest_only = random.per_mille(300);
  asked.allow_duplicate = random.per_mille(300);
  asked.per_minute = static_cast<uint32_t>(random.between(60, 6'000));
  say("replays on channel " + std::to_string(asked.selection.channel.value));
  parts_.broker.tell(asked);
}

}  // namespace gulou::simulation
