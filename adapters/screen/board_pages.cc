#include "adapters/screen/board_pages.h"

#include "adapters/screen/item_json.h"
#include "adapters/screen/playlist.h"
#include "board_page_embedded.h"
#include "common/base/files.h"
#include "common/base/log.h"
#include "common/crypto/digest.h"
#include "common/draw/photo.h"
#include "common/http/static_files.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace gulou {
namespace {

constexpr size_t key_digits = 32;

SitePolicy board_policy() {
  SitePolicy policy;
  policy.content_security =
      "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src "
      "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  policy.cache_control = "no-store";  // the address is a secret, and so is what stands behind it
  return policy;
}

HttpResponse plain_answer(int status) {
  return text_answer(
      status, "text/plain; charset=utf-8", std::to_string(status) + " " + phrase_of(status) + "\n");
}

Language language_of(const HttpRequest& request) {
  return parse_language(request.parameter("lang").value_or("zh")).value_or(Language::zh);
}

std::string words_json(Language language) {
  JsonWriter json;
  json.begin_object().member("lang", name_of(language));
  constexpr std::string_view group = "board_";
  for (const CatalogueLine& line : words()) {
    if (line.key.starts_with(group)) {
      json.member(line.key.substr(group.size()), word(language, line.key));
    }
  }
  return json.end_object().take();
}

HttpResponse problem_answer(Language language, int status, const Error& error) {
  return json_answer(
      status,
      JsonWriter().begin_object().member("detail", sentence(language, error)).end_object().take());
}

void add_down(JsonWriter& json, const SheetDown& one, Language language) {
  const BoardSheet& sheet = *one.sheet;
  json.begin_object().member("key", to_hex(sheet.digest).substr(0, key_digits));
  json.member("title", sheet.title);
  json.member("why", word(language, "board_why", name_of(one.reason)));
  json.text_member("date", sheet.posted_at ? format_shanghai(sheet.posted_at) : "");
  json.end_object();
}

void add_post(JsonWriter& json, const ScreenItem& item, Language language) {
  json.begin_object().member("key", item_key(item));
  json.member("title", item_title(item.release, language));
  json.member("issuer", item.release.issuer.name);
  json.member("urgent", item.release.priority == Priority::urgent);
  const Utc end = screen_end_of(item);
  json.text_member("until", end ? format_shanghai(end) : "").end_object();
}

void add_hanging(JsonWriter& json, const SheetHanging& one) {
  json.begin_object().member("key", item_key(*one.item));
  json.member("title", one.item->release.title);
  json.member("date", format_shanghai(one.sheet->posted_at));
  json.text_member("photo", one.sheet->photo).end_object();
}

// "posted/longjing/0123…" as its three words.
struct Tap {
  BoardStep step = BoardStep::none;
  std::string board;
  std::string key;
};

Tap tap_of(std::string_view rest) {
  const size_t first = rest.find('/');
  const size_t second = rest.find('/', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) {
    return {};
  }
  const std::string_view step = rest.substr(0, first);
  return {.step = step == "posted" ? BoardStep::posted
                  : step == "down" ? BoardStep::down
                                   : BoardStep::none,
          .board = std::string(rest.substr(first + 1, second - first - 1)),
          .key = std::string(rest.substr(second + 1))};
}

}  // namespace

BoardPages::BoardPages(std::string dir,
                       BoardLedger ledger,
                       BoardLinks links,
                       std::unique_ptr<BoardSource> source,
                       Done done)
    : dir_(std::move(dir)),
      ledger_(std::move(ledger)),
      links_(std::move(links)),
      source_(std::move(source)),
      done_(std::move(done)),
      wrong_(limits::board_wrong_per_second_max),
      answering_(limits::board_questions_max,
                 [this](const HttpRequest& request) { return answer(request, read_clocks()); }) {}

void BoardPages::ask(HttpRequest request, Responder responder) {
  answering_.ask(std::move(request), std::move(responder), plain_answer(503));
}

Status BoardPages::refresh() {
  boards_ = TRY(source_->boards());
  content_ = TRY(read_screen_content(dir_));
  return ledger_.refresh();
}

// A wrong secret, a board that is not there and anything else are told apart by nothing; who
// guesses is slowed down.
HttpResponse BoardPages::answer(const HttpRequest& request, Now now) {
  std::string_view path = request.path;
  constexpr std::string_view kinds[] = {"/b/", "/a/"};
  const bool known =
      std::ranges::any_of(kinds, [path](std::string_view kind) { return path.starts_with(kind); });
  const size_t name_end = known ? path.find('/', 3) : std::string_view::npos;
  const size_t secret_end =
      name_end == std::string_view::npos ? name_end : path.find('/', name_end + 1);
  if (secret_end == std::string_view::npos) {
    return plain_answer(404);
  }
  const Way way{.name = std::string(path.substr(1, name_end - 1)),
                .secret = path.substr(name_end + 1, secret_end - name_end - 1),
                .rest = path.substr(secret_end + 1)};
  if (!links_.holds(way.name, way.secret)) {
    return plain_answer(wrong_.allow(request.peer, now.mono) ? 404 : 429);
  }
  if (const Status fresh = refresh(); !fresh) {
    log::error("board.unreadable", {{"error", describe(fresh.error())}});
    return plain_answer(503);
  }
  if (boards_of(way).empty()) {
    return plain_answer(404);
  }
  if (request.method == "POST") {
    return post(request, way, now.utc);
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = plain_answer(405);
    response.add("Allow", "GET, HEAD, POST");
    return response;
  }
  return get(request, way, now.utc);
}

std::vector<Board> BoardPages::boards_of(const Way& way) const {
  std::vector<Board> boards;
  const std::string_view id = std::string_view(way.name).substr(2);
  for (const Board& board : boards_) {
    if (way.name.starts_with("b/") ? board.id == id : area_holds(id, board.area)) {
      boards.push_back(board);
    }
  }
  return boards;
}

HttpResponse BoardPages::get(const HttpRequest& request, const Way& way, Utc now) {
  const std::string_view name = way.rest.empty() ? std::string_view("board.html") : way.rest;
  for (const auto& [file, bytes] : embedded::board_page) {
    if (file == name) {
      return bytes_answer(
          request, std::make_shared<const std::string>(bytes), file, board_policy());
    }
  }
  const Language language = language_of(request);
  if (name == "words.json") {
    return json_answer(200, words_json(language));
  }
  if (name == "sheets.json") {
    return json_answer(200, sheets_json(boards_of(way), language, now));
  }
  constexpr std::string_view photos = "photo/";
  if (name.starts_with(photos) && name.ends_with(".jpg")) {
    const std::string_view hex =
        name.substr(photos.size(), name.size() - photos.size() - std::string_view(".jpg").size());
    for (const Board& board : boards_of(way)) {
      for (const auto& [digest, sheet] : ledger_.sheets(board.id)) {
        if (!hex.empty() && (sheet.photo == hex || sheet.down_photo == hex)) {
          return photo(request, hex);
        }
      }
    }
  }
  return plain_answer(404);
}

HttpResponse BoardPages::photo(const HttpRequest& request, std::string_view name) const {
  const Result<std::string> bytes =
      read_file(dir_ + "/photos/" + std::string(name) + ".jpg", limits::board_photo_bytes_max);
  if (!bytes) {
    return plain_answer(404);
  }
  return bytes_answer(
      request, std::make_shared<const std::string>(*bytes), "photo.jpg", board_policy());
}

std::string BoardPages::sheets_json(const std::vector<Board>& boards,
                                    Language language,
                                    Utc now) const {
  JsonWriter json;
  json.begin_object().member("week", iso_week(now)).key("boards").begin_array();
  for (const Board& board : boards) {
    const BoardPlan plan = board_plan(board, content_, ledger_.sheets(board.id), now);
    json.begin_object().member("id", board.id).member("place", board.place);
    json.key("take_down").begin_array();
    for (const SheetDown& one : plan.take_down) {
      add_down(json, one, language);
    }
    json.end_array().key("post").begin_array();
    for (const ScreenItem* item : plan.post) {
      add_post(json, *item, language);
    }
    json.end_array().key("hanging").begin_array();
    for (const SheetHanging& one : plan.hanging) {
      add_hanging(json, one);
    }
    json.end_array().end_object();
  }
  return json.end_array().end_object().take();
}

// Nothing of the file that was sent is kept but what is to be seen.
Result<std::string> BoardPages::keep_photo(const std::string& body) const {
  const std::string plain = TRY(plain_photo(body, limits::board_photo_side_px));
  const std::string name = to_hex(sha256(plain));
  TRY(make_directory(dir_ + "/photos"));
  if (TRY(list_files(dir_ + "/photos")).size() >= limits::board_photos_max) {
    return fail(ErrorCode::exhausted, "board_photos_full");
  }
  TRY(replace_file(dir_ + "/photos/" + name + ".jpg", plain));
  return name;
}

BoardPages::Tapped BoardPages::tapped(const Board& board,
                                      BoardStep step,
                                      std::string_view key) const {
  Tapped found{.entry = {.board = board.id, .step = step}};
  BoardEntry& entry = found.entry;
  for (const auto& [digest, sheet] : ledger_.sheets(board.id)) {
    if (to_hex(digest).substr(0, key_digits) == key && sheet.step != BoardStep::none) {
      entry.publication = sheet.publication;
      entry.revision = sheet.revision;
      entry.digest = digest;
      entry.title = sheet.title;
      const std::string& photo = step == BoardStep::posted ? sheet.photo : sheet.down_photo;
      found.has_photo = sheet.step == step && !photo.empty();
    }
  }
  for (const auto& [publication, item] : content_.items) {
    if (item_key(item) == key && board_takes(board, item.release)) {
      entry.publication = publication;
      entry.revision = item.release.revision;
      entry.digest = item.digest;
      entry.title = item_title(item.release, Language::zh);
      found.seq = item.seq;
    }
  }
  return found;
}

HttpResponse BoardPages::post(const HttpRequest& request, const Way& way, Utc now) {
  const Tap tap = tap_of(way.rest);
  const std::vector<Board> boards = boards_of(way);
  const Board* board = find_board(boards, tap.board);
  if (tap.step == BoardStep::none || board == nullptr) {
    return plain_answer(404);
  }
  auto [entry, seq, has_photo] = tapped(*board, tap.step, tap.key);
  entry.at = now;
  entry.by = way.name;
  const Language language = language_of(request);
  // Posted, but taken back meanwhile: the page hears what to do instead.
  if (entry.publication.empty() || (tap.step == BoardStep::posted && !seq)) {
    return problem_answer(language, 409, {ErrorCode::refused, "board_sheet_gone", {}, {}});
  }
  if (!request.body.empty() && !has_photo) {
    Result<std::string> photo = keep_photo(request.body);
    if (!photo) {
      const bool ours = photo.error().code != ErrorCode::invalid_argument;
      return problem_answer(language, ours ? 503 : 400, photo.error());
    }
    entry.photo = std::move(*photo);
  }
  const Result<bool> added = ledger_.add(entry);
  if (!added) {
    log::error("board.step_unwritable", {{"error", describe(added.error())}});
    return plain_answer(503);
  }
  if (*added) {
    log::info("board." + std::string(name_of(tap.step)),
              {{"board", board->id}, {"publication", entry.publication}});
    done_(tap.step, entry.publication, seq);
  }
  return json_answer(200, sheets_json(boards, language, now));
}

}  // namespace gulou
