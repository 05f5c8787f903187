#include "broker/journal/change_codec.h"

#include "tests/support/journal_material.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace gulou {
namespace {

std::string hex(const Change& change) {
  return to_hex(encode_change(change));
}

// One of every change of the first release, with the fields it had then, none at its default.
std::vector<Change> first_changes() {
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

// The same with the fields that later releases added.
std::vector<Change> grown_changes() {
  EntryAccepted entry = std::get<EntryAccepted>(first_changes()[0]);
  entry.embargo_until = {7};
  entry.embargo_outlets = {"paper", "radio"};
  entry.withdrawal = {.kind = WithdrawalKind::replace,
                      .reason = "wrong",
                      .public_note = "已废止",
                      .by = "wang",
                      .successor = "oa/r2",
                      .expired = {1}};
  DeliveryChanged delivery = std::get<DeliveryChanged>(first_changes()[9]);
  delivery.retried_at = {10};
  delivery.by = "wang";
  delivery.proof = material::digest_of("proof");
  delivery.ahead = true;
  delivery.ungated = true;
  delivery.job = {3};
  return {entry,
          CursorMoved{.subscriber = {1ULL << 32},
                      .lane = Lane::urgent,
                      .to = {12},
                      .kind = CursorKind::receipts},
          FirstShown{.runs = {{{2}, 3}}, .at = {7}, .lane = Lane::bulk},
          delivery};
}

// Changes that later releases added.
std::vector<Change> added_changes() {
  return {
      PublicSeen{
          .channel = {1}, .lane = Lane::urgent, .first_number = 41, .runs = {{{2}, 3}, {{9}, 1}}},
      ChannelCondition{.channel = {2},
                       .state = ChannelState::throttled,
                       .at = {3},
                       .until = {4},
                       .reason = "quota",
                       .detail = "45028",
                       .failures = 5,
                       .probes = 6,
                       .paused = true,
                       .paused_at = {7},
                       .paused_by = "wang",
                       .paused_reason = "会议",
                       .retired = true,
                       .retired_at = {8},
                       .retired_by = "li",
                       .retired_reason = "停用"},
      RateUsed{.channel = {2},
               .second = {1'000},
               .minute = {60'000},
               .day = {86'400'000},
               .in_second = 1,
               .in_minute = 2,
               .in_day = 3},
      ExpiryReached{.seq = {4}, .lane = Lane::urgent, .expires = {5}},
      ReplayJob{.job = {3},
                .state = ReplayState::cancelled,
                .selection = {.channel = {2},
                              .from = {3},
                              .to = {4},
                              .accepted_from = {5},
                              .accepted_to = {6},
                              .states = {DeliveryState::parked, DeliveryState::pending},
                              .reasons = {"platform_down"},
                              .kinds = {Kind::notice},
                              .columns = {"tzgg"},
                              .publication = "oa/r1",
                              .newest_only = true},
                .by = "wang",
                .reason = "portal was restored",
                .allow_duplicate = true,
                .per_minute = 60,
                .created_at = {7},
                .at = {8},
                .lane = Lane::bulk,
                .position = {9},
                .sent = 10,
                .skipped = 11,
                .ended_by = "li",
                .ended_reason = "enough"},
      NoticeSent{.cause = "channel_failing/wechat",
                 .state = NoticeState::recovered,
                 .since = {1},
                 .at = {2},
                 .times = 3,
                 .to = "duty"}};
}

std::vector<Change> changes_of_people() {
  return {LossSuspected{.epoch = 2,
                        .seq = {40},
                        .at = {1},
                        .by = "oa",
                        .settled_at = {2},
                        .settled_by = "li",
                        .reason = "restored"},
          Confirmation{.no = {3},
                       .state = ConfirmationState::done,
                       .open = false,
                       .act = TwoPersonAct::replay_duplicate,
                       .asked_by = "li",
                       .reason = "lost on the platform",
                       .asked_at = {1},
                       .until = {9},
                       .at = {3},
                       .decided_by = "wang",
                       .decided_reason = "agreed",
                       .decided_at = {2},
                       .seq = {4},
                       .selection = {.channel = {2}, .from = {1}, .to = {8}},
                       .per_minute = 60,
                       .job = {5},
                       .bundle_digest = material::digest_of("bundle"),
                       .allowed_by = "zhao",
                       .ids = {"r1"},
                       .places = {"parts[0].body: id_card"}},
          PartErased{.seq = {4},
                     .lane = Lane::urgent,
                     .part = 1,
                     .digest = material::digest_of("body"),
                     .withdrawal = {6},
                     .confirmation = {3},
                     .asked_by = "li",
                     .confirmed_by = "wang",
                     .at = {7},
                     .blobs = {material::digest_of("own")},
                     .kept = {material::digest_of("shared")}}};
}

std::vector<Change> changes_of_fleets() {
  return {DeviceChanged{.device = device_at({3}, 17),
                        .state = DeviceState::enrolled,
                        .name = "hall-1",
                        .place = "办事大厅",
                        .contact = "li",
                        .phone = "6612345",
                        .kind = DeviceKind::touch,
                        .tags = {"a"},
                        .reach = {.area = "341822101003",
                                  .areas = {"341822102000"},
                                  .groups = {"farmers"},
                                  .columns = {"tzgg"},
                                  .kinds = {Kind::notice},
                                  .drill = true},
                        .off_hours = {1320, 390},
                        .key = "key",
                        .code_until = {1},
                        .at = {2},
                        .invited_at = {3},
                        .enrolled_at = {4},
                        .by = "wang",
                        .reason = "new",
                        .counts_from = {5},
                        .counts_until = {6},
                        .dark_by = {7},
                        .changed_at = {8}},
          FleetMarked{.channel = {3},
                      .page = 2,
                      .mark = FleetMark::shown,
                      .seq = {9},
                      .bits = Digest{{1, 2}},
                      .at = {10}}};
}

std::vector<Change> full_changes() {
  std::vector<Change> all;
  for (const auto& changes : {first_changes(),
                              grown_changes(),
                              added_changes(),
                              changes_of_people(),
                              changes_of_fleets()}) {
    all.insert(all.end(), changes.begin(), changes.end());
  }
  return all;
}

TEST(ChangeCodecTest, EveryChangeComesBackAsItWas) {
  const auto changes = full_changes();
  std::set<size_t> kinds;

  for (const Change& change : changes) {
    const auto back = decode_change(encode_change(change));
    ASSERT_TRUE(back.has_value()) << change.index();
    EXPECT_TRUE(*back == change) << change.index();
    kinds.insert(change.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Change>);
}

// The length of each array: its type number and all fields.
TEST(ChangeCodecTest, NoFieldOfAnAddedChangeIsForgotten) {
  const std::pair<size_t, size_t> array_sizes[] = {
      {0, 5}, {1, 17}, {2, 8}, {3, 4}, {4, 16}, {5, 7}};
  const auto changes = added_changes();
  for (const auto& [index, size] : array_sizes) {
    const std::string bytes = encode_change(changes[index]);
    const size_t items = bytes[0] == '\xdc'
                             ? static_cast<uint8_t>(bytes[1]) << 8 | static_cast<uint8_t>(bytes[2])
                             : static_cast<uint8_t>(bytes[0]) & 0x0f;
    EXPECT_EQ(items, size) << index;
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
  EXPECT_EQ(hex(CursorMoved{.subscriber = {1ULL << 32},
                            .lane = Lane::urgent,
                            .to = {12},
                            .kind = CursorKind::receipts}),
            "9507cf0000000100000000020c01");
  EXPECT_EQ(hex(PublicSeen{.channel = {2}, .first_number = 300, .runs = {{{2}, 3}, {{9}, 1}}}),
            "950c0203cd012c9402030901");
  EXPECT_EQ(hex(ChannelCondition{.channel = {2},
                                 .state = ChannelState::throttled,
                                 .at = {4},
                                 .until = {5},
                                 .reason = "quota"}),
            "960d02030405a571756f7461");
  EXPECT_EQ(hex(RateUsed{.channel = {2}, .second = {1}, .in_second = 2, .in_day = 9}),
            "980e0201020000"
            "0009");
  EXPECT_EQ(hex(ExpiryReached{.seq = {4}, .lane = Lane::urgent, .expires = {5}}), "940f040205");
  EXPECT_EQ(hex(ReplayJob{.job = {3}, .by = "li"}),
            "95100301"
            "90a26c69");
  EXPECT_EQ(hex(NoticeSent{.cause = "c", .since = {1}, .at = {2}, .times = 3}), "9611a16301010203");
  EXPECT_EQ(hex(LossSuspected{.epoch = 2, .seq = {40}, .at = {1}, .by = "oa"}), "951e022801a26f61");
  EXPECT_EQ(hex(Confirmation{.no = {1}, .act = TwoPersonAct::erase, .asked_by = "li"}),
            "961f0101c301a26c69");
  EXPECT_EQ(hex(PartErased{.seq = {4}, .part = 1}), "9420040301");
}

// Bytes of the first release, which did not know the fields behind these.
TEST(ChangeCodecTest, BytesOfTheFirstReleaseAreRead) {
  const auto read = [](const char* bytes) { return decode_change(*from_hex(bytes)); };

  EXPECT_TRUE(read("9407cf0000000100000000020c") ==
              Change(CursorMoved{.subscriber = {1ULL << 32}, .lane = Lane::urgent, .to = {12}}));
  EXPECT_TRUE(read("930892020307") == Change(FirstShown{.runs = {{{2}, 3}}, .at = {7}}));
  EXPECT_TRUE(
      read("960acf0000000100000000020305"
           "01") ==
      Change(DeliveryChanged{
          .subscriber = {1ULL << 32}, .seq = {2}, .state = DeliveryState::waiting, .attempts = 1}));
  EXPECT_TRUE(read("9601010301a26f6105") ==
              Change(EntryAccepted{.seq = {1}, .publisher = "oa", .accepted_at = {5}}));
}

TEST(ChangeCodecTest, HashesOfFullChangesStandStill) {
  const auto hash_of = [](const std::vector<Change>& changes) {
    std::string all;
    for (const Change& change : changes) {
      all += encode_change(change);
    }
    return to_hex(sha256(all));
  };

  EXPECT_EQ(hash_of(first_changes()),
            "07967d5f3bfbb96327d9705a66f92ffe23283d68d75235ac696e808d1b263a2f");
  EXPECT_EQ(hash_of(grown_changes()),
            "52381cd9add178ea3cb66692ba4b66916035145fce2882991bec4922230afcea");
  EXPECT_EQ(hash_of(added_changes()),
            "5f0f63c0d3abc4462334d0eb0af34e8861cef3fcb6c982c6634ca56db22fb35c");
}

TEST(ChangeCodecTest, AReplayKeepsTheOutcomesItSelects) {
  ReplayJob job{.job = {3}};
  job.selection.channel = {2};
  job.selection.outcomes = {Outcome::content, Outcome::quota};

  const auto read = decode_change(encode_change(job));

  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(*read == Change(job));
}

TEST(ChangeCodecTest, AnEntryKeepsItsSignOff) {
  EntryAccepted entry = material::entry(1, Lane::normal);
  entry.sign_off = {.digest = material::digest_of("approvals"),
                    .bytes = 900,
                    .level = ApprovalLevel::paper,
                    .scans = {material::digest_of("sheet")},
                    .personal_data = 2};

  const auto read = decode_change(encode_change(entry));

  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(*read == Change(entry));
}

TEST(ChangeCodecTest, AnEntryKeepsItsPhases) {
  EntryAccepted entry = material::entry(1, Lane::normal);
  entry.parts[0].phases = {{{}, material::digest_of("phase"), "2026-12-01"},
                           {"oa/r2", material::digest_of("phase"), {}}};

  const auto read = decode_change(encode_change(entry));

  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(*read == Change(entry));
  const PhaseDueRow due{.document = {"oa", "r1"},
                        .phase = material::digest_of("phase"),
                        .due_on = "2026-12-01",
                        .planned_by = {7}};
  EXPECT_EQ(decode<PhaseDueRow>(encode(due)), due);
}

TEST(ChangeCodecTest, AnEntryKeepsWhoHadItsDocumentAndItsContent) {
  EntryAccepted entry = material::entry(1);
  entry.parts[0].display_lease_ms = 60'000;
  entry.parts[0].same_document = {{"oa", "a"}, {"cms", "b"}};
  entry.parts[0].same_content = {{"oa", "c"}};

  EXPECT_EQ(decode_change(encode_change(entry)), Change(entry));
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
  const WithdrawnRow withdrawn{.seq = {5},
                               .kind = WithdrawalKind::replace,
                               .revision = 2,
                               .at = {7},
                               .public_note = "已废止",
                               .successor = "oa/r2"};
  EXPECT_EQ(decode<WithdrawnRow>(encode(withdrawn)), withdrawn);
  EXPECT_EQ(to_hex(encode(SeenRun{.first = {5}, .count = 2})), "920502");
  EXPECT_EQ(decode<SeenRun>(encode(SeenRun{.first = {5}, .count = 2})),
            (SeenRun{.first = {5}, .count = 2}));
  EXPECT_FALSE(decode<LeaseHeld>(encode(EpochOpened{.epoch = 1})).has_value());
}

TEST(ChangeCodecTest, AnOrdinaryEntryFitsItsBudget) {
  EXPECT_LE(encode(material::entry(1'000'000)).size(), 512U);
}

}  // namespace
}  // namespace gulou
