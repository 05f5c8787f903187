#include "common/settings/adapter_settings.h"
#include "common/settings/broker_settings.h"
#include "common/settings/county.h"
#include "common/settings/nearest.h"
#include "common/settings/principals.h"
#include "common/settings/site_settings.h"
#include "common/settings/toml_json.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gulou {
namespace {

namespace fs = std::filesystem;

const std::string config_dir = GULOU_SOURCE_DIR "/config";

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string name = (fs::temp_directory_path() / "gulou-settings-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }

  ~SettingsTest() override { fs::remove_all(dir_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ + "/" + name, std::ios::binary) << text;
    return dir_ + "/" + name;
  }

  // A county of one unit, one column and one channel, with one file replaced.
  Error county_error(const std::string& name, const std::string& text) const {
    write("units.toml",
          "[[unit]]\nid = \"zfb\"\nname = \"办公室\"\norg_code = \"014820037\"\narea = "
          "\"990123000000\"\n");
    write("columns.toml",
          "[[column]]\nid = \"tzgg\"\nname = \"通知公告\"\nresponsible_unit = \"zfb\"\n");
    write("channels.toml", "[[channel]]\nid = \"portal\"\nname = \"门户网站\"\n");
    write(name, text);
    const auto county = load_county(dir_);
    return county ? Error{} : county.error();
  }

  std::string dir_;
};

Error wrong(std::string reason, std::string field, std::vector<std::string> args) {
  return {ErrorCode::invalid_argument, std::move(reason), std::move(field), std::move(args)};
}

TEST(SamplesTest, TheSampleOfTheBrokerIsItsDefaults) {
  EXPECT_EQ(read(config_dir + "/broker.toml"), write_broker(BrokerSettings{}));

  const auto loaded = load_broker(config_dir + "/broker.toml");

  ASSERT_TRUE(loaded) << describe(loaded.error());
  EXPECT_EQ(write_broker(*loaded), write_broker(BrokerSettings{}));
  EXPECT_EQ(loaded->home, config_dir);
}

TEST(SamplesTest, TheSamplesOfTheAdaptersAreTheirs) {
  EXPECT_EQ(read(config_dir + "/adapters/portal.toml"),
            write_portal_adapter(sample_portal_adapter()));
  EXPECT_EQ(read(config_dir + "/adapters/feed.toml"), write_feed_adapter(sample_feed_adapter()));
  EXPECT_EQ(read(config_dir + "/adapters/weibo.toml"), write_weibo_adapter(sample_weibo_adapter()));
  EXPECT_EQ(read(config_dir + "/adapters/wechat.toml"),
            write_wechat_adapter(sample_wechat_adapter()));
  EXPECT_EQ(read(config_dir + "/adapters/portal-wordpress.toml"),
            write_wordpress_adapter(sample_wordpress_adapter()));
  EXPECT_EQ(read(config_dir + "/adapters/screen.toml"),
            write_screen_adapter(sample_screen_adapter()));
  EXPECT_EQ(read(config_dir + "/adapters/board.toml"), write_board_adapter(sample_board_adapter()));

  const auto portal = load_adapter(config_dir + "/adapters/portal.toml");

  ASSERT_TRUE(portal) << describe(portal.error());
  EXPECT_EQ(portal->site.name, "");
  EXPECT_EQ(portal->directory, config_dir + "/adapters/../site");
  ASSERT_TRUE(load_adapter(config_dir + "/adapters/screen.toml"));
}

TEST(SamplesTest, TheSampleOfTheBoardsIsAListOfThem) {
  const auto boards = load_boards(config_dir + "/boards.toml");

  ASSERT_TRUE(boards) << describe(boards.error());
  ASSERT_EQ(boards->size(), 3U);
  EXPECT_EQ(boards->front().area, "990123101201");
  EXPECT_EQ(boards->back().kinds.size(), 2U);
}

TEST(SamplesTest, TheSampleOfTheSiteIsItsOwnAndLacksNothing) {
  EXPECT_EQ(read(config_dir + "/site.toml"), write_site(sample_site()));

  const auto site = load_site(config_dir + "/site.toml");

  ASSERT_TRUE(site) << describe(site.error());
  EXPECT_EQ(site->name, "云溪县人民政府");
  EXPECT_THAT(missing_marks(*site), testing::IsEmpty());
  EXPECT_THAT(missing_marks({.name = "甲", .icp_no = "2", .phone = "1"}),
              testing::ElementsAre(
                  "organiser", "id_code", "police_no", "party_mark_url", "find_error_url"));
  EXPECT_EQ(load_site(config_dir + "/none.toml", {.name = "乙"})->name, "乙");
}

TEST(SamplesTest, TheSampleCountyIsWhole) {
  const auto county = load_county(config_dir);

  ASSERT_TRUE(county) << describe(county.error());
  EXPECT_EQ(county->columns.size(), 11U);
  EXPECT_TRUE(county->channel("portal")->portal);
  EXPECT_TRUE(county->channel("portal")->filter.imports);
  EXPECT_EQ(county->unit_by_org_code("014820192")->name, "云溪县民政局");
  EXPECT_EQ(county->columns.at("zcwj").kinds, std::vector<Kind>{Kind::policy_document});
  const auto principals = load_principals(config_dir + "/principals.toml", *county);
  ASSERT_TRUE(principals) << describe(principals.error());
  EXPECT_EQ(read(config_dir + "/principals.toml"), write_principals(*principals));
  EXPECT_EQ(principals->at(2).role, Role::adapter);
}

TEST(SamplesTest, HelpNamesEverySettingInBothLanguages) {
  EXPECT_THAT(broker_settings_help(true), testing::HasSubstr("http_address = \"127.0.0.1:7010\""));
  EXPECT_THAT(broker_settings_help(true), testing::HasSubstr("收稿"));
  EXPECT_THAT(broker_settings_help(false), testing::HasSubstr("nothing is accepted"));
  EXPECT_THAT(county_settings_help(false), testing::HasSubstr("lease_ms = 60000"));
  EXPECT_THAT(site_settings_help(true), testing::HasSubstr("网站标识码"));
  EXPECT_THAT(principal_settings_help(true), testing::HasSubstr("token_hash"));
}

TEST_F(SettingsTest, AComplaintNamesThePlaceAndWhatWasMeant) {
  EXPECT_EQ(
      load_broker(write("broker.toml", "\nhttp_adress = \"127.0.0.1:1\"\n")).error(),
      wrong("settings_unknown_key_near", "broker.toml:2:15", {"http_adress", "http_address"}));
  EXPECT_EQ(load_broker(write("broker.toml", "colour = 1\n")).error().reason,
            "settings_unknown_key");
  EXPECT_EQ(load_broker(write("broker.toml", "facts_threads = 0")).error(),
            wrong("settings_out_of_range", "broker.toml:1:17", {"facts_threads", "0", "1", "64"}));
  EXPECT_EQ(load_broker(write("broker.toml", "facts_threads = \"2\"")).error().reason,
            "settings_wants_number");
  EXPECT_EQ(load_broker(write("broker.toml", "log_level = 2")).error().reason,
            "settings_wants_text");
  EXPECT_EQ(
      load_broker(write("broker.toml", "http_address = \"127.0.0.1\"")).error(),
      wrong("settings_bad_value", "broker.toml:1:16", {"http_address", "127.0.0.1", "HOST:PORT"}));
  EXPECT_EQ(load_broker(write("broker.toml", "a = \n")).error().reason, "settings_syntax");
  EXPECT_EQ(load_broker(write("broker.toml", "log_level = \"info\"\n")).error(),
            wrong("settings_missing", "broker.toml:1:1", {"http_address"}));
  EXPECT_EQ(load_broker(dir_ + "/none.toml").error().reason, "file_unreadable");
}

TEST_F(SettingsTest, ACertificateNeedsItsKey) {
  const std::string both =
      "http_address = \"0.0.0.0:443\"\nadapter_endpoint = \"tcp://*:7012\"\n"
      "http_certificate = \"tls/chain.pem\"\n";

  EXPECT_EQ(load_broker(write("broker.toml", both)).error(),
            wrong("settings_missing", "broker.toml:3:20", {"http_key"}));
  EXPECT_EQ(load_broker(write("broker.toml", both + "http_key = \"/k.pem\"\n"))->http_certificate,
            dir_ + "/tls/chain.pem");
}

TEST_F(SettingsTest, NamesBetweenTheFilesOfACountyAreChecked) {
  EXPECT_EQ(county_error("units.toml", "").reason, "settings_unknown_reference");
  EXPECT_EQ(
      county_error("columns.toml",
                   "[[column]]\nid = \"tzgg\"\nname = \"通知\"\nresponsible_unit = \"zbf\"\n"),
      wrong("settings_unknown_reference_near",
            "columns.toml:4:20",
            {"responsible_unit", "zbf", "zfb"}));
  EXPECT_EQ(county_error("channels.toml",
                         "[[channel]]\nid = \"portal\"\nname = \"门户\"\ncolumns = [\"tzg\"]\n")
                .args,
            (std::vector<std::string>{"columns", "tzg", "tzgg"}));
  EXPECT_EQ(county_error("channels.toml",
                         "[[channel]]\nid = \"portal\"\nname = \"门户\"\nkinds = [\"notise\"]\n")
                .args,
            (std::vector<std::string>{"kinds", "notise", "notice"}));
  EXPECT_EQ(county_error("channels.toml", "[[chanel]]\nid = \"portal\"\n").reason,
            "settings_unknown_key_near");
  EXPECT_EQ(county_error("channels.toml", "channel = 1\n").reason, "settings_wants_tables");
}

TEST_F(SettingsTest, NoIdAppearsTwice) {
  const std::string channel = "[[channel]]\nid = \"portal\"\nname = \"门户\"\n";

  EXPECT_EQ(county_error("channels.toml", channel + channel),
            wrong("settings_duplicate", "channels.toml:5:6", {"id", "portal", "1"}));
}

TEST_F(SettingsTest, UnitsDoNotStandInACircle) {
  const auto unit = [](const std::string& id, const std::string& code, const std::string& parent) {
    return "[[unit]]\nid = \"" + id + "\"\nname = \"单位\"\norg_code = \"" + code +
           "\"\narea = \"990123000000\"\nparent = \"" + parent + "\"\n";
  };

  EXPECT_EQ(
      county_error("units.toml", unit("zfb", "014820037", "a") + unit("a", "014820038", "zfb")),
      wrong("settings_parent_cycle", "units.toml:1:1", {"zfb"}));
  EXPECT_EQ(
      county_error("units.toml", unit("zfb", "014820037", "") + unit("a", "014820037", "")).args,
      (std::vector<std::string>{"org_code", "014820037", "1"}));
  EXPECT_EQ(county_error("units.toml", unit("zfb", "01482003", "")).reason, "settings_bad_value");
}

TEST_F(SettingsTest, APrincipalHasWhatItsRoleNeeds) {
  const CountySettings county = *load_county(config_dir);
  const auto load = [&](const std::string& text) {
    const auto loaded = load_principals(write("principals.toml", "[[principal]]\n" + text), county);
    return loaded ? Error{} : loaded.error();
  };
  const std::string key = "key = \"" + std::string(40, 'a') + "\"\n";
  const std::string hash = "token_hash = \"" + std::string(64, '0') + "\"\n";

  EXPECT_EQ(load("name = \"a\"\nrole = \"adapter\"\n").args, std::vector<std::string>{"key"});
  EXPECT_EQ(load("name = \"a\"\nrole = \"adapter\"\n" + key).args,
            std::vector<std::string>{"channels"});
  EXPECT_EQ(load("name = \"a\"\nrole = \"operator\"\n" + hash).args,
            std::vector<std::string>{"rights"});
  EXPECT_EQ(load("name = \"a\"\nrole = \"publisher\"\n").args,
            std::vector<std::string>{"key | token_hash"});
  EXPECT_EQ(load("name = \"a\"\nrole = \"editor\"\n").reason, "settings_bad_value");
  EXPECT_EQ(load("name = \"a\"\nrole = \"publisher\"\nkey = \"short\"\n").reason,
            "settings_bad_value");
  EXPECT_EQ(load("name = \"a\"\nrole = \"publisher\"\nunits = [\"mzi\"]\n" + key).args,
            (std::vector<std::string>{"units", "mzi", "mzj"}));
  EXPECT_EQ(load("name = \"a\"\nrole = \"publisher\"\n" + key +
                 "[[principal]]\nname = \"b\"\nrole = \"publisher\"\n" + key)
                .reason,
            "settings_duplicate");
}

TEST_F(SettingsTest, EveryRightOfAPrincipalIsReadAndWritten) {
  const CountySettings county = *load_county(config_dir);
  const std::string text = "[[principal]]\nname = \"oa\"\nrole = \"publisher\"\nkey = \"" +
                           std::string(40, 'a') + "\"\nprevious_key = \"" + std::string(40, 'b') +
                           "\"\nchannels = [\"portal\"]\nunits = [\"mzj\"]\ncolumns = "
                           "[\"tzgg\"]\nkinds = [\"notice\", \"news\"]\nrate_per_minute = "
                           "60\nvalid_from = \"2026-01-01\"\nvalid_until = "
                           "\"2026-12-31\"\nrevoked = true\n";

  const auto read = parse_principals(text, "principals.toml", county);

  ASSERT_TRUE(read) << describe(read.error());
  const PrincipalSettings& oa = read->at(0);
  EXPECT_EQ(oa.previous_key, std::string(40, 'b'));
  EXPECT_EQ(oa.channels, std::vector<std::string>{"portal"});
  EXPECT_EQ(oa.kinds, (std::vector<Kind>{Kind::notice, Kind::news}));
  EXPECT_EQ(oa.rate_per_minute, 60U);
  EXPECT_EQ(oa.valid_until, "2026-12-31");
  EXPECT_TRUE(oa.revoked);
  EXPECT_EQ(write_principal(oa), "\n" + text);
  const auto error = [&](const std::string& old, const std::string& next) {
    std::string changed = text;
    changed.replace(changed.find(old), old.size(), next);
    const auto again = parse_principals(changed, "principals.toml", county);
    return again ? Error{} : again.error();
  };
  EXPECT_EQ(error("2026-12-31", "2025-12-31").reason, "settings_over_before_begin");
  EXPECT_EQ(error("2026-12-31", "2026-12-32").reason, "settings_bad_value");
  EXPECT_EQ(error("\"notice\"", "\"notise\"").reason, "settings_unknown_reference_near");
  EXPECT_EQ(error("[\"portal\"]", "[\"radio\"]").reason, "settings_unknown_reference");
  EXPECT_EQ(error(std::string(40, 'b'), std::string(40, 'a')).reason, "settings_duplicate");
  EXPECT_EQ(error("= 60", "= 60000000").reason, "settings_out_of_range");
}

TEST(ValidityTest, LastsFromTheFirstToTheEndOfTheLastDayInShanghai) {
  PrincipalSettings one;
  one.valid_from = "2026-11-20";
  one.valid_until = "2026-11-24";
  const auto at = [&](std::string_view time) { return validity_of(one, *parse_utc(time)); };

  EXPECT_EQ(at("2026-11-19T15:59:59Z"), PrincipalState::not_yet);
  EXPECT_EQ(at("2026-11-19T16:00:00Z"), PrincipalState::valid);
  EXPECT_EQ(at("2026-11-24T15:59:59Z"), PrincipalState::valid);
  EXPECT_EQ(at("2026-11-24T16:00:00Z"), PrincipalState::over);
  one.revoked = true;
  EXPECT_EQ(at("2026-11-24T15:00:00Z"), PrincipalState::revoked);
  EXPECT_EQ(validity_of(PrincipalSettings{}, {1}), PrincipalState::valid);
}

TEST_F(SettingsTest, HttpBeyondThisMachineNeedsACertificate) {
  const std::string rest = "adapter_endpoint = \"tcp://127.0.0.1:7012\"\n";
  for (const char* address : {"127.0.0.1:1", "localhost:1", "[::1]:1"}) {
    EXPECT_TRUE(load_broker(
        write("broker.toml", "http_address = \"" + std::string(address) + "\"\n" + rest)))
        << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.1.2.3:1", "*:1"}) {
    const auto loaded = load_broker(
        write("broker.toml", "http_address = \"" + std::string(address) + "\"\n" + rest));
    ASSERT_FALSE(loaded) << address;
    EXPECT_EQ(loaded.error().reason, "settings_needs_certificate") << address;
  }
}

TEST(TomlTest, BecomesJsonInTheOrderOfTheFile) {
  EXPECT_EQ(*toml_to_json("b = \"一\\n\"\na = [1, 2.0, true]\nd = 2025-03-18\n[[x]]\ny = 1\n"
                          "[[x]]\n[z]\nt = 2025-03-18T08:00:00+08:00\n",
                          "f"),
            "{\"b\":\"一\\n\",\"a\":[1,2.0,true],\"d\":\"2025-03-18\",\"x\":[{\"y\":1},{}],"
            "\"z\":{\"t\":\"2025-03-18T08:00:00+08:00\"}}");
  EXPECT_EQ(toml_to_json("a = 1\na = 2\n", "f", 3).error().field, "f:4:5");
}

TEST(NearestNameTest, IsNearOrNothing) {
  const std::vector<std::string> names{"log_level", "lease_ms", "id"};

  EXPECT_EQ(nearest_name("lgo_level", names), "log_level");
  EXPECT_EQ(nearest_name("lease", names), "");
  EXPECT_EQ(nearest_name("lease_s", names), "lease_ms");
  EXPECT_EQ(nearest_name("", names), "");
}

}  // namespace
}  // namespace gulou
