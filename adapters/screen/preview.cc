#include "adapters/screen/preview.h"

#include "adapters/screen/board_plan.h"
#include "adapters/screen/board_text.h"
#include "adapters/screen/item_text.h"
#include "adapters/screen/limits.h"
#include "adapters/screen/live.h"
#include "adapters/screen/pages.h"
#include "adapters/screen/pdf_pages.h"
#include "common/base/files.h"
#include "common/crypto/digest.h"
#include "common/http/server.h"
#include "common/json/release_json.h"
#include "common/text/catalogue.h"

#include <charconv>
#include <cstdio>

#include <poll.h>

namespace gulou {
namespace {

Result<ScreenPut> read_part(const std::string& path, Utc now) {
  ScreenPut put;
  put.canonical = TRY(read_file(path, limits::release_bytes_max));
  Release release = TRY(parse_release(put.canonical));
  std::string publication = "preview/" + release.id;
  put.item = {.publication = std::move(publication),
              .seq = Seq{1},
              .digest = sha256(put.canonical),
              .published_on = now,
              .release = std::move(release)};
  return put;
}

Status copy_files(const std::string& directory, const ScreenStore& store, const Release& release) {
  for (const Attachment& attachment : release.attachments) {
    const std::string path = directory + "/files/" + to_hex(attachment.digest);
    if (attachment.is_private) {
      continue;
    }
    const std::string bytes = TRY(read_file(path, limits::attachment_bytes_max));
    TRY(store.add_blob(attachment.digest,
                       [&bytes](const ScreenStore::Sink& sink) { return sink(bytes); }));
  }
  return {};
}

// What nobody would see from the picture alone.
std::string note_of(const Release& release, Language language, bool board) {
  if (board) {
    return board_takes({.drill = true}, release)
               ? std::string()
               : sentence(language, "preview_not_on_boards", {}, {});
  }
  if (!drawable(release, {.drill = true})) {
    return sentence(language, "preview_not_in_turn", {}, {});
  }
  if (reading_length(release).whole_chars == 0) {
    return sentence(language,
                    "preview_in_brief",
                    {},
                    std::vector{std::to_string(limits::screen_full_text_chars)});
  }
  return {};
}

// "/sheet-2.png": a page of them as a picture.
std::optional<uint32_t> sheet_page(std::string_view path) {
  constexpr std::string_view before = "/sheet-", after = ".png";
  if (!path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  path.remove_prefix(before.size());
  uint32_t page = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), page);
  return error == std::errc() ? std::optional(page) : std::nullopt;
}

// The sheets as a notice board gets them.
Result<std::string> sheets_pdf(const ScreenStore& store, const std::string& directory) {
  std::vector<OfficialSheet> sheets;
  const PictureOf picture = [&directory](const Digest& digest) {
    return read_file(screen_blob_path(directory, digest), limits::screen_picture_bytes_max)
        .value_or(std::string());
  };
  for (const auto& [publication, item] : store.content().items) {
    sheets.push_back(board_sheet(item, "http://portal.invalid", Language::zh, picture));
  }
  OfficialPdf pdf = TRY(official_pdf(std::string(word(Language::zh, "noun_preview")), sheets));
  return std::move(pdf.bytes);
}

}  // namespace

Result<PreviewOptions> parse_preview(const std::vector<std::string>& arguments) {
  PreviewOptions options;
  const auto usage = [] { return fail(ErrorCode::invalid_argument, "preview_usage"); };
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--preview") {
      options.directory = value;
    } else if (arguments[i] == "--as" && (value == "landscape" || value == "portrait" ||
                                          value == "touch" || value == "board")) {
      options.as = value;
    } else if (arguments[i] == "--minutes") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), options.minutes);
      if (error != std::errc() || options.minutes < 1 ||
          options.minutes > limits::screen_preview_minutes_max) {
        return usage();
      }
    } else {
      return usage();
    }
  }
  if (options.directory.empty() || arguments.size() % 2 != 0) {
    return usage();
  }
  return options;
}

Result<int> preview_screen(const PreviewOptions& options, int stop_fd) {
  const std::string kept = options.directory + "/store";
  ScreenStore store = TRY(ScreenStore::open(kept));
  const Utc now = read_clocks().utc;
  ScreenChange change;
  std::string notes;
  for (size_t part = 0; part < limits::bundle_parts_max; ++part) {
    auto put = read_part(options.directory + "/" + std::to_string(part) + ".json", now);
    if (!put && put.error().code == ErrorCode::not_found && part > 0) {
      break;
    }
    change.put.push_back(TRY(std::move(put)));
    TRY(copy_files(options.directory, store, change.put.back().item.release));
    notes += note_of(change.put.back().item.release, Language::zh, options.as == "board");
  }
  TRY(store.apply(std::move(change)));

  PlaylistRules rules{.drill = true};
  rules.kinds.assign(std::begin(all_kinds), std::end(all_kinds));
  Glass glass("preview", std::move(rules));
  ScreenPages pages(kept,
                    {.name = std::string(word(Language::zh, "noun_preview")),
                     .portal_url = "http://portal.invalid",
                     .framed = true,
                     .notes = notes},
                    glass,
                    TRY(Played::open(kept)),
                    [](const ScreenItem&) {});
  ScreenLive live([&pages] { return pages.changes_at(); });
  PdfPages pdf_pages(kept);
  const std::string pdf = options.as == "board" ? TRY(sheets_pdf(store, kept)) : std::string();
  const Digest pdf_digest = sha256(pdf);
  TRY(store.add_blob(pdf_digest, [&pdf](const ScreenStore::Sink& sink) { return sink(pdf); }));
  HttpServer server({}, [&](const HttpRequest& request, Responder responder) {
    if (request.path == "/sheets.pdf" && !pdf.empty()) {
      return responder.answer(text_answer(200, "application/pdf", pdf));
    }
    if (const auto page = sheet_page(request.path); page && !pdf.empty()) {
      return pdf_pages.ask(pdf_digest, *page, std::move(responder));
    }
    if (request.path == "/events") {
      return live.join(responder.start_events());
    }
    if (const auto page = pages.pdf_page(request.path)) {
      return pdf_pages.ask(page->first, page->second, std::move(responder));
    }
    responder.answer(pages.answer(request, read_clocks().utc));
  });
  TRY(server.listen());
  std::printf("http://127.0.0.1:%u/preview.html?as=%s\n",
              static_cast<unsigned>(server.port()),
              options.as.c_str());
  std::fflush(stdout);
  pollfd stop{stop_fd, POLLIN, 0};
  constexpr int minute_ms = 60'000;
  ::poll(&stop, 1, static_cast<int>(options.minutes) * minute_ms);
  server.stop();
  return 0;
}

}  // namespace gulou
