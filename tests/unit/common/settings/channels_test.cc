#include "common/base/limits.h"
#include "common/settings/county.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gulou {
namespace {

const std::string sample_county = GULOU_SOURCE_DIR "/config";

// The county of config/ with channels of the test: each the text of its table, without id and name.
class ChannelSettingsTest : public testing::Test {
 protected:
  ChannelSettingsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gulou-channels-XXXXXX").string();
    dir_ = mkdtemp(name.data());
    for (const std::string file : {"/units.toml", "/columns.toml"}) {
      std::filesystem::copy_file(sample_county + file, dir_ + file);
    }
  }

  ~ChannelSettingsTest() override { std::filesystem::remove_all(dir_); }

  // Lines: 1 [[channel]], 2 id and then name, 3 the first of `portal`.
  Result<CountySettings> load(const std::string& portal, const std::string& others = {}) const {
    std::ofstream(dir_ + "/channels.toml", std::ios::binary)
        << "[[channel]]\nid = \"portal\"\n" + portal + "name = \"门户\"\n" + others +
               "[[channel]]\nid = \"screen\"\nname = \"屏\"\n";
    return load_county(dir_);
  }

  Error refused(const std::string& portal, const std::string& others = {}) const {
    const auto county = load(portal, others);
    return county ? Error{} : county.error();
  }

  std::string dir_;
};

Error refusal(std::string reason, std::string place, std::vector<std::string> args) {
  return {ErrorCode::invalid_argument,
          std::move(reason),
          "channels.toml:" + std::move(place),
          std::move(args)};
}

TEST_F(ChannelSettingsTest, EveryPolicyIsRead) {
  const auto county = load(
      "start = \"current\"\nmode = \"draft\"\norder = \"strict\"\ngate = \"screen\"\n"
      "gate_timeout_ms = 5000\ngate_after = \"proceed\"\ngate_urgent_skips = true\n"
      "per_second = 1\nper_minute = 20\nper_day = 100\non_mark_invalid = \"take_down\"\n"
      "on_replace = \"park\"\non_remove = \"leave\"\non_erase = \"park\"\ncredit_max = 4\n"
      "exclusive = true\ncall_ms_max = 30000\nread_back = false\ncan_look = false\n"
      "circuit_failures = 3\nprobe_ms = 9000\ntakedown_ms_max = 60000\n");

  ASSERT_TRUE(county) << describe(county.error());
  const Channel& portal = *county->channel("portal");
  EXPECT_EQ(portal.start, Start::current);
  EXPECT_EQ(portal.mode, Mode::draft);
  EXPECT_EQ(portal.order, Order::strict);
  EXPECT_EQ(portal.gate.channel, "screen");
  EXPECT_EQ(portal.gate.timeout_ms, 5000);
  EXPECT_TRUE(portal.gate.proceeds);
  EXPECT_TRUE(portal.gate.urgent_skips);
  EXPECT_EQ(portal.rates.per_second, 1U);
  EXPECT_EQ(portal.rates.per_minute, 20U);
  EXPECT_EQ(portal.rates.per_day, 100U);
  EXPECT_EQ(portal.on_withdrawal.mark_invalid, OnWithdrawal::take_down);
  EXPECT_EQ(portal.on_withdrawal.replace, OnWithdrawal::park);
  EXPECT_EQ(portal.on_withdrawal.remove, OnWithdrawal::leave);
  EXPECT_EQ(portal.on_withdrawal.erase, OnWithdrawal::park);
  EXPECT_EQ(portal.credit_max, 4U);
  EXPECT_TRUE(portal.exclusive);
  EXPECT_EQ(portal.call_ms_max, 30'000);
  EXPECT_FALSE(portal.read_back);
  EXPECT_FALSE(portal.can_look);
  EXPECT_EQ(portal.circuit_failures, 3U);
  EXPECT_EQ(portal.probe_ms, 9000);
  EXPECT_EQ(portal.takedown_ms_max, 60'000);
}

TEST_F(ChannelSettingsTest, WhatIsLeftOutIsTheDefault) {
  const auto county = load("gate = \"screen\"\n");

  ASSERT_TRUE(county) << describe(county.error());
  const Channel& portal = *county->channel("portal");
  EXPECT_EQ(portal.start, Start::now);
  EXPECT_EQ(portal.gate.timeout_ms, limits::gate_timeout_ms_default);
  EXPECT_FALSE(portal.gate.proceeds);
  EXPECT_FALSE(portal.rates.any());
  EXPECT_EQ(portal.on_withdrawal.mark_invalid, OnWithdrawal::adapter);
  EXPECT_TRUE(portal.read_back);
  EXPECT_EQ(portal.lease_ms, limits::lease_ms_default);
}

TEST_F(ChannelSettingsTest, AWordIsOneOfThoseNamed) {
  EXPECT_EQ(refused("mode = \"automatic\"\n"),
            refusal("settings_bad_value", "3:8", {"mode", "automatic", "api | draft | manual"}));
  EXPECT_EQ(refused("order = 1\n").reason, "settings_wants_text");
  EXPECT_EQ(refused("gate_after = \"wait\"\ngate = \"screen\"\n").args.back(), "hold | proceed");
  EXPECT_EQ(refused("on_erase = \"keep\"\n").args.back(), "adapter | leave | take_down | park");
  EXPECT_EQ(refused("start = \"then\"\n").args.back(), "now | current | all");
}

TEST_F(ChannelSettingsTest, AGateIsAnotherChannelThatCanOpenIt) {
  EXPECT_EQ(refused("gate = \"portal\"\n"), refusal("settings_gate_itself", "3:8", {"portal"}));
  EXPECT_EQ(refused("gate = \"scren\"\n"),
            refusal("settings_unknown_reference_near", "3:8", {"gate", "scren", "screen"}));
  EXPECT_EQ(refused("gate = \"devices\"\n",
                    "[[channel]]\nid = \"devices\"\nname = \"终端\"\nfleet = true\n"),
            refusal("settings_gate_never_opens", "3:8", {"portal", "devices"}));
}

TEST_F(ChannelSettingsTest, GatesFormNoCircle) {
  const auto gated = [](const std::string& id, const std::string& gate) {
    return "[[channel]]\nid = \"" + id + "\"\nname = \"渠道\"\ngate = \"" + gate + "\"\n";
  };

  EXPECT_EQ(refused("gate = \"b\"\n", gated("b", "c") + gated("c", "portal")),
            refusal("settings_gate_circle", "3:8", {"portal → b → c → portal"}));
  EXPECT_EQ(refused("gate = \"b\"\n", gated("b", "c") + gated("c", "b")),
            refusal("settings_gate_circle", "8:8", {"b → c → b"}));
  EXPECT_TRUE(load("gate = \"b\"\n", gated("b", "c") + gated("c", "screen")));
}

TEST_F(ChannelSettingsTest, WhatIsSaidOfAGateNeedsOne) {
  EXPECT_EQ(refused("gate_after = \"proceed\"\n"),
            refusal("settings_needs_gate", "3:14", {"gate_after"}));
  EXPECT_EQ(refused("gate_timeout_ms = 5000\n").args, std::vector<std::string>{"gate_timeout_ms"});
  EXPECT_EQ(refused("gate = \"\"\ngate_urgent_skips = true\n").args,
            std::vector<std::string>{"gate_urgent_skips"});
}

TEST_F(ChannelSettingsTest, ALeaseOutlastsACall) {
  EXPECT_EQ(refused("lease_ms = 24999\n"),
            refusal("settings_lease_too_short", "3:12", {"24999", "20000", "25000"}));
  EXPECT_EQ(refused("call_ms_max = 55001\n"),
            refusal("settings_lease_too_short", "3:15", {"60000", "55001", "60001"}));
  EXPECT_TRUE(load("lease_ms = 25000\n"));
}

TEST_F(ChannelSettingsTest, TheFirstWaitIsNotTheLongest) {
  EXPECT_EQ(refused("backoff_first_ms = 2000\nbackoff_ms_max = 1999\n"),
            refusal("settings_backoff_reversed", "3:20", {"2000", "1999"}));
  EXPECT_EQ(refused("backoff_ms_max = 1000\n"),
            refusal("settings_backoff_reversed", "3:18", {"2000", "1000"}));
  EXPECT_TRUE(load("backoff_first_ms = 2000\nbackoff_ms_max = 2000\n"));
}

TEST_F(ChannelSettingsTest, WhatCannotBeBothIsRefused) {
  EXPECT_EQ(refused("exclusive = true\nmode = \"manual\"\n"),
            refusal("settings_manual_exclusive", "3:13", {"portal"}));
  EXPECT_EQ(refused("order = \"strict\"\nfleet = true\n"),
            refusal("settings_fleet_strict", "3:9", {"portal"}));
  EXPECT_EQ(refused("exclusive = true\nfleet = true\n"),
            refusal("settings_fleet_exclusive", "3:13", {"portal"}));
  EXPECT_EQ(refused("must_confirm_every_s = 3600\n"),
            refusal("settings_display_lease", "3:24", {"portal", "10"}));
  EXPECT_EQ(refused("fleet = true\nmust_confirm_every_s = 9\n"),
            refusal("settings_display_lease", "4:24", {"portal", "10"}));
  EXPECT_EQ(refused("portal_url = \"https://portal.example\"\n"),
            refusal("settings_portal_of_fleet", "3:14", {"portal"}));
  EXPECT_EQ(refused("on_remove = \"take_down\"\n"),
            refusal("settings_takes_down_anyway", "3:13", {"on_remove"}));
  EXPECT_EQ(refused("on_erase = \"take_down\"\n"),
            refusal("settings_takes_down_anyway", "3:12", {"on_erase"}));
}

TEST_F(ChannelSettingsTest, TheCommentsOfTheSampleNameEverySetting) {
  std::ifstream in(sample_county + "/channels.toml", std::ios::binary);
  const std::string sample{std::istreambuf_iterator<char>(in), {}};
  const std::string help = county_settings_help(false);
  size_t at = help.find("channels.toml [[channel]]\n");
  size_t settings = 0;

  // "  key = default", and below it the sentence, deeper.
  for (at = help.find("\n  ", at); at != std::string::npos; at = help.find("\n  ", at + 1)) {
    if (help[at + 3] == ' ') {
      continue;
    }
    const std::string key = help.substr(at + 3, help.find(' ', at + 3) - at - 3);
    EXPECT_THAT(sample.substr(0, sample.find("\n[[channel]]")),
                testing::ContainsRegex("\n#.*[ ,]" + key))
        << key;
    ++settings;
  }

  EXPECT_GT(settings, 30U);
}

}  // namespace
}  // namespace gulou
