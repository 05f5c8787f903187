// The fixture of the contract tests: a journal of each engine, opened, and checked at the end
// against a rebuild. Header only; a suite of its own per file.
#pragma once

#include "broker/journal/history.h"
#include "broker/journal/journal.h"
#include "broker/journal/replay.h"
#include "tests/contract/journal/engines.h"
#include "tests/support/journal_material.h"

#include <memory>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {

inline constexpr SubscriberNo portal{1ULL << 32};
inline constexpr SubscriberNo wechat{2ULL << 32};

class JournalContract : public testing::TestWithParam<MakeEngine> {
 protected:
  void SetUp() override { open(); }

  void open() {
    const auto opened = engine_->open();
    ASSERT_TRUE(opened.has_value()) << describe(opened.error());
    journal_ = *opened;
  }

  Committed commit(std::vector<Change> changes) {
    auto committed = journal_->commit(material::changeset(std::move(changes)));
    EXPECT_TRUE(committed.has_value()) << (committed ? "" : describe(committed.error()));
    return committed.value_or(Committed{});
  }

  void reopen() {
    journal_ = nullptr;
    engine_->close();
    open();
  }

  // The promise behind all others: rows are what the journal says, and the chain holds.
  void TearDown() override {
    if (journal_ == nullptr) {
      return;
    }
    const Status rebuilt = compare_rebuilt(*journal_, engine_->rows());
    EXPECT_TRUE(rebuilt.has_value()) << describe(rebuilt.error());
    const Status verified = verify(*journal_);
    EXPECT_TRUE(verified.has_value()) << describe(verified.error());
  }

  const Reader& reader() const { return journal_->reader(); }

  const History& history() const { return journal_->history(); }

  std::unique_ptr<Engine> engine_ = GetParam()();
  Journal* journal_ = nullptr;
};

}  // namespace gulou
