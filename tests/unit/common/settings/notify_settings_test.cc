#include "common/settings/notify_settings.h"

#include "common/settings/county.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gulou {
namespace {

const std::string notify_config = GULOU_SOURCE_DIR "/config";
constexpr std::string_view hook =
    "[[way]]\nid = \"hook\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/x\"\nbody = "
    "\"{{text}}\"\n";
constexpr std::string_view zhang = "[[person]]\nname = \"张三\"\nways = [\"hook\"]\n";

class NotifySettingsTest : public testing::Test {
 protected:
  NotifySettingsTest() : county_(*load_county(notify_config)) {
    std::string name = (std::filesystem::temp_directory_path() / "gulou-notify-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }

  ~NotifySettingsTest() override { std::filesystem::remove_all(dir_); }

  Result<NotifySettings> load(const std::string& text) const {
    std::ofstream(dir_ + "/notify.toml", std::ios::binary) << text;
    return load_notify(dir_ + "/notify.toml", county_);
  }

  Error refused(const std::string& text) const {
    const auto loaded = load(text);
    return loaded ? Error{} : loaded.error();
  }

  // The text of [[way]] with these lines is refused for this.
  Error way(const std::string& lines) const { return refused("[[way]]\nid = \"a\"\n" + lines); }

  CountySettings county_;
  std::string dir_;
};

Error because(std::string reason, std::string place, std::vector<std::string> args) {
  return {ErrorCode::invalid_argument,
          std::move(reason),
          "notify.toml:" + std::move(place),
          std::move(args)};
}

TEST_F(NotifySettingsTest, WithoutTheFileNobodyIsTold) {
  const auto none = load_notify(dir_ + "/none.toml", county_);

  ASSERT_TRUE(none) << describe(none.error());
  EXPECT_TRUE(none->people.empty());
}

TEST_F(NotifySettingsTest, TheSampleTellsNobodyAndItsExamplesAreGood) {
  std::ifstream in(notify_config + "/notify.toml", std::ios::binary);
  std::string examples;
  std::string comments;
  for (std::string line; std::getline(in, line);) {
    const bool example = line.starts_with("#   [[") || line.find(" = ") != std::string::npos;
    (example ? examples : comments) += (example ? line.substr(1) : line) + "\n";
  }

  EXPECT_TRUE(load_notify(notify_config + "/notify.toml", county_)->people.empty());
  const auto loaded = load(examples);

  ASSERT_TRUE(loaded) << describe(loaded.error());
  EXPECT_EQ(loaded->ways.size(), 4U);
  EXPECT_EQ(loaded->way("wecom")->url_file, dir_ + "/keys/wecom.url");
  EXPECT_EQ(loaded->person("李四")->channels, std::vector<std::string>{"portal"});
  EXPECT_EQ(loaded->rules.at(0).after_ms, 3'600'000);
  EXPECT_EQ(loaded->rules.at(1).after_ms, limits::notice_after_ms_default);
  for (const std::string_view cause : notify_causes()) {
    EXPECT_THAT(comments, testing::HasSubstr(cause));
  }
  // "  key = default" of the help
  const std::string help = notify_settings_help(false);
  for (size_t at = help.find("\n  "); at != std::string::npos; at = help.find("\n  ", at + 1)) {
    if (help[at + 3] != ' ') {
      const std::string key = help.substr(at + 3, help.find(' ', at + 3) - at - 3);
      EXPECT_THAT(comments, testing::ContainsRegex("\n#.*[ ,]" + key)) << key;
    }
  }
}

TEST_F(NotifySettingsTest, AWayHasWhatItsKindNeeds) {
  EXPECT_EQ(way("kind = \"webhook\"\nbody = \"x\"\n"),
            because("settings_missing", "1:1", {"url | url_file"}));
  EXPECT_EQ(way("kind = \"webhook\"\nurl = \"http://a/b\"\n").args,
            std::vector<std::string>{"body"});
  EXPECT_EQ(way("kind = \"webhook\"\nbody = \"x\"\nurl = \"ftp://a\"\n"),
            because("settings_bad_value", "5:7", {"url", "ftp://a", "http[s]://"}));
  EXPECT_EQ(way("kind = \"webhook\"\nbody = \"x\"\nurl = \"http://a\"\nurl_file = \"f\"\n"),
            because("settings_either", "6:12", {"url", "url_file"}));
  EXPECT_EQ(way("kind = \"smtp\"\nurl = \"smtp://a\"\n").args, std::vector<std::string>{"from"});
  EXPECT_EQ(way("kind = \"smtp\"\nurl = \"http://a\"\nfrom = \"a@b\"\n").args.back(),
            "smtp:// | smtps://");
  EXPECT_EQ(way("kind = \"smtp\"\nurl = \"smtp://a\"\nfrom = \"a@b\"\nuser = \"a\"\n").args,
            std::vector<std::string>{"password_file"});
  EXPECT_EQ(way("kind = \"smtp\"\nurl = \"smtp://a\"\nfrom = \"a@b\"\nuser = \"a\"\n"
                "password_file = \"f\"\npassword_variable = \"V\"\n")
                .reason,
            "settings_either");
  EXPECT_EQ(way("kind = \"command\"\n").args, std::vector<std::string>{"command"});
  EXPECT_EQ(way("kind = \"command\"\ncommand = [\"send\"]\n"),
            because("settings_bad_value", "4:12", {"command", "send", "/PATH"}));
  EXPECT_EQ(way("kind = \"command\"\ncommand = [\"/bin/x\"]\nfrom = \"a@b\"\n"),
            because("settings_of_another_kind", "5:8", {"from", "command"}));
  EXPECT_EQ(way("kind = \"pigeon\"\n").reason, "settings_bad_value");
  EXPECT_TRUE(
      load("[[way]]\nid = \"a\"\nkind = \"command\"\ncommand = [\"/bin/x\", \"y\", \"y\"]\n"));
}

TEST_F(NotifySettingsTest, NamesReferToSomething) {
  const std::string people = std::string(hook) + std::string(zhang);

  EXPECT_EQ(refused(std::string(hook) + "[[person]]\nname = \"张三\"\nways = [\"hok\"]\n"),
            because("settings_unknown_reference_near", "8:9", {"ways", "hok", "hook"}));
  EXPECT_EQ(refused(people + "channels = [\"portals\"]\n").args.back(), "portal");
  EXPECT_EQ(refused(people + "units = [\"zfbb\"]\n").args.back(), "zfb");
  EXPECT_EQ(refused(people + "columns = [\"tzg\"]\n").args.back(), "tzgg");
  EXPECT_EQ(refused(people + "[[duty]]\nperson = \"王五\"\nweekdays = [\"mon\"]\n").reason,
            "settings_unknown_reference");
  EXPECT_EQ(refused(people + "[[rule]]\ncauses = [\"disk_ful\"]\nby = [\"duty\"]\n").args.back(),
            "disk_full");
  EXPECT_EQ(refused(people + "[[rule]]\npeople = [\"王五\"]\n").reason,
            "settings_unknown_reference");
  EXPECT_EQ(refused(people + std::string(zhang)),
            because("settings_duplicate", "10:8", {"name", "张三", "6"}));
}

TEST_F(NotifySettingsTest, WhoeverIsToldByMailHasAnAddress) {
  const std::string mail =
      "[[way]]\nid = \"m\"\nkind = \"smtp\"\nurl = \"smtp://a\"\nfrom = \"a@b\"\n";

  EXPECT_EQ(refused(mail + "[[person]]\nname = \"张三\"\nways = [\"m\"]\n"),
            because("settings_missing", "6:1", {"mail"}));
  EXPECT_EQ(
      refused(mail + "[[person]]\nname = \"张三\"\nways = [\"m\"]\nmail = \"a b@c\"\n").reason,
      "settings_bad_value");
  EXPECT_EQ(refused(mail + "[[person]]\nname = \"张三\"\nways = []\n").args,
            std::vector<std::string>{"ways"});
}

TEST_F(NotifySettingsTest, HoursAndDaysExist) {
  const std::string people = std::string(hook) + std::string(zhang);

  EXPECT_EQ(refused("quiet_from = \"25:00\"\n"),
            because("settings_bad_value", "1:14", {"quiet_from", "25:00", "HH:MM"}));
  EXPECT_EQ(refused("quiet_from = \"22:00\"\n").args, std::vector<std::string>{"quiet_to"});
  EXPECT_EQ(refused("quiet_from = \"22:00\"\nquiet_to = \"22:00\"\n").reason,
            "settings_never_ends");
  EXPECT_EQ(refused(people + "[[duty]]\nperson = \"张三\"\n").args,
            std::vector<std::string>{"weekdays | dates"});
  EXPECT_EQ(refused(people + "[[duty]]\nperson = \"张三\"\ndates = [\"2026-02-30\"]\n").reason,
            "settings_bad_value");
  EXPECT_EQ(
      refused(people + "[[duty]]\nperson = \"张三\"\ndates = [\"2026-02-03/2026-02-01\"]\n").reason,
      "settings_bad_value");
  EXPECT_EQ(refused(people + "[[duty]]\nperson = \"张三\"\nweekdays = [\"monday\"]\n").reason,
            "settings_bad_value");
  EXPECT_EQ(refused(people + "[[rule]]\nurgent = true\n").args,
            std::vector<std::string>{"people | by"});
  EXPECT_EQ(clock_minutes("07:30"), 450);
  EXPECT_EQ(clock_minutes("7:30"), -1);
  EXPECT_EQ(clock_minutes("24:00"), -1);
}

}  // namespace
}  // namespace gulou
