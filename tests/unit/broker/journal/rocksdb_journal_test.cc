// What a damaged, foreign or busy home does: it is refused by name, or nothing is lost.
#include "broker/journal/rocksdb_journal.h"

#include "broker/journal/replay.h"
#include "common/base/limits.h"
#include "tests/support/journal_material.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
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

bool holds(const fs::path& folder, const std::string& text) {
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    std::ifstream bytes(file.path(), std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(bytes), {}};
    if (all.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

// Asks until it is done; files go a moment after nothing needs them.
bool destroy(Journal& journal, const SendDestroy& what) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  Status status = journal.destroy(what);
  while (!status && status.error().code == ErrorCode::timed_out &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
    status = journal.destroy(what);
  }
  EXPECT_TRUE(status.has_value()) << (status ? "" : describe(status.error()));
  return status.has_value();
}

// Bytes that no compression hides.
std::string noise(uint32_t seed, size_t bytes) {
  std::mt19937 random(seed);
  std::string all(bytes, '\0');
  for (char& one : all) {
    one = static_cast<char>(random());
  }
  return all;
}

void put_blob(Journal& journal, const std::string& bytes) {
  constexpr size_t chunk = limits::blob_chunk_bytes;
  for (size_t at = 0; at < bytes.size(); at += chunk) {
    const auto index = static_cast<uint32_t>(at / chunk);
    EXPECT_TRUE(journal.put_chunk(sha256(bytes), index, bytes.substr(at, chunk)));
  }
  EXPECT_TRUE(journal.commit(changeset({BlobStored{
      .digest = sha256(bytes), .size_bytes = bytes.size(), .media_type = "pdf", .at = {1}}})));
}

TEST_F(RocksdbJournalTest, OfDestroyedBytesNothingIsFoundOnDisk) {
  auto live = fill(20);
  const std::string body = noise(1, 600);
  const std::string other = noise(2, 600);
  const std::string title = noise(3, 60);
  const std::string blob = noise(4, limits::blob_chunk_bytes + 1000);
  const std::string kept = noise(5, limits::blob_chunk_bytes);
  put_blob(*live, kept);
  put_blob(*live, blob);
  const auto accept = [&](uint64_t seq, const std::string& bytes, const Digest& attachment) {
    Changeset set = changeset({entry(seq)});
    auto& accepted = std::get<EntryAccepted>(set.changes[0]);
    accepted.parts[0].digest = sha256(bytes);
    accepted.parts[0].attachments = {attachment};
    set.bodies[0].bytes = std::make_shared<const std::string>(bytes);
    set.bodies[0].title = title + std::to_string(seq);
    EXPECT_TRUE(live->commit(std::move(set)).has_value());
  };
  accept(21, body, sha256(blob));
  accept(22, other, sha256(kept));
  const std::string piece = blob.substr(1000, 64);
  const fs::path folder = home_ / "live";
  ASSERT_TRUE(holds(folder, body));
  ASSERT_TRUE(holds(folder, piece));
  ASSERT_TRUE(holds(folder, title + "21"));

  const auto committed =
      live->commit(changeset({material::withdrawal_of({entry(21)}, 23, WithdrawalKind::erase),
                              PartErased{.seq = {21},
                                         .digest = sha256(body),
                                         .withdrawal = {23},
                                         .asked_by = "li",
                                         .confirmed_by = "wang",
                                         .blobs = {sha256(blob)}}}));
  ASSERT_TRUE(committed.has_value());
  ASSERT_TRUE(destroy(*live, {{1}, {{{21}, 0}}, {sha256(blob)}}));
  EXPECT_FALSE(holds(folder, body));
  EXPECT_FALSE(holds(folder, body.substr(100, 64)));
  EXPECT_FALSE(holds(folder, piece));
  EXPECT_FALSE(holds(folder, title + "21"));
  EXPECT_EQ(live->history().body({22}, 0), other);
  EXPECT_EQ(live->history().blob_range(sha256(kept), 0, limits::blob_chunk_bytes), kept);
  std::vector<Seq> erased;
  const Status verified = verify(*live, [&](const PartErased& one) { erased.push_back(one.seq); });
  EXPECT_TRUE(verified.has_value()) << describe(verified.error());
  EXPECT_EQ(erased, (std::vector<Seq>{{21}}));
  EXPECT_TRUE(compare_rebuilt(*live, live->rows()).has_value());
  live.reset();
  const auto again = open(home_ / "live");
  ASSERT_TRUE(again.has_value()) << describe(again.error());
  EXPECT_FALSE(holds(folder, body));
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
