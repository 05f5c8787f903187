#include "broker/journal/memory_journal.h"
#include "tests/support/journal_material.h"

#include <string>
#include <vector>

namespace gulou {
namespace {

const Digest first = sha256("first");
const Digest second = sha256("second");

class PhaseTablesTest : public testing::Test {
 protected:
  static EntryAccepted document(uint64_t seq, std::vector<PhaseMark> phases) {
    EntryAccepted entry = material::entry(seq);
    entry.parts[0].kind = Kind::policy_document;
    entry.parts[0].phases = std::move(phases);
    return entry;
  }

  static EntryAccepted reading(uint64_t seq, const Digest& phase) {
    EntryAccepted entry = material::entry(seq);
    entry.parts[0].kind = Kind::interpretation;
    entry.parts[0].phases = {{.document = "oa/r1", .phase = phase, .due_on = {}}};
    return entry;
  }

  void commit(std::vector<Change> changes) {
    ASSERT_TRUE(journal_->commit({{9}, std::move(changes), {}}).has_value());
  }

  // "2026-12-01#1" of each, in their order.
  std::string due(std::string_view date) const {
    std::string all;
    for (const PhaseDueRow& row : journal_->history().phases_due(date, 100)) {
      all += (all.empty() ? "" : " ") + row.due_on + "#" + std::to_string(row.planned_by.value);
    }
    return all;
  }

  std::unique_ptr<MemoryJournal> journal_ = MemoryJournal::open().value();
};

TEST_F(PhaseTablesTest, WhatIsPlannedIsDueUntilItIsMet) {
  commit({document(1, {{{}, second, "2027-01-15"}, {{}, first, "2026-12-01"}})});

  EXPECT_EQ(due("2026-12-01"), "");  // the day itself is not over
  EXPECT_EQ(due("2026-12-02"), "2026-12-01#1");
  EXPECT_EQ(due("2027-01-16"), "2026-12-01#1 2027-01-15#1");
  commit({reading(2, first)});
  EXPECT_EQ(due("2027-01-16"), "2027-01-15#1");
  commit({reading(3, second)});
  EXPECT_EQ(due("2027-01-16"), "");
}

TEST_F(PhaseTablesTest, OneChangesetMayPlanAndMeetAndTheOrderDoesNotMatter) {
  EntryAccepted both = reading(1, first);
  both.parts[0].id = "b";
  both.parts.push_back(document(1, {{{}, first, "2026-12-01"}}).parts[0]);

  commit({both, reading(2, second)});

  EXPECT_EQ(due("2027-01-16"), "");
  commit({material::revision_of(document(1, {}), 3)});
}

TEST_F(PhaseTablesTest, ARevisionSaysThePlanAnewAndWhatWasMetStaysMet) {
  const EntryAccepted original =
      document(1, {{{}, first, "2026-12-01"}, {{}, second, "2027-01-15"}});
  commit({original});
  commit({reading(2, first)});
  EntryAccepted revised = material::revision_of(original, 3);
  revised.parts[0].kind = Kind::policy_document;
  revised.parts[0].phases = {{{}, first, "2026-12-01"}, {{}, second, "2027-03-01"}};
  commit({revised});

  EXPECT_EQ(due("2027-12-31"), "2027-03-01#3");
  revised.seq = {4};
  revised.parts[0].revision = 3;
  revised.parts[0].phases.clear();
  commit({revised});
  EXPECT_EQ(due("2027-12-31"), "");
}

TEST_F(PhaseTablesTest, WhatWasWithdrawnNeedsNoInterpretation) {
  const EntryAccepted original = document(1, {{{}, first, "2026-12-01"}});
  commit({original});
  EntryAccepted withdrawal = material::revision_of(original, 2);
  withdrawal.kind = EntryKind::withdrawal;
  withdrawal.lane = Lane::withdrawal;
  commit({withdrawal});

  EXPECT_EQ(due("2027-12-31"), "");
}

TEST_F(PhaseTablesTest, AnsweredInPages) {
  std::vector<PhaseMark> marks;
  for (int day = 10; day < 20; ++day) {
    const std::string text = std::to_string(day);
    marks.push_back({{}, sha256(text), "2026-12-" + text});
  }
  commit({document(1, marks)});

  EXPECT_EQ(journal_->history().phases_due("2027-01-01", 3).size(), 3U);
}

}  // namespace
}  // namespace gulou
