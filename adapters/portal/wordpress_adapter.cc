#include "adapters/portal/wordpress_adapter.h"

#include "adapters/portal/http_adapter.h"
#include "adapters/portal/site_words.h"
#include "common/json/writer.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

// A publication with more neighbours than that does not have all of them led to it at once.
constexpr size_t neighbours_max = 50;

tl::unexpected<Report> ends(Report report) {
  return tl::unexpected<Report>(std::move(report));
}

PartReceipt receipt_of(const sdk::Part& part, uint32_t revision, const WordpressPost& post) {
  return {.part = part.part,
          .revision = revision,
          .platform_id = std::to_string(post.id),
          .url = post.url};
}

Report unseen(const Error& error) {
  return sdk::transient(error.reason, describe(error));
}

std::string content_field(const std::string& raw) {
  JsonWriter json;
  json.begin_object().member("content", raw).end_object();
  return json.take();
}

bool relates_to(const WordpressPost& post, const std::string& slug) {
  const WordpressMarks marks = wordpress_marks(post.raw);
  return std::ranges::any_of(marks.relations, [&slug](const WordpressRelation& relation) {
    return relation.target == slug;
  });
}

std::string note_of(const std::string& note) {
  return note.empty() ? page_sentence("page_banner_invalid") : note;
}

}  // namespace

WordpressAdapter::WordpressAdapter(WordpressApi api,
                                   std::string base_url,
                                   std::map<std::string, Column, std::less<>> columns)
    : api_(std::move(api)), base_url_(std::move(base_url)), columns_(std::move(columns)) {}

WordpressAdapter::Outcome<WordpressAnswer> WordpressAdapter::ask(Result<WordpressAnswer> answer) {
  if (!answer) {
    return ends(cms_error(answer.error()));
  }
  return *std::move(answer);
}

Report WordpressAdapter::failed(const WordpressAnswer& answer) const {
  // What was there a moment ago and is not: somebody else is at work on it.
  const CmsOutcome outcome =
      answer.outcome == CmsOutcome::absent ? CmsOutcome::unclear : answer.outcome;
  return cms_refusal({outcome, answer.said, answer.retry_after_ms},
                     api_.settings().quota_wait_ms,
                     {"wordpress_reauthorise", "wordpress_forbidden"});
}

// --- publishing ----------------------------------------------------------------------------------

// All parts are ready before the first is published.
Report WordpressAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  auto pages = look_at(delivery);
  if (!pages) {
    return pages.error();
  }
  for (Page& page : *pages) {
    if (page.is_there) {
      continue;
    }
    if (page.post.id == 0) {
      auto draft = make_draft(page);
      if (!draft) {
        return draft.error();
      }
      page.post = *std::move(draft);
    }
    if (const Status ready = helper.progress(page.part->part, std::to_string(page.post.id));
        !ready) {
      return cms_error(ready.error());
    }
    if (auto ended = put_files(page, helper)) {
      return *std::move(ended);
    }
  }
  for (Page& page : *pages) {
    if (page.is_there) {
      continue;
    }
    if (const Status ready = helper.progress(page.part->part, std::to_string(page.post.id));
        !ready) {
      return cms_error(ready.error());
    }
    if (auto ended = put_up(page)) {
      return *std::move(ended);
    }
  }
  return complete(*pages);
}

Report WordpressAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report WordpressAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  if (delivery.withdrawal) {
    // What lies in the trash is withdrawn once more, so that nothing of it is left.
    Receipt known;
    for (const sdk::Part& part : delivery.parts) {
      const std::string slug = wordpress_slug(part.publisher, part.release.id);
      const auto there = look(slug);
      if (!there) {
        return there.error();
      }
      const auto gone = trashed(slug);
      if (!gone) {
        return gone.error();
      }
      if (*there || !gone->empty()) {
        known.parts.push_back(
            receipt_of(part, part.release.revision, *there ? **there : gone->front()));
      }
    }
    return known.parts.empty() ? sdk::gone() : sdk::published(std::move(known));
  }
  const auto pages = look_at(delivery);
  if (!pages) {
    return pages.error();
  }
  const bool all = std::ranges::all_of(*pages, &Page::is_there);
  return all ? complete(*pages) : sdk::gone();  // publish() looks once more at each part
}

Report WordpressAdapter::complete(const std::vector<Page>& pages) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const Page& page : pages) {
    if (auto ended = remove_old_files(page)) {
      return *std::move(ended);
    }
    if (auto ended = link(page.post)) {
      return *std::move(ended);
    }
    if (auto ended = link_around(page.slug, wordpress_marks(page.post.raw))) {
      return *std::move(ended);
    }
  }
  for (const Page& page : pages) {
    const WordpressMarks marks = wordpress_marks(page.post.raw);
    if (marks.revision == page.part->release.revision) {
      // The page carries the digest: what is shown is what was approved.
      const Status seen =
          read_back_.shows(page.part->release, page.post.url, to_hex(page.part->digest));
      if (!seen) {
        return unseen(seen.error());
      }
    }
    if (page.part->invalid) {
      const Status seen = read_back_.shows_note(note_of(page.part->public_note), page.post.url);
      if (!seen) {
        return unseen(seen.error());
      }
    }
    receipt.parts.push_back(receipt_of(*page.part, marks.revision, page.post));
  }
  receipt.at = read_clocks().utc;
  return sdk::published(std::move(receipt));
}

// --- links ---------------------------------------------------------------------------------------

// Public ones that relate to what has this slug.
WordpressAdapter::Outcome<std::vector<WordpressPost>> WordpressAdapter::naming(
    const std::string& slug) {
  auto answer = ask(api_.posts_naming(slug));
  if (!answer) {
    return ends(std::move(answer.error()));
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  std::vector<WordpressPost> posts = wordpress_posts(answer->body);
  std::erase_if(posts, [&slug](const WordpressPost& post) { return !relates_to(post, slug); });
  return posts;
}

WordpressAdapter::Done WordpressAdapter::link(const WordpressPost& post) {
  std::vector<WordpressLink> links;
  const WordpressMarks marks = wordpress_marks(post.raw);
  if (marks.revision == 0 || marks.replaced) {
    return {};
  }
  for (const WordpressRelation& relation : marks.relations) {
    const auto target = look(relation.target);
    if (!target) {
      return target.error();
    }
    if (*target && (*target)->is_public()) {
      links.push_back({relation_heading(relation.kind), (*target)->title, (*target)->url});
    }
  }
  const auto incoming = naming(post.slug);
  if (!incoming) {
    return incoming.error();
  }
  for (const WordpressPost& from : *incoming) {
    for (const WordpressRelation& relation : wordpress_marks(from.raw).relations) {
      if (relation.target == post.slug) {
        links.push_back({relation_heading_back(relation.kind), from.title, from.url});
      }
    }
  }
  const std::string raw = with_related(post.raw, related_html(links));
  if (raw == post.raw) {
    return {};
  }
  const auto answer = ask(api_.write_post(post.id, content_field(raw)));
  if (!answer) {
    return answer.error();
  }
  return answer->outcome == CmsOutcome::ok ? Done() : failed(*answer);
}

// Those this one relates to and those that relate to it say so, or no longer say so.
WordpressAdapter::Done WordpressAdapter::link_around(const std::string& slug,
                                                     const WordpressMarks& marks) {
  auto around = naming(slug);
  if (!around) {
    return around.error();
  }
  for (const WordpressRelation& relation : marks.relations) {
    auto target = look(relation.target);
    if (!target) {
      return target.error();
    }
    if (*target && (*target)->is_public()) {
      around->push_back(**std::move(target));
    }
  }
  if (around->size() > neighbours_max) {
    around->resize(neighbours_max);
  }
  for (const WordpressPost& neighbour : *around) {
    if (auto ended = link(neighbour)) {
      return ended;
    }
  }
  return {};
}

// --- taking down ---------------------------------------------------------------------------------

WordpressAdapter::Done WordpressAdapter::mark_invalid(const WordpressPost& post,
                                                      const std::string& note) {
  const auto answer =
      ask(api_.write_post(post.id, content_field(with_banner(post.raw, banner_html(note)))));
  if (!answer) {
    return answer.error();
  }
  if (answer->outcome != CmsOutcome::ok) {
    return failed(*answer);
  }
  const Status seen = read_back_.shows_note(note, post.url);
  return seen ? Done() : unseen(seen.error());
}

// The text goes, the address leads on.
WordpressAdapter::Done WordpressAdapter::lead_on(const WordpressPost& post,
                                                 const sdk::Delivery& delivery) {
  WordpressContent content;
  content.marks = wordpress_marks(post.raw);
  content.marks.replaced = true;
  content.body = replaced_html(delivery.public_note, delivery.successor_url);
  JsonWriter json;
  json.begin_object().member("content", wordpress_content(content)).member("excerpt", "");
  json.end_object();
  const auto answer = ask(api_.write_post(post.id, json.take()));
  if (!answer) {
    return answer.error();
  }
  if (answer->outcome != CmsOutcome::ok) {
    return failed(*answer);
  }
  const Status seen = read_back_.shows_note(page_word("page_replaced"), post.url);
  return seen ? Done() : unseen(seen.error());
}

// To the trash; where there is none (false), back to a draft, which nobody sees either.
WordpressAdapter::Outcome<bool> WordpressAdapter::hide(const WordpressPost& post) {
  auto answer = ask(api_.remove_post(post.id, false));
  const bool has_trash = !answer || answer->code != "rest_trash_not_supported";
  if (!has_trash) {
    answer = ask(api_.write_post(post.id, R"({"status":"draft"})"));
  }
  if (!answer) {
    return ends(std::move(answer.error()));
  }
  if (answer->outcome != CmsOutcome::ok && answer->outcome != CmsOutcome::absent) {
    return ends(failed(*answer));
  }
  return has_trash;
}

// Files can be opened by their own addresses, so they go too; nobody leads there any more.
WordpressAdapter::Done WordpressAdapter::clear_up(const std::string& slug,
                                                  const WordpressPost& post,
                                                  bool for_good) {
  const auto files = ask(api_.files_of(post.id));
  if (!files) {
    return files.error();
  }
  if (files->outcome != CmsOutcome::ok) {
    return failed(*files);
  }
  for (const WordpressFile& file : wordpress_files(files->body)) {
    const auto answer = ask(api_.remove_file(file.id));
    if (!answer) {
      return answer.error();
    }
    if (answer->outcome != CmsOutcome::ok && answer->outcome != CmsOutcome::absent) {
      return failed(*answer);
    }
  }
  if (auto ended = link_around(slug, wordpress_marks(post.raw))) {
    return ended;
  }
  if (!for_good) {
    return {};
  }
  const auto answer = ask(api_.remove_post(post.id, true));
  if (!answer) {
    return answer.error();
  }
  const bool gone = answer->outcome == CmsOutcome::ok || answer->outcome == CmsOutcome::absent;
  return gone ? Done() : failed(*answer);
}

// What citizens see is changed first, then what hangs on it.
WordpressAdapter::Done WordpressAdapter::change(const std::string& slug,
                                                const WordpressPost& post,
                                                const sdk::Delivery& delivery) {
  if (delivery.withdrawal == WithdrawalKind::mark_invalid) {
    return mark_invalid(post, note_of(delivery.public_note));
  }
  if (delivery.withdrawal == WithdrawalKind::replace) {
    if (auto ended = lead_on(post, delivery)) {
      return ended;
    }
    return clear_up(slug, post, false);
  }
  if (!post.is_public()) {
    return clear_up(slug, post, true);
  }
  const auto in_trash = hide(post);
  if (!in_trash) {
    return in_trash.error();
  }
  return *in_trash ? Done() : clear_up(slug, post, true);
}

WordpressAdapter::Outcome<std::optional<PartReceipt>> WordpressAdapter::take_down(
    const sdk::Part& part, const sdk::Delivery& delivery, sdk::Helper& helper) {
  const std::string slug = wordpress_slug(part.publisher, part.release.id);
  const auto found = look(slug);
  if (!found) {
    return ends(found.error());
  }
  const bool is_public = *found && (*found)->is_public();
  if (is_public && wordpress_marks((*found)->raw).revision > part.release.revision) {
    return std::optional(receipt_of(part, wordpress_marks((*found)->raw).revision, **found));
  }
  const bool goes = takes_down(*delivery.withdrawal);
  if (!is_public && !goes) {
    return std::optional<PartReceipt>();
  }
  if (*found) {
    if (const Status ready = helper.progress(part.part, std::to_string((*found)->id)); !ready) {
      return ends(cms_error(ready.error()));
    }
    if (auto ended = change(slug, **found, delivery)) {
      return ends(*std::move(ended));
    }
  }
  if (!goes) {
    return std::optional(receipt_of(part, part.release.revision, **found));
  }
  return swept(slug, part, is_public ? (*found)->url : part.old_url, *delivery.withdrawal);
}

// Nothing hangs on what is in the trash any more, and its address is gone.
WordpressAdapter::Outcome<std::optional<PartReceipt>> WordpressAdapter::swept(
    const std::string& slug, const sdk::Part& part, const std::string& url, WithdrawalKind kind) {
  const auto gone = trashed(slug);
  if (!gone) {
    return ends(gone.error());
  }
  for (const WordpressPost& post : *gone) {
    if (auto ended = clear_up(slug, post, kind == WithdrawalKind::erase)) {
      return ends(*std::move(ended));
    }
  }
  if (!url.empty()) {
    if (const Status seen = read_back_.gone(url); !seen) {
      return ends(unseen(seen.error()));
    }
  }
  if (gone->empty() && url.empty()) {
    return std::optional<PartReceipt>();
  }
  return std::optional(PartReceipt{.part = part.part,
                                   .revision = part.release.revision,
                                   .platform_id = part.old_platform_id,
                                   .url = url});
}

Report WordpressAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    auto place = take_down(part, delivery, helper);
    if (!place) {
      return place.error();
    }
    if (*place) {
      receipt.parts.push_back(**std::move(place));
    }
  }
  receipt.at = read_clocks().utc;
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

}  // namespace gulou
