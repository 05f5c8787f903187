#include "broker/journal/memory_journal.h"
#include "broker/journal/memory_rows.h"
#include "broker/journal/replay.h"
#include "tests/support/journal_material.h"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace gulou {
namespace {

// Rows that somebody changed: what cannot be read is told, not a CHECK.
class ChangedRows final : public MemoryRows {
 public:
  explicit ChangedRows(const MemoryRows& rows) : MemoryRows(rows) {}

  void fault(Error) const override {}
};

class ChangedJournal final : public Journal {
 public:
  explicit ChangedJournal(const ChangedRows& rows) : rows_(rows), reader_(rows), history_(rows) {}

  const OpenState& opened() const override { return opened_; }

  Result<Committed> commit(Changeset) override { return fail(ErrorCode::internal, "read_only"); }

  Status destroy(const SendDestroy&) override { return fail(ErrorCode::internal, "read_only"); }

  Status put_chunk(const Digest&, uint32_t, std::string_view) override {
    return fail(ErrorCode::internal, "read_only");
  }

  const Reader& reader() const override { return reader_; }

  const History& history() const override { return history_; }

  Status replay(const Visitor& visitor) const override { return replay_rows(rows_, visitor); }

 private:
  const ChangedRows& rows_;
  OpenState opened_;
  TableReader reader_;
  TableHistory history_;
};

struct Place {
  Cf family;
  std::string key;
  std::string value;
};

// A small home: entries, revisions, deliveries, a withdrawal and a blob of several chunks.
MemoryRows small_home() {
  auto journal = MemoryJournal::open().value();
  const auto commit = [&](std::vector<Change> changes) {
    EXPECT_TRUE(journal->commit(material::changeset(std::move(changes))).has_value());
  };
  commit({EpochOpened{.epoch = 1, .at = {1}}, ChannelDefined{.channel = {1}, .id = "portal"}});
  const std::string blob(700'000, 'b');
  for (uint32_t i = 0; i * 262'144ULL < blob.size(); ++i) {
    EXPECT_TRUE(journal->put_chunk(
        sha256(blob), i, std::string_view(blob).substr(i * 262'144ULL, 262'144)));
  }
  commit({BlobStored{.digest = sha256(blob), .size_bytes = blob.size(), .at = {2}}});
  for (uint64_t seq = 1; seq <= 8; ++seq) {
    commit({material::entry(seq),
            material::delivery(shared_subscriber({1}), seq, DeliveryState::waiting),
            AttemptEnded{.subscriber = shared_subscriber({1}), .seq = {seq}, .attempt = 1}});
  }
  commit({material::revision_of(material::entry(3), 9)});
  commit({material::withdrawal_of({material::entry(5)}, 10)});
  return journal->rows();
}

std::vector<Place> places_of(const MemoryRows& rows) {
  std::vector<Place> places;
  for (const Cf family : {Cf::journal, Cf::body, Cf::blob}) {
    const auto cursor = rows.cursor(family, {{}, std::string(64, '\xff')}, RowReader::Scan::few);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
      places.push_back({family, std::string(cursor->key()), std::string(cursor->value())});
    }
  }
  return places;
}

void expect_named(ChangedRows& rows, const Place& place, size_t at, int bit) {
  std::string changed = place.value;
  changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
  rows.put(place.family, place.key, changed);
  const Status status = verify(ChangedJournal(rows));
  rows.put(place.family, place.key, place.value);
  ASSERT_FALSE(status) << name_of(place.family) << " " << to_hex(place.key) << " byte " << at
                       << " bit " << bit;
  EXPECT_FALSE(status.error().args.empty()) << status.error().reason;
}

// GULOU_FLIPS: how many samples (500); "all": every bit of every row but the blobs', and a sample
// of those.
TEST(TamperTest, AnyFlippedByteOfJournalBodyOrBlobIsNamed) {
  ChangedRows rows(small_home());
  const auto places = places_of(rows);
  ASSERT_TRUE(verify(ChangedJournal(rows)));
  const char* asked = std::getenv("GULOU_FLIPS");
  const bool all = asked != nullptr && std::string_view(asked) == "all";
  for (const Place& place : places) {
    for (size_t at = 0; all && place.family != Cf::blob && at < place.value.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        expect_named(rows, place, at, bit);
      }
    }
  }
  std::mt19937 random(1);
  const int samples = all || asked == nullptr ? 500 : std::atoi(asked);
  for (int i = 0; i < samples; ++i) {
    const Place& place = places[random() % places.size()];
    expect_named(rows, place, random() % place.value.size(), static_cast<int>(random() % 8));
  }
}

TEST(TamperTest, ALostRowIsNamed) {
  ChangedRows rows(small_home());
  for (const Place& place : places_of(rows)) {
    rows.erase(place.family, place.key);
    const Status status = verify(ChangedJournal(rows));
    const bool last = place.family == Cf::journal && keys::number_of_changeset(place.key) == 12;
    EXPECT_EQ(status.has_value(), last) << name_of(place.family);  // the floor knows the end
    rows.put(place.family, place.key, place.value);
  }
}

}  // namespace
}  // namespace gulou
