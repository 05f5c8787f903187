#include "common/settings/approvals.h"

#include "common/settings/county.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gulou {
namespace {

const std::string approvals_config = GULOU_SOURCE_DIR "/config";

class ApprovalSettingsTest : public testing::Test {
 protected:
  ApprovalSettingsTest() : county_(*load_county(approvals_config)) {
    std::string name = (std::filesystem::temp_directory_path() / "gulou-approvals-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }

  ~ApprovalSettingsTest() override { std::filesystem::remove_all(dir_); }

  Result<ApprovalSettings> load(const std::string& text) const {
    std::ofstream(dir_ + "/approvals.toml", std::ios::binary) << text;
    return load_approvals(dir_ + "/approvals.toml", county_);
  }

  CountySettings county_;
  std::string dir_;
};

std::string roles_in(const ApprovalRule& rule) {
  std::string text;
  for (const ApprovalRole role : rule.require) {
    text += std::string(name_of(role)) + " ";
  }
  return text;
}

TEST_F(ApprovalSettingsTest, TheSampleIsWhatAHomeWithoutTheFileHas) {
  const auto sample = load_approvals(approvals_config + "/approvals.toml", county_);
  ASSERT_TRUE(sample) << describe(sample.error());
  const auto none = load_approvals(dir_ + "/none.toml", county_);
  ASSERT_TRUE(none);

  ASSERT_EQ(sample->rules.size(), none->rules.size());
  for (size_t i = 0; i < none->rules.size(); ++i) {
    EXPECT_EQ(roles_in(sample->rules[i]), roles_in(none->rules[i]));
    EXPECT_EQ(sample->rules[i].kinds, none->rules[i].kinds);
    EXPECT_EQ(sample->rules[i].distinct, none->rules[i].distinct);
    EXPECT_EQ(sample->rules[i].lowest, none->rules[i].lowest);
    EXPECT_EQ(sample->rules[i].age_days_max, none->rules[i].age_days_max);
    EXPECT_EQ(sample->rules[i].interpretation, none->rules[i].interpretation);
    EXPECT_EQ(sample->rules[i].plan, none->rules[i].plan);
  }
  EXPECT_EQ(sample->review, none->review);
  EXPECT_EQ(sample->id_card, none->id_card);
  EXPECT_EQ(sample->bank_card, none->bank_card);
  EXPECT_EQ(sample->phone, none->phone);
  EXPECT_EQ(sample->internal_types, none->internal_types);
  EXPECT_EQ(sample->two_persons, none->two_persons);
}

TEST_F(ApprovalSettingsTest, TheFirstRuleThatFitsCounts) {
  const auto settings = load(
      "[[rule]]\nkinds = [\"news\"]\ncolumns = [\"tzgg\"]\nrequire = [\"approver\", \"reviewer\", "
      "\"reviewer\"]\nlowest = \"signed\"\n[[rule]]\nrequire = [\"drafter\"]\n");

  ASSERT_TRUE(settings) << describe(settings.error());
  EXPECT_EQ(roles_in(*settings->rule_of(Kind::news, "tzgg")), "approver reviewer reviewer ");
  EXPECT_EQ(settings->rule_of(Kind::news, "tzgg")->lowest, ApprovalLevel::by_key);
  EXPECT_EQ(roles_in(*settings->rule_of(Kind::news, "zcwj")), "drafter ");
  EXPECT_EQ(roles_in(*settings->rule_of(Kind::notice, "tzgg")), "drafter ");
}

TEST_F(ApprovalSettingsTest, NothingIsLeftWithoutARule) {
  EXPECT_EQ(load("review = true\n").error().reason, "settings_no_last_rule");
  EXPECT_EQ(load("[[rule]]\nkinds = [\"news\"]\n").error().reason, "settings_no_last_rule");
  EXPECT_EQ(load("[[rule]]\n[[rule]]\n").error().reason, "settings_rule_unreachable");
}

TEST_F(ApprovalSettingsTest, AComplaintNamesThePlace) {
  const std::string rule = "[[rule]]\n";
  const std::string key = "key = \"" + std::string(64, 'a') + "\"\n";

  EXPECT_EQ(load(rule + "require = [\"chief\"]\n").error().field, "approvals.toml:2:12");
  EXPECT_EQ(load(rule + "lowest = \"oath\"\n").error().reason, "settings_bad_value");
  EXPECT_EQ(load(rule + "columns = [\"nowhere\"]\n" + rule).error().reason,
            "settings_unknown_reference");
  EXPECT_EQ(load("id_card = \"ignore\"\n" + rule).error().reason, "settings_bad_value");
  EXPECT_EQ(load("two_persons = [\"publish\"]\n" + rule).error().reason, "settings_bad_value");
  EXPECT_EQ(load(rule + "[[person]]\nname = \"甲\"\n" + key).error().args,
            std::vector<std::string>{"roles"});
  const std::string person = "[[person]]\nname = \"甲\"\nroles = [\"approver\"]\n" + key;
  EXPECT_EQ(load(rule + person + person).error().reason, "settings_duplicate");
}

TEST_F(ApprovalSettingsTest, HelpNamesEverySettingInBothLanguages) {
  EXPECT_THAT(approval_settings_help(true), testing::HasSubstr("签名公钥"));
  EXPECT_THAT(approval_settings_help(false), testing::HasSubstr("age_days_max = 0"));
}

}  // namespace
}  // namespace gulou
