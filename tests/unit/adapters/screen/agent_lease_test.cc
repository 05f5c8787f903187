// The display lease of a screen that is a channel of its own.
#include "adapters/screen/agent_lease.h"

#include "common/base/files.h"

#include <unistd.h>

namespace gulou {
namespace {

class AgentLeaseTest : public testing::Test {
 protected:
  AgentLeaseTest() {
    item_.release.must_confirm_every_s = 60;
    EXPECT_TRUE(make_directory(dir_));
  }

  ~AgentLeaseTest() override { static_cast<void>(::unlink((dir_ + "/lease").c_str())); }

  AgentLeaseTest(const AgentLeaseTest&) = delete;
  AgentLeaseTest& operator=(const AgentLeaseTest&) = delete;
  AgentLeaseTest(AgentLeaseTest&&) = delete;
  AgentLeaseTest& operator=(AgentLeaseTest&&) = delete;

  AgentLease start(const std::string& boot) {
    return {dir_, boot, glass_, [this] { ++changes_; }};
  }

  // Since the machine's start.
  static sdk::LinkTurn turn(int64_t ms, bool confirmed, bool knows_time = true) {
    sdk::LinkTurn made;
    made.now = {{ms}, {1'795'492'800'000 + ms}};
    made.confirmed = confirmed ? std::optional(Mono{ms - 200}) : std::nullopt;
    made.clock_ahead_ms = knows_time ? std::optional<int64_t>(0) : std::nullopt;
    return made;
  }

  std::optional<int64_t> left_ms(int64_t ms) { return lease_left_ms(item_, glass_.lease(), {ms}); }

  std::string dir_ = testing::TempDir() + "/agent-lease-" + std::to_string(::getpid());
  Glass glass_{"display", {}};
  ScreenItem item_;
  int changes_ = 0;
};

TEST_F(AgentLeaseTest, ItRunsFromTheQuestionThatWasAnswered) {
  AgentLease lease = start("boot-1");
  EXPECT_EQ(left_ms(1'000), 0);

  lease.step(turn(2'000, true), false);
  EXPECT_EQ(left_ms(2'000), 59'800);
  EXPECT_EQ(changes_, 1);
  lease.step(turn(4'000, true), false);
  EXPECT_EQ(changes_, 1);

  lease.step(turn(63'900, false), false);
  EXPECT_EQ(left_ms(63'900), 0);
  lease.step(turn(70'000, true), false);
  EXPECT_EQ(left_ms(70'000), 59'800);
  EXPECT_EQ(changes_, 2);
}

TEST_F(AgentLeaseTest, AnAgentStartedAnewKnowsWhatWasUsed) {
  start("boot-1").step(turn(10'000, true), false);

  start("boot-1");
  EXPECT_EQ(left_ms(30'000), 39'800);

  // Another start of the machine: only a clock that is trusted tells.
  AgentLease other = start("boot-2");
  other.step(turn(20'000, false, false), false);
  EXPECT_EQ(left_ms(20'000), 0);
  other.step(turn(20'000, false, false), true);
  EXPECT_EQ(left_ms(20'000), 49'800);
}

}  // namespace
}  // namespace gulou
