// Any sequence of changes leaves the same rows in every engine, live, after reopening and rebuilt.
#include "broker/journal/replay.h"
#include "tests/contract/journal/engines.h"
#include "tests/support/journal_material.h"

#include <random>

#include <gtest/gtest.h>

namespace gulou {
namespace {

// Changes as a core might make them, and some it would not.
class RandomChanges {
 public:
  explicit RandomChanges(uint32_t seed) : random_(seed) {}

  Changeset next() {
    std::vector<Change> changes;
    for (uint64_t left = 1 + pick(6); left > 0; --left) {
      changes.push_back(change());
    }
    return material::changeset(std::move(changes));
  }

 private:
  uint64_t pick(uint64_t below) { return random_() % below; }

  ChannelNo channel() { return {static_cast<uint32_t>(1 + pick(3))}; }

  SubscriberNo subscriber() { return shared_subscriber(channel()); }

  Lane lane() { return all_lanes[pick(std::size(all_lanes))]; }

  SeqRuns runs() {
    const uint64_t first = 1 + pick(head_ + 1);
    return {{{first}, 1 + pick(5)}, {{first + 10}, 1}};
  }

  Change accepted() {
    EntryAccepted entry = material::entry(++head_, lane());
    if (!entries_.empty() && pick(3) == 0) {
      entry = material::revision_of(entries_[pick(entries_.size())], head_);
    }
    entry.parts[0].attachments = {material::digest_of(std::to_string(pick(4)))};
    entry.expires = {static_cast<int64_t>(pick(4))};
    entries_.push_back(entry);
    return entry;
  }

  Change withdrawn() {
    if (entries_.empty()) {
      return accepted();
    }
    return material::withdrawal_of({entries_[pick(entries_.size())], entries_.back()},
                                   ++head_,
                                   static_cast<WithdrawalKind>(1 + pick(5)));
  }

  Change delivery() {
    DeliveryChanged row =
        material::delivery(subscriber(), 1 + pick(5), static_cast<DeliveryState>(1 + pick(10)));
    row.due = {static_cast<int64_t>(pick(4)) * 1'000};
    row.lane = all_lanes[row.seq.value % std::size(all_lanes)];
    row.ahead = pick(4) == 0;
    row.receipt.parts = {{.url = "http://portal/" + std::to_string(pick(5))}};
    return row;
  }

  Change change() {
    const Digest blob = material::digest_of(std::to_string(pick(4)));
    const Utc time{static_cast<int64_t>(pick(3))};
    switch (pick(18)) {
      case 0:
        return EpochOpened{.epoch = ++epoch_, .at = time};
      case 1:
        return ChannelDefined{.channel = channel(), .id = "c"};
      case 2:
        return BlobStored{.digest = blob, .size_bytes = 9, .at = time};
      case 3:
        return BlobSwept{.digest = blob, .stored_at = time, .kept = pick(2) == 0};
      case 4:
        return LeaseHeld{.lease = {1 + pick(9)},
                         .subscriber = subscriber(),
                         .runs = pick(2) == 0 ? runs() : SeqRuns{}};
      case 5:
        return CursorMoved{.subscriber = subscriber(),
                           .lane = lane(),
                           .to = {pick(9)},
                           .kind = static_cast<CursorKind>(pick(2))};
      case 6:
        return FirstShown{.runs = runs(), .at = {static_cast<int64_t>(pick(1'000))}};
      case 7:
        return RangePublished{.subscriber = subscriber(), .lane = lane(), .runs = runs()};
      case 8:
        return delivery();
      case 9:
        return withdrawn();
      case 10:
        return PublicSeen{
            .channel = channel(), .lane = lane(), .first_number = 1 + pick(20), .runs = runs()};
      case 11:
        return ChannelCondition{
            .channel = channel(), .state = static_cast<ChannelState>(1 + pick(7)), .at = time};
      case 12:
        return RateUsed{.channel = channel(), .day = time, .in_day = 3};
      case 13:
        return ExpiryReached{.seq = {1 + pick(head_ + 1)}, .expires = {1 + time.ms}};
      case 14:
        return ReplayJob{
            .job = {1 + pick(4)}, .state = static_cast<ReplayState>(1 + pick(3)), .at = time};
      case 15:
        return NoticeSent{.cause = "channel_failing/" + std::to_string(pick(3)),
                          .state = static_cast<NoticeState>(1 + pick(2)),
                          .at = time};
      case 16:
        return LossSuspected{.epoch = 1 + pick(3), .seq = {pick(50)}, .at = time};
      case 17:
        return Confirmation{.no = {1 + pick(5)}, .open = pick(2) == 0, .at = time};
      case 18:
        return PartErased{.seq = {1 + pick(head_ + 1)}, .at = time, .blobs = {blob}};
      default:
        return accepted();
    }
  }

  std::mt19937 random_;
  uint64_t head_ = 0;
  uint64_t epoch_ = 0;
  std::vector<EntryAccepted> entries_;
};

class EnginesAgree : public testing::TestWithParam<uint32_t> {};

TEST_P(EnginesAgree, OnEveryRow) {
  RandomChanges changes(GetParam());
  MemoryEngine memory;
  RocksdbEngine rocksdb;
  Engine* const both[] = {&memory, &rocksdb};
  for (int life = 0; life < 3; ++life) {
    Journal* journals[] = {*memory.open(), *rocksdb.open()};
    for (int i = 0; i < 60; ++i) {
      const Changeset changeset = changes.next();
      EXPECT_EQ(journals[0]->commit(changeset)->hash, journals[1]->commit(changeset)->hash);
    }
    for (size_t i = 0; i < 2; ++i) {
      const Status same = compare_rebuilt(*journals[i], both[1 - i]->rows());
      EXPECT_TRUE(same.has_value()) << both[i]->name() << ": " << describe(same.error());
    }
    memory.close();
    rocksdb.close();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EnginesAgree, testing::Range(1U, 6U));

}  // namespace
}  // namespace gulou
