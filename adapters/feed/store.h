// FeedStore is the feed as it lies on disk: a record per publication, the packets, and feed.atom
// and feed.json written anew whenever something changes, so that the web server reads files and
// nothing else. It is what this outlet sees, not what was delivered; lost, a replay makes it again.
// Used on the SDK's call thread; acknowledgements come in as files, from any thread.
#pragma once

#include "common/base/result.h"
#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

enum class FeedState : uint8_t { live, invalid, replaced, withdrawn };

struct FeedRecord {
  std::string publication;  // "publisher/id"
  uint32_t revision = 0;
  std::string digest;  // hex, of what is there
  FeedState state = FeedState::live;
  std::string title;
  std::string summary;
  std::string html;
  std::string issuer;
  std::string doc_no;
  std::string column;
  std::string url;  // of the portal
  Utc published;
  Utc updated;
  std::string packet;  // file name
  uint64_t packet_bytes = 0;
  std::string note;       // banner or public note
  std::string successor;  // URL
  bool test = false;
  bool complete = false;    // sent over every way, as it stands here
  std::string recall;       // id of the recall notice, which nobody can guess
  uint64_t recall_seq = 0;  // the withdrawal it belongs to
};

struct FeedNames {
  std::string base_url;
  std::string outlet;
  std::string author;
  std::string hub;  // WebSub; empty: none
};

class FeedStore {
 public:
  // Reads the records. Errors: those of files.
  static Result<FeedStore> open(std::string directory, FeedNames names);

  const FeedRecord* find(std::string_view publication) const;
  // Durable, and in the feed, when it returns.
  Status put(FeedRecord record);
  Status put_packet(const std::string& name, std::string_view bytes);
  void drop_packet(const std::string& name) const;

  // What an outlet's editor pressed, or its server answered.
  Status ask(const std::string& recall) const;
  bool acknowledged(const std::string& recall) const;
  Status acknowledge(const std::string& recall) const;

  // One line of the outlet's own log, log.jsonl.
  void log(std::string_view way, std::string_view publication, std::string_view what, Utc at) const;

  // Since when every delivery has failed; zero: the last one did not.
  Utc failing_since() const;
  Status note_failure(Utc at) const;
  void note_success() const;

  std::string packet_url(const FeedRecord& record) const;

 private:
  FeedStore(std::string directory, FeedNames names)
      : directory_(std::move(directory)), names_(std::move(names)) {}

  Status write_feeds() const;
  std::vector<const FeedRecord*> newest() const;

  std::string directory_;
  FeedNames names_;
  std::map<std::string, FeedRecord, std::less<>> records_;  // those the feed may show
};

// Names a file and part of a URL: 32 hexadecimal digits.
std::string key_of(std::string_view text);
std::string entry_id(std::string_view publication);
std::string_view name_of(FeedState state);

// feed_text.cc
std::string record_json(const FeedRecord& record);
Result<FeedRecord> parse_record(std::string_view json);
std::string atom_text(const std::vector<const FeedRecord*>& records, const FeedNames& names);
std::string json_feed_text(const std::vector<const FeedRecord*>& records, const FeedNames& names);

}  // namespace gulou
