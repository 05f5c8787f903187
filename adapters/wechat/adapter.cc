#include "adapters/wechat/adapter.h"

#include "adapters/wechat/article.h"
#include "adapters/wechat/limits.h"
#include "adapters/wechat/outcomes.h"
#include "common/html/escape.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

constexpr int invalid_media_id = 40007;

// "ARTICLE_ID#INDEX", as receipts name an article.
std::pair<std::string, size_t> place_of(const std::string& platform_id) {
  const size_t hash = platform_id.rfind('#');
  size_t index = 0;
  if (hash != std::string::npos) {
    const char* const begin = platform_id.data() + hash + 1;
    std::from_chars(begin, platform_id.data() + platform_id.size(), index);
  }
  return {index == 0 ? std::string() : platform_id.substr(0, hash), index};
}

PartReceipt receipt_of(const sdk::Part& part,
                       uint32_t revision,
                       const std::string& article_id,
                       size_t index,
                       std::string url) {
  return {.part = part.part,
          .revision = revision,
          .platform_id = article_id + "#" + std::to_string(index),
          .url = std::move(url)};
}

Result<std::string> bytes_of(const Attachment& attachment, sdk::Helper& helper) {
  std::string bytes;
  TRY(helper.read_blob(
      attachment.digest, attachment.size_bytes, [&bytes](std::string_view piece) -> Status {
        bytes += piece;
        return {};
      }));
  return bytes;
}

std::string url_of(const sdk::Part& part, const Marks& marks) {
  return part.portal_url.empty() ? marks.url_of(part) : part.portal_url;
}

bool leads_to(const WechatItem& item, const std::string& url) {
  return !item.removed && !url.empty() && item.source_url == url;
}

std::vector<std::string> urls_of(const WechatMessage& message) {
  std::vector<std::string> urls;
  for (const WechatItem& item : message.items) {
    urls.push_back(item.url);
  }
  return urls;
}

bool is_same(const WechatMessage& draft, const std::vector<WechatArticle>& articles) {
  return std::ranges::equal(
      draft.items, articles, [](const WechatItem& item, const WechatArticle& article) {
        return item.source_url == article.source_url && item.title == article.title &&
               item.content == article.content;
      });
}

}  // namespace

// --- making the message --------------------------------------------------------------------------

// Whatever the platform would refuse is found before anything is sent.
Status WechatAdapter::check(const sdk::Delivery& delivery) const {
  const bool single = delivery.parts.size() == 1;
  if (delivery.parts.size() > limits::wechat_articles_max) {
    return fail(
        ErrorCode::refused,
        "wechat_too_many_articles",
        "parts",
        {std::to_string(delivery.parts.size()), std::to_string(limits::wechat_articles_max)});
  }
  for (const sdk::Part& part : delivery.parts) {
    TRY(body_pictures(part.release));
    TRY(wechat_article(part, api_.settings().author, single, [](std::string_view /*name*/) {
      return std::string("http://mmbiz.qpic.cn/mmbiz_png/0123456789012345678901234567890123456789");
    }));
  }
  return {};
}

Result<std::string> WechatAdapter::cover(const sdk::Part& part, sdk::Helper& helper) {
  const Attachment* const picture = cover_picture(part.release);
  const std::string bytes =
      picture != nullptr ? TRY(bytes_of(*picture, helper)) : TRY(drawn_cover(part.release));
  return api_.add_cover(bytes);
}

Result<WechatArticle> WechatAdapter::article(const sdk::Delivery& delivery,
                                             const sdk::Part& part,
                                             sdk::Helper& helper) {
  std::vector<std::pair<std::string, std::string>> uploaded;
  for (const Attachment* picture : TRY(body_pictures(part.release))) {
    const std::string bytes = TRY(bytes_of(*picture, helper));
    uploaded.emplace_back(picture->name, TRY(api_.upload_picture(bytes)));
  }
  WechatArticle made = TRY(wechat_article(
      part, api_.settings().author, delivery.parts.size() == 1, [&](std::string_view name) {
        const auto found = std::ranges::find(
            uploaded, name, [](const auto& one) { return std::string_view(one.first); });
        return found == uploaded.end() ? part.portal_url : found->second;
      }));
  made.cover = TRY(cover(part, helper));
  return made;
}

// A draft whose id was lost on the way. One that leads here and says something else is ours and
// old, and goes, so that nobody publishes it by hand.
Result<std::optional<std::string>> WechatAdapter::adopt_draft(
    const sdk::Delivery& delivery, const std::vector<WechatArticle>& articles) {
  for (const WechatMessage& draft : TRY(api_.drafts())) {
    if (is_same(draft, articles)) {
      return std::optional(draft.id);
    }
    const bool ours = std::ranges::any_of(draft.items, [&](const WechatItem& item) {
      return std::ranges::any_of(delivery.parts, [&item](const sdk::Part& part) {
        return leads_to(item, part.portal_url);
      });
    });
    if (ours) {
      TRY(api_.delete_draft(draft.id));
    }
  }
  return std::optional<std::string>();
}

Result<std::string> WechatAdapter::make_draft(const sdk::Delivery& delivery, sdk::Helper& helper) {
  const Marks marks(delivery.platform_ids);
  std::vector<WechatArticle> articles;
  for (const sdk::Part& part : delivery.parts) {
    articles.push_back(TRY(article(delivery, part, helper)));
    if (!marks.has(at_mark(part))) {
      TRY(helper.progress(part.part, at_mark(part)));
    }
  }
  std::optional<std::string> media_id;
  if (delivery.attempt > 1 || !marks.empty()) {
    media_id = TRY(adopt_draft(delivery, articles));
  }
  if (!media_id) {
    media_id = TRY(api_.add_draft(articles));
  }
  const std::string key = message_key(delivery.parts);
  TRY(helper.progress(delivery.parts.front().part, draft_mark(*media_id, key)));
  return *std::move(media_id);
}

Result<std::string> WechatAdapter::draft(const sdk::Delivery& delivery,
                                         const Marks& marks,
                                         sdk::Helper& helper) {
  if (const auto known = marks.draft_of(message_key(delivery.parts))) {
    if (TRY(api_.has_draft(*known))) {
      return *known;
    }
  }
  return make_draft(delivery, helper);
}

// find() has said that nothing is there, and that nothing can be on its way.
Report WechatAdapter::put_up(const sdk::Delivery& delivery, sdk::Helper& helper) {
  const Marks marks(delivery.platform_ids);
  const auto media_id = draft(delivery, marks, helper);
  if (!media_id) {
    return failed(media_id.error());
  }
  if (api_.settings().mode == WechatMode::draft) {
    return sdk::prepared(seen_mark(delivery.parts.front().portal_url), *media_id);
  }
  if (const Status down = take_down_old(delivery, helper); !down) {
    return down.error().reason == "wechat_day_spent"
               ? sdk::transient("wechat_delete_quota",
                                sdk::words_of(down.error()),
                                api_.next_day().ms - read_clocks().utc.ms)
               : failed(down.error());
  }
  return submit(delivery, *media_id, helper);
}

Report WechatAdapter::submit(const sdk::Delivery& delivery,
                             const std::string& media_id,
                             sdk::Helper& helper) {
  const uint8_t part = delivery.parts.front().part;
  const Utc now = read_clocks().utc;
  if (const Status ready = helper.progress(part, submit_mark(media_id, now)); !ready) {
    return failed(ready.error());
  }
  const auto publish_id = api_.submit(media_id);
  if (publish_id) {
    return sdk::accepted(job_mark(*publish_id), {now.ms + api_.settings().poll_ms});
  }
  if (wechat_code(publish_id.error()) != 0) {  // it said no: nothing is on its way
    static_cast<void>(helper.progress(part, refused_mark(media_id, now)));
  }
  // Published by a person in this very moment, or deleted: the next attempt looks.
  return wechat_code(publish_id.error()) == invalid_media_id
             ? sdk::ambiguous("wechat_draft_gone", sdk::words_of(publish_id.error()))
             : failed(publish_id.error());
}

Report WechatAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (const Status fits = check(delivery); !fits) {
    return failed(fits.error());
  }
  return put_up(delivery, helper);
}

// Nothing edits an article: it is taken down and published anew, under a new address, and only a
// person may decide that: by a word about a parked delivery, or by publishing the draft.
Report WechatAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (const Status fits = check(delivery); !fits) {
    return failed(fits.error());
  }
  if (api_.settings().mode == WechatMode::draft) {
    return put_up(delivery, helper);
  }
  const std::string asked = replace_mark(message_key(delivery.parts));
  if (!Marks(delivery.platform_ids).has(asked)) {
    const auto old = std::ranges::find_if(
        delivery.parts, [](const sdk::Part& part) { return part.old_revision > 0; });
    return ask_person("wechat_confirm_replacing", asked, old->old_url);
  }
  if (!api_.settings().remove) {
    return sdk::content("wechat_replace_by_hand", delivery.parts.front().old_url);
  }
  return put_up(delivery, helper);
}

Status WechatAdapter::take_down_old(const sdk::Delivery& delivery, sdk::Helper& helper) {
  for (const sdk::Part& part : delivery.parts) {
    const auto [article_id, index] = place_of(part.old_platform_id);
    if (!article_id.empty()) {
      TRY(helper.progress(part.part, {}));
      TRY(take_down(article_id, index, part.old_url));
    }
  }
  return {};
}

// --- looking -------------------------------------------------------------------------------------

Report WechatAdapter::find(const sdk::Delivery& delivery, sdk::Helper& helper) {
  const Marks marks(delivery.platform_ids);
  if (delivery.withdrawal) {  // withdraw() looks by itself, and still needs what receipts named
    Receipt known;
    for (const sdk::Part& part : delivery.parts) {
      known.parts.push_back({part.part, part.old_revision, part.old_platform_id, part.old_url});
    }
    return sdk::published(std::move(known));
  }
  if (const auto open = marks.open_submission()) {
    return after_submission(delivery, marks, *open);
  }
  if (const auto job = marks.open_job()) {
    return after_job(delivery, *job);
  }
  if (!marks.draft_of(message_key(delivery.parts)) && marks.drafts().empty()) {
    return sdk::gone();
  }
  // A person may have published the draft by hand.
  const bool by_hand = api_.settings().mode == WechatMode::draft ||
                       marks.has(seen_mark(url_of(delivery.parts.front(), marks)));
  if (!by_hand) {
    return sdk::gone();
  }
  const auto seen = look(delivery, marks);
  if (!seen) {
    return failed(seen.error());
  }
  if (!*seen) {
    return sdk::gone();
  }
  if (api_.settings().remove) {  // the person who published the new one has replaced the old one
    if (const Status down = take_down_old(delivery, helper); !down) {
      return failed(down.error());
    }
  }
  return there(delivery, marks.drafts().back().key, (*seen)->id, urls_of(**seen));
}

// The article that leads to a part of this delivery and is none that a receipt names already.
Result<WechatAdapter::Seen> WechatAdapter::look(const sdk::Delivery& delivery, const Marks& marks) {
  return api_.find_published([&](const WechatMessage& message) {
    return std::ranges::any_of(delivery.parts, [&](const sdk::Part& part) {
      return message.id != place_of(part.old_platform_id).first &&
             std::ranges::any_of(message.items, [&](const WechatItem& item) {
               return leads_to(item, url_of(part, marks));
             });
    });
  });
}

Report WechatAdapter::there(const sdk::Delivery& delivery,
                            std::string_view key,
                            const std::string& article_id,
                            const std::vector<std::string>& urls) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  receipt.at = read_clocks().utc;
  for (const sdk::Part& part : delivery.parts) {
    // Without the draft's mark (a delivery of very many attempts) the message is this one.
    const size_t place = receipt.parts.size() + 1;
    const size_t index = key.empty() ? place : index_in(key, part.part);
    if (index == 0 || index > urls.size()) {
      continue;
    }
    const std::string& url = urls[index - 1];
    const auto page = api_.read_page(url);
    const bool shown =
        page &&
        (page->find(escaped(part.release.title, Escape::html)) != std::string::npos ||
         (!part.release.short_title.empty() &&
          page->find(escaped(part.release.short_title, Escape::html)) != std::string::npos));
    if (!shown) {
      receipt.level = ReceiptLevel::accepted;
    }
    receipt.parts.push_back(
        receipt_of(part,
                   key.empty() ? part.release.revision : revision_in(key, part.part),
                   article_id,
                   index,
                   url));
  }
  return receipt.parts.empty() ? sdk::content("wechat_draft_lost", article_id)
                               : sdk::published(std::move(receipt));
}

Result<WechatJob> WechatAdapter::job_of(const std::string& publish_id) {
  if (auto told = events_.take(publish_id)) {
    return *std::move(told);
  }
  return api_.job(publish_id);
}

Report WechatAdapter::after_job(const sdk::Delivery& delivery, const JobMark& mark) {
  const auto job = job_of(mark.publish_id);
  const Utc now = read_clocks().utc;
  if (!job && job.error().reason == "wechat_day_spent") {
    const auto seen = look(delivery, Marks(delivery.platform_ids));
    if (!seen || !*seen) {
      return sdk::accepted(job_mark(mark.publish_id), api_.next_day());
    }
    return there(delivery, mark.key, (*seen)->id, urls_of(**seen));
  }
  if (!job) {
    return failed(job.error());
  }
  switch (job->state) {
    case WechatJobState::published:
      return there(delivery, mark.key, job->article_id, job->urls);
    case WechatJobState::running:
      return sdk::accepted(job_mark(mark.publish_id), {now.ms + 2 * api_.settings().poll_ms});
    case WechatJobState::refused:
      return ask_person(refusal_reason(job->status), ended_mark(mark.publish_id), mark.publish_id);
    case WechatJobState::removed:
      return ask_person("wechat_taken_down", ended_mark(mark.publish_id), mark.publish_id);
  }
  return sdk::gone();
}

// The answer of a submission was lost. What it published leads to the portal and is no older
// article; a draft that is gone was published; a draft that is still there may yet be.
Report WechatAdapter::after_submission(const sdk::Delivery& delivery,
                                       const Marks& marks,
                                       const SubmitMark& open) {
  const auto seen = look(delivery, marks);
  if (!seen) {
    return failed(seen.error());
  }
  if (*seen) {
    return there(delivery, marks.key_of(open.media_id), (*seen)->id, urls_of(**seen));
  }
  const int64_t left_ms = open.at.ms + api_.settings().settle_ms - read_clocks().utc.ms;
  if (left_ms > 0) {
    Report report = sdk::ambiguous("wechat_not_seen_yet", open.media_id);
    report.retry_after_ms = std::min(left_ms, api_.settings().poll_ms);
    return report;
  }
  const auto kept = api_.has_draft(open.media_id);
  if (!kept) {
    return failed(kept.error());
  }
  return *kept ? sdk::gone()
               : ask_person("wechat_draft_lost", lost_mark(open.media_id), open.media_id);
}

// --- taking down ---------------------------------------------------------------------------------

Status WechatAdapter::take_down(const std::string& article_id,
                                size_t index,
                                const std::string& url) {
  Status done = api_.remove(article_id, index);
  if (!done && !is_article_absent(wechat_code(done.error()))) {
    return done;
  }
  const auto page = url.empty() ? Result<std::string>(std::string()) : api_.read_page(url);
  const bool still_there = page && !page->empty() && !says_removed(*page);
  return still_there ? Status(fail(ErrorCode::unavailable, "wechat_still_there", {}, {url}))
                     : Status{};
}

// May what is in doubt still appear? Then nothing can be taken down yet.
Status WechatAdapter::settled(const Marks& marks) {
  if (const auto job = marks.open_job()) {
    const WechatJob state = TRY(job_of(job->publish_id));
    return state.state == WechatJobState::running
               ? Status(fail(ErrorCode::unavailable, "wechat_in_review", {}, {job->publish_id}))
               : Status{};
  }
  const auto open = marks.open_submission();
  if (open && open->at.ms + api_.settings().settle_ms > read_clocks().utc.ms &&
      TRY(api_.has_draft(open->media_id))) {
    return fail(ErrorCode::unavailable, "wechat_in_review", {}, {open->media_id});
  }
  return {};
}

Status WechatAdapter::take_down_found(const sdk::Delivery& delivery,
                                      const Marks& marks,
                                      Receipt& receipt) {
  const auto seen = TRY(look(delivery, marks));
  if (!seen) {
    TRY(settled(marks));
  }
  for (const DraftMark& draft : marks.drafts()) {
    TRY(api_.delete_draft(draft.media_id));
  }
  // What had not been seen has had its time; it may have come while we asked.
  const auto message = seen ? seen : TRY(look(delivery, marks));
  for (const sdk::Part& part : delivery.parts) {
    if (message) {
      TRY(take_down_part(part, url_of(part, marks), *message, receipt));
    }
  }
  return {};
}

Status WechatAdapter::take_down_part(const sdk::Part& part,
                                     const std::string& portal_url,
                                     const WechatMessage& message,
                                     Receipt& receipt) {
  for (size_t i = 0; i < message.items.size(); ++i) {
    const WechatItem& item = message.items[i];
    if (leads_to(item, portal_url)) {
      TRY(take_down(message.id, i + 1, item.url));
      receipt.parts.push_back(receipt_of(part, part.release.revision, message.id, i + 1, item.url));
    }
  }
  return {};
}

Result<Receipt> WechatAdapter::take_down_all(const sdk::Delivery& delivery, sdk::Helper& helper) {
  const Marks marks(delivery.platform_ids);
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    TRY(helper.progress(part.part, {}));
    const auto [article_id, index] = place_of(part.old_platform_id);
    if (!article_id.empty()) {
      TRY(take_down(article_id, index, part.old_url));
      receipt.parts.push_back(
          receipt_of(part, part.release.revision, article_id, index, part.old_url));
    }
  }
  if (!marks.drafts().empty() || marks.open_submission() || marks.open_job()) {
    TRY(take_down_found(delivery, marks, receipt));
  }
  receipt.at = read_clocks().utc;
  return receipt;
}

Report WechatAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (delivery.withdrawal == WithdrawalKind::mark_invalid) {
    return sdk::content("wechat_cannot_mark", {});
  }
  if (!api_.settings().remove) {
    return sdk::content("wechat_delete_by_hand", delivery.parts.front().old_url);
  }
  const auto receipt = take_down_all(delivery, helper);
  if (!receipt && receipt.error().reason == "wechat_day_spent") {
    return sdk::content("wechat_delete_quota", sdk::words_of(receipt.error()));
  }
  if (!receipt) {
    return failed(receipt.error());
  }
  return receipt->parts.empty() ? sdk::gone() : sdk::published(*receipt);
}

Report WechatAdapter::failed(const Error& error) const {
  const int64_t now = read_clocks().utc.ms;
  const Utc again{std::min(api_.next_day().ms, now + api_.settings().quota_wait_ms)};
  return outcome_of(error, {now}, again);
}

}  // namespace gulou
