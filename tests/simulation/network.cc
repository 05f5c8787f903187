#include "tests/simulation/network.h"

#include <algorithm>

namespace gulou::simulation {

void SimNetwork::connect(Peer& peer, Door door, std::string principal) {
  close(peer);
  const uint64_t number = numbers_.emplace(&peer, numbers_.size() + 1).first->second;
  try_connect(peer, door, principal, ++attempts_[number]);
}

void SimNetwork::try_connect(Peer& peer,
                             Door door,
                             const std::string& principal,
                             uint64_t attempt) {
  const uint64_t number = numbers_.at(&peer);
  schedule_.after(random_.between(5, 300), [this, &peer, door, principal, attempt, number] {
    if (attempts_[number] != attempt) {
      return;
    }
    if (!listener_->listening()) {
      return try_connect(peer, door, principal, attempt);
    }
    const std::string id = "link" + std::to_string(++last_link_);
    Link link;
    link.peer = &peer;
    link.door = door;
    link.principal = principal;
    link.extra_ms = random_.per_mille(faults_.slow_links) ? random_.between(50, 1'500) : 0;
    links_.emplace(id, std::move(link));
    of_peer_[number] = id;
    peer.on_link_up();
  });
}

void SimNetwork::close(Peer& peer) {
  const auto number = numbers_.find(&peer);
  if (number == numbers_.end()) {
    return;
  }
  ++attempts_[number->second];
  const auto id = of_peer_.find(number->second);
  if (id == of_peer_.end()) {
    return;
  }
  const auto link = links_.find(id->second);
  if (link != links_.end()) {
    link->second.peer = nullptr;
    break_link(id->second, 500);
  }
  of_peer_.erase(id);
}

int64_t SimNetwork::arrival(int64_t& last, const Link& link) {
  ++messages_;
  const int64_t delay =
      random_.between(0, 8) + (link.extra_ms > 0 ? random_.between(0, link.extra_ms) : 0);
  last = std::max(last, schedule_.now().mono.ms + delay);
  return last - schedule_.now().mono.ms;
}

bool SimNetwork::to_broker(Peer& peer, Frames frames) {
  const auto id = of_peer_.find(numbers_.at(&peer));
  if (id == of_peer_.end()) {
    return false;
  }
  Link& link = links_.at(id->second);
  if (link.noticed) {
    return false;
  }
  schedule_.after(arrival(link.to_broker_at, link),
                  [this, routing_id = id->second, sent = std::move(frames)] {
                    const auto at = links_.find(routing_id);
                    if (at != links_.end() && !at->second.broken && listener_->listening()) {
                      listener_->on_frames(at->second.door, routing_id, at->second.principal, sent);
                    }
                  });
  return true;
}

net::SendOutcome SimNetwork::to_peer(const std::string& routing_id, Frames frames) {
  const auto at = links_.find(routing_id);
  if (at == links_.end() || at->second.noticed) {
    return net::SendOutcome::gone;
  }
  if (random_.per_mille(faults_.queue_full)) {
    return net::SendOutcome::full;
  }
  Link& link = at->second;
  schedule_.after(arrival(link.to_peer_at, link), [this, routing_id, sent = std::move(frames)] {
    const auto there = links_.find(routing_id);
    if (there != links_.end() && !there->second.broken && there->second.peer != nullptr) {
      there->second.peer->on_frames(sent);
    }
  });
  return net::SendOutcome::sent;
}

void SimNetwork::break_link(const std::string& routing_id, int64_t notice_ms_max) {
  Link& link = links_.at(routing_id);
  if (link.broken) {
    return;
  }
  link.broken = true;
  schedule_.after(random_.between(0, notice_ms_max), [this, routing_id] {
    const auto at = links_.find(routing_id);
    if (at == links_.end()) {
      return;
    }
    at->second.noticed = true;
    Peer* const peer = at->second.peer;
    links_.erase(at);
    if (peer != nullptr) {
      of_peer_.erase(numbers_.at(peer));
      peer->on_link_lost();
    }
  });
}

void SimNetwork::break_one() {
  std::vector<std::string> live;
  for (const auto& [id, link] : links_) {
    if (!link.broken) {
      live.push_back(id);
    }
  }
  if (!live.empty()) {
    break_link(random_.pick(live), random_.per_mille(300) ? 12'000 : 500);
  }
}

void SimNetwork::break_all() {
  std::vector<std::string> all;
  for (const auto& [id, link] : links_) {
    all.push_back(id);
  }
  for (const std::string& id : all) {
    break_link(id, 200);
  }
}

}  // namespace gulou::simulation
