#include "broker/net/sessions.h"

#include "common/base/check.h"
#include "common/base/fleet_limits.h"
#include "common/wire/codec.h"

#include <algorithm>

namespace gulou {
namespace {

std::vector<net::OutFrame> own_frames(const wire::Encoded& encoded) {
  std::vector<net::OutFrame> frames;
  for (const std::string_view frame : encoded.frames()) {
    frames.emplace_back(std::string(frame));
  }
  return frames;
}

// Without its parts.
wire::DeliverItem wire_item(const HandedItem& item) {
  wire::DeliverItem one;
  one.seq = item.seq;
  if (item.withdrawal) {
    one.action = wire::Action::withdraw;
    one.withdrawal = *item.withdrawal;
    one.public_note = item.public_note;
    one.successor = item.successor;
    one.successor_url = item.successor_url;
  }
  one.attempt = item.attempt;
  one.maybe_published = item.maybe_published;
  one.imported = item.imported;
  one.test = item.test;
  one.platform_ids = item.platform_ids;
  return one;
}

wire::DeliverPart wire_part(const HandedItem& item, const HandedPart& part, Utc published_on) {
  wire::DeliverPart one;
  one.part = part.part;
  one.publisher = item.publisher;
  one.id = part.facts.id;
  one.revision = part.facts.revision;
  one.digest = part.facts.digest;
  one.index_no = part.facts.index_no;
  one.published_on = published_on ? published_on : item.shown_at;
  one.first_seq = part.facts.first_seq;
  one.old_platform_id = part.old_platform_id;
  one.old_url = part.old_url;
  one.old_revision = part.old_revision;
  one.invalid = part.invalid;
  one.public_note = part.public_note;
  one.portal_url = part.gate_url;
  return one;
}

// Takes the same time wherever they differ.
bool are_equal(const Digest& ours, const Digest& theirs) {
  uint8_t differs = 0;
  for (size_t i = 0; i < ours.bytes.size(); ++i) {
    differs = static_cast<uint8_t>(differs | (ours.bytes[i] ^ theirs.bytes[i]));
  }
  return differs == 0;
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

Sessions::Counters::Counters(Metrics& metrics)
    : received(metrics.counter("gulou_net_received_messages", "messages of peers taken in")),
      malformed(metrics.counter("gulou_net_malformed_messages", "messages that could not be read")),
      delivered(metrics.counter("gulou_net_delivered_entries", "deliveries handed to adapters")),
      gone(metrics.counter("gulou_net_gone_sessions", "sessions ended by silence or a lost link")),
      not_allowed(metrics.counter("gulou_net_not_allowed_messages",
                                  "messages of keys that may not say them")),
      cloned(metrics.counter("gulou_net_cloned_keys", "times one key was seen in two places")),
      cursors_refused(metrics.counter("gulou_net_refused_cursors",
                                      "receipts and cursors shown that are not ours")),
      devices_refused(metrics.counter("gulou_net_refused_devices",
                                      "devices turned away: too many are connected")),
      devices(metrics.gauge("gulou_net_connected_devices", "connections of devices")) {}

Sessions::Sessions(
    NetPrincipals principals, Outlet& outlet, BodySource& bodies, MacOf mac, Metrics& metrics)
    : principals_(std::move(principals)),
      outlet_(outlet),
      bodies_(bodies),
      mac_(std::move(mac)),
      counters_(metrics) {}

Sessions::Peer* Sessions::peer_of(Door door, const net::Incoming& incoming, Now now) {
  const auto known = by_routing_id_.find({door, incoming.peer});
  if (known != by_routing_id_.end()) {
    Peer& peer = peers_.at(known->second);
    peer.heard = now.mono;
    return peer.key == incoming.principal ? &peer : nullptr;
  }
  const bool full = door == Door::devices ? devices_ >= limits::device_sessions_max
                                          : others_ >= limits::sessions_max;
  if (full) {
    if (door == Door::devices) {
      counters_.devices_refused.add();
    }
    return nullptr;
  }
  ++count_of(door);
  counters_.devices.set(static_cast<int64_t>(devices_));
  const SessionNo no{++last_session_};
  by_routing_id_.emplace(std::pair{door, incoming.peer}, no);
  Peer peer{no, door, incoming.peer, incoming.principal, now.mono, now.mono};
  peer.device = door == Door::devices ? parse_device_principal(peer.key) : std::nullopt;
  return &peers_.emplace(no, std::move(peer)).first->second;
}

void Sessions::advance(uint64_t epoch, Seq head, const Digest& hash) {
  cursor_ = {epoch, head, hash, mac_(epoch, head, hash)};
}

bool Sessions::take_cursor(const Peer& peer,
                           const NetPrincipal& principal,
                           const wire::Message& message,
                           const wire::Cursor& cursor,
                           Inbox& inbox) {
  if (cursor.epoch == 0) {
    return true;
  }
  const Digest ours = mac_(cursor.epoch, cursor.seq, cursor.hash);
  if (!are_equal(ours, cursor.mac)) {
    counters_.cursors_refused.add();
    const Error error{ErrorCode::refused,
                      "cursor_not_ours",
                      std::holds_alternative<wire::Hello>(message.body) ? "known" : "receipt",
                      {std::to_string(cursor.epoch), std::to_string(cursor.seq.value)}};
    if (peer.door == Door::publishers) {
      answer({peer.no, message.correlation}, wire::Refused{{error}}, inbox);
    } else {
      refuse(peer, message.correlation, error);
      static_cast<void>(write(peer, 0, wire::Goodbye{"cursor_not_ours"}));
    }
    return false;
  }
  if (cursor.epoch > cursor_.epoch || cursor.seq > cursor_.seq) {
    inbox.events.emplace_back(CursorShown{principal.name, cursor.epoch, cursor.seq});
  }
  return true;
}

void Sessions::receive(Door door, const net::Incoming& incoming, Now now, Inbox& inbox) {
  counters_.received.add();
  Peer* peer = peer_of(door, incoming, now);
  if (peer == nullptr) {
    return;
  }
  if (incoming.too_many_frames) {
    counters_.malformed.add();
    refuse(*peer, 0, {ErrorCode::exhausted, "too_many_frames", "frames", {}});
    return;
  }
  const std::vector<std::string_view> frames = incoming.views();
  auto message = wire::decode(frames);
  if (!message) {
    counters_.malformed.add();
    refuse(*peer, frames.empty() ? 0 : wire::correlation_of(frames[0]), std::move(message.error()));
    return;
  }
  handle(*peer, *message, now, inbox);
}

const NetPrincipal* Sessions::principal_of(const Peer& peer) const {
  const auto at = principals_.find(peer.key);
  if (at == principals_.end()) {
    return nullptr;
  }
  const bool may = peer.door == Door::publishers ? at->second.publisher : at->second.adapter;
  return may ? &at->second : nullptr;
}

void Sessions::admit(NetPrincipals principals, Inbox& inbox) {
  principals_ = std::move(principals);
  std::vector<std::pair<SessionNo, std::string>> over;
  for (const auto& [no, peer] : peers_) {
    const NetPrincipal* principal = principal_of(peer);
    if (peer.device) {
      continue;  // no file names it
    }
    if (principal == nullptr) {
      over.emplace_back(no, "principal_not_allowed");
    } else if (peer.adapter_session && !contains(principal->channels, peer.channel_name)) {
      over.emplace_back(no, "channel_not_allowed");
    }
  }
  for (const auto& [no, reason] : over) {
    end(no, reason, inbox);
  }
}

void Sessions::end(SessionNo session, const std::string& reason, Inbox& inbox) {
  static_cast<void>(write(peers_.at(session), 0, wire::Goodbye{reason}));
  drop(session, inbox);
}

void Sessions::ask_hello(const Peer& peer, const wire::Message& message) {
  refuse(peer,
         message.correlation,
         {ErrorCode::invalid_argument,
          "hello_first",
          "verb",
          {std::string(wire::verb_of(message.body))}});
  static_cast<void>(write(peer, 0, wire::Goodbye{"session_silent"}));
}

void Sessions::handle(Peer& peer, const wire::Message& message, Now /*now*/, Inbox& inbox) {
  if (peer.device) {
    return handle_device(peer, message, inbox);
  }
  const NetPrincipal* principal = principal_of(peer);
  if (principal == nullptr) {
    counters_.not_allowed.add();
    refuse(
        peer, message.correlation, {ErrorCode::refused, "principal_not_allowed", "", {peer.key}});
    return end(peer.no, "principal_not_allowed", inbox);
  }
  const bool lost = peer.door != Door::publishers && !peer.adapter_session &&
                    !std::holds_alternative<wire::Hello>(message.body);
  if (lost && !std::holds_alternative<wire::Goodbye>(message.body)) {
    return ask_hello(peer, message);
  }
  if (const auto* ping = std::get_if<wire::Ping>(&message.body)) {
    if (!ping->answer) {
      answer({peer.no, message.correlation}, wire::Ping{ping->number, true}, inbox);
    }
    return;
  }
  if (std::holds_alternative<wire::Goodbye>(message.body)) {
    return drop(peer.no, inbox);
  }
  if (peer.door == Door::publishers) {
    handle_publisher(peer, *principal, message, inbox);
  } else {
    handle_adapter(peer, *principal, message, inbox);
  }
}

void Sessions::handle_publisher(const Peer& peer,
                                const NetPrincipal& principal,
                                const wire::Message& message,
                                Inbox& inbox) {
  const Asker from{peer.no, message.correlation};
  if (const auto* submit = std::get_if<wire::Submit>(&message.body)) {
    if (!take_cursor(peer, principal, message, submit->receipt, inbox)) {
      return;
    }
    Inbox::Submission submission{from, principal.name, principal.rights, {}, submit->approvals};
    for (const std::string_view part : submit->parts) {
      submission.parts.push_back(std::make_shared<const std::string>(part));
    }
    inbox.submissions.push_back(std::move(submission));
  } else if (const auto* put = std::get_if<wire::BlobPut>(&message.body)) {
    inbox.puts.push_back({from, put->digest, put->offset, put->total, std::string(put->bytes)});
  } else if (const auto* status = std::get_if<wire::StatusQuery>(&message.body)) {
    if (!take_cursor(peer, principal, message, status->receipt, inbox)) {
      return;
    }
    inbox.statuses.push_back({from, principal.name, status->id});
  } else if (const auto* request = std::get_if<wire::WithdrawRequest>(&message.body)) {
    withdraw(principal, from, *request, inbox);
  } else {
    refuse(peer,
           message.correlation,
           {ErrorCode::invalid_argument,
            "verb_not_for_publishers",
            "verb",
            {std::string(wire::verb_of(message.body))}});
  }
}

// Of the publisher's own publications only: whose they are comes from its key.
void Sessions::withdraw(const NetPrincipal& principal,
                        const Asker& from,
                        const wire::WithdrawRequest& request,
                        Inbox& inbox) {
  const auto kind = parse_withdrawal_kind(request.kind);
  if (!kind) {
    const Error unknown{ErrorCode::invalid_argument, "word_unknown", "kind", {request.kind}};
    return answer(from, wire::Refused{{unknown}}, inbox);
  }
  WithdrawalAsked asked;
  asked.from = from;
  asked.by = principal.name;
  asked.rights = principal.rights;
  asked.targets.push_back({{principal.name, request.id}, request.revision});
  asked.kind = *kind;
  asked.reason = request.reason;
  asked.public_note = request.public_note;
  asked.successor = request.successor;
  inbox.events.emplace_back(std::move(asked));
}

// An older session of this key is alive: the one who was told that it is replaced still speaks.
bool Sessions::is_served_by_another(const Peer& peer) const {
  return std::any_of(peers_.begin(), peers_.end(), [&](const auto& entry) {
    const Peer& other = entry.second;
    return other.no != peer.no && other.adapter_session && other.key == peer.key;
  });
}

void Sessions::hello(Peer& peer,
                     const NetPrincipal& principal,
                     const wire::Message& message,
                     const wire::Hello& hello,
                     Inbox& inbox) {
  if (!contains(principal.channels, hello.channel)) {
    counters_.not_allowed.add();
    refuse(peer,
           message.correlation,
           {ErrorCode::refused, "channel_not_allowed", "channel", {hello.channel, principal.name}});
    static_cast<void>(write(peer, 0, wire::Goodbye{"channel_not_allowed"}));
    return;
  }
  const bool was_replaced = peer.replaced || hello.last_goodbye == "session_replaced" ||
                            hello.last_goodbye == "cloned_key";
  if (was_replaced && is_served_by_another(peer)) {
    counters_.cloned.add();
    inbox.cloned.push_back({principal.name, hello.instance});
    refuse(peer,
           message.correlation,
           {ErrorCode::refused, "cloned_key", "", {principal.name, hello.instance}});
    static_cast<void>(write(peer, 0, wire::Goodbye{"cloned_key"}));
    return;
  }
  if (!take_cursor(peer, principal, message, hello.known, inbox)) {
    return;
  }
  peer.replaced = false;
  peer.adapter_session = true;
  peer.channel_name = hello.channel;
  inbox.events.emplace_back(
      SessionOpened{{peer.no, message.correlation}, hello.channel, hello.instance, principal.name});
}

void Sessions::handle_adapter(Peer& peer,
                              const NetPrincipal& principal,
                              const wire::Message& message,
                              Inbox& inbox) {
  const Asker from{peer.no, message.correlation};
  if (const auto* said = std::get_if<wire::Hello>(&message.body)) {
    return hello(peer, principal, message, *said, inbox);
  }
  if (const auto* credit = std::get_if<wire::Credit>(&message.body)) {
    inbox.events.emplace_back(CreditGranted{peer.no, credit->messages, credit->bytes});
  } else if (const auto* progress = std::get_if<wire::Progress>(&message.body)) {
    if (progress->lease) {
      inbox.events.emplace_back(
          Progressed{from, progress->lease, progress->seq, progress->part, progress->platform_id});
    } else {
      inbox.events.emplace_back(CalledBack{peer.no, progress->platform_id});
    }
  } else if (const auto* report = std::get_if<wire::ReportBatch>(&message.body)) {
    Reported reported{peer.no, report->lease, {}};
    for (const wire::ReportItem& item : report->items) {
      reported.items.push_back({item.from, item.to, item.report});
    }
    inbox.events.emplace_back(std::move(reported));
  } else if (const auto* get = std::get_if<wire::BlobGet>(&message.body)) {
    inbox.gets.push_back({from, get->digest, get->offset, get->length});
  } else {
    refuse(peer,
           message.correlation,
           {ErrorCode::invalid_argument,
            "verb_not_for_adapters",
            "verb",
            {std::string(wire::verb_of(message.body))}});
  }
}

bool Sessions::write(const Peer& peer, uint64_t correlation, wire::Body body) {
  const wire::Encoded encoded = wire::encode({correlation, std::move(body)});
  return outlet_.send(peer.door, peer.routing_id, own_frames(encoded)) == net::SendOutcome::sent;
}

void Sessions::refuse(const Peer& peer, uint64_t correlation, Error error) {
  // A peer that does not read its errors loses them; it costs us nothing.
  static_cast<void>(write(peer, correlation, wire::ErrorMessage{std::move(error)}));
}

void Sessions::answer(const Asker& to, wire::Body body, Inbox& inbox) {
  const auto peer = peers_.find(to.session);
  if (peer != peers_.end() && !write(peer->second, to.correlation, std::move(body))) {
    drop(to.session, inbox);
  }
}

void Sessions::drop(SessionNo session, Inbox& inbox) {
  const auto at = peers_.find(session);
  if (at == peers_.end()) {
    return;
  }
  if (at->second.adapter_session) {
    counters_.gone.add();
    inbox.events.emplace_back(SessionClosed{session});
  }
  --count_of(at->second.door);
  counters_.devices.set(static_cast<int64_t>(devices_));
  by_routing_id_.erase({at->second.door, at->second.routing_id});
  peers_.erase(at);
}

void Sessions::send(const Send& send, Now now, Inbox& inbox) {
  if (const auto* accepted = std::get_if<SendAccepted>(&send)) {
    wire::Accepted body{accepted->seq,
                        accepted->accepted_at,
                        accepted->already,
                        accepted->epoch,
                        accepted->hash,
                        {},
                        {}};
    body.mac = mac_(accepted->epoch, accepted->seq, accepted->hash);
    for (const PartReceiptLine& part : accepted->parts) {
      body.parts.push_back({part.id, part.revision, part.digest, part.index_no});
    }
    answer(accepted->to, std::move(body), inbox);
  } else if (const auto* refused = std::get_if<SendRefused>(&send)) {
    answer(refused->to, wire::Refused{refused->errors}, inbox);
  } else if (const auto* blob = std::get_if<SendBlobOk>(&send)) {
    answer(blob->to, wire::BlobOk{blob->digest, blob->size_bytes, true}, inbox);
  } else if (const auto* welcome = std::get_if<SendWelcome>(&send)) {
    const auto peer = peers_.find(welcome->to.session);
    const std::string name = peer == peers_.end() ? std::string() : peer->second.channel_name;
    answer(welcome->to,
           wire::Welcome{welcome->to.session,
                         name,
                         welcome->epoch,
                         welcome->head,
                         now.utc,
                         peer != peers_.end() && peer->second.device ? limits::device_ping_every_ms
                                                                     : limits::ping_every_ms,
                         cursor_,
                         welcome->lease_ms,
                         welcome->portal_url},
           inbox);
  } else if (const auto* goodbye = std::get_if<SendGoodbye>(&send)) {
    answer({goodbye->session, 0}, wire::Goodbye{goodbye->reason}, inbox);
    const auto peer = peers_.find(goodbye->session);
    if (peer != peers_.end()) {
      peer->second.adapter_session = false;  // the core has closed it already
      peer->second.replaced = goodbye->reason == "session_replaced";
    }
  } else if (const auto* deliver_send = std::get_if<SendDeliver>(&send)) {
    deliver(*deliver_send, inbox);
  } else if (const auto* progress = std::get_if<SendProgressOk>(&send)) {
    answer(progress->to, wire::ProgressOk{progress->lease, progress->seq}, inbox);
  } else if (const auto* recall = std::get_if<SendRecall>(&send)) {
    answer({recall->session, 0}, wire::Recall{recall->lease, recall->seq}, inbox);
  } else if (const auto* error = std::get_if<SendError>(&send)) {
    answer(error->to, wire::ErrorMessage{error->error}, inbox);
  } else {
    send_of_fleet(send, inbox);
  }
}

std::string Sessions::pack_items(const HandedItems& items, std::string& bodies) {
  std::vector<std::pair<Seq, uint8_t>> places;  // of what is to be shown: withdrawals need no text
  std::vector<Seq> first_seqs;
  places.reserve(items.size());
  first_seqs.reserve(items.size());
  for (const HandedItem& item : items) {
    for (const HandedPart& part : item.parts) {
      if (!item.withdrawal) {
        places.emplace_back(part.seq, part.body_part);
      }
      first_seqs.push_back(part.facts.first_seq);
    }
  }
  const std::vector<SharedBytes> found =
      places.empty() ? std::vector<SharedBytes>() : bodies_.bodies(places);
  const std::vector<Utc> published_on = bodies_.published_on(first_seqs);
  CHECK(found.size() == places.size() && published_on.size() == first_seqs.size());
  size_t total = 0;
  for (const SharedBytes& body : found) {
    total += body->size();
  }
  bodies.reserve(total);
  auto body = found.begin();
  auto shown = published_on.begin();
  std::vector<wire::DeliverItem> out;
  out.reserve(items.size());
  for (const HandedItem& item : items) {
    wire::DeliverItem& one = out.emplace_back(wire_item(item));
    for (const HandedPart& part : item.parts) {
      one.parts.push_back(wire_part(item, part, *shown++));
      if (!item.withdrawal) {
        one.parts.back().body_bytes = (*body)->size();
        bodies += **body++;
      }
    }
  }
  return wire::encode_items(out);
}

void Sessions::deliver(const SendDeliver& send, Inbox& inbox) {
  auto bodies = std::make_shared<std::string>();
  const auto items = std::make_shared<const std::string>(pack_items(*send.items, *bodies));
  const net::SharedBytes shared_bodies = bodies;
  for (const SendDeliver::Target& target : send.targets) {
    const auto peer = peers_.find(target.session);
    if (peer == peers_.end()) {
      continue;
    }
    wire::Deliver head;
    head.lease = target.lease;
    head.lane = send.lane;
    head.lease_ms = target.lease_ms;
    head.cursor = cursor_;
    head.position = target.position;
    std::vector<net::OutFrame> frames;
    frames.emplace_back(wire::encode({0, head}).envelope);
    frames.emplace_back(items);
    frames.emplace_back(shared_bodies);
    const net::SendOutcome outcome =
        outlet_.send(peer->second.door, peer->second.routing_id, frames);
    if (outcome == net::SendOutcome::sent) {
      counters_.delivered.add(send.items->size());
    } else {
      // Gone, or it does not read what it gave credit for: its leases end, others go on.
      drop(target.session, inbox);
    }
  }
}

Mono Sessions::tick(Now now, Inbox& inbox) {
  Mono next{now.mono.ms + limits::ping_every_ms};
  std::vector<SessionNo> silent;
  for (auto& [no, peer] : peers_) {
    const int64_t silence = now.mono.ms - peer.heard.ms;
    if (!peer.adapter_session) {
      if (silence > limits::idle_publisher_ms_max) {
        silent.push_back(no);
      }
      continue;
    }
    const int64_t ping_ms = peer.device ? limits::device_ping_every_ms : limits::ping_every_ms;
    const int64_t silence_ms_max =
        peer.device ? 3 * limits::device_ping_every_ms : limits::session_silence_ms_max;
    if (silence > silence_ms_max) {
      silent.push_back(no);
    } else if (silence >= ping_ms && now.mono.ms - peer.pinged.ms >= ping_ms) {
      peer.pinged = now.mono;
      static_cast<void>(write(peer, 0, wire::Ping{static_cast<uint64_t>(now.mono.ms), false}));
    }
  }
  for (const SessionNo no : silent) {
    end(no, "session_silent", inbox);
  }
  return next;
}

void Sessions::say_goodbye(const std::string& reason) {
  for (const auto& [no, peer] : peers_) {
    if (peer.adapter_session) {
      static_cast<void>(write(peer, 0, wire::Goodbye{reason}));
    }
  }
}

}  // namespace gulou
