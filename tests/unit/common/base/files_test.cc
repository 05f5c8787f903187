#include "common/base/files.h"

#include "common/base/field_line.h"

#include <filesystem>
#include <string>

namespace gulou {
namespace {

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string pattern = testing::TempDir() + "gulou_files_XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }

  ~FilesTest() override { std::filesystem::remove_all(dir_); }

  std::string dir_;
};

TEST_F(FilesTest, ReplacingShowsTheNewBytesAndLeavesNothingBeside) {
  ASSERT_TRUE(replace_file(dir_ + "/index", "one"));
  ASSERT_TRUE(replace_file(dir_ + "/index", "two"));

  EXPECT_EQ(*read_file(dir_ + "/index", 100), "two");
  EXPECT_THAT(*list_files(dir_), testing::ElementsAre("index"));
}

TEST_F(FilesTest, ErrorsTellWhatToDo) {
  EXPECT_EQ(read_file(dir_ + "/none", 100).error().code, ErrorCode::not_found);
  ASSERT_TRUE(write_file(dir_ + "/long", "0123456789"));
  EXPECT_EQ(read_file(dir_ + "/long", 9).error().reason, "file_too_large");
  EXPECT_EQ(write_file(dir_ + "/no/such/place", "").error().reason, "file_unwritable");
}

TEST_F(FilesTest, NewFileAppearsWithItsCommitOnly) {
  {
    auto dropped = NewFile::open(dir_ + "/blob");
    ASSERT_TRUE(dropped);
    ASSERT_TRUE(dropped->append("half"));
    EXPECT_EQ(read_file(dir_ + "/blob", 100).error().code, ErrorCode::not_found);
  }
  EXPECT_THAT(*list_files(dir_), testing::IsEmpty());

  auto file = NewFile::open(dir_ + "/blob");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->append("one"));
  ASSERT_TRUE(file->append("two"));
  ASSERT_TRUE(file->commit());

  EXPECT_EQ(*read_file(dir_ + "/blob", 100), "onetwo");
  EXPECT_THAT(*list_files(dir_), testing::ElementsAre("blob"));
}

TEST(FieldLineTest, ValuesComeBackWhole) {
  FieldLine line;
  line.add("title", "a=b\tc\nd\\e\r");
  line.add("file", "1");
  line.add("file", "2");
  line.add("seq", uint64_t{18446744073709551615ULL});
  line.add("empty", "");

  const auto back = FieldLine::parse(line.line());

  ASSERT_TRUE(back);
  EXPECT_EQ(back->get("title"), "a=b\tc\nd\\e\r");
  EXPECT_THAT(back->all("file"), testing::ElementsAre("1", "2"));
  EXPECT_EQ(back->number("seq"), 18446744073709551615ULL);
  EXPECT_EQ(back->get("empty"), "");
  EXPECT_EQ(back->line(), line.line());
}

TEST(FieldLineTest, AnyChangedByteIsNoticed) {
  FieldLine line;
  line.add("title", "关于公开选聘的通知");
  const std::string good = line.line();

  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(FieldLine::parse(bad)) << i;
    EXPECT_FALSE(FieldLine::parse(good.substr(0, i))) << i;
  }
}

}  // namespace
}  // namespace gulou
