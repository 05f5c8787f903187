#include "broker/cli/release_file.h"

#include "common/base/files.h"
#include "common/base/time.h"
#include "common/json/release_json.h"
#include "common/model/checks.h"
#include "common/settings/county.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

const std::string config = GULOU_SOURCE_DIR "/config";

class ReleaseFileTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "release_file_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }

  void TearDown() override { fs::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view text) {
    std::ofstream(directory_ + "/" + name, std::ios::binary) << text;
    return directory_ + "/" + name;
  }

  std::string directory_;
};

void expect_complete(const PartFile& part, const CountySettings& county) {
  const auto release = parse_release(part.canonical);
  ASSERT_TRUE(release) << part.path;
  for (const Error& error : check_fields(*release, county, read_clocks().utc, "")) {
    ADD_FAILURE() << part.path << ": " << describe(error);
  }
  EXPECT_TRUE(part.unknown_fields.empty()) << part.path << ": " << part.unknown_fields[0];
}

TEST_F(ReleaseFileTest, EveryTemplateIsACompleteRelease) {
  const auto county = load_county(config);
  ASSERT_TRUE(county) << describe(county.error());
  for (const Kind kind : all_kinds) {
    const std::string path = config + "/kinds/" + std::string(name_of(kind)) + ".md";

    const auto file = read_submission(path, {});

    ASSERT_TRUE(file) << describe(file.error());
    expect_complete(file->parts.at(0), *county);
  }
}

TEST_F(ReleaseFileTest, EverySampleIsACompleteRelease) {
  const auto county = load_county(config);
  ASSERT_TRUE(county) << describe(county.error());
  const auto inputs = find_inputs(std::vector<std::string>{config + "/samples"});
  ASSERT_TRUE(inputs);
  size_t parts = 0;
  for (const std::string& path : *inputs) {
    const auto file = read_submission(path, {});

    ASSERT_TRUE(file) << describe(file.error());
    for (const PartFile& part : file->parts) {
      expect_complete(part, *county);
      ++parts;
    }
  }
  EXPECT_EQ(inputs->size(), 5U);
  EXPECT_EQ(parts, 6U);
}

TEST_F(ReleaseFileTest, ABundleHasItsPartsInOrderWithTheirAttachments) {
  const auto file = read_submission(config + "/samples/policy", {});

  ASSERT_TRUE(file) << describe(file.error());
  ASSERT_EQ(file->parts.size(), 2U);
  EXPECT_EQ(file->parts[0].id, "yzbf-2025-12");
  EXPECT_EQ(file->parts[1].id, "yzbf-2025-12-jd");
  ASSERT_EQ(file->parts[0].attachments.size(), 2U);
  const AttachmentFile& attachment = file->parts[0].attachments[0];
  EXPECT_EQ(attachment.size_bytes, fs::file_size(attachment.path));
  const auto release = parse_release(file->parts[0].canonical);
  ASSERT_TRUE(release);
  EXPECT_EQ(release->attachments.at(0).digest, attachment.digest);
  EXPECT_EQ(release->attachments.at(0).media_type, "application/pdf");
  EXPECT_EQ(release->attachments.at(0).display_name, "云溪县老年助餐服务补助申请表");
}

TEST_F(ReleaseFileTest, TheFileGoesBeforeOptionsAndThoseBeforeDefaults) {
  const std::string path = write("road.md", "+++\nkind = \"notice\"\n+++\n# 通告\n\n正文");
  ReadOptions options{.kind = "news", .column = "tzgg", .import = false, .defaults = {}};
  options.defaults = {{"column", json_text("dtyw")},
                      {"source", json_text("县政府办")},
                      {"issuer", json_object({{"name", json_text("甲")}})}};

  const auto file = read_submission(path, options);

  ASSERT_TRUE(file) << describe(file.error());
  const auto release = parse_release(file->parts.at(0).canonical);
  ASSERT_TRUE(release);
  EXPECT_EQ(release->kind, Kind::notice);
  EXPECT_EQ(release->column, "tzgg");
  EXPECT_EQ(release->source, "县政府办");
  EXPECT_EQ(release->issuer.name, "甲");
  EXPECT_EQ(release->id, "road");
  EXPECT_EQ(release->revision, 1U);
  EXPECT_EQ(release->title, "通告");
  EXPECT_EQ(release->body.content, "正文");
}

TEST_F(ReleaseFileTest, ImportFillsWhatTheTextSaysOfItself) {
  const std::string path =
      write("条例(2019-03-24).md",
            "# 不动产登记暂行条例\n\n2014年11月24日 中华人民共和国国务院令第656号公布\n\n"
            "<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 ……\n");
  const std::string text = read_file(config + "/samples/import-defaults.toml", 65536).value();
  const auto defaults = read_toml(text, "import-defaults.toml");
  ASSERT_TRUE(defaults) << describe(defaults.error());
  const auto county = load_county(config);
  ASSERT_TRUE(county);

  const auto file =
      read_submission(path, {.kind = "", .column = "", .import = true, .defaults = *defaults});

  ASSERT_TRUE(file) << describe(file.error());
  const auto release = parse_release(file->parts.at(0).canonical);
  ASSERT_TRUE(release);
  EXPECT_EQ(release->title, "不动产登记暂行条例");
  EXPECT_EQ(release->doc_no, "国务院令第656号");
  EXPECT_EQ(release->written_on, "2014-11-24");
  ASSERT_TRUE(release->imported);
  EXPECT_EQ(release->imported->first_published_at, "2014-11-24");
  EXPECT_FALSE(release->imported->from.empty());
  expect_complete(file->parts.at(0), *county);
}

TEST_F(ReleaseFileTest, ErrorsNameFileLineAndField) {
  const auto syntax = read_submission(write("a.md", "+++\ntitle = \"x\"\nkind = \n+++\n正文"), {});
  const auto word = read_submission(write("b.md", "+++\nkind = \"notce\"\n+++\n正文"), {});
  const auto gone = read_submission(
      write("c.md", "+++\nkind = \"news\"\n[[attachments]]\nfile = \"no.pdf\"\n+++\n正文"), {});
  const auto inputs = find_inputs(std::vector<std::string>{directory_ + "/none"});

  ASSERT_FALSE(syntax);
  EXPECT_NE(syntax.error().field.find("a.md:3:"), std::string::npos) << syntax.error().field;
  ASSERT_FALSE(word);
  EXPECT_NE(word.error().field.find("b.md: kind"), std::string::npos) << word.error().field;
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, "attachment_file_missing");
  ASSERT_FALSE(inputs);
  EXPECT_EQ(inputs.error().reason, "input_missing");
}

TEST_F(ReleaseFileTest, ADigestMakesTheNameOfAnAttachmentWithAChineseOne) {
  write("申请表.pdf", "%PDF-1.4\n");
  const auto file = read_submission(
      write("a.md", "+++\nkind = \"news\"\n[[attachments]]\nfile = \"申请表.pdf\"\n+++\n正文"), {});

  ASSERT_TRUE(file) << describe(file.error());
  const auto release = parse_release(file->parts.at(0).canonical);
  ASSERT_TRUE(release);
  EXPECT_TRUE(release->attachments.at(0).name.starts_with("file-"));
  EXPECT_TRUE(release->attachments.at(0).name.ends_with(".pdf"));
  EXPECT_EQ(release->attachments.at(0).display_name, "申请表.pdf");
}

TEST_F(ReleaseFileTest, AFieldNobodyKnowsIsKeptAndNamed) {
  const auto file =
      read_submission(write("a.md", "+++\nkind = \"news\"\nsumary = \"x\"\n+++\n正文"), {});

  ASSERT_TRUE(file);
  EXPECT_EQ(file->parts.at(0).unknown_fields, std::vector<std::string>{"sumary"});
  EXPECT_NE(file->parts.at(0).canonical.find("\"sumary\":\"x\""), std::string::npos);
}

TEST_F(ReleaseFileTest, ReleaseFilesAreTakenAsTheyAre) {
  const auto part = read_submission(config + "/samples/reply.md", {});
  ASSERT_TRUE(part);
  const std::string one = write("one.json", part->parts.at(0).canonical);
  const std::string two = write("two.json", "{\"parts\":[" + part->parts.at(0).canonical + "]}");

  const auto alone = read_submission(one, {});
  const auto bundle = read_submission(two, {});

  ASSERT_TRUE(alone) << describe(alone.error());
  ASSERT_TRUE(bundle) << describe(bundle.error());
  EXPECT_EQ(alone->parts.at(0).canonical, part->parts.at(0).canonical);
  EXPECT_EQ(bundle->parts.at(0).canonical, part->parts.at(0).canonical);
}

}  // namespace
}  // namespace gulou::cli
