#include "adapters/screen/board_adapter.h"

#include "adapters/screen/board_plan.h"
#include "adapters/screen/item_text.h"
#include "adapters/screen/limits.h"
#include "adapters/screen/playlist.h"
#include "common/draw/glyphs.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

std::string publication_of(const sdk::Part& part) {
  return part.publisher + "/" + part.release.id;
}

// Bounded as the broker bounds it: whole words, as many as fit.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& one : words) {
    if (text.size() + one.size() + 2 > limits::attempt_text_bytes_max) {
      break;
    }
    text += (text.empty() ? "" : "; ") + one;
  }
  return text;
}

// With the beginning of the photo's digest, so that the picture is proved with it.
std::string told(const Board& board, std::string_view step, Utc at, std::string_view photo) {
  constexpr size_t digits = 16;
  std::string text = board.id + " " + std::string(step) + " " + format_utc(at);
  return photo.empty() ? text : text + " photo " + std::string(photo.substr(0, digits));
}

// Soon at first, since somebody may tap before the broker knows what this waits for.
Utc next_look(const sdk::Delivery& delivery, Utc now) {
  constexpr uint32_t doublings_max = 12;
  const int64_t wait_ms = limits::board_poll_ms_first << std::min(delivery.attempt, doublings_max);
  return {now.ms + std::min(wait_ms, limits::board_poll_ms)};
}

Status check_drawable(const Release& release) {
  TRY(check_glyphs(release.title, "title"));
  TRY(check_glyphs(release.issuer.name, "issuer"));
  return check_glyphs(item_plain(release), "body");
}

Status fetch_pictures(const ScreenStore& store, const sdk::Part& part, sdk::Helper& helper) {
  for (const Attachment& attachment : part.release.attachments) {
    if (attachment.is_private || !attachment.media_type.starts_with("image/") ||
        store.has_blob(attachment.digest)) {
      continue;
    }
    TRY(store.add_blob(attachment.digest, [&](const ScreenStore::Sink& sink) {
      return helper.read_blob(attachment.digest, attachment.size_bytes, sink);
    }));
  }
  return {};
}

Report later(const Error& error) {
  return error.reason == sdk::recalled ? sdk::transient(error.reason, {})
                                       : sdk::ambiguous(error.reason, sdk::words_of(error));
}

}  // namespace

std::string posted_id(Seq seq) {
  return "board-" + std::to_string(seq.value);
}

std::string down_id(std::string_view publication) {
  return "down " + std::string(publication);
}

BoardAdapter::BoardAdapter(ScreenStore store,
                           BoardLedger ledger,
                           std::unique_ptr<BoardSource> source)
    : store_(std::move(store)), ledger_(std::move(ledger)), source_(std::move(source)) {}

Status BoardAdapter::look() {
  boards_ = TRY(source_->boards());
  return ledger_.refresh();
}

Report BoardAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  ScreenChange change;
  change.position = delivery.seq;
  for (const sdk::Part& part : delivery.parts) {
    if (part.invalid) {
      change.remove.push_back({publication_of(part), part.release.revision});
      continue;
    }
    if (auto status = check_drawable(part.release); !status) {
      return sdk::content(status.error().reason, sdk::words_of(status.error()));
    }
    if (auto status = fetch_pictures(store_, part, helper); !status) {
      return sdk::transient(status.error().reason, sdk::words_of(status.error()));
    }
    change.put.push_back(
        {{publication_of(part), delivery.seq, part.digest, part.published_on, {}, part.release},
         std::string(part.canonical)});
  }
  if (auto status = store_.apply(std::move(change)); !status) {
    return sdk::transient(status.error().reason, sdk::words_of(status.error()));
  }
  return hanging(delivery, helper);
}

Report BoardAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report BoardAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  ScreenChange change;
  change.position = delivery.seq;
  for (const sdk::Part& part : delivery.parts) {
    change.remove.push_back({publication_of(part), part.release.revision});
  }
  if (auto status = store_.apply(std::move(change)); !status) {
    return sdk::transient(status.error().reason, sdk::words_of(status.error()));
  }
  return taken_down(delivery, helper);
}

Report BoardAdapter::find(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (delivery.withdrawal) {
    const bool held = std::ranges::any_of(delivery.parts, [this](const sdk::Part& part) {
      return store_.holds({publication_of(part), part.release.revision});
    });
    return held ? sdk::published({}) : taken_down(delivery, helper);
  }
  const bool all = std::ranges::all_of(delivery.parts, [this](const sdk::Part& part) {
    return part.invalid || store_.find(publication_of(part)) != nullptr;
  });
  return all ? hanging(delivery, helper) : sdk::gone();
}

BoardAdapter::Said BoardAdapter::posted(const ScreenItem& item, Utc now) const {
  Said said;
  for (const Board& board : boards_) {
    if (!board_takes(board, item.release) || !in_force(item, board.drill, now)) {
      continue;
    }
    const BoardLedger::Sheets& sheets = ledger_.sheets(board.id);
    const auto at = sheets.find(item.digest);
    if (at != sheets.end() && at->second.posted_at) {
      said.done.push_back(told(board, "posted", at->second.posted_at, at->second.photo));
    } else {
      said.open = true;
    }
  }
  return said;
}

// Of every revision up to that one.
BoardAdapter::Said BoardAdapter::down(std::string_view publication, uint32_t revision) const {
  Said said;
  for (const Board& board : boards_) {
    for (const auto& [digest, sheet] : ledger_.sheets(board.id)) {
      if (sheet.publication != publication || sheet.revision > revision) {
        continue;
      }
      if (sheet.step == BoardStep::down) {
        said.done.push_back(told(board, "down", sheet.down_at, sheet.down_photo));
      } else if (sheet.step != BoardStep::none) {
        said.open = true;
      }
    }
  }
  return said;
}

// What a board said becomes durable at the broker as it comes; where there are more boards than a
// delivery has room for, it stands in the receipt alone.
Status BoardAdapter::tell(const sdk::Delivery& delivery,
                          uint8_t part,
                          const std::vector<std::string>& done,
                          sdk::Helper& helper) const {
  if (boards_.size() * delivery.parts.size() >= limits::platform_ids_max) {
    return {};
  }
  for (const std::string& one : done) {
    if (std::ranges::find(delivery.platform_ids, one) == delivery.platform_ids.end()) {
      TRY(helper.progress(part, one));
    }
  }
  return {};
}

Report BoardAdapter::hanging(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (auto status = look(); !status) {
    return sdk::transient(status.error().reason, sdk::words_of(status.error()));
  }
  const Utc now = read_clocks().utc;
  Receipt receipt;
  receipt.level = ReceiptLevel::shown;
  receipt.at = now;
  bool open = false;
  for (const sdk::Part& part : delivery.parts) {
    const ScreenItem* item = store_.find(publication_of(part));
    Said said = item == nullptr ? Said{} : posted(*item, now);
    if (auto status = tell(delivery, part.part, said.done, helper); !status) {
      return later(status.error());
    }
    open = open || said.open;
    if (said.done.empty()) {
      receipt.level = ReceiptLevel::accepted;  // no board takes it
    }
    const uint32_t revision = item != nullptr ? item->release.revision : part.release.revision;
    receipt.parts.push_back({part.part, revision, joined(said.done), {}});
  }
  return open ? sdk::accepted(posted_id(delivery.seq), next_look(delivery, now))
              : sdk::published(std::move(receipt));
}

Report BoardAdapter::taken_down(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (auto status = look(); !status) {
    return sdk::transient(status.error().reason, sdk::words_of(status.error()));
  }
  Receipt receipt;
  receipt.level = ReceiptLevel::shown;
  receipt.at = read_clocks().utc;
  std::string waits_for;
  bool anything = false;
  for (const sdk::Part& part : delivery.parts) {
    const Said said = down(publication_of(part), part.release.revision);
    if (auto status = tell(delivery, part.part, said.done, helper); !status) {
      return later(status.error());
    }
    if (said.open && waits_for.empty()) {
      waits_for = publication_of(part);
    }
    anything = anything || !said.done.empty();
    receipt.parts.push_back({part.part, part.release.revision, joined(said.done), {}});
  }
  if (!waits_for.empty()) {
    return sdk::accepted(down_id(waits_for), next_look(delivery, receipt.at));
  }
  return anything && !delivery.maybe_published ? sdk::published(std::move(receipt))
         : anything                            ? sdk::published({})
                                               : sdk::gone();
}

}  // namespace gulou
