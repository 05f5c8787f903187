#include "adapters/weibo/adapter.h"

#include "adapters/sdk/content.h"
#include "common/base/limits.h"
#include "common/html/count.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

// What the platform says, as domain.md 3.2 lists it.
constexpr int published_but_late = 20032;
constexpr int no_such_post = 20101;
constexpr int similar = 20017;
constexpr int repeated = 20019;
constexpr int same_again = 20111;

bool is_one_of(int code, std::initializer_list<int> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

void replace_all(std::string& text, std::string_view name, std::string_view value) {
  for (size_t at = text.find(name); at != std::string::npos;
       at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
}

// Kept by the broker: where to look for a post whose answer was lost, also for its withdrawal.
// Named by the publication: as a part of a withdrawal it has another number than it had in its
// bundle.
std::string mark_start(const sdk::Part& part) {
  return "url:" + part.publisher + "/" + part.release.id + ":";
}

std::string address_mark(const sdk::Part& part) {
  return mark_start(part) + part.portal_url;
}

std::string marked_address(const sdk::Delivery& delivery, const sdk::Part& part) {
  const std::string start = mark_start(part);
  for (const std::string& id : delivery.platform_ids) {
    if (id.starts_with(start)) {
      return id.substr(start.size());
    }
  }
  return {};
}

// Addresses within a post; the platform may have made them short.
std::vector<std::string> addresses_in(const std::string& text) {
  std::vector<std::string> found;
  for (size_t at = text.find("http"); at != std::string::npos; at = text.find("http", at + 1)) {
    const auto end =
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), [](char c) {
          return c <= ' ' || c >= 127;  // ends at a space or a Chinese character
        });
    found.emplace_back(text.begin() + static_cast<std::ptrdiff_t>(at), end);
  }
  return found;
}

bool same_words(std::string left, std::string right) {
  for (std::string* text : {&left, &right}) {
    for (const std::string& address : addresses_in(*text)) {
      replace_all(*text, address, "");
    }
  }
  return left == right;
}

PartReceipt receipt_of(const sdk::Part& part, const std::string& id) {
  return {.part = part.part,
          .revision = part.release.revision,
          .platform_id = id,
          .url = "https://m.weibo.cn/status/" + id};
}

}  // namespace

Result<std::string> weibo_text(std::string_view pattern, const sdk::Part& part) {
  const Release& release = part.release;
  if (part.portal_url.empty()) {
    return fail(ErrorCode::refused, "weibo_needs_portal");
  }
  size_t chars = 0;
  for (const std::string& title : {release.title, release.short_title}) {
    if (title.empty()) {
      continue;
    }
    std::string text = sdk::marked_title(release, pattern);
    replace_all(text, "{title}", title);
    replace_all(text, "{doc_no}", release.doc_no);
    replace_all(text, "{issuer}", release.issuer.name);
    replace_all(text, "{url}", part.portal_url);
    if (std::ranges::count(text, '#') > 1) {
      return fail(ErrorCode::refused, "weibo_topic", "title");
    }
    chars = count_weibo(text);
    if (chars <= limits::weibo_status_chars_max) {
      return text;
    }
  }
  return fail(ErrorCode::refused,
              "weibo_text_too_long",
              "title",
              {std::to_string(chars), std::to_string(limits::weibo_status_chars_max)});
}

Result<std::string> WeiboAdapter::text_of(const sdk::Part& part) const {
  return weibo_text(api_.settings().text, part);
}

Result<WeiboAdapter::Seen> WeiboAdapter::look_back(const std::string& url) {
  const WeiboTimeline timeline = TRY(api_.timeline());
  for (const WeiboPost& post : timeline.posts) {
    for (const std::string& address : addresses_in(post.text)) {
      const bool is_short = address.starts_with("http://t.cn/");
      const std::string leads_to = is_short ? TRY(api_.expand(address)) : address;
      if (leads_to == url) {
        return Seen{post, timeline.whole};
      }
    }
  }
  return Seen{std::nullopt, timeline.whole};
}

Result<std::optional<WeiboPost>> WeiboAdapter::look(const std::string& url) {
  return TRY(look_back(url)).post;
}

Result<std::optional<WeiboPicture>> WeiboAdapter::picture(const sdk::Part& part,
                                                          sdk::Helper& helper) {
  if (!api_.settings().picture) {
    return std::optional<WeiboPicture>();
  }
  for (const Attachment& attachment : part.release.attachments) {
    const bool fits = attachment.media_type == "image/jpeg";  // of ours all that it takes
    if (!fits || attachment.is_private || attachment.size_bytes > limits::weibo_picture_bytes_max) {
      continue;
    }
    WeiboPicture picture{attachment.media_type, {}};
    TRY(helper.read_blob(
        attachment.digest, attachment.size_bytes, [&picture](std::string_view piece) -> Status {
          picture.bytes += piece;
          return {};
        }));
    return std::optional(std::move(picture));
  }
  return std::optional<WeiboPicture>();
}

Status WeiboAdapter::take_down(const std::string& id) {
  Status done = api_.destroy(id);
  if (!done && weibo_code(done.error()) != no_such_post) {
    return done;
  }
  const auto seen = api_.show(id);
  if (seen) {
    return fail(ErrorCode::unavailable, "weibo_still_there", {}, {id});
  }
  return weibo_code(seen.error()) == no_such_post ? Status{} : Status(fail(seen.error()));
}

Result<PartReceipt> WeiboAdapter::post(const sdk::Delivery& /*delivery*/,
                                       const sdk::Part& part,
                                       const std::string& text,
                                       sdk::Helper& helper) {
  const auto with = TRY(picture(part, helper));
  TRY(helper.progress(part.part, address_mark(part)));
  const auto made = api_.share(text, with);
  if (made) {
    return receipt_of(part, made->id);
  }
  // It says that it is there, or was a moment ago: look, never post again because of that.
  const int code = weibo_code(made.error());
  if (is_one_of(code, {published_but_late, repeated, same_again, similar})) {
    const auto seen = TRY(look(part.portal_url));
    if (seen) {
      return receipt_of(part, seen->id);
    }
  }
  return fail(made.error());
}

Result<PartReceipt> WeiboAdapter::put_up(const sdk::Delivery& delivery,
                                         const sdk::Part& part,
                                         sdk::Helper& helper) {
  const std::string text = TRY(text_of(part));
  // A first attempt at a first revision has nothing to find.
  if (delivery.attempt > 1 || part.old_revision > 0 || !delivery.platform_ids.empty()) {
    const auto there = TRY(look(part.portal_url));
    if (there && same_words(there->text, text)) {
      return receipt_of(part, there->id);
    }
    if (there && !api_.settings().destroy) {
      return fail(ErrorCode::refused, "weibo_correct_by_hand", {}, {there->id});
    }
    if (there) {
      TRY(helper.progress(part.part, address_mark(part)));
      TRY(take_down(there->id));
    }
  }
  return post(delivery, part, text, helper);
}

Report WeiboAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    auto placed = put_up(delivery, part, helper);
    if (!placed) {
      return failed(placed.error());
    }
    if (!api_.show(placed->platform_id)) {
      receipt.level = ReceiptLevel::accepted;
    }
    receipt.parts.push_back(std::move(*placed));
  }
  receipt.at = read_clocks().utc;
  return sdk::published(std::move(receipt));
}

Report WeiboAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report WeiboAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  receipt.at = read_clocks().utc;
  for (const sdk::Part& part : delivery.parts) {
    const std::string url =
        part.portal_url.empty() ? marked_address(delivery, part) : part.portal_url;
    if (delivery.withdrawal && !part.old_platform_id.empty()) {
      receipt.parts.push_back(receipt_of(part, part.old_platform_id));
      continue;
    }
    const auto seen = url.empty() ? Result<Seen>({std::nullopt, true}) : look_back(url);
    if (!seen) {
      return failed(seen.error());
    }
    const std::optional<WeiboPost>& there = seen->post;
    if (there && delivery.withdrawal) {
      receipt.parts.push_back(receipt_of(part, there->id));
    } else if (delivery.withdrawal && !seen->whole) {
      return sdk::content("weibo_find_by_hand", url);
    } else if (!delivery.withdrawal) {
      const auto text = text_of(part);
      if (!there || !text || !same_words(there->text, *text)) {
        return sdk::gone();  // publish() and update() look once more at each part
      }
      receipt.parts.push_back(receipt_of(part, there->id));
    }
  }
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

Report WeiboAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  if (delivery.withdrawal == WithdrawalKind::mark_invalid) {
    return sdk::content("weibo_cannot_mark", {});
  }
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    std::string id = part.old_platform_id;
    const std::string url = marked_address(delivery, part);
    if (id.empty() && !url.empty()) {
      const auto seen = look_back(url);
      if (!seen) {
        return failed(seen.error());
      }
      // Whether it is among older posts only a person can say: not seen is not gone.
      if (!seen->post && !seen->whole) {
        return sdk::content("weibo_find_by_hand", url);
      }
      id = seen->post ? seen->post->id : "";
    }
    if (id.empty()) {
      continue;
    }
    if (!api_.settings().destroy) {
      return sdk::content("weibo_delete_by_hand", "https://m.weibo.cn/status/" + id);
    }
    if (const Status ready = helper.progress(part.part, {}); !ready) {
      return failed(ready.error());
    }
    if (const Status gone = take_down(id); !gone) {
      return failed(gone.error());
    }
    receipt.parts.push_back(receipt_of(part, id));
  }
  receipt.at = read_clocks().utc;
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

Report WeiboAdapter::failed(const Error& error) const {
  const std::string detail = sdk::words_of(error);
  const int code = weibo_code(error);
  if (is_one_of(code, {10022, 10023, 10024, 20016})) {
    return sdk::quota(
        {read_clocks().utc.ms + api_.settings().quota_wait_ms}, "weibo_quota", detail);
  }
  if (is_one_of(code, {21301, 21314, 21315, 21316, 21317, 21327, 21332}) ||
      error.reason.starts_with("secret_")) {
    return sdk::auth("weibo_reauthorise", detail);
  }
  if (code == 20031) {
    return sdk::auth("weibo_captcha", detail);
  }
  if (is_one_of(code, {10004, 10005, 10006, 10014, 20102})) {
    return sdk::misconfigured("weibo_refused", detail);
  }
  if (is_one_of(code, {10001, 10002, 10003, 10009, 10010, 10011})) {
    return sdk::transient("weibo_busy", detail);
  }
  if (is_one_of(code, {published_but_late, repeated, same_again, similar})) {
    return sdk::ambiguous("weibo_not_seen_yet", detail);
  }
  if (code != 0) {
    return sdk::content("weibo_content_refused", detail);
  }
  if (error.code == ErrorCode::refused && error.reason != sdk::recalled &&
      error.reason.starts_with("weibo_")) {
    return sdk::content(error.reason, detail);
  }
  if (error.code == ErrorCode::timed_out || error.code == ErrorCode::exhausted) {
    return sdk::ambiguous(error.reason, detail);
  }
  return sdk::transient(error.reason, detail);
}

}  // namespace gulou
