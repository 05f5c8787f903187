#include "adapters/screen/pages.h"

#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/draw/qr.h"
#include "common/html/count.h"
#include "common/html/plain.h"
#include "common/http/static_files.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"
#include "screen_page_embedded.h"

#include <algorithm>
#include <array>

#include <sys/stat.h>

namespace gulou {
namespace {

constexpr Language zh = Language::zh;

SitePolicy page_policy() {
  SitePolicy policy;
  policy.content_security =
      "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src "
      "'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return policy;
}

HttpResponse not_found() {
  return text_answer(404, "text/plain; charset=utf-8", "404 Not Found\n");
}

Markup markup_of(BodyFormat format) {
  switch (format) {
    case BodyFormat::html:
      return Markup::html;
    case BodyFormat::markdown:
      return Markup::markdown;
    case BodyFormat::text:
    case BodyFormat::none:
      return Markup::text;
  }
  return Markup::text;
}

// The whole text where a passer-by can read it, nothing otherwise: official text is never cut.
std::string full_html(const ScreenItem& item) {
  const Release& release = item.release;
  const Result<std::string> html = body_html(markup_of(release.body.format), release.body.content);
  if (!html) {
    return {};
  }
  std::string plain = plain_text(*html);
  std::erase(plain, '\n');
  if (count_characters(plain) > limits::screen_full_text_chars) {
    return {};
  }
  return with_attachment_urls(*html, [&release](std::string_view name) -> std::string {
    for (const Attachment& attachment : release.attachments) {
      if (attachment.name == name && !attachment.is_private) {
        return "/files/" + to_hex(attachment.digest) + "/" + attachment.name;
      }
    }
    return {};
  });
}

void add_fact(JsonWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) {
    json.begin_object().member("name", word(zh, "field", key)).member("value", value).end_object();
  }
}

void add_facts(JsonWriter& json, const Release& release) {
  json.key("facts").begin_array();
  add_fact(json, "doc_no", release.doc_no);
  if (release.public_notice) {
    add_fact(json,
             "period",
             release.public_notice->period_from + " 至 " + release.public_notice->period_to);
    add_fact(json, "feedback", release.public_notice->feedback);
  }
  if (release.reply) {
    add_fact(json, "letter_no", release.reply->letter_no);
    add_fact(json, "received_on", release.reply->received_on);
    add_fact(json, "replied_on", release.reply->replied_on);
    add_fact(json, "responsible_unit", release.reply->responsible_unit);
  }
  json.end_array();
}

void add_guide(JsonWriter& json, const ServiceGuidePart& part) {
  const auto elements = std::to_array<std::pair<std::string_view, const std::string*>>({
      {"conditions", &part.conditions},
      {"materials", &part.materials},
      {"procedure", &part.procedure},
      {"time_limit", &part.time_limit},
      {"fees", &part.fees},
      {"office_place_hours", &part.office_place_hours},
      {"phone", &part.phone},
      {"legal_basis", &part.legal_basis},
  });
  json.key("elements").begin_array();
  for (const auto& [key, text] : elements) {
    add_fact(json, key, *text);
  }
  json.end_array();
}

// A drill says so wherever its title stands, not only in the watermark.
std::string title_of(const Release& release) {
  return release.test ? "【" + std::string(word(zh, "noun_drill")) + "】" + release.title
                      : release.title;
}

void add_item(JsonWriter& json, const ScreenItem& item, const ScreenSettings& settings) {
  const Release& release = item.release;
  json.begin_object();
  json.member("key", to_hex(item.digest).substr(0, 16));
  json.member("label", word(zh, "kind", name_of(release.kind)));
  json.member("title", title_of(release));
  json.text_member("summary", release.summary);
  json.member("issuer", release.issuer.name);
  json.member("date", format_shanghai(item.published_on));
  json.member("urgent", release.priority == Priority::urgent);
  json.member("test", release.test);
  json.member("until", screen_end_of(item).ms);
  add_facts(json, release);
  if (release.service_guide) {
    add_guide(json, *release.service_guide);
  }
  if (release.reply) {
    json.member("question", release.reply->question).member("answer", release.reply->answer);
  }
  json.text_member("html", full_html(item));
  if (!settings.portal_url.empty()) {
    if (const auto qr = qr_svg(settings.portal_url + "/go/" + item.publication, "扫码阅读")) {
      json.member("qr", *qr);
    }
  }
  json.end_object();
}

}  // namespace

ScreenPages::ScreenPages(std::string dir, ScreenSettings settings)
    : dir_(std::move(dir)), settings_(std::move(settings)) {}

Status ScreenPages::refresh(Utc now) {
  struct stat facts {};

  const std::string path = screen_index_path(dir_);
  std::string seen = "none";
  if (::stat(path.c_str(), &facts) == 0) {
    seen = std::to_string(facts.st_ino) + " " + std::to_string(facts.st_mtim.tv_sec) + " " +
           std::to_string(facts.st_mtim.tv_nsec) + " " + std::to_string(facts.st_size);
  }
  const bool changed = seen != seen_;
  if (changed && seen != "none") {
    content_ = TRY(read_screen_content(dir_));
  }
  seen_ = seen;
  if (changed || json_ == nullptr || (json_until_ && json_until_ <= now)) {
    const Playlist list = playlist(content_.items, {.drill = settings_.drill}, now);
    json_ = std::make_shared<const std::string>(items_json(list));
    json_until_ = list.changes_at;
  }
  return {};
}

std::string ScreenPages::items_json(const Playlist& list) const {
  JsonWriter json;
  json.begin_object();
  json.member("screen", settings_.name);
  json.member("takeover", list.takeover);
  json.key("items").begin_array();
  for (const ScreenItem* item : list.items) {
    add_item(json, *item, settings_);
  }
  json.end_array().end_object();
  return std::move(json).take();
}

HttpResponse ScreenPages::answer(const HttpRequest& request, Utc now) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        text_answer(405, "text/plain; charset=utf-8", "405 Method Not Allowed\n");
    response.add("Allow", "GET, HEAD");
    return response;
  }
  const std::string_view path =
      request.path == "/" ? std::string_view("/display.html") : std::string_view(request.path);
  for (const auto& [name, bytes] : embedded::screen_page) {
    if (path.substr(1) == name) {
      return bytes_answer(request, std::make_shared<const std::string>(bytes), name, page_policy());
    }
  }
  if (const Status fresh = refresh(now); !fresh) {
    // The page goes on with what it has.
    log::error("screen.store_unreadable", {{"error", describe(fresh.error())}});
    return text_answer(503, "text/plain; charset=utf-8", "503 Service Unavailable\n");
  }
  constexpr std::string_view files = "/files/";
  if (path == "/items.json") {
    return bytes_answer(request, json_, "items.json", page_policy());
  }
  return path.starts_with(files) ? file(request, path.substr(files.size())) : not_found();
}

// Only pictures of items that are held; the name says the type.
HttpResponse ScreenPages::file(const HttpRequest& request, std::string_view rest) const {
  const std::string_view hex = rest.substr(0, rest.find('/'));
  const std::optional<Digest> digest = digest_from_hex(hex);
  for (const auto& [publication, item] : content_.items) {
    for (const Attachment& attachment : item.release.attachments) {
      if (!digest || attachment.digest != *digest || attachment.is_private) {
        continue;
      }
      HttpResponse response =
          file_answer(request, dir_ + "/blobs", "/" + std::string(hex), page_policy());
      for (auto& [name, value] : response.headers) {
        if (name == "Content-Type" && response.status < 400) {
          value = attachment.media_type;
        }
      }
      return response;
    }
  }
  return not_found();
}

}  // namespace gulou
