// Looking at what is there, and putting it up: the half of WordpressAdapter that publishes.
#include "adapters/portal/http_adapter.h"
#include "adapters/portal/site_words.h"
#include "adapters/portal/wordpress_adapter.h"
#include "common/json/writer.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

tl::unexpected<Report> ends(Report report) {
  return tl::unexpected<Report>(std::move(report));
}

// "1f2e3d4c5b6a": files of other content have other addresses, which nobody can guess before the
// page leads there.
std::string sum_of(const Attachment& attachment) {
  constexpr size_t sum_chars = 12;
  return to_hex(attachment.digest).substr(0, sum_chars);
}

std::string file_slug(const std::string& slug, const Attachment& attachment) {
  return wordpress_slug(slug, sum_of(attachment) + "-" + attachment.name);
}

std::string shown_title(const Release& release) {
  const std::string drill = release.test ? "【" + page_word("noun_drill") + "】" : std::string();
  return wordpress_words(drill + release.title);
}

// "2026-11-24T04:00:00", as date_gmt wants it.
std::string date_gmt(Utc at) {
  std::string text = format_utc(at);
  text.resize(std::min(text.size(), text.find_first_of(".Z")));
  return text;
}

}  // namespace

// --- looking -------------------------------------------------------------------------------------

// Drafts that a lost answer left behind go; nobody has seen them.
WordpressAdapter::Outcome<std::optional<WordpressPost>> WordpressAdapter::look(
    const std::string& slug) {
  auto answer = ask(api_.posts_of(wordpress_slugs(slug)));
  if (!answer) {
    return ends(std::move(answer.error()));
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  std::vector<WordpressPost> posts = wordpress_posts(answer->body);
  std::ranges::stable_sort(posts, [&slug](const WordpressPost& left, const WordpressPost& right) {
    const auto rank = [&slug](const WordpressPost& post) {
      return (post.is_public() ? 0 : 2) + (post.slug == slug ? 0 : 1);
    };
    return rank(left) < rank(right);
  });
  for (size_t i = 1; i < posts.size(); ++i) {
    if (posts[i].is_public()) {
      continue;
    }
    const auto removed = ask(api_.remove_post(posts[i].id, true));
    if (!removed) {
      return ends(removed.error());
    }
  }
  return posts.empty() ? std::optional<WordpressPost>() : std::optional(std::move(posts.front()));
}

WordpressAdapter::Outcome<std::vector<WordpressPost>> WordpressAdapter::trashed(
    const std::string& slug) {
  std::vector<std::string> slugs;
  for (const std::string& one : wordpress_slugs(slug)) {
    slugs.push_back(wordpress_trash_slug(one));
  }
  auto answer = ask(api_.posts_of(slugs, true));
  if (!answer) {
    return ends(std::move(answer.error()));
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  return wordpress_posts(answer->body);
}

WordpressAdapter::Outcome<std::vector<WordpressAdapter::Page>> WordpressAdapter::look_at(
    const sdk::Delivery& delivery) {
  std::vector<Page> pages;
  for (const sdk::Part& part : delivery.parts) {
    Page page;
    page.part = &part;
    page.slug = wordpress_slug(part.publisher, part.release.id);
    auto found = look(page.slug);
    if (!found) {
      return ends(std::move(found.error()));
    }
    if (*found) {
      page.post = **std::move(found);
      const WordpressMarks marks = wordpress_marks(page.post.raw);
      const bool newer = marks.revision > part.release.revision;
      const bool same = marks.revision == part.release.revision && !part.invalid &&
                        !marks.invalid && marks.digest == to_hex(part.digest);
      page.is_there = page.post.is_public() && (newer || (same && !marks.replaced));
    }
    pages.push_back(std::move(page));
  }
  return pages;
}

WordpressAdapter::Done WordpressAdapter::check_place(const WordpressPost& post) const {
  if (post.status == "future") {
    return sdk::transient("wordpress_scheduled", post.url);  // its clock is behind
  }
  if (!post.is_public()) {
    return sdk::misconfigured("wordpress_not_published", post.status);
  }
  if (!base_url_.empty() && !(post.url + "/").starts_with(base_url_ + "/")) {
    return sdk::misconfigured("wordpress_elsewhere", post.url + ", " + base_url_);
  }
  return {};
}

// --- putting up ----------------------------------------------------------------------------------

WordpressAdapter::Outcome<WordpressPost> WordpressAdapter::make_draft(const Page& page) {
  JsonWriter json;
  json.begin_object().member("status", "draft").member("slug", page.slug);
  json.member("title", shown_title(page.part->release)).end_object();
  const auto answer = ask(api_.write_post(0, json.take()));
  if (!answer) {
    return ends(answer.error());
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  WordpressPost post = wordpress_post(answer->body);
  if (post.slug != page.slug) {
    // An earlier one came late; the next attempt finds both and keeps that.
    return ends(sdk::ambiguous("cms_exists", post.slug));
  }
  return post;
}

WordpressAdapter::Outcome<std::string> WordpressAdapter::put_file(
    const Page& page,
    const Attachment& attachment,
    const std::vector<WordpressFile>& there,
    sdk::Helper& helper) {
  const std::string slug = file_slug(page.slug, attachment);
  const auto same = std::ranges::find(there, slug, &WordpressFile::slug);
  if (same != there.end()) {
    return same->url;
  }
  std::string bytes;
  const Status read = helper.read_blob(
      attachment.digest, attachment.size_bytes, [&bytes](std::string_view piece) -> Status {
        bytes += piece;
        return {};
      });
  if (!read) {
    return ends(cms_error(read.error()));
  }
  const std::string& shown =
      attachment.display_name.empty() ? attachment.name : attachment.display_name;
  const auto answer = ask(api_.upload({.post = page.post.id,
                                       .slug = slug,
                                       .file_name = sum_of(attachment) + "-" + attachment.name,
                                       .media_type = attachment.media_type,
                                       .title = wordpress_words(shown),
                                       .alt = attachment.alt},
                                      std::move(bytes)));
  if (!answer) {
    return ends(answer.error());
  }
  if (answer->outcome == CmsOutcome::content) {
    return ends(sdk::content("wordpress_file_refused", attachment.name + ", " + answer->said));
  }
  const std::string url(answer->body.text("source_url"));
  if (answer->outcome != CmsOutcome::ok || url.empty()) {
    return ends(failed(*answer));
  }
  return url;
}

WordpressAdapter::Done WordpressAdapter::put_files(Page& page, sdk::Helper& helper) {
  std::vector<WordpressFile> there;
  for (const Attachment& attachment : page.part->release.attachments) {
    if (attachment.is_private) {
      continue;
    }
    if (there.empty()) {
      const auto answer = ask(api_.files_of(page.post.id));
      if (!answer) {
        return answer.error();
      }
      if (answer->outcome != CmsOutcome::ok) {
        return failed(*answer);
      }
      there = wordpress_files(answer->body);
    }
    auto url = put_file(page, attachment, there, helper);
    if (!url) {
      return std::move(url.error());
    }
    page.files.emplace(attachment.name, *std::move(url));
  }
  return {};
}

// What no revision shows any more.
WordpressAdapter::Done WordpressAdapter::remove_old_files(const Page& page) {
  const Release& release = page.part->release;
  if (wordpress_marks(page.post.raw).revision != release.revision) {
    return {};
  }
  const auto answer = ask(api_.files_of(page.post.id));
  if (!answer) {
    return answer.error();
  }
  if (answer->outcome != CmsOutcome::ok) {
    return failed(*answer);
  }
  for (const WordpressFile& file : wordpress_files(answer->body)) {
    const bool is_shown = std::ranges::any_of(release.attachments, [&](const Attachment& one) {
      return !one.is_private && file_slug(page.slug, one) == file.slug;
    });
    if (!is_shown) {
      const auto removed = ask(api_.remove_file(file.id));
      if (!removed) {
        return removed.error();
      }
    }
  }
  return {};
}

WordpressAdapter::Outcome<std::string> WordpressAdapter::fields_of(const Page& page) {
  const sdk::Part& part = *page.part;
  const Release& release = part.release;
  const auto html = cms_html(release, page.files);
  if (!html) {
    return ends(sdk::content(html.error().reason, describe(html.error())));
  }
  const auto category = category_of(release.column);
  if (!category) {
    return ends(category.error());
  }
  const std::string note =
      part.public_note.empty() ? page_sentence("page_banner_invalid") : part.public_note;
  WordpressContent content;
  content.marks.revision = release.revision;
  content.marks.digest = to_hex(part.digest);
  content.marks.invalid = part.invalid;
  content.marks.relations = wordpress_relations(part.publisher, release);
  content.banner = part.invalid ? banner_html(note) : std::string();
  content.body = catalogue_html(release, part.index_no) + wordpress_html(*html);
  content.related = wordpress_related(page.post.raw);
  JsonWriter json;
  json.begin_object().member("status", "publish").member("slug", page.slug);
  json.member("title", shown_title(release)).member("content", wordpress_content(content));
  json.member("excerpt", wordpress_words(release.summary));
  json.member("date_gmt", date_gmt(part.published_on));
  json.member("comment_status", "closed").member("ping_status", "closed");
  json.key("categories").begin_array().value(*category).end_array().end_object();
  return json.take();
}

WordpressAdapter::Done WordpressAdapter::put_up(Page& page) {
  auto fields = fields_of(page);
  if (!fields) {
    return std::move(fields.error());
  }
  const auto answer = ask(api_.write_post(page.post.id, *std::move(fields)));
  if (!answer) {
    return answer.error();
  }
  if (answer->outcome != CmsOutcome::ok) {
    return failed(*answer);
  }
  page.post = wordpress_post(answer->body);
  if (page.post.categories.empty() ||
      page.post.categories.front() != categories_[page.part->release.column]) {
    categories_.clear();  // somebody removed the category; the next attempt makes it again
    return sdk::transient("wordpress_category", page.part->release.column);
  }
  return check_place(page.post);
}

// --- categories ----------------------------------------------------------------------------------

WordpressAdapter::Outcome<int64_t> WordpressAdapter::add_category(const std::string& name,
                                                                  const std::string& slug,
                                                                  int64_t parent) {
  JsonWriter json;
  json.begin_object().member("name", wordpress_words(name)).text_member("slug", slug);
  json.member("parent", parent).end_object();
  const auto answer = ask(api_.add_category(json.take()));
  if (!answer) {
    return ends(answer.error());
  }
  if (answer->outcome == CmsOutcome::exists) {
    return answer->body.integer("data.term_id");
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  return answer->body.integer("id");
}

// The slug of a column's category is the column's code. Where there is one, its name and place are
// the site's own matter; else it is made where the column stands.
WordpressAdapter::Outcome<int64_t> WordpressAdapter::category_of(const std::string& column) {
  if (const auto known = categories_.find(column); known != categories_.end()) {
    return known->second;
  }
  const auto answer = ask(api_.categories_of(column));
  if (!answer) {
    return ends(answer.error());
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  int64_t category = answer->body.integer("[0].id");
  if (category == 0) {
    const auto of_column = columns_.find(column);
    const Column settings = of_column == columns_.end() ? Column{} : of_column->second;
    for (size_t i = 0; i + 1 < settings.path.size(); ++i) {
      const std::string& name = settings.path[i];
      const auto named = ask(api_.categories_named(name, category));
      if (!named) {
        return ends(named.error());
      }
      if (named->outcome != CmsOutcome::ok) {
        return ends(failed(*named));
      }
      const auto& found = named->body.items();
      const auto same = std::ranges::find_if(found, [&name](const JsonValue& one) {
        return one.text("name") == wordpress_words(name);
      });
      auto above = same != found.end() ? Outcome<int64_t>(same->integer("id"))
                                       : add_category(name, {}, category);
      if (!above) {
        return above;
      }
      category = *above;
    }
    auto made = add_category(settings.name.empty() ? column : settings.name, column, category);
    if (!made) {
      return made;
    }
    category = *made;
  }
  categories_[column] = category;
  return category;
}

}  // namespace gulou
