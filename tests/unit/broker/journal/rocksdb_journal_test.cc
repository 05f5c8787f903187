// What a damaged, foreign or busy home does: it is refused by name, or nothing is lost.
#include "broker/journal/rocksdb_journal.h"

#include "broker/journal/replay.h"
#include "tests/support/journal_material.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace gulou {
namespace {

namespace fs = std::filesystem;

using material::changeset;
using material::entry;

class RocksdbJournalTest : public testing::Test {
 protected:
  static Result<std::unique_ptr<RocksdbJournal>> open(const std::string& path) {
    return RocksdbJournal::open(path, {});
  }

  // A home with `count` changesets of one entry each, left open: a copy of it is a crash.
  std::unique_ptr<RocksdbJournal> fill(uint64_t count) {
    auto journal = open(home_ / "live");
    EXPECT_TRUE(journal.has_value()) << (journal ? "" : describe(journal.error()));
    for (uint64_t seq = 1; seq <= count; ++seq) {
      EXPECT_TRUE((*journal)->commit(changeset({entry(seq)})).has_value());
    }
    return *std::move(journal);
  }

  // The home as a crash right now would leave it, with the floor `lag` commits old.
  std::string crashed(const std::string& name) {
    const std::string copy = home_ / name;
    fs::remove_all(copy);
    fs::copy(home_ / "live", copy, fs::copy_options::recursive);
    fs::copy_file(home_ / "live.floor", copy + ".floor", fs::copy_options::overwrite_existing);
    return copy;
  }

  static std::string newest_log(const std::string& home) {
    std::string newest;
    for (const auto& file : fs::directory_iterator(home)) {
      if (file.path().extension() == ".log" && fs::file_size(file) > 0) {
        newest = std::max(newest, file.path().string());
      }
    }
    EXPECT_FALSE(newest.empty());
    return newest;
  }

  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  static std::string reason_of(const Result<std::unique_ptr<RocksdbJournal>>& opened) {
    return opened ? "" : opened.error().reason;
  }

  TempDir home_;
};

TEST_F(RocksdbJournalTest, ACrashLosesNothingThatWasCommitted) {
  const auto live = fill(20);

  const auto opened = open(crashed("copy"));

  ASSERT_TRUE(opened.has_value()) << describe(opened.error());
  EXPECT_EQ((*opened)->opened().head, Seq{20});
  EXPECT_EQ((*opened)->opened().changeset, 20U);
  EXPECT_TRUE(verify(**opened).has_value());
  EXPECT_TRUE(compare_rebuilt(**opened, (*opened)->rows()).has_value());
}

TEST_F(RocksdbJournalTest, ATornLastCommitThatNobodyWasToldOfIsDropped) {
  auto live = fill(20);
  const std::string before = crashed("before");
  ASSERT_TRUE(live->commit(changeset({entry(21)})).has_value());
  const std::string torn = crashed("torn");
  fs::copy_file(before + ".floor", torn + ".floor", fs::copy_options::overwrite_existing);
  const std::string log = newest_log(torn);
  fs::resize_file(log, fs::file_size(log) - 7);

  auto opened = open(torn);

  ASSERT_TRUE(opened.has_value()) << describe(opened.error());
  EXPECT_EQ((*opened)->opened().head, Seq{20});
  ASSERT_TRUE((*opened)->commit(changeset({entry(21)})).has_value());
  EXPECT_TRUE(verify(**opened).has_value());
}

TEST_F(RocksdbJournalTest, ALogCutBelowTheFloorIsRefusedNamingBoth) {
  auto live = fill(20);
  live.reset();  // writes the floor of the last commit
  const std::string cut = crashed("cut");
  const std::string log = newest_log(cut);
  fs::resize_file(log, fs::file_size(log) / 2);

  const auto opened = open(cut);

  ASSERT_EQ(reason_of(opened), "data_loss");
  EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
  EXPECT_EQ(opened.error().args.at(0), "20");
  EXPECT_LT(std::stoi(opened.error().args.at(2)), 20);
}

TEST_F(RocksdbJournalTest, AFloorOfAnotherHistoryIsRefused) {
  auto live = fill(3);
  live.reset();
  const std::string copy = crashed("copy");
  {
    auto floor = Floor::open(copy + ".floor");
    ASSERT_TRUE(floor.has_value());
    (*floor)->note({.epoch = 1, .changeset = 3, .head = {3}, .hash = material::digest_of("x")});
  }

  EXPECT_EQ(reason_of(open(copy)), "data_loss");
}

// A flip is refused, or lies where nothing is lost; never does an entry go silently.
TEST_F(RocksdbJournalTest, AFlippedBitInTheLogNeverLosesAnEntrySilently) {
  auto live = fill(20);
  live.reset();
  const std::string copy = crashed("copy");
  const std::string log = newest_log(copy);
  const std::string whole = read(log);
  const std::string floor = read(copy + ".floor");
  int refused = 0;

  for (size_t trial = 0; trial < 40; ++trial) {
    fs::remove_all(copy);
    fs::copy(home_ / "live", copy, fs::copy_options::recursive);
    write(copy + ".floor", floor);
    std::string damaged = whole;
    const size_t at = trial * 7919 % (whole.size() * 8);
    damaged[at / 8] = static_cast<char>(damaged[at / 8] ^ (1 << (at % 8)));
    write(log, damaged);
    const auto opened = open(copy);
    if (!opened) {
      ++refused;
      continue;
    }
    EXPECT_EQ((*opened)->opened().head, Seq{20}) << "bit " << at;
    EXPECT_TRUE(verify(**opened).has_value()) << "bit " << at;
  }
  EXPECT_GT(refused, 30);
}

TEST_F(RocksdbJournalTest, AHomeInUseIsRefused) {
  const auto live = fill(1);

  EXPECT_EQ(reason_of(open(home_ / "live")), "home_in_use");
}

TEST_F(RocksdbJournalTest, AHomeOfANewerProgramIsRefused) {
  fill(1).reset();
  {
    auto store = RocksdbStore::open(home_ / "live", {});
    ASSERT_TRUE(store.has_value());
    const auto batch = (*store)->batch();
    batch->put(Cf::meta, keys::format(), encode(NumberRow{2}));
    ASSERT_TRUE((*store)->write(*batch, true).has_value());
  }

  EXPECT_EQ(reason_of(open(home_ / "live")), "home_newer");
}

TEST_F(RocksdbJournalTest, AGapInTheReleaseLogIsNamed) {
  fill(9).reset();
  {
    auto store = RocksdbStore::open(home_ / "live", {});
    ASSERT_TRUE(store.has_value());
    const auto batch = (*store)->batch();
    for (uint64_t seq = 4; seq <= 6; ++seq) {
      batch->erase(Cf::entry, keys::entry(Lane::normal, {seq}));
    }
    ASSERT_TRUE((*store)->write(*batch, true).has_value());
  }

  const auto opened = open(home_ / "live");

  ASSERT_EQ(reason_of(opened), "entries_missing");
  EXPECT_EQ(opened.error().args, (std::vector<std::string>{"4", "6", "9"}));
}

TEST_F(RocksdbJournalTest, VerifyNamesTheBodyThatChanged) {
  fill(5).reset();
  {
    auto store = RocksdbStore::open(home_ / "live", {});
    ASSERT_TRUE(store.has_value());
    const auto batch = (*store)->batch();
    batch->put(Cf::body, keys::body({3}, 0), "{}");
    ASSERT_TRUE((*store)->write(*batch, true).has_value());
  }
  const auto opened = open(home_ / "live");
  ASSERT_TRUE(opened.has_value());

  const Status verified = verify(**opened);

  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().reason, "body_changed");
  EXPECT_EQ(verified.error().args.at(0), "3");
}

TEST_F(RocksdbJournalTest, VerifyNamesTheChangesetThatChanged) {
  fill(5).reset();
  {
    auto store = RocksdbStore::open(home_ / "live", {});
    ASSERT_TRUE(store.has_value());
    auto row = decode<ChangesetRow>(*(*store)->get(Cf::journal, keys::changeset(2)));
    ASSERT_TRUE(row.has_value());
    row->changes[0] = encode_change(entry(77));
    const auto batch = (*store)->batch();
    batch->put(Cf::journal, keys::changeset(2), encode(*row));
    ASSERT_TRUE((*store)->write(*batch, true).has_value());
  }
  const auto opened = open(home_ / "live");
  ASSERT_TRUE(opened.has_value());

  const Status verified = verify(**opened);

  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().reason, "chain_broken");
  EXPECT_EQ(verified.error().args.at(0), "2");
}

TEST_F(RocksdbJournalTest, AFaultStopsAllLaterCommitsAndIsToldOnce) {
  int told = 0;
  auto opened =
      RocksdbJournal::open(home_ / "live", {.store = {.on_fault = [&](const Error&) { ++told; }}});
  ASSERT_TRUE(opened.has_value());
  RocksdbJournal& journal = **opened;
  ASSERT_TRUE(journal.commit(changeset({entry(1)})).has_value());

  journal.rows().fault({ErrorCode::corrupt, "row_unreadable", {}, {"entry", "00"}});
  journal.rows().fault({ErrorCode::corrupt, "row_unreadable", {}, {"entry", "01"}});

  const auto committed = journal.commit(changeset({entry(2)}));
  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().args.at(1), "00");
  EXPECT_EQ(told, 1);
}

TEST_F(RocksdbJournalTest, PeopleReadWhileTheCommitThreadWrites) {
  const auto journal = fill(1);
  std::atomic<bool> done = false;
  std::thread reading([&] {
    while (!done) {
      const auto lines = journal->history().releases({}, 5);
      for (size_t i = 1; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i - 1].seq.value, lines[i].seq.value + 1);
      }
      EXPECT_FALSE(lines.at(0).title.empty());
    }
  });
  for (uint64_t seq = 2; seq <= 100; ++seq) {
    ASSERT_TRUE(journal->commit(changeset({entry(seq)})).has_value());
  }
  done = true;
  reading.join();
}

}  // namespace
}  // namespace gulou
