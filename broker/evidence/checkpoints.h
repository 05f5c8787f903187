// Checkpoints are the signed marks of a home, one small file each under checkpoints/, named by
// their changeset. A new one is due every hour and every few thousand changesets, so that the chain
// from any change to the next mark stays short. One thread makes them; reading is for any thread.
#pragma once

#include "broker/evidence/checkpoint.h"
#include "broker/journal/history.h"
#include "common/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace gulou {

class Checkpoints {
 public:
  // history outlives it. Makes the directory.
  static Result<Checkpoints> open(const std::string& directory,
                                  const History& history,
                                  const SigningKey& key);

  // Of the newest durable changeset: the last one where nothing was committed since. not_found
  // checkpoint_nothing: an empty journal.
  Result<Checkpoint> make(Utc now);
  // make(), if it is time.
  Status make_if_due(Utc now);

  const std::optional<Checkpoint>& newest() const { return newest_; }

 private:
  Checkpoints(std::string directory, const History& history, const SigningKey& key);

  std::string directory_;
  const History* history_;
  SigningKey key_;
  std::optional<Checkpoint> newest_;
};

// All from the first at or behind this changeset to the newest, in order. Any thread. Errors:
// file_unreadable, checkpoint_unreadable with the file's name.
Result<std::vector<Checkpoint>> read_checkpoints(const std::string& directory, uint64_t changeset);

// Is the journal still the one it was signed for? corrupt: checkpoint_journal_other,
// checkpoint_ahead (changesets are lost), checkpoint_differs.
Status compare_checkpoint(const Checkpoint& checkpoint, const History& history);

}  // namespace gulou
