#include "broker/journal/floor.h"

#include "tests/support/journal_material.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace gulou {
namespace {

FloorMark mark(uint64_t changeset) {
  return {.epoch = 2,
          .changeset = changeset,
          .head = {changeset * 3},
          .hash = material::digest_of(std::to_string(changeset))};
}

class FloorTest : public testing::Test {
 protected:
  // Marks 1 to `count`, each settled.
  void write(uint64_t count) {
    auto floor = Floor::open(path_);
    ASSERT_TRUE(floor.has_value());
    for (uint64_t changeset = 1; changeset <= count; ++changeset) {
      (*floor)->note(mark(changeset));
      ASSERT_TRUE((*floor)->settle().has_value());
    }
  }

  void flip(std::streamoff at) {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(at);
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }

  std::optional<FloorMark> found() {
    const auto floor = Floor::open(path_);
    return floor ? (*floor)->found() : std::nullopt;
  }

  TempDir directory_;
  const std::string path_ = directory_ / "floor";
};

TEST_F(FloorTest, RemembersTheLastMark) {
  EXPECT_EQ(found(), std::nullopt);

  write(5);

  EXPECT_EQ(found(), mark(5));
}

TEST_F(FloorTest, ANotedMarkIsWrittenBeforeTheFloorGoes) {
  {
    auto floor = Floor::open(path_);
    ASSERT_TRUE(floor.has_value());
    for (uint64_t changeset = 1; changeset <= 30; ++changeset) {
      (*floor)->note(mark(changeset));
    }
  }

  EXPECT_EQ(found(), mark(30));
}

TEST_F(FloorTest, ATornSlotLeavesTheOtherOne) {
  write(4);
  const auto whole = found();
  for (const std::streamoff at : {20, 4096 + 20}) {
    flip(at);
    const auto left = found();
    ASSERT_TRUE(left.has_value());
    EXPECT_TRUE(left == whole || left == mark(3));
    flip(at);
  }
}

TEST_F(FloorTest, TwoDamagedSlotsAreRefused) {
  write(4);
  flip(20);
  flip(4096 + 20);

  const auto floor = Floor::open(path_);

  ASSERT_FALSE(floor.has_value());
  EXPECT_EQ(floor.error().reason, "floor_unreadable");
}

TEST_F(FloorTest, AFileThatCannotBeMadeIsNamed) {
  const auto floor = Floor::open(directory_ / "none/floor");

  ASSERT_FALSE(floor.has_value());
  EXPECT_EQ(floor.error().reason, "floor_unwritable");
}

}  // namespace
}  // namespace gulou
