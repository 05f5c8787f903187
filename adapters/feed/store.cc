#include "adapters/feed/store.h"

#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/json/writer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

bool exists(const std::string& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) == 0;
}

struct CloseFile {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

}  // namespace

std::string key_of(std::string_view text) {
  constexpr size_t digits = 32;
  return to_hex(sha256(text)).substr(0, digits);
}

std::string entry_id(std::string_view publication) {
  return "tag:gulou,2026:" + std::string(publication);
}

std::string_view name_of(FeedState state) {
  switch (state) {
    case FeedState::live:
      return "live";
    case FeedState::invalid:
      return "invalid";
    case FeedState::replaced:
      return "replaced";
    case FeedState::withdrawn:
      return "withdrawn";
  }
  return "withdrawn";
}

Result<FeedStore> FeedStore::open(std::string directory, FeedNames names) {
  for (const char* folder : {"/items", "/packets", "/recalls"}) {
    TRY(make_directory(directory + folder));
  }
  FeedStore store(std::move(directory), std::move(names));
  const std::vector<std::string> files = TRY(list_files(store.directory_ + "/items"));
  for (const std::string& name : files) {
    if (!name.ends_with(".json")) {
      continue;
    }
    const std::string text =
        TRY(read_file(store.directory_ + "/items/" + name, limits::feed_record_bytes_max));
    FeedRecord record = TRY(parse_record(text));
    store.records_.insert_or_assign(record.publication, std::move(record));
  }
  TRY(store.write_feeds());
  return store;
}

const FeedRecord* FeedStore::find(std::string_view publication) const {
  const auto at = records_.find(publication);
  return at == records_.end() ? nullptr : &at->second;
}

std::vector<const FeedRecord*> FeedStore::newest() const {
  std::vector<const FeedRecord*> shown;
  for (const auto& [publication, record] : records_) {
    shown.push_back(&record);
  }
  const size_t most = std::min(shown.size(), limits::feed_items);
  const auto middle = shown.begin() + static_cast<std::ptrdiff_t>(most);
  std::partial_sort(shown.begin(), middle, shown.end(), [](const auto* left, const auto* right) {
    return left->updated != right->updated ? left->updated > right->updated
                                           : left->publication < right->publication;
  });
  shown.resize(most);
  return shown;
}

Status FeedStore::write_feeds() const {
  const auto shown = newest();
  TRY(replace_file(directory_ + "/feed.atom", atom_text(shown, names_)));
  return replace_file(directory_ + "/feed.json", json_feed_text(shown, names_));
}

Status FeedStore::put(FeedRecord record) {
  TRY(replace_file(directory_ + "/items/" + key_of(record.publication) + ".json",
                   record_json(record)));
  const auto before = records_.find(record.publication);
  if (before != records_.end() && before->second.packet != record.packet) {
    drop_packet(before->second.packet);
  }
  records_.insert_or_assign(record.publication, std::move(record));
  return write_feeds();
}

Status FeedStore::put_packet(const std::string& name, std::string_view bytes) {
  return replace_file(directory_ + "/packets/" + name, bytes);
}

void FeedStore::drop_packet(const std::string& name) const {
  if (!name.empty()) {
    static_cast<void>(::unlink((directory_ + "/packets/" + name).c_str()));
  }
}

Status FeedStore::ask(const std::string& recall) const {
  return replace_file(directory_ + "/recalls/" + recall, "");
}

bool FeedStore::acknowledged(const std::string& recall) const {
  return exists(directory_ + "/recalls/" + recall + ".acknowledged");
}

Status FeedStore::acknowledge(const std::string& recall) const {
  return replace_file(directory_ + "/recalls/" + recall + ".acknowledged", "");
}

void FeedStore::log(std::string_view way,
                    std::string_view publication,
                    std::string_view what,
                    Utc at) const {
  const std::string path = directory_ + "/log.jsonl";

  struct stat status {};

  if (::stat(path.c_str(), &status) == 0 &&
      static_cast<uint64_t>(status.st_size) > limits::feed_log_bytes_max / 2) {
    static_cast<void>(std::rename(path.c_str(), (path + ".1").c_str()));
  }
  JsonWriter line;
  line.begin_object().member("at", format_utc(at)).member("way", way);
  line.member("publication", publication).member("what", what).end_object();
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "a"));
  if (file) {
    static_cast<void>(std::fputs((line.text() + "\n").c_str(), file.get()));
  }
}

Utc FeedStore::failing_since() const {
  constexpr size_t bytes_max = 64;
  const auto text = read_file(directory_ + "/failing", bytes_max);
  return text ? parse_utc(*text).value_or(Utc{}) : Utc{};
}

Status FeedStore::note_failure(Utc at) const {
  return failing_since() ? Status{} : replace_file(directory_ + "/failing", format_utc(at));
}

void FeedStore::note_success() const {
  static_cast<void>(::unlink((directory_ + "/failing").c_str()));
}

std::string FeedStore::packet_url(const FeedRecord& record) const {
  return record.packet.empty() ? "" : names_.base_url + "/packets/" + record.packet;
}

}  // namespace gulou
