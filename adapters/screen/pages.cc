#include "adapters/screen/pages.h"

#include "adapters/screen/device_files.h"
#include "adapters/screen/item_json.h"
#include "adapters/screen/item_text.h"
#include "adapters/screen/kiosk.h"
#include "adapters/screen/led.h"
#include "adapters/screen/page_report.h"
#include "common/base/log.h"
#include "common/crypto/mac.h"
#include "common/http/static_files.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"
#include "screen_page_embedded.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>

#include <sys/stat.h>

namespace gulou {
namespace {

constexpr int64_t clock_off_ms_max = 60'000;
constexpr size_t played_lines_shown = 1000;

SitePolicy page_policy(bool framed) {
  SitePolicy policy;
  policy.content_security =
      "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src "
      "'self'; base-uri 'none'; form-action 'none'; ";
  policy.content_security +=
      framed ? "frame-src 'self'; frame-ancestors 'self'" : "frame-ancestors 'none'";
  return policy;
}

HttpResponse plain_answer(int status) {
  return text_answer(
      status, "text/plain; charset=utf-8", std::to_string(status) + " " + phrase_of(status) + "\n");
}

Language language_of(const HttpRequest& request) {
  return parse_language(request.parameter("lang").value_or("zh")).value_or(Language::zh);
}

// Is it one of our pages that speaks? On this machine, or opened with the key of this screen; and
// not a page of somebody else's in the same browser, which cannot hide where it comes from.
bool is_ours(const HttpRequest& request, const std::string& key) {
  const std::string_view origin = request.header("origin");
  const size_t host = origin.find("://");
  const bool foreign = !origin.empty() && (host == std::string_view::npos ||
                                           origin.substr(host + 3) != request.header("host"));
  const bool local = request.peer.starts_with("127.") || request.peer == "::1" ||
                     request.peer.starts_with("::ffff:127.");
  const bool has_key =
      !key.empty() && equal_in_constant_time(key, request.parameter("key").value_or(""));
  return !foreign && (local || has_key);
}

// The words of the pages: all keys of the catalogue that begin with "glass_".
std::string words_json(Language language) {
  JsonWriter json;
  json.begin_object().member("lang", name_of(language));
  constexpr std::string_view group = "glass_";
  for (const CatalogueLine& line : words()) {
    if (line.key.starts_with(group)) {
      json.member(line.key.substr(group.size()), word(language, line.key));
    }
  }
  json.end_object();
  return json.take();
}

}  // namespace

ScreenPages::ScreenPages(
    std::string dir, ScreenSettings settings, Glass& glass, Played played, Shown shown, Left left)
    : dir_(std::move(dir)),
      settings_(std::move(settings)),
      glass_(glass),
      played_(std::move(played)),
      shown_(std::move(shown)),
      left_(std::move(left)) {}

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
    dark_.clear();
  }
  const bool parted = part_leased(now);
  const bool due = list_.changes_at && list_.changes_at <= now;
  if (changed || due || parted) {
    list_ = playlist(content_.items, glass_.rules(), now);
    made_.clear();
  }
  const bool lease_first = lease_ends_ && (!list_.changes_at || lease_ends_ < list_.changes_at);
  changes_at_ms_ = lease_first ? lease_ends_.ms : list_.changes_at.ms;
  seen_ = seen;
  return {};
}

// Moves items between those that may be drawn and those whose lease has ended. True: any was.
bool ScreenPages::part_leased(Utc now) {
  const LeaseView lease = glass_.lease();
  if (!lease.kept) {
    return false;
  }
  const Mono mono = read_clocks().mono;
  const auto move = [&](auto& from, auto& to, bool dark) {
    bool moved = false;
    for (auto at = from.begin(); at != from.end();) {
      const auto next = std::next(at);
      if ((lease_left_ms(at->second, lease, mono) == 0) == dark) {
        to.insert(from.extract(at));
        moved = true;
      }
      at = next;
    }
    return moved;
  };
  const bool went = move(content_.items, dark_, true);
  const bool came = move(dark_, content_.items, false);
  const bool asks_other = std::exchange(channel_lease_ms_, lease.channel_ms) != lease.channel_ms;
  lease_ends_ = {};
  for (const auto& [publication, item] : content_.items) {
    if (const auto left_ms = lease_left_ms(item, lease, mono)) {
      const Utc end{now.ms + *left_ms};
      lease_ends_ = lease_ends_ ? std::min(lease_ends_, end) : end;
    }
  }
  return went || came || asks_other;
}

// A page counts for itself from what the agent knew: by headers, so that the answer stays the same.
void ScreenPages::add_lease(HttpResponse& response) const {
  const LeaseView lease = glass_.lease();
  if (lease.kept && lease.confirmed) {
    response.add("Gulou-Confirmed-Ms", std::to_string(read_clocks().mono.ms - lease.confirmed->ms));
  }
  if (lease.kept && lease.as_of) {
    response.add("Gulou-Confirmed", format_shanghai(lease.as_of));
  }
}

std::string ScreenPages::items_json(Language language) const {
  JsonWriter json;
  json.begin_object();
  json.member("screen", settings_.name);
  json.member("takeover", list_.takeover);
  if (!dark_.empty()) {
    json.member("dark", dark_.size());
  }
  json.key("items").begin_array();
  const LeaseView lease = glass_.lease();
  for (const PlaylistEntry& entry : list_.entries) {
    json.begin_object();
    add_head(json, *entry.item, language, lease_ms_of(*entry.item, lease));
    json.member("ms", entry.ms);
    if (entry.whole) {
      add_text(json, entry.item->release, entry.html, language);
    }
    add_qr(json, *entry.item, portal_url(), language);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

HttpResponse ScreenPages::answer(const HttpRequest& request, Utc now) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/shown" && request.method == "POST") {
    if (!is_ours(request, settings_.page_key)) {
      return plain_answer(403);
    }
    if (const Status fresh = refresh(now); !fresh) {
      return plain_answer(503);
    }
    return take_report(request, now);
  }
  if (!reads) {
    HttpResponse response = plain_answer(405);
    response.add("Allow", "GET, HEAD");
    return response;
  }
  return get(request, now);
}

HttpResponse ScreenPages::get(const HttpRequest& request, Utc now) {
  const std::string_view path =
      request.path == "/" ? std::string_view("/display.html") : std::string_view(request.path);
  for (const auto& [name, bytes] : embedded::screen_page) {
    if (path.substr(1) == name && (settings_.framed || !name.starts_with("preview."))) {
      return bytes_answer(
          request, std::make_shared<const std::string>(bytes), name, page_policy(settings_.framed));
    }
  }
  if (path == "/words.json") {
    return bytes_answer(request,
                        std::make_shared<const std::string>(words_json(language_of(request))),
                        "words.json",
                        page_policy(settings_.framed));
  }
  if (const Status fresh = refresh(now); !fresh) {
    // The page goes on with what it has.
    log::error("screen.store_unreadable", {{"error", describe(fresh.error())}});
    return plain_answer(503);
  }
  constexpr std::string_view files = "/files/";
  constexpr std::string_view items = "/item/";
  const Language language = language_of(request);
  if (path == "/items.json" || path == "/kiosk.json") {
    SharedBytes& made = made_[std::string(path) + std::string(name_of(language))];
    if (made == nullptr) {
      made = std::make_shared<const std::string>(
          path == "/items.json"
              ? items_json(language)
              : kiosk_list_json(
                    content_, settings_.name, glass_.rules().drill, language, now, glass_.lease()));
    }
    HttpResponse response = bytes_answer(request, made, path, page_policy(settings_.framed));
    add_lease(response);
    return response;
  }
  if (path.starts_with(items) && path.ends_with(".json")) {
    const ScreenItem* item = find(
        path.substr(items.size(), path.size() - items.size() - std::string_view(".json").size()));
    return item == nullptr || !in_force(*item, glass_.rules().drill, now)
               ? plain_answer(404)
               : json_answer(200, kiosk_item_json(*item, portal_url(), language));
  }
  if (path == "/preview.json" && settings_.framed) {
    return json_answer(
        200, JsonWriter().begin_object().member("notes", settings_.notes).end_object().take());
  }
  if (path == "/led.txt") {
    return led(request);
  }
  if (path == "/status.json") {
    return status(now);
  }
  return path.starts_with(files) ? file(request, path.substr(files.size())) : plain_answer(404);
}

HttpResponse ScreenPages::led(const HttpRequest& request) const {
  const std::string_view asked = request.parameter("width").value_or("0");
  size_t width = 0;
  const auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), width);
  if (error != std::errc() || end != asked.data() + asked.size() ||
      width > limits::screen_led_width_max) {
    return plain_answer(400);
  }
  return text_answer(200, "text/plain; charset=utf-8", led_text(list_, width));
}

const ScreenItem* ScreenPages::find(std::string_view key) const {
  for (const auto& [publication, item] : content_.items) {
    if (item_key(item) == key) {
      return &item;
    }
  }
  return nullptr;
}

// A page says what it drew: a mark per item and screen, from which the receipt is made, and a line
// of the proof of play for what has left the glass. What is held no more is not worth a mark.
HttpResponse ScreenPages::take_report(const HttpRequest& request, Utc now) {
  const Result<PageReport> report = parse_page_report(request.body);
  if (!report) {
    return plain_answer(400);
  }
  glass_.page_spoke(now, report->page, report->on);
  std::vector<std::string> faults = report->faults;
  if (report->now && std::abs(report->now.ms - now.ms) > clock_off_ms_max) {
    faults.emplace_back("clock");
  }
  for (const std::string& fault : faults) {
    if (fault == "font") {
      glass_.set_font_missing();
    }
    if (faults_.size() < limits::screen_report_items_max || faults_.contains(fault)) {
      if (faults_.insert_or_assign(fault, now).second) {
        log::error("screen.fault", {{"screen", glass_.name()}, {"fault", fault}});
      }
    }
  }
  for (const DrawnItem& drawn : report->drew) {
    const ScreenItem* item = find(drawn.key);
    if (item == nullptr) {
      if (drawn.until && left_) {
        left_(drawn.key);
      }
      continue;
    }
    const Showing showing{.screen = glass_.name(),
                          .publication = item->publication,
                          .revision = item->release.revision,
                          .digest = item->digest,
                          .from = drawn.from,
                          .until = drawn.until,
                          .hash = drawn.hash};
    if (drawn.until) {
      played_.log(showing);
    }
    const Result<bool> first = played_.mark(showing);
    if (!first) {
      log::error("screen.mark_unwritable", {{"error", describe(first.error())}});
      return plain_answer(503);  // the page says it again
    }
    if (*first) {
      log::info("screen.shown", {{"screen", glass_.name()}, {"publication", item->publication}});
      shown_(*item);
    }
  }
  return text_answer(204, "text/plain; charset=utf-8", {});
}

HttpResponse ScreenPages::status(Utc now) const {
  JsonWriter json;
  json.begin_object();
  json.member("screen", settings_.name);
  json.member("position", content_.position.value);
  json.member("held", content_.items.size() + dark_.size());
  json.member("dark", dark_.size());
  json.text_member("confirmed", glass_.lease().as_of ? format_utc(glass_.lease().as_of) : "");
  json.member("in_turn", list_.entries.size());
  json.member("page_alive", glass_.has_page(now));
  json.text_member("page_seen", glass_.page_seen() ? format_utc(glass_.page_seen()) : "");
  json.key("faults").begin_array();
  for (const auto& [fault, at] : faults_) {
    json.begin_object().member("fault", fault).member("last", format_utc(at)).end_object();
  }
  json.end_array();
  json.key("played").begin_array();
  for (const Showing& showing : played_.newest(played_lines_shown)) {
    json.begin_object();
    json.member("publication", showing.publication).member("revision", showing.revision);
    json.member("from", format_utc(showing.from)).member("until", format_utc(showing.until));
    json.member("hash", showing.hash).end_object();
  }
  json.end_array().end_object();
  return json_answer(200, json.take());
}

std::optional<std::pair<Digest, uint32_t>> ScreenPages::pdf_page(std::string_view path) const {
  // /files/<64 hex>/page-<n>.png
  constexpr std::string_view before = "/files/", between = "/page-", after = ".png";
  constexpr size_t hex_bytes = 64;
  if (!path.starts_with(before) || !path.ends_with(after) ||
      path.size() < before.size() + hex_bytes + between.size() + after.size() ||
      path.substr(before.size() + hex_bytes, between.size()) != between) {
    return std::nullopt;
  }
  const std::optional<Digest> digest = digest_from_hex(path.substr(before.size(), hex_bytes));
  path.remove_suffix(after.size());
  path.remove_prefix(before.size() + hex_bytes + between.size());
  uint32_t page = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), page);
  for (const auto& [publication, item] : content_.items) {
    for (const Attachment& attachment : item.release.attachments) {
      if (digest && attachment.digest == *digest && !attachment.is_private &&
          attachment.media_type == "application/pdf" && error == std::errc() &&
          end == path.data() + path.size()) {
        return std::pair(*digest, page);
      }
    }
  }
  return std::nullopt;
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
      HttpResponse response = file_answer(
          request, dir_ + "/blobs", "/" + std::string(hex), page_policy(settings_.framed));
      for (auto& [name, value] : response.headers) {
        if (name == "Content-Type" && response.status < 400) {
          value = attachment.media_type;
        }
      }
      return response;
    }
  }
  return plain_answer(404);
}

}  // namespace gulou
