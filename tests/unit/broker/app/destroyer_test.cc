#include "broker/app/destroyer.h"

#include "broker/journal/keys.h"
#include "broker/journal/rocksdb_journal.h"
#include "common/base/files.h"
#include "tests/support/journal_material.h"
#include "tests/support/temp_dir.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace gulou {
namespace {

constexpr std::chrono::milliseconds patience{20'000};

// The real journal; says how each attempt to destroy went.
class WatchedJournal final : public Journal {
 public:
  explicit WatchedJournal(RocksdbJournal& journal) : journal_(journal) {}

  const OpenState& opened() const override { return journal_.opened(); }

  Result<Committed> commit(Changeset changeset) override {
    return journal_.commit(std::move(changeset));
  }

  Status put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) override {
    return journal_.put_chunk(digest, index, bytes);
  }

  Status destroy(const SendDestroy& what) override {
    Status status = journal_.destroy(what);
    static_cast<void>(attempts.try_send(status ? std::string("done") : status.error().reason));
    return status;
  }

  const Reader& reader() const override { return journal_.reader(); }

  const History& history() const override { return journal_.history(); }

  Status replay(const Visitor& visitor) const override { return journal_.replay(visitor); }

  Mailbox<std::string> attempts{1024};

 private:
  RocksdbJournal& journal_;
};

// Bytes that no compression hides.
std::string noise() {
  std::mt19937 random(7);
  std::string bytes(200, '\0');
  for (char& one : bytes) {
    one = static_cast<char>(random());
  }
  return bytes;
}

bool holds(const std::string& folder, std::string_view bytes) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    const auto content = read_file(file.path().string(), 256 * 1024 * 1024);
    if (content && content->find(bytes) != std::string::npos) {
      return true;
    }
  }
  return false;
}

class DestroyerTest : public testing::Test {
 protected:
  void accept(uint64_t seq, const std::string& body) {
    Changeset set = material::changeset({material::entry(seq)});
    std::get<EntryAccepted>(set.changes[0]).parts[0].digest = sha256(body);
    set.bodies[0].bytes = std::make_shared<const std::string>(body);
    ASSERT_TRUE(journal_->commit(std::move(set)).has_value());
  }

  // As the core has it done before it asks for the bytes.
  void erase(uint64_t seq, uint64_t withdrawal) {
    ASSERT_TRUE(
        journal_
            ->commit(material::changeset(
                {material::withdrawal_of({material::entry(seq)}, withdrawal, WithdrawalKind::erase),
                 PartErased{.seq = {seq}, .withdrawal = {withdrawal}, .asked_by = "li"}}))
            .has_value());
  }

  // The confirmations that are done, once there is one.
  std::vector<ConfirmationNo> done() { return done_.receive(16, patience); }

  TempDir dir_;
  std::unique_ptr<RocksdbJournal> journal_ = *RocksdbJournal::open(dir_.path() + "/journal", {});
  WatchedJournal watched_{*journal_};
  Mailbox<ConfirmationNo> done_{16};
};

TEST_F(DestroyerTest, WhileAnOldFileIsReadItTriesAgainAndLeavesNothingInTheEnd) {
  const std::string body = noise();
  accept(1, "another body");
  accept(2, body);
  Destroyer destroyer(watched_, [this](ConfirmationNo no) { static_cast<void>(done_.send(no)); });
  erase(1, 3);
  destroyer.ask({{1}, {{{1}, 0}}, {}});
  ASSERT_EQ(done(), std::vector<ConfirmationNo>{{1}});  // bodies stand in a file now
  ASSERT_TRUE(holds(dir_.path(), body));
  watched_.attempts.take(1024);
  auto reading = journal_->rows().cursor(Cf::body, keys::bodies());
  ASSERT_TRUE(reading->seek(keys::body({2}, 0)));
  erase(2, 4);

  destroyer.ask({{2}, {{{2}, 0}}, {}});

  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_EQ(watched_.attempts.receive(1, patience), std::vector<std::string>{"bytes_still_read"});
  }
  EXPECT_EQ(reading->value(), body);  // whoever reads is not cut off
  EXPECT_EQ(done_.size(), 0U);
  reading.reset();
  EXPECT_EQ(done(), std::vector<ConfirmationNo>{{2}});
  EXPECT_FALSE(holds(dir_.path(), body));
}

TEST_F(DestroyerTest, WhoLooksAtAnEarlierMomentIsWaitedFor) {
  const std::string body = noise();
  accept(1, body);
  Destroyer destroyer(watched_, [this](ConfirmationNo no) { static_cast<void>(done_.send(no)); });
  auto moment = journal_->rows().snapshot();
  erase(1, 2);

  destroyer.ask({{7}, {{{1}, 0}}, {}});

  EXPECT_EQ(watched_.attempts.receive(1, patience), std::vector<std::string>{"bytes_still_read"});
  EXPECT_EQ(moment->get(Cf::body, keys::body({1}, 0)), body);
  moment.reset();
  EXPECT_EQ(done(), std::vector<ConfirmationNo>{{7}});
  EXPECT_FALSE(holds(dir_.path(), body));
}

}  // namespace
}  // namespace gulou
