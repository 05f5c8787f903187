#include "adapters/wechat/article.h"

#include "adapters/sdk/content.h"
#include "adapters/wechat/limits.h"
#include "common/draw/picture.h"
#include "common/html/count.h"
#include "common/html/escape.h"
#include "common/html/plain.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

void append_line(std::string& html, std::string_view key, std::string_view value) {
  if (!value.empty()) {
    html.append("<p><strong>").append(sdk::label(key)).append("：</strong>");
    html.append(escaped(value, Escape::html)).append("</p>");
  }
}

// Files cannot be had from an article: they are named, and the page on the portal has them.
std::string files_html(const Release& release, const std::vector<std::string>& shown) {
  std::string html;
  for (const Attachment& attachment : release.attachments) {
    const bool in_body = std::ranges::find(shown, attachment.name) != shown.end();
    if (!attachment.is_private && !in_body && !attachment.media_type.starts_with("image/")) {
      const std::string line = sdk::say("wechat_file_on_portal", {attachment.display_name});
      html.append("<p>").append(escaped(line, Escape::html)).append("</p>");
    }
  }
  return html;
}

Result<std::string> content_of(const sdk::Part& part, const PictureUrl& picture_url) {
  const Release& release = part.release;
  std::string body;
  if (release.body.format != BodyFormat::none) {
    body = TRY(sdk::content_html(release.body));
  }
  std::string html;
  if (part.invalid) {
    const std::string note = sdk::invalid_note(part.public_note);
    html += "<p><strong>" + escaped(note, Escape::html) + "</strong></p>";
  }
  append_line(html, "issuer", release.issuer.name);
  append_line(html, "doc_no", release.doc_no);
  append_line(html, "written_on", release.written_on);
  html += with_attachment_urls(body, picture_url);
  for (const sdk::Particular& particular : sdk::particulars(release)) {
    append_line(html, particular.key, particular.text);
  }
  html += files_html(release, referenced_attachments(body));
  append_line(html, "source", release.source);
  return html;
}

Result<std::string> title_of(const Release& release) {
  size_t characters = 0;
  for (const std::string& title : {release.title, release.short_title}) {
    if (title.empty()) {
      continue;
    }
    std::string shown = sdk::marked_title(release, title);
    characters = count_characters(shown);
    if (characters <= limits::wechat_title_chars_max) {
      return shown;
    }
  }
  return fail(ErrorCode::refused,
              "wechat_title_too_long",
              "title",
              {std::to_string(characters), std::to_string(limits::wechat_title_chars_max)});
}

Status check_size(std::string_view reason, std::string_view field, size_t size, size_t most) {
  return size <= most ? Status{}
                      : Status(fail(ErrorCode::refused,
                                    std::string(reason),
                                    std::string(field),
                                    {std::to_string(size), std::to_string(most)}));
}

bool is_jpeg_or_png(const Attachment& attachment) {
  return attachment.media_type == "image/jpeg" || attachment.media_type == "image/png";
}

}  // namespace

Result<WechatArticle> wechat_article(const sdk::Part& part,
                                     std::string_view author,
                                     bool single,
                                     const PictureUrl& picture_url) {
  const Release& release = part.release;
  if (part.portal_url.empty()) {
    return fail(ErrorCode::refused, "wechat_needs_portal");
  }
  WechatArticle article;
  article.title = TRY(title_of(release));
  article.author = author.empty() ? release.issuer.name : author;
  if (count_characters(article.author) > limits::wechat_author_chars_max) {
    article.author.clear();  // the body names the issuing body in full
  }
  article.digest = single ? release.summary : "";
  article.content = TRY(content_of(part, picture_url));
  article.source_url = part.portal_url;
  TRY(check_size("wechat_digest_too_long",
                 "summary",
                 count_characters(article.digest),
                 limits::wechat_digest_chars_max));
  TRY(check_size("wechat_content_too_long",
                 "body",
                 count_characters(article.content),
                 limits::wechat_content_chars_max));
  TRY(check_size("wechat_content_too_large",
                 "body",
                 article.content.size(),
                 limits::wechat_content_bytes_max));
  TRY(check_size("wechat_url_too_long",
                 "url",
                 article.source_url.size(),
                 limits::wechat_source_url_bytes_max));
  return article;
}

Result<std::vector<const Attachment*>> body_pictures(const Release& release) {
  std::vector<const Attachment*> pictures;
  if (release.body.format == BodyFormat::none) {
    return pictures;
  }
  const std::string body = TRY(sdk::content_html(release.body));
  for (const std::string& name : referenced_attachments(body)) {
    const auto found = std::ranges::find(release.attachments, name, &Attachment::name);
    if (found == release.attachments.end() || !found->media_type.starts_with("image/")) {
      continue;
    }
    if (!is_jpeg_or_png(*found) || found->size_bytes > limits::wechat_picture_bytes_max) {
      return fail(ErrorCode::refused,
                  "wechat_picture_unfit",
                  found->name,
                  {found->media_type, std::to_string(found->size_bytes)});
    }
    pictures.push_back(&*found);
  }
  return pictures;
}

const Attachment* cover_picture(const Release& release) {
  const auto found = std::ranges::find_if(release.attachments, [](const Attachment& attachment) {
    return !attachment.is_private && is_jpeg_or_png(attachment) &&
           attachment.size_bytes <= limits::wechat_cover_bytes_max;
  });
  return found == release.attachments.end() ? nullptr : &*found;
}

Result<std::string> drawn_cover(const Release& release) {
  return title_card_png({.title = release.short_title.empty() ? release.title : release.short_title,
                         .line_above = release.issuer.name,
                         .line_below = release.doc_no.empty() ? release.written_on : release.doc_no,
                         .width_px = limits::wechat_cover_width_px,
                         .height_px = limits::wechat_cover_height_px});
}

}  // namespace gulou
