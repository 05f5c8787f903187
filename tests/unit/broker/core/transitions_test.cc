#include "broker/core/transitions.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace gulou {
namespace {

TEST(TransitionsTest, EveryReportOfALeasedDeliveryHasARow) {
  for (const Trigger trigger : {Trigger::report_published,
                                Trigger::report_accepted,
                                Trigger::report_transient,
                                Trigger::report_ambiguous,
                                Trigger::report_quota,
                                Trigger::report_auth,
                                Trigger::report_misconfigured,
                                Trigger::report_content,
                                Trigger::report_gone,
                                Trigger::report_prepared,
                                Trigger::lease_ended}) {
    EXPECT_TRUE(next_state(DeliveryState::leased, trigger).has_value()) << name_of(trigger);
  }
}

TEST(TransitionsTest, OnlyAReplayLeavesAFinalState) {
  for (const DeliveryState state : {DeliveryState::published,
                                    DeliveryState::superseded,
                                    DeliveryState::withdrawn,
                                    DeliveryState::expired,
                                    DeliveryState::cancelled}) {
    for (int number = 0; number <= static_cast<int>(Trigger::retired); ++number) {
      const auto trigger = static_cast<Trigger>(number);
      const bool again = trigger == Trigger::replay &&
                         (state == DeliveryState::published || state == DeliveryState::cancelled);
      EXPECT_EQ(next_state(state, trigger).has_value(), again);
    }
  }
}

TEST(TransitionsTest, EveryRowIsFoundAndEveryTriggerHasAName) {
  std::set<std::string_view> names;
  for (const Transition& row : transitions) {
    EXPECT_EQ(next_state(row.from, row.trigger), row.to);
    names.insert(name_of(row.trigger));
  }

  EXPECT_EQ(names.size(), static_cast<size_t>(Trigger::retired) + 1);
  EXPECT_FALSE(names.contains(""));
}

TEST(TransitionsTest, TheReadmeShowsTheTable) {
  std::map<std::pair<DeliveryState, DeliveryState>, std::string> arrows;
  for (const Transition& row : transitions) {
    std::string& triggers = arrows[{row.from, row.to}];
    triggers += (triggers.empty() ? "" : ", ") + std::string(name_of(row.trigger));
  }
  std::string drawn = "stateDiagram-v2\n    [*] --> pending\n";
  for (const auto& [states, triggers] : arrows) {
    drawn += "    " + std::string(name_of(states.first)) + " --> " +
             std::string(name_of(states.second)) + ": " + triggers + "\n";
  }
  std::stringstream readme;
  readme << std::ifstream(GULOU_SOURCE_DIR "/broker/core/README.md").rdbuf();

  EXPECT_TRUE(readme.str().find(drawn) != std::string::npos) << drawn;
}

TEST(TransitionsTest, ALeasedDeliveryIsNeverCancelledBehindItsAdapter) {
  EXPECT_FALSE(next_state(DeliveryState::leased, Trigger::operator_cancel).has_value());
  EXPECT_FALSE(next_state(DeliveryState::leased, Trigger::operator_retry).has_value());
  EXPECT_FALSE(next_state(DeliveryState::leased, Trigger::expiry).has_value());
}

}  // namespace
}  // namespace gulou
