// SimNetwork: connections as ZeroMQ makes them over TCP. Each delivers in order and late;
// connections overtake each other. A broken one loses what is under way in both directions and is
// noticed late; a peer that comes back has a new routing id. Owned by the World.
#pragma once

#include "broker/net/sessions.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gulou::simulation {

using Frames = std::vector<std::string>;

// One end of a connection that is not the broker.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void on_link_up() = 0;
  virtual void on_link_lost() = 0;
  virtual void on_frames(const Frames& frames) = 0;
};

// The broker's end.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual bool listening() const = 0;
  virtual void on_frames(Door door,
                         const std::string& routing_id,
                         const std::string& principal,
                         const Frames& frames) = 0;
};

class SimNetwork {
 public:
  struct Faults {
    int64_t slow_links = 0;
    int64_t queue_full = 0;
  };

  SimNetwork(Schedule& schedule, Random& random) : schedule_(schedule), random_(random) {}

  void set_listener(Listener& listener) { listener_ = &listener; }

  void set_faults(Faults faults) { faults_ = faults; }

  // Tries until the broker listens; the peer hears on_link_up. Ends the peer's earlier connection.
  void connect(Peer& peer, Door door, std::string principal);
  void close(Peer& peer);  // the peer's process is gone
  // False when there is no connection (the peer will be told).
  bool to_broker(Peer& peer, Frames frames);
  net::SendOutcome to_peer(const std::string& routing_id, Frames frames);

  void break_one();  // some live connection
  void break_all();  // the broker died

  uint64_t messages() const { return messages_; }

 private:
  struct Link {
    Peer* peer = nullptr;
    Door door = Door::publishers;
    std::string principal;
    bool broken = false;
    bool noticed = false;
    int64_t extra_ms = 0;
    int64_t to_broker_at = 0;
    int64_t to_peer_at = 0;
  };

  void try_connect(Peer& peer, Door door, const std::string& principal, uint64_t attempt);
  void break_link(const std::string& routing_id, int64_t notice_ms_max);
  int64_t arrival(int64_t& last, const Link& link);

  Schedule& schedule_;
  Random& random_;
  Faults faults_;
  Listener* listener_ = nullptr;
  std::map<std::string, Link> links_;        // by routing id
  std::map<uint64_t, std::string> of_peer_;  // by number of the peer
  std::map<Peer*, uint64_t> numbers_;        // never iterated
  std::map<uint64_t, uint64_t> attempts_;
  uint64_t last_link_ = 0;
  uint64_t messages_ = 0;
};

}  // namespace gulou::simulation
