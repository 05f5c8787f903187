#include "broker/journal/keys.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(KeysTest, NumberOrderIsByteOrder) {
  EXPECT_LT(keys::entry(Lane::urgent, {UINT64_MAX}), keys::entry(Lane::normal, {0}));
  EXPECT_LT(keys::entry(Lane::normal, {255}), keys::entry(Lane::normal, {256}));
  EXPECT_LT(keys::body({1}, 255), keys::body({2}, 0));
  constexpr DueKind kind = DueKind::publication;
  EXPECT_LT(keys::due({1}, kind, {-5}, {9}), keys::due({1}, kind, {0}, {1}));
  EXPECT_LT(keys::due({1}, kind, {0}, {9}), keys::due({1}, kind, {1}, {1}));
  EXPECT_LT(keys::expiry({255}, {9}), keys::expiry({256}, {1}));
  EXPECT_LT(keys::expiry({1}, {255}), keys::expiry({1}, {256}));
  EXPECT_LT(keys::seen({1}, Lane::normal, 255), keys::seen({1}, Lane::normal, 256));
  EXPECT_LT(keys::job({255}), keys::job({256}));
  EXPECT_LT(keys::orphan({-1}, {}), keys::orphan({1}, {}));
}

TEST(KeysTest, ReadsBackWhatItWrote) {
  EXPECT_EQ(keys::seq_of_entry(keys::entry(Lane::bulk, {77})), Seq{77});
  EXPECT_EQ(keys::lane_of_entry(keys::entry(Lane::bulk, {77})), Lane::bulk);
  for (const DueKind kind : {DueKind::publication, DueKind::withdrawal}) {
    EXPECT_EQ(keys::due_of(keys::due({3}, kind, {-12}, {4})), Utc{-12});
    EXPECT_EQ(keys::seq_of_delivery(keys::due({3}, kind, {-12}, {4})), Seq{4});
  }
  EXPECT_EQ(keys::time_of_expiry(keys::expiry({-12}, {4})), Utc{-12});
  EXPECT_EQ(keys::seq_of_expiry(keys::expiry({-12}, {4})), Seq{4});
  EXPECT_EQ(keys::job_of(keys::job({77})), JobNo{77});
  const std::string seen = keys::seen({3}, Lane::urgent, 77);
  EXPECT_EQ(keys::channel_of_seen(seen), ChannelNo{3});
  EXPECT_EQ(keys::lane_of_seen(seen), Lane::urgent);
  EXPECT_EQ(keys::number_of_seen(seen), 77U);
  EXPECT_EQ(keys::subscriber_of(keys::state(DeliveryState::parked, {3}, {4})), SubscriberNo{3});
  EXPECT_EQ(keys::state_of(keys::state(DeliveryState::parked, {3}, {4})), DeliveryState::parked);
  EXPECT_EQ(keys::first_of_plain(keys::plain({3}, Lane::normal, {4})), Seq{4});
  EXPECT_EQ(keys::orphan_time(keys::orphan({9}, {})), Utc{9});
  const PublicationKey key{.publisher = "oa", .id = "2026-1"};
  EXPECT_EQ(keys::publication_of(keys::publication(key)), key);
  EXPECT_EQ(keys::publication_of(keys::revision(key, 258)), key);
  EXPECT_EQ(keys::publication_of("rno-zero"), std::nullopt);
}

TEST(KeysTest, RevisionsFollowTheirPublicationAndNoOther) {
  const PublicationKey key{.publisher = "oa", .id = "a"};
  const KeyRange range = keys::starting_with(keys::publication(key));

  EXPECT_EQ(range.from, keys::publication(key));
  EXPECT_LT(keys::revision(key, UINT32_MAX), range.to);
  EXPECT_GE(keys::publication({.publisher = "oa", .id = "aa"}), range.to);
  EXPECT_GE(keys::publication({.publisher = "oa2", .id = "a"}), range.to);
}

TEST(KeysTest, PhasesStandUnderTheirDocumentAndByDay) {
  const PublicationKey document{.publisher = "oa", .id = "a"};
  Digest phase;
  phase.bytes.fill(0xff);
  const std::string key = keys::phase(document, phase);

  EXPECT_EQ(keys::digest_of_phase(key), phase);
  EXPECT_GE(key, keys::phases(document).from);
  EXPECT_LT(key, keys::phases(document).to);
  EXPECT_LT(keys::phase_due("2026-11-30", document, phase),
            keys::phases_due_before("2026-12-01").to);
  EXPECT_GE(keys::phase_due("2026-12-01", document, {}), keys::phases_due_before("2026-12-01").to);
  EXPECT_EQ(to_hex(keys::phase_due("2026-12-01", document, {}).substr(0, 17)),
            "68323032362d31322d3031006100"
            "6f6100");
}

// Stored for ever.
TEST(KeysTest, BytesStandStill) {
  EXPECT_EQ(to_hex(keys::cursor({1}, Lane::urgent)), "63000000000000000102");
  EXPECT_EQ(to_hex(keys::cursor({1}, Lane::urgent, CursorKind::receipts)),
            "6300000000000000010201");
  EXPECT_EQ(to_hex(keys::due({1}, DueKind::publication, {2}, {3})),
            "74000000000000000180000000000000020000000000000003");
  EXPECT_EQ(to_hex(keys::due({1}, DueKind::withdrawal, {2}, {3})),
            "77000000000000000180000000000000020000000000000003");
  EXPECT_EQ(to_hex(keys::expiry({2}, {3})), "7880000000000000020000000000000003");
  EXPECT_EQ(to_hex(keys::job({3})), "6a0000000000000003");
  EXPECT_EQ(to_hex(keys::seen({1}, Lane::normal, 4)), "7300000001030000000000000004");
  EXPECT_EQ(to_hex(keys::withdrawn({.publisher = "oa", .id = "r1"})), "777231006f6100");
  EXPECT_EQ(to_hex(keys::condition({2})), "6b00000002");
  EXPECT_EQ(to_hex(keys::rate({2})), "7500000002");
  EXPECT_EQ(keys::notice("a/b"), "na/b");
}

TEST(KeysTest, RangesHoldTheirRowsAndNoOthers) {
  const auto holds = [](const KeyRange& range, const std::string& key) {
    return range.from <= key && key < range.to;
  };
  EXPECT_TRUE(holds(keys::cursors(), keys::cursor({1}, Lane::bulk, CursorKind::receipts)));
  EXPECT_TRUE(holds(keys::expiries_until({5}), keys::expiry({5}, {UINT64_MAX})));
  EXPECT_FALSE(holds(keys::expiries_until({5}), keys::expiry({6}, {0})));
  EXPECT_TRUE(holds(keys::deliveries_behind({1}, {5}), keys::delivery({1}, {6})));
  EXPECT_FALSE(holds(keys::deliveries_behind({1}, {5}), keys::delivery({1}, {5})));
  EXPECT_FALSE(holds(keys::deliveries_behind({1}, {5}), keys::delivery({2}, {6})));
  EXPECT_TRUE(holds(keys::seen_runs({1}, Lane::normal), keys::seen({1}, Lane::normal, 1)));
  EXPECT_FALSE(holds(keys::seen_runs({1}, Lane::normal), keys::seen({1}, Lane::bulk, 1)));
  EXPECT_FALSE(holds(keys::seen_runs({1}, Lane::normal), keys::seen({2}, Lane::normal, 1)));
}

TEST(KeysTest, AnEndOfFfBytesCarriesOver) {
  EXPECT_EQ(keys::starting_with("a\xff\xff").to, "b");
}

}  // namespace
}  // namespace gulou
