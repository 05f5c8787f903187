#include "common/archive/archive.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(ArchiveTest, EveryChangedByteIsNoticedAndNamed) {
  const std::vector<ArchiveMember> members{{"证明.pdf", "%PDF"}, {"content/a.json", "{}"}};
  const std::string whole = write_archive(members).value();
  ASSERT_EQ(read_archive(whole).value(), members);

  for (size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const auto read = read_archive(changed);
      ASSERT_FALSE(read) << at;
      EXPECT_EQ(read.error().reason, "archive_damaged");
      EXPECT_FALSE(read.error().args.empty());
    }
    EXPECT_FALSE(read_archive(whole.substr(0, at))) << at;
  }
  EXPECT_FALSE(read_archive(whole + "x"));
}

TEST(ArchiveTest, NamesThatLeaveTheFolderOrComeTwiceAreRefused) {
  for (const std::string name : {"", "/a", "../a", "a/../b", "a\\b", "\xff"}) {
    EXPECT_FALSE(write_archive({{name, ""}})) << name;
  }
  EXPECT_FALSE(write_archive({{"a", ""}, {"a", ""}}));
}

}  // namespace
}  // namespace gulou
