#include "adapters/screen/adapter.h"

#include "adapters/screen/item_json.h"

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

}  // namespace

std::string shown_id(Seq seq) {
  return "screen-" + std::to_string(seq.value);
}

std::string off_id(std::string_view key) {
  return "off-" + std::string(key);
}

ScreenAdapter::ScreenAdapter(ScreenStore store,
                             std::string page_url,
                             std::vector<const Glass*> glasses,
                             bool touch,
                             Played played,
                             std::function<void()> changed)
    : store_(std::move(store)),
      page_url_(std::move(page_url)),
      glasses_(std::move(glasses)),
      touch_(touch),
      played_(std::move(played)),
      changed_(std::move(changed)) {}

Status ScreenAdapter::apply(ScreenChange change) {
  const bool removes = !change.remove.empty();
  TRY(store_.apply(std::move(change)));
  changed_();
  if (removes) {
    std::vector<Digest> kept;
    for (const auto& [publication, item] : store_.content().items) {
      kept.push_back(item.digest);
    }
    played_.keep_only(kept);
  }
  return {};
}

// A screen shows pictures, a kiosk PDFs too; other attachments stay on the portal, which the QR
// code leads to.
bool ScreenAdapter::wanted(const Attachment& attachment) const {
  const bool pdf = attachment.media_type == "application/pdf" && touch_ &&
                   attachment.size_bytes <= limits::screen_pdf_bytes_max;
  return !attachment.is_private && (pdf || attachment.media_type.starts_with("image/"));
}

Status ScreenAdapter::fetch_files(const sdk::Part& part, sdk::Helper& helper) const {
  for (const Attachment& attachment : part.release.attachments) {
    if (!wanted(attachment) || store_.has_blob(attachment.digest)) {
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
    if (auto status = fetch_files(part, helper); !status) {
      return sdk::transient(status.error().reason, sdk::words_of(status.error()));
    }
    change.put.push_back(
        {{publication_of(part), delivery.seq, part.digest, part.published_on, {}, part.release},
         std::string(part.canonical)});
  }
  if (auto status = apply(std::move(change)); !status) {
    return sdk::transient(status.error().reason, sdk::words_of(status.error()));
  }
  return held(delivery);
}

Report ScreenAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

// Does a page still have it, as far as anybody knows? Each that lives must have spoken since it was
// removed; after a start pages need a moment to speak at all.
bool ScreenAdapter::may_be_drawn(const std::string& key, Utc now) const {
  const auto removed = removed_at_.find(key);
  const Utc since = removed == removed_at_.end() ? started_ : removed->second;
  return std::any_of(glasses_.begin(), glasses_.end(), [&](const Glass* glass) {
    const bool unheard = !glass->page_seen() && now.ms - started_.ms >= 0 &&
                         now.ms - started_.ms < limits::screen_page_silence_ms_max;
    return unheard || !glass->is_clear_of(key, since, now);
  });
}

// Of what is held and may be on a glass: a page lives that would draw it, or it was there before
// this program started.
std::vector<std::string> ScreenAdapter::drawn_keys(const sdk::Delivery& delivery, Utc now) const {
  std::vector<std::string> keys;
  for (const sdk::Part& part : delivery.parts) {
    const ScreenItem* item = store_.find(publication_of(part));
    if (item == nullptr || !store_.holds(meant_by(part))) {
      continue;
    }
    const bool may = std::any_of(glasses_.begin(), glasses_.end(), [&](const Glass* glass) {
      return drawable(item->release, glass->rules()) &&
             (glass->has_page(now) || played_.first_shown(item->digest, glass->name()));
    });
    if (may) {
      keys.push_back(item_key(*item));
    }
  }
  return keys;
}

// Gone from the store is not gone from the glass: waits until the page says so, or no page lives.
Report ScreenAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  const std::vector<std::string> drawn = drawn_keys(delivery, read_clocks().utc);
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
  if (auto status = apply(std::move(change)); !status) {
    return sdk::transient(status.error().reason, sdk::words_of(status.error()));
  }
  receipt.at = read_clocks().utc;
  std::string waits_for;
  for (const std::string& key : drawn) {
    if (removed_at_.size() >= limits::screen_items_max) {
      removed_at_.erase(removed_at_.begin());  // then the start counts for it
    }
    removed_at_.insert_or_assign(key, receipt.at);
    if (!may_be_drawn(key, receipt.at)) {
      continue;
    }
    if (waits_for.empty()) {
      waits_for = key;
    } else if (auto status = helper.progress(0, off_id(key)); !status) {
      return sdk::ambiguous(status.error().reason, sdk::words_of(status.error()));
    }
  }
  if (!waits_for.empty()) {
    return sdk::accepted(off_id(waits_for), {receipt.at.ms + limits::screen_shown_poll_ms_first});
  }
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

Report ScreenAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  if (delivery.withdrawal) {
    const bool there =
        std::any_of(delivery.parts.begin(), delivery.parts.end(), [this](const sdk::Part& part) {
          return store_.holds(meant_by(part));
        });
    return there ? sdk::published({}) : left(delivery);
  }
  for (const sdk::Part& part : delivery.parts) {
    if (store_.find(publication_of(part)) == nullptr) {
      return sdk::gone();
    }
  }
  return held(delivery);
}

// A withdrawal that waits for the glass: its keys are what it was told under.
Report ScreenAdapter::left(const sdk::Delivery& delivery) {
  const Utc now = read_clocks().utc;
  for (const std::string& id : delivery.platform_ids) {
    if (!id.starts_with(off_id({}))) {
      continue;
    }
    const std::string key = id.substr(off_id({}).size());
    if (may_be_drawn(key, now)) {
      return sdk::accepted(id, {now.ms + limits::screen_shown_poll_ms_first});
    }
    removed_at_.erase(key);
  }
  return sdk::gone();
}

// Does a page live there that will draw it, within a time worth waiting for?
bool ScreenAdapter::awaited(const ScreenItem& item, const Glass& glass, Utc now) const {
  if (!glass.has_page(now) || !drawable(item.release, glass.rules()) ||
      now.ms - store_.stored_at(item.digest).ms > limits::screen_shown_wait_ms_max) {
    return false;
  }
  const Playlist list = playlist(store_.content().items, glass.rules(), now);
  return list.takeover ||
         std::any_of(list.entries.begin(), list.entries.end(), [&item](const PlaylistEntry& entry) {
           return entry.item->digest == item.digest;
         });
}

// Stored durably: `accepted`. `shown` once every part was on a glass, and on all that live.
Report ScreenAdapter::held(const sdk::Delivery& delivery) const {
  const Utc now = read_clocks().utc;
  Receipt receipt;
  receipt.level = ReceiptLevel::shown;
  receipt.at = now;
  for (const sdk::Part& part : delivery.parts) {
    const ScreenItem* item = store_.find(publication_of(part));
    // Beyond its limit a screen lets the oldest go; it has still taken this one.
    const uint32_t revision = item != nullptr ? item->release.revision : part.release.revision;
    receipt.parts.push_back({part.part, revision, publication_of(part), page_url_});
    bool drawn = false;
    for (const Glass* glass : glasses_) {
      if (item != nullptr && played_.first_shown(item->digest, glass->name())) {
        drawn = true;
      } else if (item != nullptr && awaited(*item, *glass, now)) {
        // The page may speak before the broker knows what this waits for: look again soon.
        const bool fresh =
            now.ms - store_.stored_at(item->digest).ms < limits::screen_shown_poll_ms;
        const int64_t poll_ms =
            fresh ? limits::screen_shown_poll_ms_first : limits::screen_shown_poll_ms;
        return sdk::accepted(shown_id(delivery.seq), {now.ms + poll_ms});
      }
    }
    if (!drawn) {
      receipt.level = ReceiptLevel::accepted;
    }
  }
  return sdk::published(std::move(receipt));
}

}  // namespace gulou
