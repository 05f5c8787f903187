// Destroying bytes: which blobs go, which stay, and that it goes on where it stopped.
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "tests/support/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ErasureTest : public testing::Test {
 protected:
  void store(const std::string& name) {
    bench_.take(BlobArrived{{{7}, 1}, sha256(name), name.size(), "pdf"});
    bench_.round();
  }

  static PartFacts with(PartFacts part, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      part.attachments.push_back({sha256(name), name.size(), "pdf", name.starts_with("private")});
    }
    return part;
  }

  // Asked by li, confirmed by wang; the confirmation's number.
  ConfirmationNo erase(const std::vector<std::string>& ids) {
    WithdrawalAsked asked;
    asked.from = {{7}, 2};
    asked.by = "li";
    asked.by_operator = true;
    asked.kind = WithdrawalKind::erase;
    asked.reason = "names of pupils";
    for (const std::string& id : ids) {
      asked.targets.push_back({{"oa", id}, 0});
    }
    bench_.take(asked);
    bench_.round();
    const ConfirmationNo no = bench_.ledger().confirmations().rbegin()->first;
    bench_.take(ConfirmationDecided{{{7}, 3}, "wang", no, true, {}});
    bench_.round();
    return no;
  }

  bool has_blob(const std::string& name) {
    return bench_.journal().history().blob(sha256(name)).has_value();
  }

  std::vector<SendDestroy> told() { return bench_.took<SendDestroy>(); }

  Bench bench_;
};

TEST_F(ErasureTest, ABlobGoesWithTheLastThatUsesIt) {
  for (const char* name : {"photo", "logo", "private plan"}) {
    store(name);
  }
  bench_.accept({with(part("a"), {"photo", "logo", "private plan"})});
  bench_.accept({with(part("b"), {"logo"})});

  erase({"a"});

  EXPECT_FALSE(has_blob("photo"));
  EXPECT_FALSE(has_blob("private plan"));
  EXPECT_TRUE(has_blob("logo"));
  const auto first = bench_.journal().history().erased({1}, 0);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(first->kept, ElementsAre(sha256("logo")));

  erase({"b"});

  EXPECT_FALSE(has_blob("logo"));
}

TEST_F(ErasureTest, ASiblingKeepsWhatItShares) {
  store("shared");
  store("own");
  bench_.accept({with(part("a"), {"shared", "own"}), with(part("b"), {"shared"})});

  erase({"a"});

  EXPECT_TRUE(has_blob("shared"));
  EXPECT_FALSE(has_blob("own"));
  EXPECT_FALSE(bench_.journal().history().body({1}, 0).has_value());
  EXPECT_TRUE(bench_.journal().history().body({1}, 1).has_value());

  erase({"b"});

  EXPECT_FALSE(has_blob("shared"));
}

TEST_F(ErasureTest, EveryRevisionGoes) {
  store("old");
  bench_.accept({with(part("a"), {"old"})});
  bench_.accept({part("a", 2)});
  bench_.accept({part("a", 3)});

  erase({"a"});

  EXPECT_FALSE(has_blob("old"));
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    EXPECT_FALSE(bench_.journal().history().body({seq}, 0).has_value()) << seq;
    EXPECT_FALSE(bench_.journal().history().title({seq}, 0).has_value()) << seq;
  }
  const auto destroy = told();
  ASSERT_EQ(destroy.size(), 1U);
  EXPECT_EQ(destroy[0].parts.size(), 3U);
  EXPECT_THAT(destroy[0].blobs, ElementsAre(sha256("old")));
}

TEST_F(ErasureTest, AnErasedBlobMayComeAgain) {
  store("photo");
  bench_.accept({with(part("a"), {"photo"})});
  erase({"a"});
  EXPECT_EQ(bench_.refuse({with(part("b"), {"photo"})}), "attachment_missing");

  store("photo");

  EXPECT_TRUE(bench_.accept({with(part("b"), {"photo"})}));
  EXPECT_TRUE(has_blob("photo"));
}

// More parts than one round takes, a restart among them, and each is erased once.
TEST_F(ErasureTest, ItGoesOnAfterARestart) {
  const auto revisions = static_cast<uint32_t>(limits::erased_parts_per_round_max + 10);
  bench_.accept({part("a")});
  for (uint32_t revision = 2; revision <= revisions; ++revision) {
    bench_.accept({part("a", revision)});
  }
  WithdrawalAsked asked;
  asked.from = {{7}, 2};
  asked.by = "li";
  asked.by_operator = true;
  asked.kind = WithdrawalKind::erase;
  asked.reason = "because";
  asked.targets = {{{"oa", "a"}, 0}};
  bench_.take(asked);
  bench_.round();
  bench_.take(ConfirmationDecided{{{7}, 3}, "wang", {1}, true, {}});
  ASSERT_TRUE(bench_.close());
  bench_.commit();
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_TRUE(bench_.journal().history().body({revisions}, 0).has_value());

  bench_.restart();

  size_t erased = 0;
  for (const Change& change : bench_.changes) {
    erased += std::holds_alternative<PartErased>(change) ? 1U : 0U;
  }
  EXPECT_EQ(erased, revisions);
  const auto destroy = told();
  ASSERT_EQ(destroy.size(), 1U);
  EXPECT_EQ(destroy[0].parts.size(), revisions);
}

TEST_F(ErasureTest, ItIsDoneWhenTheEngineSaysSo) {
  bench_.accept({part("a")});
  const ConfirmationNo no = erase({"a"});
  const auto state = [&] { return bench_.journal().history().confirmation(no)->state; };
  EXPECT_EQ(state(), ConfirmationState::given);

  bench_.take(BytesDestroyed{no});
  bench_.round();

  EXPECT_EQ(state(), ConfirmationState::done);
  bench_.sends.clear();
  bench_.restart();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ErasureTest, WithoutATwoPersonPolicyOneIsEnough) {
  CountySettings lax = county({channel("portal")});
  lax.approvals.two_persons.clear();
  bench_.take(Configured{lax});
  bench_.accept({part("a")});
  WithdrawalAsked asked;
  asked.from = {{7}, 2};
  asked.by = "oa";
  asked.kind = WithdrawalKind::erase;
  asked.reason = "because";
  asked.targets = {{{"oa", "a"}, 0}};

  bench_.take(asked);
  bench_.round();

  const auto erased = bench_.journal().history().erased({1}, 0);
  ASSERT_TRUE(erased.has_value());
  EXPECT_EQ(erased->asked_by, "oa");
  EXPECT_EQ(erased->confirmed_by, "");
}

}  // namespace
}  // namespace gulou::test
