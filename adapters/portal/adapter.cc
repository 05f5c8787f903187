#include "adapters/portal/adapter.h"

#include "adapters/portal/site_view.h"

#include <utility>

namespace gulou {
namespace {

// The page is not as it should be: the site's server may be starting, so try again.
Report unseen(const Error& error) {
  return sdk::transient(error.reason, describe(error));
}

std::string publication_of(const sdk::Part& part) {
  return full_target(part.publisher, part.release.id);
}

}  // namespace

PortalAdapter::PortalAdapter(Site site, std::string base_url)
    : site_(std::move(site)), base_url_(std::move(base_url)) {}

Status PortalAdapter::fetch_attachments(const sdk::Part& part, sdk::Helper& helper) {
  for (const Attachment& attachment : part.release.attachments) {
    if (attachment.is_private || site_.has_blob(attachment.digest)) {
      continue;
    }
    TRY(site_.add_blob(attachment.digest, [&](const Site::Sink& sink) {
      return helper.read_blob(attachment.digest, attachment.size_bytes, sink);
    }));
  }
  return {};
}

Report PortalAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  std::vector<SitePart> parts;
  for (const sdk::Part& part : delivery.parts) {
    if (auto status = fetch_attachments(part, helper); !status) {
      return sdk::transient(status.error().reason, describe(status.error()));
    }
    parts.push_back({.publisher = part.publisher,
                     .release = &part.release,
                     .canonical = part.canonical,
                     .digest = part.digest,
                     .part = part.part,
                     .seq = delivery.seq,
                     .first_seq = part.first_seq,
                     .index_no = part.index_no,
                     .published_on = part.published_on,
                     .old_url = part.old_url,
                     .invalid = part.invalid,
                     .note = part.public_note});
  }
  const auto places = site_.publish(parts, read_clocks().utc);
  if (!places) {
    return sdk::transient(places.error().reason, describe(places.error()));
  }
  for (const SitePlace& place : *places) {
    if (place.down()) {
      return sdk::content("site_publication_withdrawn", place.publication);
    }
  }
  return confirm(delivery, *places);
}

// The site keeps the address of a publication through its revisions: an update is a publish.
Report PortalAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report PortalAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  Site::Withdrawal withdrawal;
  withdrawal.kind = delivery.withdrawal.value_or(WithdrawalKind::remove);
  withdrawal.public_note = delivery.public_note;
  withdrawal.successor = delivery.successor;
  withdrawal.seq = delivery.seq;
  for (const sdk::Part& part : delivery.parts) {
    withdrawal.targets.push_back({publication_of(part), part.release.revision});
  }
  const auto places = site_.withdraw(withdrawal, read_clocks().utc);
  if (!places) {
    return sdk::transient(places.error().reason, describe(places.error()));
  }
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (size_t i = 0; i < places->size(); ++i) {
    const std::optional<SitePlace>& place = (*places)[i];
    if (!place) {
      continue;
    }
    const std::string url = base_url_ + place->url_path;
    Status seen;
    if (place->down()) {
      seen = read_back_.gone(url);
    } else if (place->standing == Standing::invalid) {
      seen = read_back_.shows_note(
          delivery.public_note.empty() ? invalid_text() : delivery.public_note, url);
    }  // else a newer revision has come since: it stays
    if (!seen) {
      return unseen(seen.error());
    }
    receipt.parts.push_back(receipt_of(delivery.parts[i], *place));
  }
  receipt.at = read_clocks().utc;
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

// What the site knows is withdrawn once more, which does no harm and is read back.
Report PortalAdapter::find_withdrawn(const sdk::Delivery& delivery) {
  Receipt known;
  for (const sdk::Part& part : delivery.parts) {
    const auto place = site_.find(part.publisher, part.release.id);
    if (!place) {
      return sdk::transient(place.error().reason, describe(place.error()));
    }
    if (*place) {
      known.parts.push_back(receipt_of(part, **place));
    }
  }
  return known.parts.empty() ? sdk::gone() : sdk::published(std::move(known));
}

Report PortalAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  if (delivery.withdrawal) {
    return find_withdrawn(delivery);
  }
  std::vector<SitePlace> places;
  for (const sdk::Part& part : delivery.parts) {
    const auto place = site_.find(part.publisher, part.release.id);
    if (!place) {
      return sdk::transient(place.error().reason, describe(place.error()));
    }
    const bool there =
        *place && !(*place)->down() && (!part.invalid || (*place)->standing == Standing::invalid);
    if (!there) {
      return sdk::gone();
    }
    places.push_back(**place);
  }
  return confirm(delivery, places);
}

Status PortalAdapter::read_back(const sdk::Part& part, const SitePlace& place) {
  const std::string url = base_url_ + place.url_path;
  if (place.revision == part.release.revision) {
    // Each release page carries its release's digest: what is shown is what was approved.
    TRY(read_back_.shows(part.release, url, to_hex(part.digest)));
  }
  if (part.invalid) {
    TRY(read_back_.shows_note(part.public_note.empty() ? invalid_text() : part.public_note, url));
  }
  return {};
}

PartReceipt PortalAdapter::receipt_of(const sdk::Part& part, const SitePlace& place) const {
  return {.part = part.part,
          .revision = place.revision,
          .platform_id = place.publication,
          .url = base_url_ + place.url_path};
}

Report PortalAdapter::confirm(const sdk::Delivery& delivery, const std::vector<SitePlace>& places) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (size_t i = 0; i < places.size(); ++i) {
    const sdk::Part& part = delivery.parts[i];
    if (auto status = read_back(part, places[i]); !status) {
      // It is up there, so a withdrawal that comes now has something to take down.
      return sdk::ambiguous(status.error().reason, describe(status.error()));
    }
    receipt.parts.push_back(receipt_of(part, places[i]));
  }
  receipt.at = read_clocks().utc;
  return sdk::published(std::move(receipt));
}

}  // namespace gulou
