#include "adapters/portal/adapter.h"

#include "common/html/escape.h"

#include <utility>

namespace gulou {
namespace {

// The page is not as it should be: the site's server may be starting, so try again.
Report unseen(const Error& error) {
  return sdk::transient(error.reason, describe(error));
}

}  // namespace

PortalAdapter::PortalAdapter(Site site, std::string base_url, bool read_back)
    : site_(std::move(site)), base_url_(std::move(base_url)), read_back_(read_back) {}

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
                     .old_url = part.old_url});
  }
  const auto places = site_.publish(parts, read_clocks().utc);
  if (!places) {
    return sdk::transient(places.error().reason, describe(places.error()));
  }
  return confirm(delivery, *places);
}

// The site keeps the address of a publication through its revisions: an update is a publish.
Report PortalAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report PortalAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  Site::Withdrawal withdrawal;
  for (const sdk::Part& part : delivery.parts) {
    withdrawal.publications.push_back(part.publisher + "/" + part.release.id);
  }
  const Utc now = read_clocks().utc;
  if (auto status = site_.withdraw(withdrawal, now); !status) {
    return sdk::transient(status.error().reason, describe(status.error()));
  }
  return sdk::published({.level = ReceiptLevel::accepted, .at = now});
}

Report PortalAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  std::vector<SitePlace> places;
  for (const sdk::Part& part : delivery.parts) {
    const auto place = site_.find(part.publisher, part.release.id);
    if (!place) {
      return sdk::transient(place.error().reason, describe(place.error()));
    }
    if (!*place) {
      return sdk::gone();
    }
    places.push_back(**place);
  }
  return confirm(delivery, places);
}

Status PortalAdapter::read_back(const sdk::Part& part, const SitePlace& place) {
  HttpCall call;
  call.url = base_url_ + place.url_path;
  const HttpAnswer answer = TRY(client_.call(call));
  if (answer.status != 200) {
    return fail(ErrorCode::unavailable,
                "read_back_status",
                "url",
                {call.url, std::to_string(answer.status)});
  }
  if (answer.body.find(escaped(part.release.title, Escape::html)) == std::string::npos) {
    return fail(ErrorCode::unavailable, "read_back_title_missing", "url", {call.url});
  }
  // Each release page carries its release's digest: what is shown is what was approved.
  if (place.revision == part.release.revision &&
      answer.body.find(to_hex(part.digest)) == std::string::npos) {
    return fail(ErrorCode::unavailable, "read_back_body_missing", "url", {call.url});
  }
  return {};
}

Report PortalAdapter::confirm(const sdk::Delivery& delivery, const std::vector<SitePlace>& places) {
  Receipt receipt;
  receipt.level = read_back_ ? ReceiptLevel::seen_public : ReceiptLevel::accepted;
  for (size_t i = 0; i < places.size(); ++i) {
    const sdk::Part& part = delivery.parts[i];
    if (read_back_) {
      if (auto status = read_back(part, places[i]); !status) {
        return unseen(status.error());
      }
    }
    receipt.parts.push_back({.part = part.part,
                             .revision = places[i].revision,
                             .platform_id = places[i].publication,
                             .url = base_url_ + places[i].url_path});
  }
  receipt.at = read_clocks().utc;
  return sdk::published(std::move(receipt));
}

}  // namespace gulou
