// Marks are what the broker keeps for a delivery to WeChat: platform ids learnt by PROGRESS, handed
// back with every attempt. They say where the parts are found, which draft was made of which
// revisions, and which draft was submitted and when. Pure.
#pragma once

#include "adapters/sdk/adapter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Revisions of the parts of a message, in the order of its articles: "0.1,1.3".
std::string message_key(const std::vector<sdk::Part>& parts);
// Place of a part in such a message, from 1; 0: it is none of it.
size_t index_in(std::string_view key, uint8_t part);
uint32_t revision_in(std::string_view key, uint8_t part);

// "at:PART:PUBLISHER/ID URL": the part leads to this address.
std::string at_mark(const sdk::Part& part);
// "draft:MEDIA_ID:KEY": a draft made of these revisions.
std::string draft_mark(std::string_view media_id, std::string_view key);
// "submit:MEDIA_ID:MS": about to be submitted, at this time.
std::string submit_mark(std::string_view media_id, Utc at);
// "not:MEDIA_ID:MS": that submission was refused for certain.
std::string refused_mark(std::string_view media_id, Utc at);
// "job-ID": the platform works on it. The id under which a delivery is `accepted`.
std::string job_mark(std::string_view publish_id);
// "ended:ID": that job came to nothing, or a person has seen what it came to.
std::string ended_mark(std::string_view publish_id);
// "lost:MEDIA_ID": a person knows that this draft is gone and nothing is there.
std::string lost_mark(std::string_view media_id);
// "replace:KEY": a person was asked whether what is there goes for these revisions.
std::string replace_mark(std::string_view key);
// "seen:URL": what the watcher calls back when it sees an article with this source address.
std::string seen_mark(std::string_view url);

struct DraftMark {
  std::string media_id;
  std::string key;
};

struct SubmitMark {
  std::string media_id;
  Utc at;
};

struct JobMark {
  std::string publish_id;
  std::string key;  // of the draft it publishes
};

// The marks of one delivery, read.
class Marks {
 public:
  explicit Marks(const std::vector<std::string>& ids) : ids_(ids) {}

  bool has(std::string_view mark) const;

  bool empty() const { return ids_.empty(); }

  // Address and index within its bundle of this publication, if they were noted.
  std::string url_of(const sdk::Part& part) const;
  std::optional<uint8_t> index_of(const sdk::Part& part) const;

  // The newest draft of these revisions that is not lost.
  std::optional<std::string> draft_of(std::string_view key) const;
  std::vector<DraftMark> drafts() const;
  std::string key_of(std::string_view media_id) const;
  // The newest submission whose answer is not known.
  std::optional<SubmitMark> open_submission() const;
  // The newest job that has not ended.
  std::optional<JobMark> open_job() const;

 private:
  const std::vector<std::string>& ids_;
};

}  // namespace gulou
