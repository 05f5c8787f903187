// FaultyJournal is a MemoryJournal with a bad disk: commits fail, before or after the changeset is
// there. Whoever sees an Error must die. Planted faults make it lie. Owned by the SimBroker.
#pragma once

#include "broker/journal/memory_journal.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/planted.h"
#include "tests/simulation/random.h"

#include <memory>
#include <utility>

namespace gulou::simulation {

class FaultyJournal : public Journal {
 public:
  FaultyJournal(std::unique_ptr<MemoryJournal> journal,
                Random& random,
                Checker& checker,
                Planted planted)
      : journal_(std::move(journal)),
        random_(random),
        checker_(checker),
        planted_(planted),
        blind_(journal_->reader()) {}

  void set_fails(int64_t per_mille) { fails_ = per_mille; }

  const OpenState& opened() const override { return journal_->opened(); }

  const Reader& reader() const override {
    const bool blind =
        planted_ == Planted::withdrawn_handed_out || planted_ == Planted::replayed_withdrawn;
    return blind ? blind_ : journal_->reader();
  }

  const History& history() const override { return journal_->history(); }

  const MemoryJournal& whole() const { return *journal_; }

  Status replay(const Visitor& visitor) const override { return journal_->replay(visitor); }

  Status destroy(const SendDestroy& what) override { return journal_->destroy(what); }

  Status put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) override {
    return journal_->put_chunk(digest, index, bytes);
  }

  Result<Committed> commit(Changeset changeset) override {
    if (failed_) {
      return fail(ErrorCode::unavailable, "disk_failed");  // as the engines do after an error
    }
    const bool fails = random_.per_mille(fails_);
    failed_ = fails;
    if (fails && random_.per_mille(500)) {
      return fail(ErrorCode::unavailable, "disk_failed");
    }
    if (planted_ == Planted::lost_fsync) {
      before_ = journal_->rows();
    }
    if (planted_ == Planted::hasty_retry) {
      for (Change& change : changeset.changes) {
        auto* row = std::get_if<DeliveryChanged>(&change);
        if (row != nullptr && row->state == DeliveryState::waiting) {
          row->due = row->at;
        }
      }
    }
    const Changeset seen = changeset;
    if (planted_ == Planted::paused_forgotten) {
      for (Change& change : changeset.changes) {
        if (auto* condition = std::get_if<ChannelCondition>(&change)) {
          condition->paused = false;
        }
      }
    }
    auto committed = journal_->commit(std::move(changeset));
    checker_.committed(seen, committed->number);
    if (fails) {
      return fail(ErrorCode::unavailable, "disk_failed");
    }
    return committed;
  }

  // What a crash leaves behind.
  MemoryRows rows_after_crash() const {
    return planted_ == Planted::lost_fsync ? before_ : journal_->rows();
  }

 private:
  std::unique_ptr<MemoryJournal> journal_;
  Random& random_;
  Checker& checker_;
  Planted planted_;
  BlindReader blind_;
  int64_t fails_ = 0;
  bool failed_ = false;
  MemoryRows before_;
};

}  // namespace gulou::simulation
