#include "adapters/portal/site_store.h"

#include "common/base/check.h"
#include "common/base/files.h"
#include "common/base/log.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>

namespace gulou {
namespace {

namespace fs = std::filesystem;

// All regular files below a directory, as paths relative to it.
std::vector<std::string> files_below(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error);
       !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) {
      names.push_back(entry->path().lexically_relative(path).generic_string());
    }
  }
  return names;
}

// Best effort: what stays is swept at the next open.
void remove_files(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
}

void put(std::vector<SiteRecord>& records, const SiteRecord& record) {
  const auto at = std::lower_bound(
      records.begin(), records.end(), record.place, [](const SiteRecord& r, Place place) {
        return r.place < place;
      });
  if (at != records.end() && at->place == record.place) {
    *at = record;
  } else {
    records.insert(at, record);
  }
}

// Newest content of each place, without the records of a flip that was not written whole. Only the
// highest generation can be torn: a later flip starts after the earlier one is in the index.
std::map<Place, SiteRecord> newest_whole(std::vector<SiteRecord> found) {
  uint64_t last = 0;
  for (const SiteRecord& record : found) {
    last = std::max(last, record.generation);
  }
  const auto in_last = [last](const SiteRecord& record) { return record.generation == last; };
  const auto count = static_cast<uint64_t>(std::count_if(found.begin(), found.end(), in_last));
  std::map<Place, SiteRecord> newest;
  for (SiteRecord& record : found) {
    if (in_last(record) && record.flip_records != count) {
      continue;
    }
    const auto at = newest.find(record.place);
    if (at == newest.end() || at->second.generation < record.generation) {
      newest.insert_or_assign(record.place, std::move(record));
    }
  }
  return newest;
}

}  // namespace

Result<SiteStore> SiteStore::open(const std::string& dir) {
  SiteStore store(dir);
  TRY(make_directory(segments_path(dir)));
  TRY(make_directory(content_path(dir)));
  TRY(make_directory(dir + "/blobs"));
  const Status loaded = store.load();
  if (!loaded) {
    if (loaded.error().code != ErrorCode::not_found && loaded.error().code != ErrorCode::corrupt) {
      return fail(loaded.error());
    }
    TRY(store.rebuild());
    TRY(store.load());
  }
  return store;
}

Status SiteStore::load() {
  root_ = TRY(read_root(dir_));
  by_publication_.clear();
  by_place_.clear();
  std::vector<SiteRecord> all;
  for (const auto& [number, name] : root_.segments) {
    std::vector<SiteRecord> records = TRY(read_segment(dir_, name));
    for (SiteRecord& record : records) {
      by_publication_[record.publication] = record.place;
      by_place_[record.place] = record.content;
      all.push_back(std::move(record));
    }
  }
  return sweep(all);
}

Status SiteStore::rebuild() {
  std::vector<SiteRecord> found;
  for (const std::string& name : files_below(content_path(dir_))) {
    if (Result<SiteRecord> record = read_content_record(dir_, name)) {
      found.push_back(std::move(*record));
    } else {
      log::warn("site.content_skipped", {{"file", name}, {"error", describe(record.error())}});
    }
  }
  SiteRoot root;
  std::map<uint64_t, std::vector<SiteRecord>> segments;
  for (auto& [place, record] : newest_whole(std::move(found))) {
    root.generation = std::max(root.generation, record.generation);
    segments[segment_of(place)].push_back(std::move(record));
  }
  ++root.generation;
  for (const auto& [number, records] : segments) {
    root.segments[number] = segment_name(number, root.generation);
    TRY(write_file(segments_path(dir_) + "/" + root.segments[number], segment_bytes(records)));
  }
  TRY(sync_directory(segments_path(dir_)));
  TRY(replace_file(root_path(dir_), root_bytes(root)));
  if (!segments.empty()) {
    log::warn("site.index_rebuilt",
              {{"segments", segments.size()}, {"generation", root.generation}});
  }
  return {};
}

Status SiteStore::sweep(const std::vector<SiteRecord>& records) const {
  std::set<std::string> kept;
  for (const auto& [number, name] : root_.segments) {
    kept.insert(segments_path(dir_) + "/" + name);
  }
  for (const SiteRecord& record : records) {
    kept.insert(content_path(dir_, record.content));
    for (const SiteFile& file : record.files) {
      kept.insert(blob_path(dir_, file.digest));
    }
  }
  std::vector<std::string> obsolete;
  for (const std::string& root : {segments_path(dir_), content_path(dir_), dir_ + "/blobs"}) {
    for (const std::string& name : files_below(root)) {
      std::string path = root;
      path.append("/").append(name);
      if (!kept.contains(path)) {
        obsolete.push_back(std::move(path));
      }
    }
  }
  remove_files(obsolete);
  return {};
}

std::optional<Place> SiteStore::place_of(std::string_view publication) const {
  const auto at = by_publication_.find(publication);
  return at == by_publication_.end() ? std::nullopt : std::optional(at->second);
}

Result<std::vector<SiteRecord>> SiteStore::segment(uint64_t number) const {
  const auto at = root_.segments.find(number);
  if (at == root_.segments.end()) {
    return std::vector<SiteRecord>();
  }
  return read_segment(dir_, at->second);
}

Result<SiteRecord> SiteStore::record(Place place) const {
  for (SiteRecord& record : TRY(segment(segment_of(place)))) {
    if (record.place == place) {
      return std::move(record);
    }
  }
  return fail(ErrorCode::not_found, "publication_unknown");
}

Result<SiteStore::Prepared> SiteStore::prepare(std::vector<SiteChange> changes) const {
  Prepared prepared{.root = root_};
  const uint64_t generation = ++prepared.root.generation;
  std::map<uint64_t, std::vector<SiteRecord>> segments;
  std::set<std::string> directories{segments_path(dir_)};
  for (SiteChange& change : changes) {
    SiteRecord& record = change.record;
    record.generation = generation;
    record.flip_records = changes.size();
    record.content = content_name(record);
    const std::string path = content_path(dir_, record.content);
    const std::string folder = fs::path(path).parent_path().string();
    std::error_code ignored;
    if (directories.insert(folder).second && !fs::is_directory(folder, ignored)) {
      TRY(make_directory(folder));
      directories.insert(content_path(dir_));
    }
    TRY(write_file(path, to_line(record) + "\n" + change.canonical));
    if (const auto old = by_place_.find(record.place); old != by_place_.end()) {
      prepared.obsolete.push_back(content_path(dir_, old->second));
    }
    const uint64_t number = segment_of(record.place);
    if (!segments.contains(number)) {
      segments[number] = TRY(segment(number));
    }
    put(segments[number], record);
    prepared.records.push_back(std::move(record));
  }
  for (const auto& [number, records] : segments) {
    std::string& name = prepared.root.segments[number];
    if (!name.empty()) {
      prepared.obsolete.push_back(segments_path(dir_) + "/" + name);
    }
    name = segment_name(number, generation);
    TRY(write_file(segments_path(dir_) + "/" + name, segment_bytes(records)));
  }
  for (const std::string& directory : directories) {
    TRY(sync_directory(directory));
  }
  return prepared;
}

Status SiteStore::flip(Prepared prepared) {
  CHECK(prepared.root.generation == root_.generation + 1);
  TRY(replace_file(root_path(dir_), root_bytes(prepared.root)));
  root_ = std::move(prepared.root);
  for (const SiteRecord& record : prepared.records) {
    by_publication_[record.publication] = record.place;
    by_place_[record.place] = record.content;
  }
  remove_files(prepared.obsolete);
  return {};
}

}  // namespace gulou
