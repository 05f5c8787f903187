#include "broker/evidence/checkpoints.h"

#include "common/base/files.h"
#include "common/base/limits.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

constexpr size_t name_digits = 20;
constexpr std::string_view name_ending = ".txt";

std::string name_of(uint64_t changeset) {
  const std::string digits = std::to_string(changeset);
  return std::string(name_digits - digits.size(), '0') + digits + std::string(name_ending);
}

Result<Checkpoint> read_one(const std::string& path) {
  auto text = TRY(read_file(path, limits::checkpoint_bytes_max));
  auto checkpoint = parse_checkpoint(text);
  if (!checkpoint) {
    return fail(ErrorCode::corrupt, "checkpoint_file_unreadable", {}, {path});
  }
  return checkpoint;
}

Result<std::vector<std::string>> names_in(const std::string& directory) {
  auto names = TRY(list_files(directory));
  std::erase_if(names, [](const std::string& name) {
    return name.size() != name_digits + name_ending.size() || !name.ends_with(name_ending);
  });
  return names;
}

}  // namespace

Checkpoints::Checkpoints(std::string directory, const History& history, const SigningKey& key)
    : directory_(std::move(directory)), history_(&history), key_(key) {}

Result<Checkpoints> Checkpoints::open(const std::string& directory,
                                      const History& history,
                                      const SigningKey& key) {
  TRY(make_directory(directory));
  Checkpoints opened(directory, history, key);
  const auto names = TRY(names_in(directory));
  if (!names.empty()) {
    opened.newest_ = TRY(read_one(directory + "/" + names.back()));
  }
  return opened;
}

Result<Checkpoint> Checkpoints::make(Utc now) {
  const uint64_t number = history_->changesets();
  const auto row = history_->changeset(number);
  const auto first = history_->changeset(1);
  if (!row || !first) {
    return fail(ErrorCode::not_found, "checkpoint_nothing");
  }
  if (newest_ && newest_->changeset == number && newest_->chain == row->hash) {
    return *newest_;
  }
  Checkpoint next;
  next.journal = first->hash;
  next.epoch = history_->epoch();
  next.changeset = number;
  next.head = row->head;
  next.chain = row->hash;
  next.at = now;
  if (newest_) {
    next.previous = digest_of(*newest_);
  }
  next = sign(next, key_);
  TRY(replace_file(directory_ + "/" + name_of(number), text_of(next)));
  newest_ = next;
  return next;
}

Status Checkpoints::make_if_due(Utc now) {
  const uint64_t number = history_->changesets();
  if (number == 0 ||
      (newest_ && number < newest_->changeset + limits::checkpoint_every_changesets &&
       now.ms < newest_->at.ms + limits::checkpoint_every_ms)) {
    return {};
  }
  TRY(make(now));
  return {};
}

Result<std::vector<Checkpoint>> read_checkpoints(const std::string& directory, uint64_t changeset) {
  const auto names = TRY(names_in(directory));
  std::vector<Checkpoint> found;
  for (auto name = std::ranges::lower_bound(names, name_of(changeset)); name != names.end();
       ++name) {
    found.push_back(TRY(read_one(directory + "/" + *name)));
  }
  return found;
}

Status compare_checkpoint(const Checkpoint& checkpoint, const History& history) {
  const std::string number = std::to_string(checkpoint.changeset);
  const auto first = history.changeset(1);
  if (!first || first->hash != checkpoint.journal) {
    return fail(ErrorCode::corrupt, "checkpoint_journal_other", {}, {number});
  }
  const auto row = history.changeset(checkpoint.changeset);
  if (!row) {
    return fail(
        ErrorCode::corrupt, "checkpoint_ahead", {}, {number, std::to_string(history.changesets())});
  }
  if (row->hash != checkpoint.chain || row->head != checkpoint.head) {
    return fail(ErrorCode::corrupt, "checkpoint_differs", {}, {number});
  }
  return {};
}

}  // namespace gulou
