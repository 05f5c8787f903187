// Fleets: devices enrol, stand at positions of their own, and what they say is merged.
#include "common/base/fleet_limits.h"
#include "tests/support/bench.h"

#include <set>

namespace gulou::test {
namespace {

constexpr char village[] = "341822101003";

Channel fleet() {
  Channel made = channel("screens");
  made.fleet = true;
  return made;
}

PartFacts part_for(std::string id, std::vector<std::string> audience, uint32_t revision = 1) {
  PartFacts facts = part(std::move(id), revision);
  facts.previous_revision = revision - 1;
  facts.audience = std::move(audience);
  return facts;
}

// A device as the core sees one.
class Fleet {
 public:
  Fleet() : bench({fleet()}) {}

  SubscriberNo invite(const std::string& area = village, std::string key = {}) {
    DeviceDecided decision;
    decision.from = {{900}, ++asked};
    decision.operator_name = "li";
    decision.channel = "screens";
    decision.wanted.reach.area = area;
    decision.wanted.key = key.empty() ? "code-" + std::to_string(asked) : key;
    decision.wanted.code_until = {bench.now.utc.ms + 1000};
    bench.take(decision);
    bench.round();
    const auto done = bench.took<SendDone>();
    return done.empty() ? SubscriberNo{} : SubscriberNo{done.back().job.value};
  }

  SubscriberNo enrol(const std::string& area = village) {
    const SubscriberNo device = invite(area);
    bench.take(EnrolAsked{{{901}, ++asked}, device, "key-" + std::to_string(asked)});
    bench.round();
    EXPECT_EQ(bench.took<SendEnrolled>().size(), 1U);
    return device;
  }

  SessionNo connect(SubscriberNo device) {
    const SessionNo session{1000 + ++asked};
    SessionOpened opened{{session, 1}, "screens", "d", "~device"};
    opened.device = device;
    bench.take(opened);
    bench.round();
    return session;
  }

  void sync(SessionNo session, Seq position, Digest held = {}) {
    bench.take(Synced{session, position, held, {}});
    bench.round();
  }

  // New and in step.
  SessionNo stream(SubscriberNo device) {
    const SessionNo session = connect(device);
    sync(session, {});
    const auto manifests = bench.took<SendManifest>();
    EXPECT_EQ(manifests.size(), 1U);
    sync(session, manifests.back().head, held_of(*manifests.back().items));
    return session;
  }

  static Digest held_of(const ManifestItems& items) {
    Digest held;
    for (const ManifestItem& item : items) {
      fold_held(held, item.digest);
    }
    return held;
  }

  struct Got {
    std::vector<std::string> put;
    std::vector<std::string> removed;
    Seq position;
    std::vector<Seq> seqs;
    friend bool operator==(const Got&, const Got&) = default;
  };

  // Everything handed to this session since the last look.
  std::vector<Got> got(SessionNo session) {
    std::vector<Got> all;
    for (const Send& send : bench.sends) {
      const auto* deliver = std::get_if<SendDeliver>(&send);
      if (deliver == nullptr) {
        continue;
      }
      for (const SendDeliver::Target& target : deliver->targets) {
        if (target.session != session) {
          continue;
        }
        Got one;
        one.position = target.position;
        for (const HandedItem& item : *deliver->items) {
          one.seqs.push_back(item.seq);
          for (const HandedPart& handed : item.parts) {
            (item.withdrawal ? one.removed : one.put).push_back(handed.facts.id);
          }
        }
        all.push_back(std::move(one));
      }
    }
    bench.took<SendDeliver>();
    return all;
  }

  void report(SessionNo session, const Got& got, ReceiptLevel level = ReceiptLevel::accepted) {
    Report report = published();
    report.receipt.level = level;
    bench.take(Reported{session, {}, {{got.seqs.front(), got.seqs.back(), report}}});
    bench.round();
  }

  void withdraw(const std::string& id) {
    WithdrawalAsked asked_for;
    asked_for.from = {{902}, ++asked};
    asked_for.by = "oa";
    asked_for.targets.push_back({{"oa", id}, 0});
    asked_for.reason = "wrong";
    bench.take(asked_for);
    bench.round();
  }

  std::string refusal() {
    const auto refused = bench.took<SendRefused>();
    return refused.empty() ? std::string() : refused.back().errors.front().reason;
  }

  size_t marks(FleetMark mark) const {
    size_t found = 0;
    for (const Change& change : bench.changes) {
      const auto* one = std::get_if<FleetMarked>(&change);
      found += one != nullptr && one->mark == mark ? 1 : 0;
    }
    return found;
  }

  Bench bench;
  uint64_t asked = 0;
};

TEST(FleetTest, ACodeIsGoodOnceAndUntilItsTime) {
  Fleet fleet;
  const SubscriberNo device = fleet.invite();
  const auto admitted = fleet.bench.took<SendDoor>();
  ASSERT_EQ(admitted.size(), 1U);
  EXPECT_TRUE(admitted[0].enrols);

  fleet.bench.take(EnrolAsked{{{901}, 1}, device, "own"});
  fleet.bench.round();

  const auto doors = fleet.bench.took<SendDoor>();
  ASSERT_EQ(doors.size(), 2U);
  EXPECT_FALSE(doors[0].device);  // the code's key
  EXPECT_EQ(doors[1].key, "own");
  EXPECT_FALSE(doors[1].enrols);
  ASSERT_EQ(fleet.bench.took<SendEnrolled>().size(), 1U);

  fleet.bench.take(EnrolAsked{{{903}, 1}, device, "thief"});
  fleet.bench.round();
  EXPECT_EQ(fleet.bench.took<SendError>().back().error.reason, "code_used");
  fleet.bench.take(EnrolAsked{{{904}, 1}, device, "own"});  // its answer was lost
  fleet.bench.round();
  EXPECT_EQ(fleet.bench.took<SendEnrolled>().size(), 1U);

  const SubscriberNo late = fleet.invite();
  fleet.bench.advance(2000);
  fleet.bench.take(EnrolAsked{{{905}, 1}, late, "late"});
  fleet.bench.round();
  EXPECT_EQ(fleet.bench.took<SendError>().back().error.reason, "code_expired");
}

TEST(FleetTest, ANewDeviceGetsTheManifestOfItsArea) {
  Fleet fleet;
  fleet.bench.accept({part("all")});
  fleet.bench.accept({part_for("here", {village})});
  fleet.bench.accept({part_for("elsewhere", {"341822102001"})});
  fleet.bench.accept({part("gone")});
  fleet.withdraw("gone");
  const SessionNo session = fleet.connect(fleet.enrol());

  fleet.sync(session, {});

  const auto manifests = fleet.bench.took<SendManifest>();
  ASSERT_EQ(manifests.size(), 1U);
  std::vector<std::string> ids;
  for (const ManifestItem& item : *manifests[0].items) {
    ids.push_back(item.id);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"here", "all"}));
  EXPECT_EQ(manifests[0].head, Seq{5});
}

TEST(FleetTest, TextsOfAManifestAreAskedFor) {
  Fleet fleet;
  const Seq seq = fleet.bench.accept({part("a")});
  const SessionNo session = fleet.connect(fleet.enrol());
  fleet.sync(session, {});

  fleet.bench.take(Synced{session, {}, {}, {{seq, 0}, {{99}, 0}}});
  fleet.bench.round();

  const auto got = fleet.got(session);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].put, std::vector<std::string>{"a"});
  EXPECT_EQ(got[0].position, Seq{});
}

TEST(FleetTest, TheStreamGoesOnAndPositionsMoveWithReports) {
  Fleet fleet;
  const SubscriberNo device = fleet.enrol();
  const SessionNo session = fleet.stream(device);

  const Seq seq = fleet.bench.accept({part("a")});

  auto got = fleet.got(session);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0], (Fleet::Got{{"a"}, {}, seq, {seq}}));
  EXPECT_LT(fleet.bench.ledger().fleet().device(device)->position, seq);
  fleet.report(session, got[0]);
  EXPECT_EQ(fleet.bench.ledger().fleet().device(device)->position, seq);
}

TEST(FleetTest, WithdrawalsPassWhatIsOnTheWay) {
  Fleet fleet;
  const SessionNo session = fleet.stream(fleet.enrol());
  fleet.bench.accept({part("a")});
  fleet.bench.accept({part("b")});  // waits: one batch of its lane is on the way
  const auto first = fleet.got(session);
  ASSERT_EQ(first.size(), 1U);

  fleet.withdraw("a");

  const auto removal = fleet.got(session);
  ASSERT_EQ(removal.size(), 1U);
  EXPECT_EQ(removal[0].removed, std::vector<std::string>{"a"});
  EXPECT_LT(removal[0].position, Seq{2});  // b was not handed out yet
  fleet.report(session, first[0]);
  fleet.report(session, removal[0]);
  const auto rest = fleet.got(session);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].put, std::vector<std::string>{"b"});
  EXPECT_EQ(rest[0].position, Seq{3});
}

TEST(FleetTest, WhatWasWithdrawnIsNeverHandedOut) {
  Fleet fleet;
  const SubscriberNo device = fleet.enrol();
  const SessionNo before = fleet.stream(device);
  const Seq position = fleet.bench.accept({part("a")});
  fleet.report(before, fleet.got(before).at(0));
  fleet.bench.take(SessionClosed{before});
  fleet.bench.accept({part("b")});
  fleet.withdraw("b");
  fleet.withdraw("a");

  const SessionNo session = fleet.connect(device);
  fleet.sync(session, position);

  std::set<std::string> removed;
  for (const Fleet::Got& got : fleet.got(session)) {
    EXPECT_TRUE(got.put.empty());
    removed.insert(got.removed.begin(), got.removed.end());
  }
  EXPECT_EQ(removed, (std::set<std::string>{"a", "b"}));
  EXPECT_TRUE(fleet.bench.took<SendManifest>().empty());
}

TEST(FleetTest, ARevisionForOthersTakesTheOldOneAway) {
  Fleet fleet;
  const SessionNo session = fleet.stream(fleet.enrol());
  fleet.bench.accept({part_for("a", {village})});
  fleet.report(session, fleet.got(session).at(0));

  fleet.bench.accept({part_for("a", {"341822102001"}, 2)});

  const auto got = fleet.got(session);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].removed, std::vector<std::string>{"a"});
  EXPECT_TRUE(got[0].put.empty());
}

TEST(FleetTest, WhatDiffersAtTheHeadIsMadeGoodByAManifest) {
  Fleet fleet;
  const SubscriberNo device = fleet.enrol();
  const SessionNo before = fleet.stream(device);
  const Seq seq = fleet.bench.accept({part("a")});
  fleet.report(before, fleet.got(before).at(0));
  fleet.bench.take(SessionClosed{before});

  const SessionNo session = fleet.connect(device);
  fleet.sync(session, seq, Digest{{1}});

  ASSERT_EQ(fleet.bench.took<SendManifest>().size(), 1U);
  fleet.sync(session, seq, Digest{{1}});
  EXPECT_TRUE(fleet.bench.took<SendManifest>().empty()) << "at most one a minute";
}

TEST(FleetTest, ManyDevicesMakeOneChangeAPageAndShareABatch) {
  Fleet fleet;
  std::vector<SessionNo> sessions;
  for (int i = 0; i < 40; ++i) {
    sessions.push_back(fleet.stream(fleet.enrol()));
  }
  fleet.bench.accept({part("a")});
  EXPECT_EQ(fleet.bench.took<SendDeliver>().size(), 1U);
  const size_t before = fleet.marks(FleetMark::received);

  for (const SessionNo session : sessions) {
    fleet.bench.take(Reported{session, {}, {{{1}, {1}, published()}}});
  }
  fleet.bench.round();

  EXPECT_EQ(fleet.marks(FleetMark::received), before + 1);
  const auto pages = fleet.bench.journal().history().fleet_pages(
      fleet.bench.ledger().channels().at("screens"), {1});
  ASSERT_EQ(pages.size(), 1U);
  size_t received = 0;
  for (const uint8_t byte : pages[0].second.received.bytes) {
    received += static_cast<size_t>(__builtin_popcount(byte));
  }
  EXPECT_EQ(received, 40U);
}

TEST(FleetTest, ShownIsMergedToo) {
  Fleet fleet;
  const SessionNo session = fleet.stream(fleet.enrol());
  const Seq seq = fleet.bench.accept({part("a")});
  const auto got = fleet.got(session);
  fleet.report(session, got.at(0));

  fleet.report(session, got.at(0), ReceiptLevel::shown);

  const auto pages = fleet.bench.journal().history().fleet_pages(
      fleet.bench.ledger().channels().at("screens"), seq);
  ASSERT_EQ(pages.size(), 1U);
  EXPECT_TRUE(pages[0].second.shown);
}

TEST(FleetTest, ARevokedDeviceIsSentAwayAndStaysOut) {
  Fleet fleet;
  const SubscriberNo device = fleet.enrol();
  const SessionNo session = fleet.stream(device);
  fleet.bench.took<SendDoor>();
  DeviceDecided decision;
  decision.from = {{900}, 77};
  decision.verb = DeviceDecided::Verb::revoke;
  decision.device = device;
  fleet.bench.take(decision);
  fleet.bench.round();
  EXPECT_EQ(fleet.refusal(), "reason_missing");
  decision.reason = "stolen";

  fleet.bench.take(decision);
  fleet.bench.round();

  ASSERT_EQ(fleet.bench.took<SendDoor>().size(), 1U);
  const auto goodbyes = fleet.bench.took<SendGoodbye>();
  ASSERT_EQ(goodbyes.size(), 1U);
  EXPECT_EQ(goodbyes[0].session, session);
  fleet.connect(device);
  EXPECT_EQ(fleet.bench.took<SendError>().back().error.reason, "device_not_enrolled");
}

TEST(FleetTest, ARestartKnowsDevicesAndPositions) {
  Fleet fleet;
  const SubscriberNo device = fleet.enrol();
  const SessionNo session = fleet.stream(device);
  const Seq seq = fleet.bench.accept({part("a")});
  fleet.report(session, fleet.got(session).at(0));

  fleet.bench.restart();

  const FleetDevice* known = fleet.bench.ledger().fleet().device(device);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->row.state, DeviceState::enrolled);
  EXPECT_EQ(known->position, seq);
  EXPECT_EQ(fleet.bench.core().audit(), "");
}

TEST(FleetTest, AnAdapterServesNoFleet) {
  Fleet fleet;

  fleet.bench.connect("screens");

  EXPECT_EQ(fleet.bench.took<SendError>().back().error.reason, "channel_is_fleet");
}

TEST(FleetTest, AConfirmationComesWhenAllIsAsItShouldBe) {
  Fleet fleet;
  fleet.bench.accept({part("a")});
  const SessionNo session = fleet.stream(fleet.enrol());
  const auto confirm = [&fleet, session](Seq position, Digest held) {
    Synced asked{session, position, held, {}};
    asked.confirm = true;
    fleet.bench.take(asked);
    fleet.bench.round();
    return fleet.bench.took<SendManifest>();
  };
  Digest held;
  fold_held(held, part("a").digest);
  auto answers = confirm({1}, held);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].same);
  EXPECT_EQ(answers[0].head, Seq{1});

  fleet.bench.accept({part("b")});
  EXPECT_TRUE(confirm({1}, held).empty());  // something is on its way: it asks again

  const auto got = fleet.got(session);
  ASSERT_EQ(got.size(), 1U);
  fleet.report(session, got[0]);
  fold_held(held, part("b").digest);
  answers = confirm({2}, held);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].same);

  // Entries for others move the head, not the device: it is as it should be.
  fleet.bench.accept({part_for("elsewhere", {"341822102001"})});
  EXPECT_EQ(confirm({2}, held).size(), 1U);

  // It holds something else: no confirmation, but what it should hold.
  fleet.bench.advance(2 * limits::fleet_manifest_every_ms_min);
  answers = confirm({2}, {});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_FALSE(answers[0].same);
}

TEST(FleetTest, TheLeaseADeviceKeepsIsKnownForever) {
  Fleet fleet;
  const SubscriberNo device = fleet.enrol();
  const SessionNo session = fleet.connect(device);
  Synced asked{session, {}, {}, {}};
  asked.lease_ms = 3'600'000;
  fleet.bench.take(asked);
  fleet.bench.round();
  EXPECT_EQ(fleet.marks(FleetMark::leased), 1U);

  fleet.bench.restart();

  EXPECT_EQ(fleet.bench.ledger().fleet().device(device)->lease_ms, 3'600'000);
}

TEST(FleetTest, AWithdrawalKnowsHowLongAnyRevisionMayStandWithoutContact) {
  Fleet fleet;
  PartFacts first = part("a");
  first.display_lease_ms = 7'200'000;
  fleet.bench.accept({first});
  PartFacts second = part("a", 2);
  second.previous_revision = 1;
  second.display_lease_ms = 3'600'000;
  fleet.bench.accept({second});
  fleet.bench.accept({part("b")});
  fleet.withdraw("a");
  fleet.withdraw("b");

  const auto rows = fleet.bench.ledger().entries(Lane::withdrawal, {}, 10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].entry.parts[0].display_lease_ms, 7'200'000);
  EXPECT_EQ(rows[1].entry.parts[0].display_lease_ms, 0);
}

}  // namespace
}  // namespace gulou::test
