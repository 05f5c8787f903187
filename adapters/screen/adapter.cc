#include "adapters/screen/adapter.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

std::string publication_of(const sdk::Part& part) {
  return part.publisher + "/" + part.release.id;
}

ScreenRemoval meant_by(const sdk::Part& part) {
  return {publication_of(part), part.release.revision};
}

bool is_picture(const Attachment& attachment) {
  return attachment.media_type.rfind("image/", 0) == 0;
}

}  // namespace

ScreenAdapter::ScreenAdapter(ScreenStore store, std::string page_url)
    : store_(std::move(store)), page_url_(std::move(page_url)) {}

// A screen shows pictures; other attachments stay on the portal, which its QR code leads to.
Status ScreenAdapter::fetch_pictures(const sdk::Part& part, sdk::Helper& helper) const {
  for (const Attachment& attachment : part.release.attachments) {
    if (attachment.is_private || !is_picture(attachment) || store_.has_blob(attachment.digest)) {
      continue;
    }
    TRY(store_.add_blob(attachment.digest, [&](const ScreenStore::Sink& sink) {
      return helper.read_blob(attachment.digest, attachment.size_bytes, sink);
    }));
  }
  return {};
}

Report ScreenAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  ScreenChange change;
  change.position = delivery.seq;
  for (const sdk::Part& part : delivery.parts) {
    if (part.invalid) {
      change.remove.push_back(meant_by(part));
      continue;
    }
    if (auto status = fetch_pictures(part, helper); !status) {
      return sdk::transient(status.error().reason, describe(status.error()));
    }
    change.put.push_back(
        {{publication_of(part), delivery.seq, part.digest, part.published_on, part.release},
         std::string(part.canonical)});
  }
  if (auto status = store_.apply(std::move(change)); !status) {
    return sdk::transient(status.error().reason, describe(status.error()));
  }
  return held(delivery);
}

Report ScreenAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report ScreenAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  ScreenChange change;
  change.position = delivery.seq;
  Receipt receipt;
  receipt.level = ReceiptLevel::accepted;
  for (const sdk::Part& part : delivery.parts) {
    change.remove.push_back(meant_by(part));
    if (store_.holds(change.remove.back())) {
      receipt.parts.push_back({part.part, part.release.revision, publication_of(part), page_url_});
    }
  }
  if (auto status = store_.apply(std::move(change)); !status) {
    return sdk::transient(status.error().reason, describe(status.error()));
  }
  receipt.at = read_clocks().utc;
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

Report ScreenAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  if (delivery.withdrawal) {
    const bool there =
        std::any_of(delivery.parts.begin(), delivery.parts.end(), [this](const sdk::Part& part) {
          return store_.holds(meant_by(part));
        });
    return there ? sdk::published({}) : sdk::gone();
  }
  for (const sdk::Part& part : delivery.parts) {
    if (store_.find(publication_of(part)) == nullptr) {
      return sdk::gone();
    }
  }
  return held(delivery);
}

// Stored durably on the screen: `accepted`. `shown` needs the glass to say so.
Report ScreenAdapter::held(const sdk::Delivery& delivery) const {
  Receipt receipt;
  receipt.level = ReceiptLevel::accepted;
  receipt.at = read_clocks().utc;
  for (const sdk::Part& part : delivery.parts) {
    const ScreenItem* item = store_.find(publication_of(part));
    // Beyond its limit a screen lets the oldest go; it has still taken this one.
    const uint32_t revision = item != nullptr ? item->release.revision : part.release.revision;
    receipt.parts.push_back({part.part, revision, publication_of(part), page_url_});
  }
  return sdk::published(std::move(receipt));
}

}  // namespace gulou
