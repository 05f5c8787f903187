// What every journal engine promises, run for each.
#include "common/base/limits.h"
#include "tests/contract/journal/contract.h"
#include "tests/support/journal_material.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

using material::changeset;
using material::delivery;
using material::digest_of;
using material::entry;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(JournalContract, ANewHomeIsEmpty) {
  EXPECT_EQ(journal_->opened().epoch, 0U);
  EXPECT_EQ(journal_->opened().changeset, 0U);
  EXPECT_EQ(journal_->opened().head, Seq{});
  EXPECT_TRUE(reader().entries(Lane::normal, {}, 10).empty());
  EXPECT_TRUE(history().releases({}, 10).empty());
  EXPECT_EQ(history().changesets(), 0U);
}

TEST_P(JournalContract, WhatWasCommittedIsThereAfterReopening) {
  commit({EpochOpened{.epoch = 1, .at = {1}},
          ChannelDefined{.channel = {1}, .id = "portal", .from = {}}});
  const Committed last = commit({entry(1),
                                 entry(2, Lane::urgent),
                                 LeaseHeld{.lease = {9}, .subscriber = portal, .runs = {{{1}, 1}}},
                                 CursorMoved{.subscriber = portal, .to = {1}}});
  reopen();
  const OpenState& opened = journal_->opened();

  EXPECT_EQ(opened.epoch, 1U);
  EXPECT_EQ(opened.changeset, 2U);
  EXPECT_EQ(opened.hash, last.hash);
  EXPECT_EQ(opened.head, Seq{2});
  EXPECT_EQ(opened.last_lease, LeaseNo{9});
  EXPECT_EQ(opened.lane_heads[static_cast<size_t>(Lane::normal)], Seq{1});
  EXPECT_EQ(opened.lane_heads[static_cast<size_t>(Lane::urgent)], Seq{2});
  ASSERT_EQ(opened.channels.size(), 1U);
  EXPECT_EQ(opened.channels[0].id, "portal");
  ASSERT_EQ(opened.cursors.size(), 1U);
  EXPECT_EQ(opened.cursors[0].to, Seq{1});
  ASSERT_EQ(opened.leases.size(), 1U);
  EXPECT_EQ(opened.leases[0].runs, (SeqRuns{{{1}, 1}}));
  EXPECT_EQ(history().chain_hash(), last.hash);
}

TEST_P(JournalContract, EntriesComeInOrderOfTheirLane) {
  commit({entry(1), entry(2, Lane::urgent), entry(3)});
  commit({entry(4)});

  const auto all = reader().entries(Lane::normal, {}, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].entry == entry(1));
  EXPECT_EQ(all[1].entry.seq, Seq{3});
  EXPECT_EQ(all[2].entry.seq, Seq{4});
  EXPECT_EQ(reader().entries(Lane::normal, {1}, 1).at(0).entry.seq, Seq{3});
  EXPECT_TRUE(reader().entries(Lane::normal, {4}, 10).empty());
  EXPECT_TRUE(reader().entry(Lane::urgent, {2}).has_value());
  EXPECT_FALSE(reader().entry(Lane::normal, {2}).has_value());
  EXPECT_EQ(history().entry({2})->entry.lane, Lane::urgent);
}

TEST_P(JournalContract, ARevisionIsPartOfItsPublicationAndMarksTheOneBefore) {
  const Committed first = commit({entry(1), entry(2)});
  const EntryAccepted second = material::revision_of(entry(1), 3);
  const Committed later = commit({second});
  commit({material::revision_of(second, 4)});

  const auto row = reader().publication({.publisher = "oa", .id = "r1"});
  ASSERT_TRUE(row.has_value());
  ASSERT_EQ(row->revisions.size(), 3U);
  EXPECT_EQ(row->revisions[0].hash, first.hash);
  EXPECT_EQ(row->revisions[1].hash, later.hash);
  EXPECT_EQ(row->revisions[1].seq, Seq{3});
  EXPECT_EQ(row->revisions[1].digest, second.parts[0].digest);
  EXPECT_EQ(row->newest().revision, 3U);
  EXPECT_EQ(row->index_no, entry(1).parts[0].index_no);
  EXPECT_EQ(row->content_digest, entry(4).parts[0].content_digest);
  const auto entries = reader().entries(Lane::normal, {}, 10);
  EXPECT_TRUE(entries[0].revised);
  EXPECT_FALSE(entries[1].revised);
  EXPECT_TRUE(entries[2].revised);
  EXPECT_FALSE(entries[3].revised);
  EXPECT_TRUE(reader().entry(Lane::normal, {1})->revised);
  EXPECT_FALSE(reader().publication({.publisher = "oa", .id = "r"}).has_value());
  EXPECT_EQ(history().by_id_prefix("r", 10).size(), 2U);
  EXPECT_EQ(history().by_id_prefix("r2", 10).at(0).id, "r2");
  EXPECT_TRUE(history().by_id_prefix("x", 10).empty());
}

TEST_P(JournalContract, MarksOfManyRevisionsFindTheirEntries) {
  std::vector<Change> firsts;
  for (uint64_t seq = 1; seq <= 100; ++seq) {
    firsts.push_back(entry(seq, seq % 40 == 0 ? Lane::urgent : Lane::normal));
  }
  commit(firsts);
  std::vector<Change> seconds;
  for (uint64_t seq = 101; seq < 200; ++seq) {
    seconds.push_back(material::revision_of(std::get<EntryAccepted>(firsts[seq - 101]), seq));
  }
  commit(seconds);

  const auto urgent = reader().entries(Lane::urgent, {}, 300);
  ASSERT_EQ(urgent.size(), 4U);
  EXPECT_TRUE(urgent[0].revised && urgent[1].revised);
  EXPECT_FALSE(urgent[2].revised || urgent[3].revised);
  for (const EntryRow& row : reader().entries(Lane::normal, {}, 300)) {
    EXPECT_EQ(row.revised, row.entry.seq.value < 100) << row.entry.seq.value;
  }
}

TEST_P(JournalContract, DocumentsContentsAndIndexNumbersFindTheirPublication) {
  EntryAccepted with_number = entry(1);
  with_number.parts[0].document_key = digest_of("鼓政发〔2026〕1号");
  commit({with_number, entry(2)});
  const PublicationKey first{.publisher = "oa", .id = "r1"};

  EXPECT_THAT(reader().by_document(digest_of("鼓政发〔2026〕1号")), ElementsAre(first));
  EXPECT_THAT(reader().by_document({}), IsEmpty());
  EXPECT_THAT(reader().by_content(entry(1).parts[0].content_digest), ElementsAre(first));
  EXPECT_THAT(reader().by_content(digest_of("other")), IsEmpty());
  EXPECT_EQ(reader().by_index_no(entry(1).parts[0].index_no), first);
  EXPECT_EQ(reader().by_index_no("none"), std::nullopt);
  EXPECT_EQ(reader().index_serial("11370000A", 2026), 2U);
  EXPECT_EQ(reader().index_serial("11370000A", 2027), 0U);
  EXPECT_EQ(history().by_document(digest_of("鼓政发〔2026〕1号")), first);
  EXPECT_EQ(history().by_index_no(entry(1).parts[0].index_no), first);
}

TEST_P(JournalContract, PublishedOnIsSetOnce) {
  commit({entry(1), entry(2), entry(3), entry(4)});
  commit({FirstShown{.runs = {{{2}, 1}}, .at = {100}}});
  commit(
      {FirstShown{.runs = {{{1}, 3}}, .at = {200}}, FirstShown{.runs = {{{3}, 2}}, .at = {300}}});
  commit({material::revision_of(entry(2), 5)});
  const auto shown = [this](const char* id) {
    return reader().published_on({.publisher = "oa", .id = id});
  };

  EXPECT_EQ(shown("r1"), Utc{200});
  EXPECT_EQ(shown("r2"), Utc{100});
  EXPECT_EQ(shown("r3"), Utc{200});
  EXPECT_EQ(shown("r4"), Utc{300});
  EXPECT_EQ(shown("none"), Utc{});
  EXPECT_EQ(history().published_on(PublicationKey{.publisher = "oa", .id = "r2"}), Utc{100});
}

TEST_P(JournalContract, PublishedOnOfManyIsThatOfEach) {
  const std::vector<Seq> asked{{1}, {2}, {3}, {4}, {9}, {5}, {3}, {7}, {6}, {8}, {1}};
  EXPECT_EQ(history().published_on(asked), std::vector<Utc>(asked.size()));

  commit({entry(1), entry(2), entry(3), entry(4), entry(5), entry(6), entry(7), entry(8)});
  commit(
      {FirstShown{.runs = {{{3}, 2}}, .at = {100}}, FirstShown{.runs = {{{5}, 1}}, .at = {200}}});
  commit({FirstShown{.runs = {{{7}, 1}}, .at = {300}}});

  const std::vector<Utc> expected{{0}, {0}, {100}, {100}, {0}, {200}, {100}, {300}, {0}, {0}, {0}};
  EXPECT_EQ(history().published_on(asked), expected);
  EXPECT_TRUE(history().published_on(std::vector<Seq>{}).empty());
}

TEST_P(JournalContract, BodiesAndTitlesComeBackByteForByte) {
  EntryAccepted bundle = entry(2);
  bundle.parts.push_back(entry(77).parts[0]);
  bundle.parts[1].digest = sha256("zwei");
  bundle.parts[1].first_seq = {2};
  Changeset made = changeset({entry(1), bundle, entry(3)});
  made.bodies.push_back({.seq = {2},
                         .part = 1,
                         .title = "解读",
                         .bytes = std::make_shared<const std::string>("zwei")});
  ASSERT_TRUE(journal_->commit(std::move(made)).has_value());

  EXPECT_EQ(history().body({1}, 0), material::body_of({1}));
  EXPECT_EQ(history().body({2}, 1), "zwei");
  EXPECT_EQ(history().body({9}, 0), std::nullopt);
  const History::BodyPlace places[] = {
      {{1}, 0}, {{2}, 0}, {{2}, 1}, {{3}, 0}, {{1}, 0}, {{9}, 0}, {{3}, 0}, {{3}, 1}};
  EXPECT_EQ(history().bodies(places),
            (std::vector<std::string>{material::body_of({1}),
                                      material::body_of({2}),
                                      "zwei",
                                      material::body_of({3}),
                                      material::body_of({1}),
                                      "",
                                      material::body_of({3}),
                                      ""}));
  const auto lines = history().releases({}, 2);
  ASSERT_EQ(lines.size(), 3U);  // never ends within a bundle
  EXPECT_EQ(lines[0].title, "关于第3号的通知");
  EXPECT_EQ(lines[2].title, "解读");
  EXPECT_EQ(history().releases({2}, 10).size(), 1U);
  EXPECT_EQ(history().title({2}, 1), "解读");
}

TEST_P(JournalContract, TitlesAreFoundNewestFirstAndInPages) {
  commit({entry(1), entry(2, Lane::urgent), entry(13)});
  Seq next;

  EXPECT_EQ(history().find_title("3号", {}, 10, next).at(0).seq, Seq{13});
  EXPECT_EQ(next, Seq{});
  const auto first = history().find_title("通知", {}, 2, next);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].entry.lane, Lane::urgent);
  EXPECT_EQ(next, Seq{2});
  EXPECT_EQ(history().find_title("通知", next, 2, next).at(0).seq, Seq{1});
  EXPECT_EQ(next, Seq{});
  journal_ = nullptr;  // seq 3 to 12 are missing on purpose
}

TEST_P(JournalContract, AnOpenDeliveryIsFoundByTimeStateAndNumberUntilItEnds) {
  commit({entry(1), entry(2)});
  DeliveryChanged waiting = delivery(portal, 1, DeliveryState::waiting);
  waiting.due = {5'000};
  DeliveryChanged other = delivery(wechat, 1, DeliveryState::confirming);
  other.due = {4'000};
  commit({waiting, other, delivery(portal, 2, DeliveryState::parked)});

  EXPECT_TRUE(reader().delivery(portal, {1}) == waiting);
  const auto first_due = [this](SubscriberNo subscriber) {
    return reader().first_due(subscriber, DueKind::publication);
  };
  EXPECT_EQ(first_due(portal), Utc{5'000});
  EXPECT_EQ(first_due(wechat), Utc{4'000});
  EXPECT_EQ(first_due({3ULL << 32}), std::nullopt);
  EXPECT_TRUE(reader().due(portal, DueKind::publication, {4'999}, 10).empty());
  EXPECT_EQ(reader().due(portal, DueKind::publication, {5'000}, 10).size(), 1U);
  EXPECT_EQ(history().open_deliveries({}, {}, {}, {}, 10).size(), 3U);
  EXPECT_EQ(history().open_deliveries(ChannelNo{1}, {}, {}, {}, 10).size(), 2U);
  EXPECT_EQ(history().open_deliveries({}, {}, portal, {1}, 10).size(), 2U);
  EXPECT_EQ(history().open_deliveries(ChannelNo{1}, DeliveryState::parked, {}, {}, 10).at(0).seq,
            Seq{2});
  EXPECT_EQ(history().open_deliveries({}, DeliveryState::waiting, {}, {}, 10).size(), 1U);
  EXPECT_EQ(history().open_counts().size(), 3U);

  waiting.due = {9'000};
  DeliveryChanged leased = delivery(wechat, 1, DeliveryState::leased);
  DeliveryChanged published = delivery(wechat, 1, DeliveryState::published);
  published.receipt = {.level = ReceiptLevel::seen_public,
                       .at = {6'000},
                       .parts = {{.revision = 1, .url = "https://例/1.html"}}};
  commit({waiting, leased, published});

  EXPECT_EQ(first_due(portal), Utc{9'000});
  EXPECT_EQ(first_due(wechat), std::nullopt);
  EXPECT_TRUE(reader().due(portal, DueKind::publication, {5'000}, 10).empty());
  EXPECT_TRUE(reader().delivery(wechat, {1}) == published);
  EXPECT_EQ(history().by_url("https://例/1.html"), Seq{1});
  EXPECT_EQ(history().by_url("https://例/2.html"), std::nullopt);
  EXPECT_EQ(history().open_counts().size(), 2U);
}

TEST_P(JournalContract, PlainSuccessesAreRanges) {
  commit({RangePublished{.subscriber = portal,
                         .runs = {{{2}, 3}, {{7}, 1}},
                         .level = ReceiptLevel::shown,
                         .at = {50}}});
  const auto found = [this](uint64_t seq, Lane lane = Lane::normal) {
    return reader().plain_success(portal, lane, {seq}).has_value();
  };

  EXPECT_FALSE(found(1) || found(5) || found(6) || found(8) || found(2, Lane::urgent));
  EXPECT_TRUE(found(2) && found(4) && found(7));
  EXPECT_EQ(reader().plain_success(portal, Lane::normal, {3})->at, Utc{50});
  EXPECT_EQ(reader().plain_success(portal, Lane::normal, {3})->level, ReceiptLevel::shown);
  EXPECT_FALSE(reader().plain_success(wechat, Lane::normal, {3}).has_value());
}

TEST_P(JournalContract, ALeaseShrinksAndGoes) {
  LeaseHeld lease{.lease = {5}, .subscriber = portal, .runs = {{{1}, 9}}, .instance = "p1"};
  commit({lease, LeaseHeld{.lease = {6}, .subscriber = wechat, .runs = {{{1}, 9}}}});
  lease.runs = {{{4}, 2}};
  commit({lease, LeaseHeld{.lease = {6}, .subscriber = wechat}});
  reopen();

  ASSERT_EQ(history().leases().size(), 1U);
  EXPECT_TRUE(history().leases()[0] == lease);
  EXPECT_EQ(journal_->opened().last_lease, LeaseNo{6});
}

TEST_P(JournalContract, AttemptsAreKeptInOrder) {
  commit({AttemptEnded{.subscriber = portal, .seq = {1}, .attempt = 2},
          AttemptEnded{.subscriber = portal, .seq = {1}, .attempt = 1},
          AttemptEnded{.subscriber = portal, .seq = {2}, .attempt = 1}});

  const auto attempts = history().attempts(portal, {1});
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].attempt, 1U);
}

TEST_P(JournalContract, ABlobIsReadInRangesAndSweptWhenNobodyUsesIt) {
  const std::string bytes(limits::blob_chunk_bytes, 'a');
  const std::string tail = "Ende";
  const Digest digest = sha256_of({bytes, tail});
  ASSERT_TRUE(journal_->put_chunk(digest, 0, bytes).has_value());
  ASSERT_TRUE(journal_->put_chunk(digest, 1, tail).has_value());
  EXPECT_FALSE(history().blob_range(digest, 0, 1).has_value());
  const BlobStored stored{.digest = digest,
                          .size_bytes = bytes.size() + tail.size(),
                          .media_type = "text/plain",
                          .at = {1'000}};
  commit({stored});

  EXPECT_EQ(reader().blob(digest)->size_bytes, stored.size_bytes);
  EXPECT_EQ(history().blob_range(digest, bytes.size() - 2, 100), "aaEnde");
  EXPECT_EQ(history().blob_range(digest, stored.size_bytes, 1), "");
  EXPECT_TRUE(reader().orphans({999}, 10).empty());
  EXPECT_FALSE(reader().orphans({1'000}, 10).at(0).referenced);

  EntryAccepted user = entry(1);
  user.parts[0].private_attachments = {digest};
  commit({user});
  EXPECT_TRUE(reader().orphans({1'000}, 10).at(0).referenced);
  EXPECT_FALSE(history().deliverable(digest));

  commit({BlobSwept{.digest = digest, .stored_at = {1'000}, .kept = true}});
  EXPECT_TRUE(reader().orphans({1'000}, 10).empty());
  EXPECT_TRUE(history().blob_range(digest, 0, 1).has_value());

  EntryAccepted bundle = entry(2);
  bundle.parts[0].attachments = {digest};
  commit({bundle});
  EXPECT_TRUE(history().deliverable(digest));
}

TEST_P(JournalContract, TheProofOfAPersonIsKept) {
  const Digest digest = sha256("photo");
  ASSERT_TRUE(journal_->put_chunk(digest, 0, "photo").has_value());
  commit({BlobStored{.digest = digest, .size_bytes = 5, .media_type = "jpeg", .at = {1}}});
  commit({entry(1)});
  DeliveryChanged resolved;
  resolved.subscriber = {1ULL << 32};
  resolved.seq = {1};
  resolved.state = DeliveryState::published;
  resolved.proof = digest;
  commit({resolved});

  EXPECT_TRUE(reader().orphans({9}, 10).at(0).referenced);
  EXPECT_FALSE(history().deliverable(digest));
}

TEST_P(JournalContract, ABlobStoredAnewOutlivesItsOlderSweep) {
  const Digest digest = sha256("x");
  ASSERT_TRUE(journal_->put_chunk(digest, 0, "x").has_value());
  commit({BlobStored{.digest = digest, .size_bytes = 1, .media_type = "t", .at = {1}}});
  commit({BlobStored{.digest = digest, .size_bytes = 1, .media_type = "t", .at = {2}}});
  commit({BlobSwept{.digest = digest, .stored_at = {1}}});

  EXPECT_EQ(reader().orphans({9}, 10).size(), 1U);
  EXPECT_EQ(history().blob_range(digest, 0, 1), "x");

  commit({BlobSwept{.digest = digest, .stored_at = {2}}});
  EXPECT_FALSE(reader().blob(digest).has_value());
  EXPECT_FALSE(history().blob_range(digest, 0, 1).has_value());
}

TEST_P(JournalContract, TheChainIsTheOneOfTheDesign) {
  const Committed first = commit({EpochOpened{.epoch = 1}});
  const Committed second = commit({EpochOpened{.epoch = 2}, EpochOpened{.epoch = 3}});
  const auto leaf = [](const char* bytes) { return sha256_of({std::string_view("\0", 1), bytes}); };

  EXPECT_EQ(first.hash, sha256_of({Digest{}.view(), leaf("\x92\x02\x01").view()}));
  const Digest root = sha256_of({"\x01", leaf("\x92\x02\x02").view(), leaf("\x92\x02\x03").view()});
  EXPECT_EQ(second.hash, sha256_of({first.hash.view(), root.view()}));
  EXPECT_EQ(second.number, 2U);
}

TEST_P(JournalContract, ReplayVisitsEveryChangesetUntilTheVisitorFails) {
  commit({EpochOpened{.epoch = 1}});
  commit({entry(1)});
  commit({entry(2)});
  std::vector<uint64_t> numbers;

  const Status stopped = journal_->replay(
      [&](uint64_t number, Utc, const Digest&, const std::vector<Change>& changes) -> Status {
        numbers.push_back(number);
        if (number == 2) {
          EXPECT_TRUE(changes.at(0) == Change(entry(1)));
          return fail(ErrorCode::internal, "enough");
        }
        return {};
      });
  EXPECT_FALSE(stopped.has_value());
  EXPECT_EQ(numbers, (std::vector<uint64_t>{1, 2}));
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         JournalContract,
                         testing::ValuesIn(engines()),
                         [](const auto& made) { return made.param()->name(); });

}  // namespace
}  // namespace gulou
