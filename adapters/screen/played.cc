#include "adapters/screen/played.h"

#include "adapters/screen/limits.h"
#include "common/base/field_line.h"
#include "common/base/files.h"
#include "common/base/log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

namespace gulou {
namespace {

namespace fs = std::filesystem;

std::string mark_name(const Digest& digest, std::string_view screen) {
  return to_hex(digest) + "." + std::string(screen);
}

std::string line_of(const Showing& showing) {
  FieldLine line;
  line.add("screen", showing.screen);
  line.add("publication", showing.publication);
  line.add("revision", uint64_t{showing.revision});
  line.add("digest", to_hex(showing.digest));
  line.add("from", format_utc(showing.from));
  line.add("until", showing.until ? format_utc(showing.until) : "");
  line.add("hash", showing.hash);
  return line.line() + "\n";
}

std::optional<Showing> showing_of(std::string_view text) {
  const std::optional<FieldLine> line = FieldLine::parse(text);
  const std::optional<Digest> digest = line ? digest_from_hex(line->get("digest")) : std::nullopt;
  if (!digest) {
    return std::nullopt;
  }
  return Showing{.screen = line->get("screen"),
                 .publication = line->get("publication"),
                 .revision = static_cast<uint32_t>(line->number("revision")),
                 .digest = *digest,
                 .from = parse_utc(line->get("from")).value_or(Utc{}),
                 .until = parse_utc(line->get("until")).value_or(Utc{}),
                 .hash = line->get("hash")};
}

}  // namespace

Result<Played> Played::open(std::string dir) {
  TRY(make_directory(dir + "/shown"));
  return Played(std::move(dir));
}

Result<bool> Played::mark(const Showing& showing) const {
  const std::string path = dir_ + "/shown/" + mark_name(showing.digest, showing.screen);
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return false;
  }
  TRY(replace_file(path, line_of(showing)));
  return true;
}

std::optional<Utc> Played::first_shown(const Digest& digest, std::string_view screen) const {
  constexpr size_t mark_bytes_max = 4096;
  const Result<std::string> bytes =
      read_file(dir_ + "/shown/" + mark_name(digest, screen), mark_bytes_max);
  if (!bytes || bytes->empty()) {
    return std::nullopt;
  }
  const auto showing = showing_of(std::string_view(*bytes).substr(0, bytes->size() - 1));
  return showing ? std::optional(showing->from) : std::nullopt;
}

// Not synced line by line: a mark is the receipt, the log its detail.
void Played::log(const Showing& showing) const {
  const std::string path = dir_ + "/played.log";
  std::error_code error;
  if (fs::file_size(path, error) >= limits::screen_played_bytes_max / 2 && !error) {
    fs::rename(path, path + ".1", error);
  }
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << line_of(showing);
  file.close();
  if (file.fail()) {
    log::warn("screen.played_unwritable", {{"path", path}});
  }
}

std::vector<Showing> Played::newest(size_t lines_max) const {
  std::vector<Showing> showings;
  for (const char* name : {"/played.log.1", "/played.log"}) {
    std::ifstream file(dir_ + name, std::ios::binary);
    for (std::string text; std::getline(file, text);) {
      if (auto showing = showing_of(text)) {
        showings.push_back(std::move(*showing));
      }
    }
  }
  const size_t left_out = showings.size() - std::min(showings.size(), lines_max);
  showings.erase(showings.begin(), showings.begin() + static_cast<ptrdiff_t>(left_out));
  return showings;
}

void Played::keep_only(const std::vector<Digest>& held) const {
  std::set<std::string> kept;
  for (const Digest& digest : held) {
    kept.insert(to_hex(digest));
  }
  const Result<std::vector<std::string>> names = list_files(dir_ + "/shown");
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (!kept.contains(name.substr(0, name.find('.')))) {
      std::error_code ignored;
      fs::remove(fs::path(dir_) / "shown" / name, ignored);
    }
  }
}

}  // namespace gulou
