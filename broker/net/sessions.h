// Sessions stands between frames and the core: what peers send becomes events and jobs, what the
// core says becomes frames. It knows every live connection, pings the silent ones and ends those
// that stay silent. Owned and used by the broker thread. It never trusts a claim in a message: who
// a peer is came with the handshake.
#pragma once

#include "broker/core/event.h"
#include "broker/core/step.h"
#include "broker/net/principals.h"
#include "common/base/metrics.h"
#include "common/base/time.h"
#include "common/net/frame.h"
#include "common/wire/messages.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gulou {

enum class Door : uint8_t { publishers, adapters, devices };

// Where frames leave: the routers, or a test.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual net::SendOutcome send(Door door,
                                std::string_view peer,
                                std::span<const net::OutFrame> frames) = 0;
};

// What a DELIVER needs besides the step: bodies and the portal's publication times.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::vector<SharedBytes> bodies(std::span<const std::pair<Seq, uint8_t>> places) = 0;
  // Of the publications whose first entries these are; zero: not on a portal yet.
  virtual std::vector<Utc> published_on(std::span<const Seq> first_seqs) = 0;
};

// What came in, sorted by who deals with it.
struct Inbox {
  struct Submission {
    Asker from;
    std::string publisher;
    PublisherRights rights;
    std::vector<SharedBytes> parts;
    std::vector<std::string> approvals;
  };

  struct BlobPutAsked {
    Asker from;
    Digest digest;
    uint64_t offset = 0;
    uint64_t total = 0;
    std::string bytes;
  };

  // Only what a release delivers may be read.
  struct BlobGetAsked {
    Asker from;
    Digest digest;
    uint64_t offset = 0;
    uint32_t length = 0;
  };

  struct StatusAsked {
    Asker from;
    std::string publisher;
    std::string id;
  };

  std::vector<Event> events;
  std::vector<Submission> submissions;
  std::vector<BlobPutAsked> puts;
  std::vector<BlobGetAsked> gets;

  // Two programs are connected with one key.
  struct Cloned {
    std::string principal;
    std::string instance;
  };

  std::vector<StatusAsked> statuses;
  std::vector<Cloned> cloned;
};

class Sessions {
 public:
  // The references outlive it. mac: of (epoch, seq, hash) for receipts.
  using MacOf = std::function<Digest(uint64_t epoch, Seq seq, const Digest& hash)>;
  Sessions(
      NetPrincipals principals, Outlet& outlet, BodySource& bodies, MacOf mac, Metrics& metrics);

  // Other principals from now on. Sessions of keys that are gone, or that may not serve their
  // channel any more, end at once.
  void admit(NetPrincipals principals, Inbox& inbox);

  // What is durable now: peers are told, and may show it later.
  void advance(uint64_t epoch, Seq head, const Digest& hash);

  // One message of a peer. Errors are answered here.
  void receive(Door door, const net::Incoming& incoming, Now now, Inbox& inbox);

  // Lets go what the barrier has released. Peers that cannot be reached any more become
  // SessionClosed events in `inbox`.
  void send(const Send& send, Now now, Inbox& inbox);
  // Answers that need no barrier.
  void answer(const Asker& to, wire::Body body, Inbox& inbox);

  // Pings and silence. Returns when to call again at the latest.
  Mono tick(Now now, Inbox& inbox);

  // Tells every adapter to go: the broker stops.
  void say_goodbye(const std::string& reason);

  bool knows(SessionNo session) const { return peers_.contains(session); }

  size_t size() const { return peers_.size(); }

 private:
  struct Peer {
    SessionNo no;
    Door door = Door::publishers;
    std::string routing_id;
    std::string key;  // as the handshake named it
    Mono heard;
    Mono pinged;
    bool adapter_session = false;  // said HELLO
    bool replaced = false;         // by a later HELLO with the same key
    std::string channel_name;
    std::optional<DevicePrincipal> device;  // of a fleet
  };

  struct Counters {
    explicit Counters(Metrics& metrics);
    Counter& received;
    Counter& malformed;
    Counter& delivered;
    Counter& gone;
    Counter& not_allowed;
    Counter& cloned;
    Counter& cursors_refused;
    Counter& devices_refused;
    Gauge& devices;
  };

  Peer* peer_of(Door door, const net::Incoming& incoming, Now now);
  void handle(Peer& peer, const wire::Message& message, Now now, Inbox& inbox);
  const NetPrincipal* principal_of(const Peer& peer) const;
  void handle_publisher(const Peer& peer,
                        const NetPrincipal& principal,
                        const wire::Message& message,
                        Inbox& inbox);
  void withdraw(const NetPrincipal& principal,
                const Asker& from,
                const wire::WithdrawRequest& request,
                Inbox& inbox);
  void handle_adapter(Peer& peer,
                      const NetPrincipal& principal,
                      const wire::Message& message,
                      Inbox& inbox);
  // device_sessions.cc
  void handle_device(Peer& peer, const wire::Message& message, Inbox& inbox);
  void device_hello(Peer& peer,
                    const wire::Message& message,
                    const wire::Hello& hello,
                    Inbox& inbox);
  void manifest(const SendManifest& send, Inbox& inbox);
  bool send_of_fleet(const Send& send, Inbox& inbox);

  size_t& count_of(Door door) { return door == Door::devices ? devices_ : others_; }

  void hello(Peer& peer,
             const NetPrincipal& principal,
             const wire::Message& message,
             const wire::Hello& hello,
             Inbox& inbox);
  bool is_served_by_another(const Peer& peer) const;
  // What a peer says we had. False: it is not ours, the peer was told so.
  bool take_cursor(const Peer& peer,
                   const NetPrincipal& principal,
                   const wire::Message& message,
                   const wire::Cursor& cursor,
                   Inbox& inbox);
  void end(SessionNo session, const std::string& reason, Inbox& inbox);
  bool write(const Peer& peer, uint64_t correlation, wire::Body body);
  void refuse(const Peer& peer, uint64_t correlation, Error error);
  // Its session ended without its knowledge, or it never said HELLO: it must begin anew, or it
  // would wait for deliveries for ever.
  void ask_hello(const Peer& peer, const wire::Message& message);
  void drop(SessionNo session, Inbox& inbox);
  void deliver(const SendDeliver& send, Inbox& inbox);
  std::string pack_items(const HandedItems& items, std::string& bodies);

  NetPrincipals principals_;
  Outlet& outlet_;
  BodySource& bodies_;
  MacOf mac_;
  Counters counters_;
  wire::Cursor cursor_;  // of what is durable
  std::map<SessionNo, Peer> peers_;
  std::map<std::pair<Door, std::string>, SessionNo> by_routing_id_;
  uint64_t last_session_ = 0;
  size_t devices_ = 0;  // peers at the door of devices
  size_t others_ = 0;
  // The manifest packed last: many devices take the same.
  std::shared_ptr<const ManifestItems> packed_;
  std::shared_ptr<const std::string> packed_items_;
};

}  // namespace gulou
