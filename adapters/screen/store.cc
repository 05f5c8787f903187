#include "adapters/screen/store.h"

#include "common/base/field_line.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/json/release_json.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include <sys/stat.h>

namespace gulou {
namespace {

namespace fs = std::filesystem;

std::string item_path(const std::string& dir, const Digest& digest) {
  return dir + "/items/" + to_hex(digest);
}

tl::unexpected<Error> damaged(const std::string& path) {
  return fail(ErrorCode::corrupt, "screen_store_damaged", {}, {path});
}

std::string index_bytes(const ScreenContent& content) {
  FieldLine head;
  head.add("format", uint64_t{1});
  head.add("position", content.position.value);
  head.add("items", static_cast<uint64_t>(content.items.size()));
  head.add("portal_url", content.portal_url);
  std::string bytes = head.line() + "\n";
  for (const auto& [publication, item] : content.items) {
    FieldLine line;
    line.add("publication", publication);
    line.add("seq", item.seq.value);
    line.add("digest", to_hex(item.digest));
    line.add("published_on", static_cast<uint64_t>(item.published_on.ms));
    line.add("from", static_cast<uint64_t>(item.from.ms));
    line.add("shown", static_cast<uint64_t>(item.shown));
    bytes += line.line() + "\n";
  }
  return bytes;
}

Result<ScreenItem> read_item(const std::string& dir, std::string_view text) {
  const std::optional<FieldLine> line = FieldLine::parse(text);
  const std::optional<Digest> digest = line ? digest_from_hex(line->get("digest")) : std::nullopt;
  if (!digest) {
    return damaged(screen_index_path(dir));
  }
  const std::string canonical = TRY(read_file(item_path(dir, *digest), limits::release_bytes_max));
  Result<Release> release = parse_release(canonical);
  if (!release) {
    return damaged(item_path(dir, *digest));
  }
  return ScreenItem{
      .publication = line->get("publication"),
      .seq = Seq{line->number("seq")},
      .digest = *digest,
      .published_on = Utc{static_cast<int64_t>(line->number("published_on"))},
      .from = Utc{static_cast<int64_t>(line->number("from"))},
      .release = std::move(*release),
      .shown = static_cast<Shown>(std::min<uint64_t>(line->number("shown"), uint64_t{2}))};
}

// The oldest that nobody will miss first: what has expired counts as oldest anyway by its date.
void drop_beyond_limit(ScreenContent& content) {
  while (content.items.size() > limits::screen_items_max) {
    const auto oldest = std::min_element(
        content.items.begin(), content.items.end(), [](const auto& a, const auto& b) {
          return std::pair(a.second.published_on, a.second.seq) <
                 std::pair(b.second.published_on, b.second.seq);
        });
    content.items.erase(oldest);
  }
}

// One that is there may be read meanwhile, or be another screen's: it is never written over.
Status write_item(const std::string& path, const std::string& canonical) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return write_file(path, canonical);
  }
  const Result<std::string> there = read_file(path, limits::release_bytes_max);
  return there && *there == canonical ? Status() : replace_file(path, canonical);
}

constexpr std::string_view folders[] = {"items", "blobs", "pages"};

Status link_folder(const std::string& dir, const std::string& shared_dir, std::string_view name) {
  const std::string link = dir + "/" + std::string(name);
  const std::string target = shared_dir + "/" + std::string(name);
  TRY(make_directory(dir));
  TRY(make_directory(target));
  std::error_code error;
  if (fs::is_symlink(link, error)) {
    return {};
  }
  fs::create_directory_symlink(fs::path(target).lexically_relative(dir), link, error);
  if (error) {
    return fail(ErrorCode::unavailable, "file_unwritable", {}, {link, error.message()});
  }
  return {};
}

}  // namespace

std::string screen_index_path(const std::string& dir) {
  return dir + "/index";
}

std::string screen_blob_path(const std::string& dir, const Digest& digest) {
  return dir + "/blobs/" + to_hex(digest);
}

Result<ScreenContent> read_screen_content(const std::string& dir) {
  const std::string bytes = TRY(read_file(screen_index_path(dir), limits::site_index_bytes_max));
  std::string_view rest = bytes;
  ScreenContent content;
  uint64_t expected = 0;
  for (bool head = true; !rest.empty(); head = false) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    if (!head) {
      ScreenItem item = TRY(read_item(dir, text));
      std::string publication = item.publication;
      content.items.insert_or_assign(std::move(publication), std::move(item));
      continue;
    }
    const std::optional<FieldLine> line = FieldLine::parse(text);
    if (!line || line->number("format") != 1) {
      return damaged(screen_index_path(dir));
    }
    content.position = Seq{line->number("position")};
    expected = line->number("items");
    content.portal_url = line->get("portal_url");
  }
  if (bytes.empty() || content.items.size() != expected) {
    return damaged(screen_index_path(dir));
  }
  return content;
}

Result<ScreenStore> ScreenStore::open(const std::string& dir, const std::string& shared_dir) {
  ScreenStore store(dir, !shared_dir.empty());
  for (const std::string_view folder : folders) {
    TRY(store.shared_ ? link_folder(dir, shared_dir, folder)
                      : make_directory(dir + "/" + std::string(folder)));
  }
  Result<ScreenContent> content = read_screen_content(dir);
  if (content) {
    store.content_ = std::move(*content);
    store.sweep();
    return store;
  }
  std::error_code ignored;
  if (fs::exists(screen_index_path(dir), ignored)) {
    log::warn("screen.store_damaged", {{"error", describe(content.error())}});
    fs::rename(screen_index_path(dir), screen_index_path(dir) + ".damaged", ignored);
  }
  TRY(replace_file(screen_index_path(dir), index_bytes(store.content_)));
  return store;
}

Status ScreenStore::apply(ScreenChange change) {
  ScreenContent next = content_;
  if (change.position) {
    next.position = change.position;
  }
  if (change.portal_url) {
    next.portal_url = *std::move(change.portal_url);
  }
  for (ScreenPut& put : change.put) {
    const auto held = next.items.find(put.item.publication);
    if (held != next.items.end() && held->second.release.revision > put.item.release.revision) {
      continue;
    }
    TRY(write_item(item_path(dir_, put.item.digest), put.canonical));
    if (held != next.items.end() && held->second.digest == put.item.digest &&
        held->second.seq == put.item.seq) {
      put.item.shown = held->second.shown;
    }
    std::string publication = put.item.publication;
    next.items.insert_or_assign(std::move(publication), std::move(put.item));
  }
  for (const ScreenRemoval& meant : change.remove) {
    if (holds(meant)) {
      next.items.erase(meant.publication);
    }
  }
  mark_shown(next.items, change);
  drop_beyond_limit(next);
  TRY(sync_directory(dir_ + "/items"));
  TRY(replace_file(screen_index_path(dir_), index_bytes(next)));
  content_ = std::move(next);
  if (!change.remove.empty()) {
    sweep();
  }
  return {};
}

void mark_shown(std::map<std::string, ScreenItem, std::less<>>& items, const ScreenChange& change) {
  const auto names = [](const std::vector<Seq>& seqs, Seq seq) {
    return std::find(seqs.begin(), seqs.end(), seq) != seqs.end();
  };
  for (auto& [publication, item] : items) {
    if (names(change.shown, item.seq)) {
      item.shown = std::max(item.shown, Shown::yes);
    }
    if (names(change.said, item.seq)) {
      item.shown = Shown::said;
    }
  }
}

bool ScreenStore::has_blob(const Digest& digest) const {
  std::error_code ignored;
  return fs::is_regular_file(screen_blob_path(dir_, digest), ignored);
}

Status ScreenStore::add_blob(const Digest& digest,
                             const std::function<Status(const Sink&)>& read) const {
  NewFile file = TRY(NewFile::open(screen_blob_path(dir_, digest)));
  TRY(read([&file](std::string_view piece) { return file.append(piece); }));
  return file.commit();
}

Utc ScreenStore::stored_at(const Digest& digest) const {
  struct stat facts {};

  if (::stat(item_path(dir_, digest).c_str(), &facts) != 0) {
    return {};
  }
  return {facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1'000'000};
}

const ScreenItem* ScreenStore::find(std::string_view publication) const {
  const auto at = content_.items.find(publication);
  return at == content_.items.end() ? nullptr : &at->second;
}

bool ScreenStore::holds(const ScreenRemoval& meant) const {
  const ScreenItem* item = find(meant.publication);
  return item != nullptr && item->release.revision <= meant.revision;
}

void ScreenStore::sweep() const {
  if (!shared_) {
    sweep_screen_files(dir_, {&content_});
  }
}

void sweep_screen_files(const std::string& dir, const std::vector<const ScreenContent*>& held) {
  std::set<std::string> kept;
  for (const ScreenContent* content : held) {
    for (const auto& [publication, item] : content->items) {
      kept.insert(to_hex(item.digest));
      for (const Attachment& attachment : item.release.attachments) {
        kept.insert(to_hex(attachment.digest));
      }
    }
  }
  constexpr size_t hex_bytes = 64;  // pictures of a PDF's pages: <hex>-1.png
  for (const std::string_view name_of_folder : folders) {
    const std::string folder = dir + "/" + std::string(name_of_folder);
    const Result<std::vector<std::string>> names = list_files(folder);
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
      if (!kept.contains(name.size() > hex_bytes ? name.substr(0, hex_bytes) : name)) {
        std::error_code ignored;
        fs::remove(fs::path(folder) / name, ignored);
      }
    }
  }
}

}  // namespace gulou
