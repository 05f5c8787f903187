#include "broker/journal/change_codec.h"

#include "tests/support/journal_material.h"

#include <random>

#include <gtest/gtest.h>

namespace gulou {
namespace {

std::string hex(const Change& change) {
  return to_hex(encode_change(change));
}

// One of everything, no field at its default.
std::vector<Change> full_changes() {
  EntryAccepted entry = material::revision_of(material::entry(1, Lane::urgent), 2);
  entry.kind = EntryKind::withdrawal;
  entry.not_before = {5};
  entry.expires = {6};
  entry.imported = true;
  entry.test = true;
  entry.parts[0].document_key = material::digest_of("doc");
  entry.parts[0].index_serial = 9;
  entry.parts[0].index_year = 2026;
  entry.parts[0].attachments = {material::digest_of("a"), material::digest_of("b")};
  entry.parts[0].private_attachments = {material::digest_of("c")};
  DeliveryChanged delivery = material::delivery({1ULL << 32}, 2, DeliveryState::published);
  delivery.lane = Lane::bulk;
  delivery.failures = 2;
  delivery.maybe_published = true;
  delivery.lease = {7};
  delivery.due = {8};
  delivery.detail = "503";
  delivery.platform_id = "p";
  delivery.platform_ids = {"p", "q"};
  delivery.receipt = {
      .level = ReceiptLevel::seen_public,
      .source = ReceiptSource::by_hand,
      .at = {9},
      .parts = {{.part = 1, .revision = 2, .platform_id = "x", .url = "http://x/"}}};
  delivery.instance = "portal-1";
  return {entry,
          EpochOpened{.epoch = 3, .at = {4}},
          ChannelDefined{.channel = {1}, .id = "portal", .from = {2}},
          BlobStored{.digest = material::digest_of("a"),
                     .size_bytes = 300'000,
                     .media_type = "application/pdf",
                     .at = {5}},
          BlobSwept{.digest = material::digest_of("a"), .stored_at = {5}, .kept = true},
          LeaseHeld{.lease = {7},
                    .subscriber = {1ULL << 32},
                    .lane = Lane::urgent,
                    .runs = {{{2}, 3}, {{9}, 1}},
                    .instance = "portal-1",
                    .leased_at = {6}},
          CursorMoved{.subscriber = {1ULL << 32}, .lane = Lane::urgent, .to = {12}},
          FirstShown{.runs = {{{2}, 3}}, .at = {7}},
          RangePublished{.subscriber = {1ULL << 32},
                         .lane = Lane::urgent,
                         .runs = {{{2}, 3}},
                         .level = ReceiptLevel::shown,
                         .at = {8}},
          delivery,
          AttemptEnded{.subscriber = {1ULL << 32},
                       .seq = {2},
                       .attempt = 3,
                       .outcome = Outcome::quota,
                       .reason = "r",
                       .detail = "d",
                       .instance = "i",
                       .leased_at = {4},
                       .ended_at = {5}}};
}

TEST(ChangeCodecTest, EveryChangeComesBackAsItWas) {
  const auto changes = full_changes();
  ASSERT_EQ(changes.size(), std::variant_size_v<Change>);

  for (const Change& change : changes) {
    const auto back = decode_change(encode_change(change));
    ASSERT_TRUE(back.has_value()) << change.index();
    EXPECT_TRUE(*back == change) << change.index();
  }
}

TEST(ChangeCodecTest, BytesAreThoseStoredForEver) {
  EXPECT_EQ(hex(EpochOpened{.epoch = 3, .at = {1'700'000'000'000}}), "930203cf0000018bcfe56800");
  EXPECT_EQ(hex(ChannelDefined{.channel = {1}, .id = "portal", .from = {300}}),
            "940301a6706f7274616ccd012c");
  EXPECT_EQ(hex(LeaseHeld{.lease = {7},
                          .subscriber = {1ULL << 32},
                          .lane = Lane::normal,
                          .runs = {{{2}, 256}, {{900}, 1}},
                          .instance = "p1",
                          .leased_at = {1'700'000'000'000}}),
            "970607cf0000000100000000039402cd0100cd038401a27031cf0000018bcfe56800");
  EXPECT_EQ(hex(CursorMoved{.subscriber = {1ULL << 32}, .lane = Lane::urgent, .to = {12}}),
            "9407cf0000000100000000020c");
  EXPECT_EQ(hex(FirstShown{.runs = {{{2}, 3}}, .at = {7}}),
            "9308920203"
            "07");
  EXPECT_EQ(hex(RangePublished{.subscriber = {1ULL << 32},
                               .runs = {{{2}, 3}},
                               .level = ReceiptLevel::seen_public,
                               .at = {8}}),
            "9609cf000000010000000003920203"
            "0208");
}

TEST(ChangeCodecTest, HashesOfFullChangesStandStill) {
  std::string all;
  for (const Change& change : full_changes()) {
    all += encode_change(change);
  }

  EXPECT_EQ(to_hex(sha256(all)),
            "07967d5f3bfbb96327d9705a66f92ffe23283d68d75235ac696e808d1b263a2f");
}

TEST(ChangeCodecTest, DefaultsAtTheEndAreLeftOutAndUnknownFieldsIgnored) {
  EXPECT_EQ(hex(EpochOpened{}), "9102");
  EXPECT_EQ(hex(CursorMoved{.subscriber = {5}}), "920705");

  const auto longer =
      decode_change(*from_hex("950203"
                              "04a161c3"));
  ASSERT_TRUE(longer.has_value());
  EXPECT_TRUE(*longer == Change(EpochOpened{.epoch = 3, .at = {4}}));
}

TEST(ChangeCodecTest, RefusesWhatIsNoChange) {
  for (const char* bytes :
       {"", "c0", "90", "9100", "91cc63", "9302", "930203a161", "920203ff", "a161"}) {
    EXPECT_FALSE(decode_change(*from_hex(bytes)).has_value()) << bytes;
  }
  const std::string whole = encode_change(full_changes()[0]);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_change(whole.substr(0, size)).has_value()) << size;
  }
}

TEST(ChangeCodecTest, DamagedBytesAreRefusedOrReadButNeverHarm) {
  std::mt19937 random(7);
  const auto changes = full_changes();
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string bytes = encode_change(changes[random() % changes.size()]);
    for (int flips = 0; flips < 3; ++flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    }
    if (const auto change = decode_change(bytes)) {
      EXPECT_TRUE(decode_change(encode_change(*change)) == change);
    }
  }
}

TEST(ChangeCodecTest, RowsComeBackAsTheyWere) {
  const PartPlace place{.lane = Lane::urgent, .seq = {5}, .part = 2};
  const RevisionPlace revision{.place = place, .epoch = 4, .hash = material::digest_of("h")};
  const ChangesetRow changeset{.at = {5},
                               .head = {6},
                               .hash = material::digest_of("h"),
                               .changes = {"a", std::string(1, '\0')}};

  EXPECT_EQ(decode<PartPlace>(encode(place)), place);
  EXPECT_EQ(decode<RevisionPlace>(encode(revision)), revision);
  EXPECT_EQ(decode<ChangesetRow>(encode(changeset)), changeset);
  EXPECT_FALSE(decode<LeaseHeld>(encode(EpochOpened{.epoch = 1})).has_value());
}

TEST(ChangeCodecTest, AnOrdinaryEntryFitsItsBudget) {
  EXPECT_LE(encode(material::entry(1'000'000)).size(), 512U);
}

}  // namespace
}  // namespace gulou
