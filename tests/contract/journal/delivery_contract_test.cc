// What every journal engine keeps of withdrawals, gates, channels, expiry and replays.
#include "broker/journal/standing.h"
#include "tests/contract/journal/contract.h"

namespace gulou {
namespace {

using material::delivery;
using material::digest_of;
using material::entry;
using material::revision_of;
using material::withdrawal_of;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr ChannelNo portal_channel{1};
constexpr ChannelNo wechat_channel{2};

class DeliveryContract : public JournalContract {
 protected:
  PublicationRow publication(const char* id) const {
    return reader().publication({.publisher = "oa", .id = id}).value_or(PublicationRow{});
  }
};

TEST_P(DeliveryContract, AWithdrawalIsKnownByItsPublicationsAndMarksTheirNewestEntry) {
  const EntryAccepted second = revision_of(entry(1), 3);
  commit({entry(1), entry(2), second, entry(4)});
  EntryAccepted withdrawal = withdrawal_of({second, entry(4)}, 5, WithdrawalKind::replace);
  withdrawal.withdrawal.public_note = "已由新文件代替";
  withdrawal.withdrawal.successor = "oa/r2";
  commit({withdrawal});
  reopen();

  const auto withdrawn = publication("r1").withdrawn;
  ASSERT_TRUE(withdrawn && withdrawn->hash);
  const WithdrawnRow expected{.seq = {5},
                              .kind = WithdrawalKind::replace,
                              .revision = 2,
                              .at = withdrawal.accepted_at,
                              .public_note = "已由新文件代替",
                              .successor = "oa/r2",
                              .epoch = withdrawn->epoch,
                              .hash = withdrawn->hash};
  EXPECT_EQ(withdrawn, expected);
  EXPECT_EQ(publication("r1").revisions.size(), 2U);
  EXPECT_EQ(publication("r1").newest().seq, Seq{3});
  EXPECT_TRUE(publication("r1").is_down(1) && publication("r1").is_down(2));
  EXPECT_EQ(publication("r2").withdrawn, std::nullopt);
  EXPECT_EQ(publication("r4").withdrawn->revision, 1U);
  EXPECT_EQ(publication("r4").revisions.size(), 1U);
  const auto entries = reader().entries(Lane::normal, {}, 10);
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_FALSE(entries[1].revised);
  EXPECT_TRUE(entries[2].revised);
  EXPECT_TRUE(entries[3].revised);
  EXPECT_TRUE(reader().entry(Lane::withdrawal, {5})->entry == withdrawal);
}

TEST_P(DeliveryContract, ALaterWithdrawalTakesThePlaceOfTheEarlier) {
  commit({entry(1), withdrawal_of({entry(1)}, 2, WithdrawalKind::mark_invalid)});
  const EntryAccepted second = revision_of(entry(1), 3);
  commit({second});

  EXPECT_TRUE(publication("r1").is_invalid(1));
  EXPECT_FALSE(publication("r1").is_invalid(2));
  EXPECT_FALSE(publication("r1").is_down(1));

  commit({withdrawal_of({second}, 4, WithdrawalKind::erase)});
  EXPECT_TRUE(publication("r1").is_down(2));
  EXPECT_EQ(publication("r1").withdrawn->seq, Seq{4});
}

TEST_P(DeliveryContract, AWithdrawalIsNoUseOfABlobAndNoRelease) {
  EntryAccepted user = entry(1);
  user.parts[0].attachments = {digest_of("a")};
  EntryAccepted withdrawal = withdrawal_of({user}, 2);
  withdrawal.parts[0].private_attachments = {digest_of("b")};
  commit({user, withdrawal, entry(3)});

  const KeyRange uses = keys::blob_uses(digest_of("b"));
  EXPECT_FALSE(engine_->rows().cursor(Cf::meta, uses)->seek(uses.from));
  EXPECT_FALSE(engine_->rows().get(Cf::meta, keys::blob_use(digest_of("a"), {2})).has_value());
  EXPECT_TRUE(history().deliverable(digest_of("a")));
  const auto lines = history().releases({}, 10);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].seq, Seq{3});
  EXPECT_EQ(lines[1].seq, Seq{1});
}

TEST_P(DeliveryContract, OnlyWhatIsTakenBackForGoodFreesItsDocumentAndContent) {
  const std::pair<WithdrawalKind, bool> frees[] = {{WithdrawalKind::mark_invalid, false},
                                                   {WithdrawalKind::replace, true},
                                                   {WithdrawalKind::remove, true},
                                                   {WithdrawalKind::erase, true},
                                                   {WithdrawalKind::expire, false}};
  uint64_t seq = 0;
  for (const auto& [kind, freed] : frees) {
    EntryAccepted document = entry(++seq);
    document.parts[0].document_key = digest_of("doc " + std::to_string(seq));
    const PublicationKey key{.publisher = "oa", .id = document.parts[0].id};
    const Digest content = document.parts[0].content_digest;
    commit({document});
    EXPECT_THAT(reader().by_document(document.parts[0].document_key), ElementsAre(key));
    commit({withdrawal_of({document}, ++seq, kind)});

    std::vector<PublicationKey> found;
    if (!freed) {
      found = {key};
    }
    EXPECT_EQ(reader().by_document(document.parts[0].document_key), found) << name_of(kind);
    EXPECT_EQ(reader().by_content(content), found) << name_of(kind);
    EXPECT_EQ(reader().by_index_no(document.parts[0].index_no), key) << name_of(kind);
    EXPECT_EQ(history().by_document(document.parts[0].document_key), key) << name_of(kind);
  }
  EntryAccepted again = entry(++seq);
  again.parts[0].document_key = digest_of("doc 5");
  commit({again});
  EXPECT_EQ(reader().by_document(digest_of("doc 5")).at(0).id, again.parts[0].id);
}

TEST_P(DeliveryContract, WhoeverStoodBesideADocumentIsFoundWhenTheNewestIsGone) {
  const auto key_of = [](const EntryAccepted& entry) {
    return PublicationKey{.publisher = "oa", .id = entry.parts[0].id};
  };
  const Digest document = digest_of("鼓政发〔2026〕1号");
  const Digest content = digest_of("the same text");
  EntryAccepted first = entry(1);
  first.parts[0].document_key = document;
  EntryAccepted second = entry(2);
  second.parts[0].document_key = document;
  second.parts[0].content_digest = content;
  second.parts[0].same_document = {key_of(first)};
  EntryAccepted third = entry(3);
  third.parts[0].content_digest = content;
  third.parts[0].same_content = {key_of(second)};
  commit({first, second, third});

  EXPECT_THAT(reader().by_document(document), ElementsAre(key_of(second), key_of(first)));
  EXPECT_THAT(reader().by_content(content), ElementsAre(key_of(third), key_of(second)));
  commit({withdrawal_of({third}, 4, WithdrawalKind::remove)});
  EXPECT_THAT(reader().by_content(content), ElementsAre(key_of(second)));
  commit({withdrawal_of({second}, 5, WithdrawalKind::remove)});
  EXPECT_THAT(reader().by_document(document), ElementsAre(key_of(first)));
  EXPECT_THAT(reader().by_content(content), IsEmpty());
}

TEST_P(DeliveryContract, WithdrawalsAreListedNewestFirst) {
  commit({entry(1),
          withdrawal_of({entry(1)}, 2, WithdrawalKind::mark_invalid),
          entry(3),
          withdrawal_of({entry(1)}, 4),
          withdrawal_of({entry(3)}, 5)});

  const auto newest = history().withdrawals({}, 2);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].seq, Seq{5});
  EXPECT_EQ(newest[1].seq, Seq{4});
  const auto older = history().withdrawals({4}, 2);
  ASSERT_EQ(older.size(), 1U);
  EXPECT_EQ(older[0].withdrawal.kind, WithdrawalKind::mark_invalid);
  EXPECT_TRUE(history().withdrawals({2}, 2).empty());
}

TEST_P(DeliveryContract, BothCursorsOfAGatedChannelAreKept) {
  const CursorMoved log{.subscriber = wechat, .to = {9}};
  const CursorMoved receipts{.subscriber = wechat, .to = {4}, .kind = CursorKind::receipts};
  commit({CursorMoved{.subscriber = wechat, .to = {2}}, receipts, log});
  reopen();

  ASSERT_EQ(journal_->opened().cursors.size(), 2U);
  EXPECT_TRUE(journal_->opened().cursors[0] == log);
  EXPECT_TRUE(journal_->opened().cursors[1] == receipts);
}

TEST_P(DeliveryContract, ARowAheadOfTheCursorMarksItsEntry) {
  commit({entry(1), entry(2)});
  DeliveryChanged ahead = delivery(wechat, 2, DeliveryState::published);
  ahead.ahead = true;
  commit({delivery(wechat, 1, DeliveryState::published), ahead});
  ahead.ahead = false;
  commit({ahead});

  EXPECT_FALSE(reader().entry(Lane::normal, {1})->revised);
  EXPECT_TRUE(reader().entry(Lane::normal, {2})->revised);
  EXPECT_EQ(publication("r2").withdrawn, std::nullopt);
}

TEST_P(DeliveryContract, WhatWasShownIsReadByNumberFromAnywhere) {
  const auto numbers = [this](Lane lane, uint64_t after, size_t limit) {
    std::vector<std::pair<uint64_t, uint64_t>> found;
    for (const SeenRow& row : reader().seen(portal_channel, lane, after, limit)) {
      found.emplace_back(row.number, row.seq.value);
    }
    return found;
  };
  using Found = std::vector<std::pair<uint64_t, uint64_t>>;
  EXPECT_TRUE(numbers(Lane::normal, 0, 10).empty());

  commit(
      {PublicSeen{.channel = portal_channel, .first_number = 1, .runs = {{{5}, 2}, {{9}, 1}}},
       PublicSeen{
           .channel = portal_channel, .lane = Lane::urgent, .first_number = 1, .runs = {{{7}, 1}}},
       PublicSeen{.channel = wechat_channel, .first_number = 1, .runs = {{{5}, 1}}}});
  commit({PublicSeen{.channel = portal_channel, .first_number = 4, .runs = {{{2}, 3}}}});
  reopen();

  EXPECT_EQ(numbers(Lane::normal, 0, 10), (Found{{1, 5}, {2, 6}, {3, 9}, {4, 2}, {5, 3}, {6, 4}}));
  EXPECT_EQ(numbers(Lane::normal, 1, 3), (Found{{2, 6}, {3, 9}, {4, 2}}));
  EXPECT_EQ(numbers(Lane::normal, 4, 10), (Found{{5, 3}, {6, 4}}));
  EXPECT_TRUE(numbers(Lane::normal, 6, 10).empty());
  EXPECT_TRUE(numbers(Lane::normal, 99, 10).empty());
  EXPECT_EQ(numbers(Lane::urgent, 0, 10), (Found{{1, 7}}));
  EXPECT_TRUE(numbers(Lane::bulk, 0, 10).empty());
  EXPECT_EQ(
      journal_->opened().seen,
      (std::vector<SeenHead>{{.channel = portal_channel, .lane = Lane::urgent, .number = 1},
                             {.channel = portal_channel, .lane = Lane::normal, .number = 6},
                             {.channel = wechat_channel, .lane = Lane::normal, .number = 1}}));
  const auto behind = [this](uint64_t after, uint64_t seq) {
    return history().seen_behind(portal_channel, Lane::normal, after, {seq});
  };
  EXPECT_TRUE(behind(0, 5) && behind(0, 9) && behind(1, 6) && behind(5, 4));
  EXPECT_FALSE(behind(1, 5) || behind(2, 6) || behind(0, 7) || behind(6, 4) || behind(0, 1));
}

TEST_P(DeliveryContract, WhatAChannelIsInIsThereAfterReopening) {
  ChannelCondition condition{.channel = wechat_channel,
                             .state = ChannelState::throttled,
                             .at = {5},
                             .until = {9},
                             .reason = "quota"};
  RateUsed used{.channel = wechat_channel, .day = {1}, .in_day = 7};
  const ChannelCondition paused{
      .channel = portal_channel, .paused = true, .paused_at = {3}, .paused_by = "wang"};
  commit({condition, used, paused});
  condition.state = ChannelState::open;
  used.in_day = 8;
  commit({condition, used});
  reopen();

  EXPECT_EQ(journal_->opened().conditions, (std::vector<ChannelCondition>{paused, condition}));
  EXPECT_EQ(journal_->opened().rates, (std::vector<RateUsed>{used}));
  EXPECT_EQ(history().conditions(), journal_->opened().conditions);
  EXPECT_EQ(history().rates(), journal_->opened().rates);
}

TEST_P(DeliveryContract, AnEntryThatExpiresIsDueUntilItWasDealtWith) {
  EntryAccepted first = entry(1, Lane::urgent);
  first.expires = {900};
  EntryAccepted second = entry(2);
  second.expires = {200};
  EntryAccepted withdrawal = withdrawal_of({entry(3)}, 4);
  withdrawal.expires = {100};
  EXPECT_EQ(reader().first_expiry(), std::nullopt);
  commit({first, second, entry(3), withdrawal});
  reopen();

  const Expiry early{.expires = {200}, .seq = {2}, .lane = Lane::normal};
  const Expiry late{.expires = {900}, .seq = {1}, .lane = Lane::urgent};
  EXPECT_EQ(reader().first_expiry(), Utc{200});
  EXPECT_TRUE(reader().expiring({199}, 10).empty());
  EXPECT_EQ(reader().expiring({200}, 10), (std::vector<Expiry>{early}));
  EXPECT_EQ(reader().expiring({900}, 10), (std::vector<Expiry>{early, late}));
  EXPECT_EQ(reader().expiring({900}, 1), (std::vector<Expiry>{early}));

  commit({ExpiryReached{.seq = {2}, .expires = {200}}});
  EXPECT_EQ(reader().expiring({900}, 10), (std::vector<Expiry>{late}));
  EXPECT_EQ(reader().first_expiry(), Utc{900});
}

TEST_P(DeliveryContract, ReplayJobsAreKnownWhileTheyRunAndWhenTheyHaveEnded) {
  ReplayJob first{.job = {1}, .selection = {.channel = wechat_channel}, .by = "wang", .at = {1}};
  const ReplayJob second{.job = {2}, .by = "li", .at = {2}};
  ReplayJob third{.job = {3}, .by = "li", .at = {3}};
  commit({first, second, third});
  first.sent = 40;
  commit({first});
  first.state = ReplayState::done;
  third.state = ReplayState::cancelled;
  commit({first, third});
  reopen();

  EXPECT_EQ(journal_->opened().jobs, (std::vector<ReplayJob>{second}));
  EXPECT_EQ(journal_->opened().last_job, JobNo{3});
  EXPECT_EQ(history().jobs(10), (std::vector<ReplayJob>{third, second, first}));
  EXPECT_EQ(history().jobs(1), (std::vector<ReplayJob>{third}));
  EXPECT_EQ(history().job({1}), first);
  EXPECT_EQ(history().job({2}), second);
  EXPECT_EQ(history().job({4}), std::nullopt);
}

TEST_P(DeliveryContract, ConfirmationsAreKnownWhileTheyAreOpenAndWhenTheyAreClosed) {
  Confirmation first{.no = {1}, .act = TwoPersonAct::erase, .asked_by = "li", .seq = {4}};
  const Confirmation second{.no = {2}, .act = TwoPersonAct::personal_data, .asked_by = "oa"};
  commit({first, second});
  first.state = ConfirmationState::done;
  first.open = false;
  first.decided_by = "wang";
  commit({first});
  reopen();

  EXPECT_EQ(journal_->opened().confirmations, (std::vector<Confirmation>{second}));
  EXPECT_EQ(journal_->opened().last_confirmation, ConfirmationNo{2});
  EXPECT_EQ(history().confirmations(10), (std::vector<Confirmation>{second, first}));
  EXPECT_EQ(history().confirmations(1), (std::vector<Confirmation>{second}));
  EXPECT_EQ(history().confirmation({1}), first);
  EXPECT_EQ(reader().confirmation({2}), second);
  EXPECT_EQ(reader().confirmation({3}), std::nullopt);
}

TEST_P(DeliveryContract, AnErasedPartHasNoBytesAndIsStillProven) {
  const Digest own = material::digest_of("own--");
  const Digest shared = material::digest_of("share");
  ASSERT_TRUE(journal_->put_chunk(own, 0, "own--").has_value());
  ASSERT_TRUE(journal_->put_chunk(shared, 0, "share").has_value());
  EntryAccepted first = entry(1);
  first.parts[0].attachments = {own, shared};
  EntryAccepted second = entry(2);
  second.parts[0].attachments = {shared};
  commit({BlobStored{.digest = own, .size_bytes = 5, .media_type = "pdf", .at = {1}},
          BlobStored{.digest = shared, .size_bytes = 5, .media_type = "pdf", .at = {1}},
          first,
          second});
  EXPECT_EQ(reader().blob_uses(shared, {}, 10), (std::vector<Seq>{{1}, {2}}));
  EXPECT_EQ(reader().blob_uses(shared, {1}, 10), (std::vector<Seq>{{2}}));
  EXPECT_EQ(reader().blob_uses(shared, {}, 1), (std::vector<Seq>{{1}}));

  const PartErased erased{.seq = {1},
                          .digest = first.parts[0].digest,
                          .withdrawal = {3},
                          .confirmation = {1},
                          .asked_by = "li",
                          .confirmed_by = "wang",
                          .blobs = {own},
                          .kept = {shared}};
  commit({withdrawal_of({first}, 3, WithdrawalKind::erase), erased});
  const Status destroyed =
      journal_->destroy({.confirmation = {1}, .parts = {{{1}, 0}}, .blobs = {own}});
  EXPECT_TRUE(destroyed || destroyed.error().code == ErrorCode::timed_out);
  reopen();

  EXPECT_EQ(reader().erased({1}, 0), erased);
  EXPECT_EQ(history().erased({2}, 0), std::nullopt);
  EXPECT_FALSE(history().body({1}, 0).has_value());
  EXPECT_FALSE(history().title({1}, 0).has_value());
  EXPECT_FALSE(history().blob(own).has_value());
  EXPECT_FALSE(history().blob_chunk(own, 0).has_value());
  EXPECT_TRUE(reader().blob_uses(own, {}, 10).empty());
  EXPECT_TRUE(reader().orphans({10}, 10).size() == 1U);
  EXPECT_TRUE(history().body({2}, 0).has_value());
  EXPECT_EQ(history().blob_chunk(shared, 0), "share");
}

TEST_P(DeliveryContract, ASuspectedLossIsKnownAfterAReopen) {
  LossSuspected loss{.epoch = 2, .seq = {40}, .at = {1}, .by = "oa"};
  commit({loss});
  reopen();
  EXPECT_EQ(journal_->opened().loss, loss);

  loss.settled_at = {2};
  loss.settled_by = "li";
  commit({loss});
  reopen();
  EXPECT_EQ(journal_->opened().loss, loss);
}

TEST_P(DeliveryContract, ANoticeIsKeptUntilItsCauseIsGone) {
  NoticeSent failing{.cause = "channel_failing/wechat", .since = {1}, .at = {2}, .times = 1};
  const NoticeSent overdue{.cause = "takedown_overdue/5", .at = {3}, .to = "duty"};
  commit({failing, overdue});
  failing.times = 2;
  commit({failing});
  reopen();
  EXPECT_EQ(history().notices(), (std::vector<NoticeSent>{failing, overdue}));

  failing.state = NoticeState::recovered;
  commit({failing});
  EXPECT_EQ(history().notices(), (std::vector<NoticeSent>{overdue}));
}

TEST_P(DeliveryContract, OpenRowsOfASubscriberComeInOrder) {
  commit({delivery(wechat, 3, DeliveryState::parked),
          delivery(wechat, 1, DeliveryState::waiting),
          delivery(wechat, 2, DeliveryState::published),
          delivery(portal, 1, DeliveryState::leased)});
  const auto seqs = [this](SubscriberNo subscriber, uint64_t after, size_t limit) {
    std::vector<uint64_t> found;
    for (const DeliveryChanged& row : reader().open_rows(subscriber, {after}, limit)) {
      found.push_back(row.seq.value);
    }
    return found;
  };

  EXPECT_EQ(seqs(wechat, 0, 10), (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(seqs(wechat, 1, 10), (std::vector<uint64_t>{3}));
  EXPECT_EQ(seqs(wechat, 0, 1), (std::vector<uint64_t>{1}));
  EXPECT_EQ(seqs(portal, 0, 10), (std::vector<uint64_t>{1}));
  EXPECT_TRUE(seqs(wechat, 3, 10).empty());
}

TEST_P(DeliveryContract, WithdrawalsAreDueApartFromTheRest) {
  DeliveryChanged publication = delivery(wechat, 1, DeliveryState::waiting);
  publication.due = {100};
  DeliveryChanged withdrawal = delivery(wechat, 2, DeliveryState::waiting);
  withdrawal.lane = Lane::withdrawal;
  withdrawal.due = {200};
  commit({publication, withdrawal});

  EXPECT_EQ(reader().first_due(wechat, DueKind::publication), Utc{100});
  EXPECT_EQ(reader().first_due(wechat, DueKind::withdrawal), Utc{200});
  const auto due = reader().due(wechat, DueKind::withdrawal, {200}, 10);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].seq, Seq{2});
  EXPECT_EQ(reader().due(wechat, DueKind::publication, {999}, 10).at(0).seq, Seq{1});

  withdrawal.due = {300};
  commit({withdrawal});
  EXPECT_EQ(reader().first_due(wechat, DueKind::withdrawal), Utc{300});
  commit({delivery(wechat, 1, DeliveryState::cancelled)});
  withdrawal.state = DeliveryState::published;
  commit({withdrawal});
  EXPECT_EQ(reader().first_due(wechat, DueKind::withdrawal), std::nullopt);
  EXPECT_EQ(reader().first_due(wechat, DueKind::publication), std::nullopt);
}

TEST_P(DeliveryContract, WhatIsSentAgainIsOpenOnceMore) {
  DeliveryChanged row = delivery(wechat, 1, DeliveryState::published);
  row.receipt.parts = {{.revision = 1, .url = "https://例/1.html"}};
  commit({entry(1), row});
  DeliveryChanged again = row;
  again.state = DeliveryState::waiting;
  again.due = {500};
  again.job = {1};
  commit({again});

  EXPECT_TRUE(reader().delivery(wechat, {1}) == again);
  EXPECT_EQ(reader().first_due(wechat, DueKind::publication), Utc{500});
  EXPECT_EQ(history().by_url("https://例/1.html"), Seq{1});

  commit({row});
  EXPECT_TRUE(reader().delivery(wechat, {1}) == row);
  EXPECT_TRUE(reader().open_rows(wechat, {}, 10).empty());
  EXPECT_EQ(reader().first_due(wechat, DueKind::publication), std::nullopt);
}

TEST_P(DeliveryContract, WhatItsGateHasShownStaysPendingUntilItIsTaken) {
  commit({ChannelDefined{.channel = portal_channel, .id = "portal"},
          ChannelDefined{.channel = wechat_channel, .id = "wechat"},
          entry(1),
          entry(2),
          entry(3),
          PublicSeen{.channel = portal_channel, .first_number = 1, .runs = {{{1}, 2}}},
          CursorMoved{.subscriber = wechat, .to = {2}},
          CursorMoved{.subscriber = wechat, .to = {1}, .kind = CursorKind::receipts}});
  const auto at_wechat = [this](uint64_t seq, ChannelNo gate) {
    return standing(history(), wechat_channel, entry(seq), gate).state;
  };

  EXPECT_EQ(at_wechat(1, portal_channel), std::nullopt);  // taken, and not for this channel
  EXPECT_EQ(at_wechat(2, portal_channel), DeliveryState::pending);
  EXPECT_EQ(at_wechat(3, portal_channel), DeliveryState::pending);
  EXPECT_EQ(at_wechat(2, {}), std::nullopt);
  const auto all = standings(history(), entry(2), [](ChannelNo channel) {
    return channel == wechat_channel ? portal_channel : ChannelNo{};
  });
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].state, DeliveryState::pending);
}

TEST_P(DeliveryContract, AWithdrawalThatFoundNothingWasNotForThisChannel) {
  const EntryAccepted withdrawal = withdrawal_of({entry(1)}, 2);
  commit({ChannelDefined{.channel = wechat_channel, .id = "wechat"}, entry(1), withdrawal});
  EXPECT_EQ(standing(history(), wechat_channel, withdrawal).state, DeliveryState::pending);

  commit({CursorMoved{.subscriber = wechat, .lane = Lane::withdrawal, .to = {2}}});
  EXPECT_EQ(standing(history(), wechat_channel, withdrawal).state, std::nullopt);

  DeliveryChanged done = delivery(wechat, 2, DeliveryState::published);
  done.lane = Lane::withdrawal;
  commit({done});
  EXPECT_EQ(standing(history(), wechat_channel, withdrawal).state, DeliveryState::published);
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         DeliveryContract,
                         testing::ValuesIn(engines()),
                         [](const auto& made) { return made.param()->name(); });

}  // namespace
}  // namespace gulou
