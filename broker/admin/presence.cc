#include "broker/admin/presence.h"

#include "broker/admin/fits.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

// A withdrawal that takes down was carried out here.
bool was_taken_down(const History& history, ChannelNo channel, const PublicationRow& publication) {
  if (!publication.withdrawn || !takes_down(publication.withdrawn->kind)) {
    return false;
  }
  const auto row = history.entry(publication.withdrawn->seq);
  return row && standing(history, channel, row->entry).state == DeliveryState::published;
}

void name_place(Presence& presence, const RevisionRow& revision, const Standing& standing) {
  if (presence.seq) {
    return;
  }
  presence.seq = revision.seq;
  presence.revision = revision.revision;
  presence.state = *standing.state;
  presence.since = standing.since;
}

void take_receipt(Presence& presence, const RevisionRow& revision, const Receipt& receipt) {
  presence.there = true;
  presence.by_hand = receipt.source == ReceiptSource::by_hand;
  for (const PartReceipt& part : receipt.parts) {
    if (part.part == revision.part) {
      presence.url = part.url;
      presence.platform_id = part.platform_id;
      presence.revision = part.revision != 0 ? part.revision : presence.revision;
    }
  }
}

void take_open(Presence& presence, const Standing& standing) {
  const DeliveryState state = *standing.state;
  presence.may_be_there =
      presence.may_be_there || standing.maybe_published || state == DeliveryState::confirming;
  presence.leased = presence.leased || state == DeliveryState::leased;
  presence.queued = presence.queued || state != DeliveryState::leased;
}

}  // namespace

Presence presence(const History& history,
                  const ChannelDefined& channel,
                  const CountySettings& county,
                  const PublicationRow& publication) {
  Presence found{
      .channel = channel.channel, .id = channel.id, .policy = county.channel(channel.id)};
  const bool down = was_taken_down(history, channel.channel, publication);
  size_t looked_at = 0;
  for (auto revision = publication.revisions.rbegin();
       revision != publication.revisions.rend() && looked_at < limits::revisions_looked_at_max;
       ++revision, ++looked_at) {
    if (down && revision->revision <= publication.withdrawn->revision) {
      break;
    }
    const auto row = history.entry(revision->seq);
    const Standing stands =
        row ? standing(history, channel.channel, row->entry) : Standing{.channel = channel.channel};
    const bool unreached = stands.state == DeliveryState::pending;
    if (!stands.state ||
        (unreached && (found.policy == nullptr || !takes(found.policy->filter, row->entry)))) {
      continue;
    }
    if (*stands.state == DeliveryState::published) {
      name_place(found, *revision, stands);
      take_receipt(found, *revision, stands.receipt);
      break;
    }
    if (unreached && publication.is_down(revision->revision)) {
      continue;  // no cursor has come to it; it will not go out
    }
    if (!is_final(*stands.state)) {
      name_place(found, *revision, stands);
      take_open(found, stands);
    }
  }
  return found;
}

std::vector<Presence> presences(const History& history,
                                const CountySettings& county,
                                const PublicationRow& publication) {
  std::vector<Presence> all;
  for (const ChannelDefined& channel : history.channels()) {
    Presence one = presence(history, channel, county, publication);
    if (one.policy != nullptr || one.any()) {
      all.push_back(std::move(one));
    }
  }
  return all;
}

}  // namespace gulou
