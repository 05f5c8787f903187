#include "broker/evidence/gather.h"

#include "common/crypto/digest.h"
#include "common/crypto/merkle.h"

#include <algorithm>
#include <set>
#include <utility>

namespace gulou {
namespace {

class Gatherer {
 public:
  Gatherer(std::span<const Checkpoint> checkpoints, Digest previous)
      : checkpoints_(checkpoints), previous_(previous) {}

  void follow(EntryAccepted entry) {
    followed_.insert(entry.seq);
    for (const EntryPart& part : entry.parts) {
      publications_.insert({entry.publisher, part.id});
    }
    found_.entries.push_back(std::move(entry));
  }

  // False: nothing more can be proven.
  bool take(uint64_t number, const ChangesetRow& row) {
    if (checkpoints_.empty() || number > checkpoints_.back().changeset) {
      return false;
    }
    std::vector<size_t> ours;
    for (size_t i = 0; i < row.changes.size(); ++i) {
      const auto change = decode_change(row.changes[i]);
      if (change && std::visit([this](const auto& one) { return concerns(one); }, *change)) {
        ours.push_back(i);
      }
    }
    if (!ours.empty() || number <= run_until_) {
      add(number, row, ours);
    }
    previous_ = row.hash;
    return true;
  }

  Gathered take_all() { return std::move(found_); }

 private:
  void add(uint64_t number, const ChangesetRow& row, const std::vector<size_t>& ours) {
    std::vector<Digest> leaves;
    leaves.reserve(row.changes.size());
    for (const std::string& bytes : row.changes) {
      leaves.push_back(leaf_hash(bytes));
    }
    if (number > run_until_) {
      found_.runs.push_back({.first = number, .previous = previous_, .roots = {}});
      run_until_ =
          std::ranges::lower_bound(checkpoints_, number, {}, &Checkpoint::changeset)->changeset;
    }
    found_.runs.back().roots.push_back(merkle_root(leaves));
    for (const size_t i : ours) {
      found_.changes.push_back({.changeset = number,
                                .index = i,
                                .count = leaves.size(),
                                .bytes = row.changes[i],
                                .path = inclusion_path(leaves, i)});
    }
  }

  bool holds(const SeqRuns& runs) const {
    return std::ranges::any_of(runs, [this](const SeqRun& run) {
      const auto first = followed_.lower_bound(run.first);
      return first != followed_.end() && first->value - run.first.value < run.count;
    });
  }

  bool concerns(const EntryAccepted& entry) {
    if (entry.kind != EntryKind::withdrawal) {
      return followed_.contains(entry.seq);
    }
    const auto is_ours = [&](const EntryPart& part) {
      return publications_.contains({entry.publisher, part.id});
    };
    const auto takes_ours = [&](const EntryPart& part) {
      return std::ranges::any_of(found_.entries, [&](const EntryAccepted& ours) {
        return is_ours(part) && ours.publisher == entry.publisher && part.previous_seq >= ours.seq;
      });
    };
    if (std::ranges::none_of(entry.parts, takes_ours)) {
      return false;
    }
    if (!std::ranges::all_of(entry.parts, is_ours)) {
      found_.withheld.push_back(entry.seq);
      return false;
    }
    followed_.insert(entry.seq);
    found_.withdrawals.push_back(entry.seq);
    return true;
  }

  bool concerns(const DeliveryChanged& change) const { return followed_.contains(change.seq); }

  bool concerns(const AttemptEnded& change) const { return followed_.contains(change.seq); }

  bool concerns(const ExpiryReached& change) const { return followed_.contains(change.seq); }

  bool concerns(const PartErased& change) const { return followed_.contains(change.seq); }

  // Of a replay: about many.
  bool concerns(const Confirmation& change) const {
    return change.seq && followed_.contains(change.seq);
  }

  bool concerns(const FirstShown& change) const { return holds(change.runs); }

  bool concerns(const RangePublished& change) const { return holds(change.runs); }

  bool concerns(const PublicSeen& change) const { return holds(change.runs); }

  bool concerns(const LeaseHeld& change) const { return holds(change.runs); }

  // About nobody's release, or about many with words about each.
  template <class Other>
  bool concerns(const Other&) const {
    return false;
  }

  std::span<const Checkpoint> checkpoints_;
  Digest previous_;
  Gathered found_;
  std::set<Seq> followed_;
  std::set<std::pair<std::string, std::string>> publications_;
  uint64_t run_until_ = 0;  // the checkpoint where the open run ends
};

}  // namespace

uint64_t changeset_of(const History& history, Seq entry) {
  uint64_t low = 1;
  uint64_t high = history.changesets();
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    const auto row = history.changeset(middle);
    if (row && row->head >= entry) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const auto row = history.changeset(low);
  return row && entry && row->head >= entry ? low : 0;
}

Result<Gathered> gather(const History& history,
                        std::span<const Seq> entries,
                        std::span<const Checkpoint> checkpoints) {
  uint64_t from = UINT64_MAX;
  std::vector<EntryAccepted> wanted;
  for (const Seq seq : entries) {
    auto row = history.entry(seq);
    const uint64_t changeset = row ? changeset_of(history, seq) : 0;
    if (changeset == 0 || row->entry.kind != EntryKind::bundle) {
      return fail(ErrorCode::not_found, "release_unknown", {}, {std::to_string(seq.value)});
    }
    from = std::min(from, changeset);
    wanted.push_back(std::move(row->entry));
  }
  const auto before = history.changeset(from - 1);
  Gatherer gatherer(checkpoints, before ? before->hash : Digest{});
  for (EntryAccepted& entry : wanted) {
    gatherer.follow(std::move(entry));
  }
  TRY(history.changesets_from(
      from, [&](uint64_t number, const ChangesetRow& row) { return gatherer.take(number, row); }));
  return gatherer.take_all();
}

}  // namespace gulou
