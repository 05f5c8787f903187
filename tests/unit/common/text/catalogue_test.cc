#include "common/text/catalogue.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace gulou {
namespace {

std::set<std::string> placeholders(std::string_view text) {
  std::set<std::string> found;
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    found.emplace(text.substr(at, text.find('}', at) - at + 1));
  }
  return found;
}

bool has_chinese(std::string_view text) {
  return std::any_of(
      text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) >= 0xE3; });
}

void expect_sound(std::span<const CatalogueLine> lines) {
  std::set<std::string_view> keys;
  for (const CatalogueLine& line : lines) {
    EXPECT_TRUE(keys.insert(line.key).second) << line.key << " appears twice";
    EXPECT_TRUE(has_chinese(line.zh)) << line.key << " has no Chinese";
    EXPECT_FALSE(line.en.empty()) << line.key << " has no English";
    EXPECT_FALSE(has_chinese(line.en)) << line.key << " has Chinese in its English";
    EXPECT_EQ(placeholders(line.zh), placeholders(line.en)) << line.key;
  }
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Reasons of fail(ErrorCode::x, "reason" and Error{ErrorCode::x, "reason" in one source file.
std::set<std::string> reasons_in(const std::string& source) {
  const std::string blank = " \t\r\n";
  std::set<std::string> reasons;
  for (size_t at = source.find("ErrorCode::"); at != std::string::npos;
       at = source.find("ErrorCode::", at + 1)) {
    const size_t opener = source.find_last_not_of(blank, at - 1);
    const size_t word_end = opener == std::string::npos || opener == 0 ? 0 : opener - 1;
    const bool call = source[opener] == '(' && source.compare(word_end - 3, 4, "fail") == 0;
    const bool brace = source[opener] == '{' && source.compare(word_end - 4, 5, "Error") == 0;
    const size_t comma = source.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 11);
    if ((!call && !brace) || comma == std::string::npos || source[comma] != ',') {
      continue;
    }
    const size_t quote = source.find_first_not_of(blank, comma + 1);
    if (quote != std::string::npos && source[quote] == '"') {
      reasons.insert(source.substr(quote + 1, source.find('"', quote + 1) - quote - 1));
    }
  }
  return reasons;
}

// Reasons of wrong("reason", … and form("reason", …: the checks of the model.
std::set<std::string> checks_in(const std::string& source) {
  std::set<std::string> reasons;
  for (const std::string_view call : {"wrong(\"", "form(\""}) {  // the checks of the model
    for (size_t at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
      const size_t from = at + call.size();
      reasons.insert(source.substr(from, source.find('"', from) - from));
    }
  }
  return reasons;
}

TEST(CatalogueTest, EverySentenceHasBothLanguagesWithTheSamePlaceholders) {
  expect_sound(sentences());
}

TEST(CatalogueTest, EveryWordHasBothLanguages) {
  std::vector<CatalogueLine> all(words().begin(), words().end());
  // A button that switches the language is named in the other one: on screens and on boards.
  std::erase_if(all,
                [](const CatalogueLine& line) { return line.key.ends_with("_other_language"); });
  ASSERT_EQ(all.size() + 2, words().size());
  expect_sound(all);
}

TEST(CatalogueTest, EveryReasonInTheSourceHasASentence) {
  size_t seen = 0;
  for (const char* room : {"common", "broker", "adapters"}) {
    const auto root = std::filesystem::path(GULOU_SOURCE_DIR) / room;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".cc") {
        continue;
      }
      const std::string source = read(entry.path());
      std::set<std::string> reasons = reasons_in(source);
      if (entry.path().parent_path().filename() == "model") {
        reasons.merge(checks_in(source));
      }
      for (const std::string& reason : reasons) {
        ++seen;
        EXPECT_TRUE(has_sentence(reason))
            << entry.path() << ": \"" << reason << "\" has no line in common/text/catalogue.inc";
      }
    }
  }
  EXPECT_GT(seen, 0U);
}

TEST(CatalogueTest, TheScanSeesBothSpellings) {
  const std::string source =
      "fail(ErrorCode::refused, \"a_b\"); return fail(\n    ErrorCode::not_found,\n    \"c\");"
      "Error{ErrorCode::corrupt, \"d\"}; if (code == ErrorCode::internal) {} fail(error);";

  EXPECT_EQ(reasons_in(source), (std::set<std::string>{"a_b", "c", "d"}));
}

TEST(CatalogueTest, PlaceholdersAreFilledInBothLanguages) {
  const Error error{ErrorCode::invalid_argument, "html_too_deep", "parts[0].body", {"64"}};

  EXPECT_EQ(sentence(Language::zh, error), "parts[0].body：正文嵌套超过 64 层");
  EXPECT_EQ(sentence(Language::en, error), "parts[0].body: the body nests deeper than 64 levels");
}

TEST(CatalogueTest, ValuesAreNotPatterns) {
  const Error error{ErrorCode::internal, "file_unreadable", "", {"{1}", "{field}"}};

  EXPECT_EQ(sentence(Language::en, error), "Cannot read file {1}: {field}");
}

TEST(CatalogueTest, AnUnknownReasonIsShownAsItIs) {
  EXPECT_EQ(sentence(Language::zh, Error{ErrorCode::internal, "no_such", "f", {"1"}}),
            "no_such f 1");
  EXPECT_EQ(sentence(Language::en, "html_too_deep", "", {}),
            ": the body nests deeper than  levels");
}

TEST(CatalogueTest, AnExplanationIsASentenceAndWhatThePlatformSaid) {
  EXPECT_EQ(explanation(Language::en, "wechat_busy", "-1 system error"),
            "WeChat is busy; it is tried again · -1 system error");
  EXPECT_EQ(explanation(Language::en, "sftp_connect_failed", "sftp://a · timed out"),
            "Cannot connect to the SFTP server sftp://a: timed out");
  EXPECT_EQ(explanation(Language::zh, "wechat_busy", {}), "微信公众平台繁忙，稍后重试");
  EXPECT_EQ(explanation(Language::en, "platform_reason_of_its_own", "x"),
            "platform_reason_of_its_own · x");
  EXPECT_EQ(explanation(Language::en, "recalled", "recalled"),
            explanation(Language::en, "recalled", {}));
  EXPECT_EQ(explanation(Language::en, {}, "seen"), "seen");
  EXPECT_EQ(explanation(Language::zh, "wechat_still_there", "77"), "微信文章 77 删除后仍可看到");
}

TEST(CatalogueTest, WordsAreFoundByGroupAndName) {
  EXPECT_EQ(word(Language::zh, "state", "parked"), "待人工处理");
  EXPECT_EQ(word(Language::en, "field_index_no"), "Index number");
  EXPECT_EQ(word(Language::zh, "state", "nowhere"), "nowhere");
  EXPECT_FALSE(has_word("state_nowhere"));
}

TEST(LanguageTest, TheOptionGoesBeforeTheEnvironment) {
  EXPECT_EQ(choose_language("en", "zh_CN.UTF-8"), Language::en);
  EXPECT_EQ(choose_language("", "en_US.UTF-8"), Language::en);
  EXPECT_EQ(choose_language("", "C.UTF-8"), Language::zh);
  EXPECT_EQ(choose_language("", ""), Language::zh);
  EXPECT_EQ(choose_language("fr", "en_GB"), Language::en);
}

TEST(LanguageTest, HttpGoesByQuality) {
  EXPECT_EQ(choose_language_http("en-US,en;q=0.9,zh;q=0.8"), Language::en);
  EXPECT_EQ(choose_language_http("fr, en;q=0.5, zh-CN;q=0.7"), Language::zh);
  EXPECT_EQ(choose_language_http("en;q=0"), Language::zh);
  EXPECT_EQ(choose_language_http("de, en ; q=0.1"), Language::en);
  EXPECT_EQ(choose_language_http("*"), Language::zh);
  EXPECT_EQ(choose_language_http(",;q=,,en;q=9"), Language::en);
}

}  // namespace
}  // namespace gulou
