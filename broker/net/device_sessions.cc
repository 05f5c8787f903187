// Sessions: what devices of a fleet say, and what is said to them alone. Whether a device is still
// one of ours the core knows: its key came in with the handshake.
#include "broker/net/sessions.h"
#include "common/base/limits.h"
#include "common/wire/codec.h"

#include <algorithm>

namespace gulou {
namespace {

Synced synced_of(SessionNo session, const wire::Sync& sync) {
  Synced synced{session, sync.position, sync.held, {}};
  for (const wire::Wanted& want : sync.wants) {
    synced.wants.push_back({want.seq, want.part});
  }
  synced.confirm = sync.confirm;
  synced.lease_ms = sync.display_lease_ms;
  synced.faults = parse_device_faults(sync.faults);
  return synced;
}

}  // namespace

void Sessions::handle_device(Peer& peer, const wire::Message& message, Inbox& inbox) {
  const Asker from{peer.no, message.correlation};
  const auto wrong_verb = [&] {
    refuse(peer,
           message.correlation,
           {ErrorCode::invalid_argument,
            "verb_not_for_devices",
            "verb",
            {std::string(wire::verb_of(message.body))}});
  };
  if (const auto* ping = std::get_if<wire::Ping>(&message.body)) {
    if (!ping->answer) {
      answer(from, wire::Ping{ping->number, true}, inbox);
    }
    return;
  }
  if (std::holds_alternative<wire::Goodbye>(message.body)) {
    return drop(peer.no, inbox);
  }
  if (const auto* enrol = std::get_if<wire::Enrol>(&message.body)) {
    inbox.events.emplace_back(EnrolAsked{from, peer.device->device, enrol->key});
    return;
  }
  if (peer.device->enrols) {
    return wrong_verb();
  }
  if (const auto* hello = std::get_if<wire::Hello>(&message.body)) {
    return device_hello(peer, message, *hello, inbox);
  }
  if (!peer.adapter_session) {
    return ask_hello(peer, message);
  }
  if (const auto* sync = std::get_if<wire::Sync>(&message.body)) {
    inbox.events.emplace_back(synced_of(peer.no, *sync));
  } else if (const auto* report = std::get_if<wire::ReportBatch>(&message.body)) {
    Reported reported{peer.no, report->lease, {}};
    for (const wire::ReportItem& item : report->items) {
      reported.items.push_back({item.from, item.to, item.report});
    }
    inbox.events.emplace_back(std::move(reported));
  } else if (const auto* get = std::get_if<wire::BlobGet>(&message.body)) {
    inbox.gets.push_back({from, get->digest, get->offset, get->length});
  } else {
    wrong_verb();
  }
}

void Sessions::device_hello(Peer& peer,
                            const wire::Message& message,
                            const wire::Hello& hello,
                            Inbox& inbox) {
  const bool was_replaced = peer.replaced || hello.last_goodbye == "session_replaced" ||
                            hello.last_goodbye == "cloned_key";
  if (was_replaced && is_served_by_another(peer)) {
    counters_.cloned.add();
    inbox.cloned.push_back({peer.key, hello.instance});
    refuse(peer,
           message.correlation,
           {ErrorCode::refused, "cloned_key", "", {peer.key, hello.instance}});
    static_cast<void>(write(peer, 0, wire::Goodbye{"cloned_key"}));
    return;
  }
  NetPrincipal named;
  named.name = peer.key;
  if (!take_cursor(peer, named, message, hello.known, inbox)) {
    return;
  }
  peer.replaced = false;
  peer.adapter_session = true;
  peer.channel_name = hello.channel;
  inbox.events.emplace_back(SessionOpened{{peer.no, message.correlation},
                                          hello.channel,
                                          hello.instance,
                                          peer.key,
                                          peer.device->device});
}

void Sessions::manifest(const SendManifest& send, Inbox& inbox) {
  const auto peer = peers_.find(send.session);
  if (peer == peers_.end()) {
    return;
  }
  wire::Manifest head;
  head.head = send.head;
  head.same = send.same;
  std::vector<net::OutFrame> frames;
  if (send.same) {
    frames.emplace_back(wire::encode({0, head}).envelope);
  } else {
    if (packed_ != send.items) {
      std::vector<wire::ManifestPart> parts;
      parts.reserve(send.items->size());
      for (const ManifestItem& item : *send.items) {
        parts.push_back({item.publisher,
                         item.id,
                         item.revision,
                         item.seq,
                         item.part,
                         item.digest,
                         item.body_bytes});
      }
      packed_ = send.items;
      packed_items_ = std::make_shared<const std::string>(wire::encode_manifest_items(parts));
    }
    frames.emplace_back(wire::encode({0, head}).envelope);
    frames.emplace_back(packed_items_);
  }
  const auto outcome = outlet_.send(peer->second.door, peer->second.routing_id, frames);
  if (outcome != net::SendOutcome::sent) {
    drop(send.session, inbox);
  }
}

bool Sessions::send_of_fleet(const Send& send, Inbox& inbox) {
  if (const auto* listed = std::get_if<SendManifest>(&send)) {
    manifest(*listed, inbox);
    return true;
  }
  const auto* enrolled = std::get_if<SendEnrolled>(&send);
  if (enrolled == nullptr) {
    return false;
  }
  wire::Enrol body;
  body.answer = true;
  body.device = enrolled->device.value;
  body.channel = enrolled->channel;
  body.name = enrolled->name;
  body.place = enrolled->place;
  answer(enrolled->to, std::move(body), inbox);
  return true;
}

}  // namespace gulou
