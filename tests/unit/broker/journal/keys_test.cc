#include "broker/journal/keys.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(KeysTest, NumberOrderIsByteOrder) {
  EXPECT_LT(keys::entry(Lane::urgent, {UINT64_MAX}), keys::entry(Lane::normal, {0}));
  EXPECT_LT(keys::entry(Lane::normal, {255}), keys::entry(Lane::normal, {256}));
  EXPECT_LT(keys::body({1}, 255), keys::body({2}, 0));
  EXPECT_LT(keys::due({1}, {-5}, {9}), keys::due({1}, {0}, {1}));
  EXPECT_LT(keys::due({1}, {0}, {9}), keys::due({1}, {1}, {1}));
  EXPECT_LT(keys::orphan({-1}, {}), keys::orphan({1}, {}));
}

TEST(KeysTest, ReadsBackWhatItWrote) {
  EXPECT_EQ(keys::seq_of_entry(keys::entry(Lane::bulk, {77})), Seq{77});
  EXPECT_EQ(keys::lane_of_entry(keys::entry(Lane::bulk, {77})), Lane::bulk);
  EXPECT_EQ(keys::due_of(keys::due({3}, {-12}, {4})), Utc{-12});
  EXPECT_EQ(keys::seq_of_delivery(keys::due({3}, {-12}, {4})), Seq{4});
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

TEST(KeysTest, AnEndOfFfBytesCarriesOver) {
  EXPECT_EQ(keys::starting_with("a\xff\xff").to, "b");
}

}  // namespace
}  // namespace gulou
