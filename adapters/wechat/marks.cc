#include "adapters/wechat/marks.h"

#include "adapters/wechat/limits.h"

#include <algorithm>
#include <charconv>

namespace gulou {
namespace {

constexpr std::string_view draft_start = "draft:";
constexpr std::string_view submit_start = "submit:";
constexpr std::string_view refused_start = "not:";
constexpr std::string_view job_start = "job-";
constexpr std::string_view ended_start = "ended:";
constexpr std::string_view lost_start = "lost:";

int64_t number_of(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string joined(std::string_view start, std::string_view first, std::string_view second) {
  std::string mark(start);
  mark.append(first).append(":").append(second);
  return mark;
}

// "FIRST:SECOND" at its last colon.
std::pair<std::string, std::string> halves(std::string_view text) {
  const size_t colon = std::min(text.rfind(':'), text.size());
  return {std::string(text.substr(0, colon)),
          std::string(colon < text.size() ? text.substr(colon + 1) : std::string_view())};
}

std::string at_start(const sdk::Part& part, size_t index) {
  return "at:" + std::to_string(index) + ":" + part.publisher + "/" + part.release.id + " ";
}

// Each "PART.REVISION" of a key, in order, until `look` has seen enough.
template <class Look>
void each_of(std::string_view key, const Look& look) {
  for (size_t index = 1; !key.empty(); ++index) {
    const std::string_view one = key.substr(0, key.find(','));
    const size_t dot = std::min(one.find('.'), one.size() - 1);
    look(index,
         static_cast<uint8_t>(number_of(one.substr(0, dot))),
         static_cast<uint32_t>(number_of(one.substr(dot + 1))));
    key.remove_prefix(std::min(key.size(), one.size() + 1));
  }
}

}  // namespace

std::string message_key(const std::vector<sdk::Part>& parts) {
  std::string key;
  for (const sdk::Part& part : parts) {
    key.append(key.empty() ? "" : ",").append(std::to_string(part.part)).append(".");
    key.append(std::to_string(part.release.revision));
  }
  return key;
}

size_t index_in(std::string_view key, uint8_t part) {
  size_t found = 0;
  each_of(key, [&](size_t index, uint8_t one, uint32_t /*revision*/) {
    found = one == part ? index : found;
  });
  return found;
}

uint32_t revision_in(std::string_view key, uint8_t part) {
  uint32_t found = 0;
  each_of(key, [&](size_t /*index*/, uint8_t one, uint32_t revision) {
    found = one == part ? revision : found;
  });
  return found;
}

std::string at_mark(const sdk::Part& part) {
  return at_start(part, part.part) + part.portal_url;
}

std::string draft_mark(std::string_view media_id, std::string_view key) {
  return joined(draft_start, media_id, key);
}

std::string submit_mark(std::string_view media_id, Utc at) {
  return joined(submit_start, media_id, std::to_string(at.ms));
}

std::string refused_mark(std::string_view media_id, Utc at) {
  return joined(refused_start, media_id, std::to_string(at.ms));
}

std::string job_mark(std::string_view publish_id) {
  return std::string(job_start).append(publish_id);
}

std::string ended_mark(std::string_view publish_id) {
  return std::string(ended_start).append(publish_id);
}

std::string lost_mark(std::string_view media_id) {
  return std::string(lost_start).append(media_id);
}

std::string replace_mark(std::string_view key) {
  return std::string("replace:").append(key);
}

std::string seen_mark(std::string_view url) {
  return std::string("seen:").append(url);
}

bool Marks::has(std::string_view mark) const {
  return std::ranges::find(ids_, mark) != ids_.end();
}

std::string Marks::url_of(const sdk::Part& part) const {
  if (const auto index = index_of(part)) {
    const std::string start = at_start(part, *index);
    const auto found = std::ranges::find_if(
        ids_, [&start](const std::string& id) { return id.starts_with(start); });
    return found->substr(start.size());
  }
  return {};
}

std::optional<uint8_t> Marks::index_of(const sdk::Part& part) const {
  for (size_t index = 0; index < limits::wechat_articles_max; ++index) {
    const std::string start = at_start(part, index);
    if (std::ranges::any_of(ids_,
                            [&start](const std::string& id) { return id.starts_with(start); })) {
      return static_cast<uint8_t>(index);
    }
  }
  return std::nullopt;
}

std::vector<DraftMark> Marks::drafts() const {
  std::vector<DraftMark> drafts;
  for (const std::string& id : ids_) {
    if (id.starts_with(draft_start)) {
      auto [media_id, key] = halves(std::string_view(id).substr(draft_start.size()));
      drafts.push_back({std::move(media_id), std::move(key)});
    }
  }
  return drafts;
}

std::optional<std::string> Marks::draft_of(std::string_view key) const {
  std::optional<std::string> newest;
  for (const DraftMark& draft : drafts()) {
    if (draft.key == key && !has(lost_mark(draft.media_id))) {
      newest = draft.media_id;
    }
  }
  return newest;
}

std::string Marks::key_of(std::string_view media_id) const {
  std::string key;
  for (const DraftMark& draft : drafts()) {
    key = draft.media_id == media_id ? draft.key : key;
  }
  return key;
}

std::optional<SubmitMark> Marks::open_submission() const {
  std::optional<SubmitMark> open;
  for (const std::string& id : ids_) {
    if (id.starts_with(submit_start)) {
      const auto [media_id, at] = halves(std::string_view(id).substr(submit_start.size()));
      const bool over = has(refused_mark(media_id, {number_of(at)})) || has(lost_mark(media_id));
      open = over ? open : SubmitMark{media_id, {number_of(at)}};
    } else if (id.starts_with(job_start)) {
      open.reset();
    }
  }
  return open;
}

std::optional<JobMark> Marks::open_job() const {
  std::optional<JobMark> open;
  std::string submitted;
  for (const std::string& id : ids_) {
    if (id.starts_with(submit_start)) {
      submitted = halves(std::string_view(id).substr(submit_start.size())).first;
    } else if (id.starts_with(job_start)) {
      const std::string publish_id = id.substr(job_start.size());
      if (!has(ended_mark(publish_id))) {
        open = JobMark{publish_id, key_of(submitted)};
      }
    }
  }
  return open;
}

}  // namespace gulou
