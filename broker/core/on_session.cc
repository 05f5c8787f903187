// Sessions of adapters come and go; the configuration and the machine's state arrive.
#include "broker/core/core.h"
#include "common/base/check.h"

#include <algorithm>
#include <utility>

namespace gulou {

void Core::on_event(const SessionOpened& event, Now now) {
  const auto channel = ledger_.channels().find(event.channel);
  if (channel == ledger_.channels().end() || !channels_.contains(channel->second)) {
    step_.sends.emplace_back(SendError{
        event.from, {ErrorCode::not_found, "channel_unknown", "channel", {event.channel}}});
    step_.sends.emplace_back(SendGoodbye{event.from.session, "channel_unknown"});
    return;
  }
  // One key, one live session: the newest HELLO wins.
  std::vector<SessionNo> older;
  for (const auto& [no, session] : sessions_) {
    if (no == event.from.session || session.principal == event.principal) {
      older.push_back(no);
    }
  }
  for (const SessionNo no : older) {
    if (no != event.from.session) {
      step_.sends.emplace_back(SendGoodbye{no, "session_replaced"});
    }
    close_session(no, "session_replaced", now);
  }
  Session session;
  session.no = event.from.session;
  session.channel = channel->second;
  session.principal = event.principal;
  session.instance = event.instance;
  sessions_.emplace(session.no, std::move(session));
  note(Note::Level::info,
       "session.opened",
       shared_subscriber(channel->second),
       {},
       1,
       event.instance);
  step_.sends.emplace_back(
      SendWelcome{event.from, channel->second, ledger_.head(), ledger_.epoch()});
}

void Core::on_event(const SessionClosed& event, Now now) {
  close_session(event.session, "session_gone", now);
}

void Core::close_session(SessionNo session, const std::string& reason, Now now) {
  const auto at = sessions_.find(session);
  if (at == sessions_.end()) {
    return;
  }
  const std::set<LeaseNo> leases = at->second.leases;
  note(Note::Level::info,
       "session.closed",
       shared_subscriber(at->second.channel),
       {},
       1,
       at->second.instance);
  sessions_.erase(at);
  for (const LeaseNo lease : leases) {
    end_lease(lease, reason, now);
  }
}

void Core::on_event(const CreditGranted& event, Now /*now*/) {
  const auto at = sessions_.find(event.session);
  if (at == sessions_.end()) {
    return;
  }
  // However much is granted, leases_per_subscriber_max batches are on the way at most.
  at->second.credit_messages = std::max(at->second.credit_messages, event.messages);
  at->second.credit_bytes = std::max(at->second.credit_bytes, event.bytes);
}

void Core::on_event(const Configured& event, Now now) {
  if (!std::exchange(configured_, true)) {
    emit(EpochOpened{ledger_.epoch() + 1, now.utc});
  }
  county_ = event.county;
  channels_.clear();
  std::vector<std::pair<ChannelFilter, bool>> groups;
  for (const Channel& policy : county_.channels) {
    const auto known = ledger_.channels().find(policy.id);
    ChannelNo no;
    if (known != ledger_.channels().end()) {
      no = known->second;
    } else {
      no = {ledger_.last_channel().value + 1};
      emit(ChannelDefined{no, policy.id, ledger_.head()});
      note(Note::Level::info, "channel.defined", shared_subscriber(no), {}, 1, policy.id);
    }
    const std::pair<ChannelFilter, bool> key{policy.filter, policy.portal};
    auto group = std::find(groups.begin(), groups.end(), key);
    if (group == groups.end()) {
      groups.push_back(key);
      group = groups.end() - 1;
    }
    channels_.emplace(no,
                      ChannelRuntime{policy, no, static_cast<uint32_t>(group - groups.begin())});
  }
  std::vector<SessionNo> stranded;
  for (const auto& [no, session] : sessions_) {
    if (!channels_.contains(session.channel)) {
      stranded.push_back(no);
    }
  }
  for (const SessionNo no : stranded) {
    step_.sends.emplace_back(SendGoodbye{no, "channel_unknown"});
    close_session(no, "session_gone", now);
  }
}

void Core::on_event(const DiskObserved& event, Now /*now*/) {
  if (accepting_ != event.accepting) {
    note(event.accepting ? Note::Level::info : Note::Level::error,
         event.accepting ? "disk.enough" : "disk.full");
  }
  accepting_ = event.accepting;
}

void Core::on_event(const Draining& /*event*/, Now /*now*/) {
  draining_ = true;
}

void Core::on_event(const RoundDurable& event, Now /*now*/) {
  CHECK(event.round < round_);
  ledger_.durable(event.round);
}

}  // namespace gulou
