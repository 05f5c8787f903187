#include "broker/cli/init.h"

#include "broker/cli/command_line.h"
#include "broker/cli/home.h"
#include "broker/cli/ports.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/net/keys.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/broker_settings.h"
#include "common/settings/county.h"
#include "common/settings/home.h"
#include "common/settings/principals.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const std::string& path) {
  struct stat info {};

  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class InitTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "init_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    home_ = directory_ + "/home";
  }

  void TearDown() override { fs::remove_all(directory_); }

  int run(std::vector<std::string> arguments) {
    out_.clear();
    err_.clear();
    arguments.insert(arguments.begin(), {"--home", home_, "--lang", "en"});
    return run_command_line(arguments,
                            {.variable = [](const std::string&) { return std::string(); },
                             .out = [this](std::string_view text) { out_ += text; },
                             .err = [this](std::string_view text) { err_ += text; },
                             .terminal = false,
                             .program = "/opt/gulou/bin/gulou"});
  }

  std::string directory_;
  std::string home_;
  std::string out_;
  std::string err_;
};

TEST_F(InitTest, AHomeLoadsAndItsSecretsArePrivate) {
  const auto made = make_home(home_, "/opt/gulou/bin/gulou", {.free_ports = true});

  ASSERT_TRUE(made) << describe(made.error());
  const Home home{home_};
  EXPECT_EQ(mode_of(home_), 0700U);
  EXPECT_EQ(mode_of(home.keys_dir()), 0700U);
  for (const std::string& secret : {home.broker_secret_key(),
                                    home.mac_key(),
                                    home.signing_key(),
                                    home.secret_key_of("portal-1"),
                                    home.secret_key_of("screen-1"),
                                    home.secret_key_of("publisher-1"),
                                    home.principals(),
                                    in_home(home_, home_files::token)}) {
    EXPECT_EQ(mode_of(secret), 0600U) << secret;
  }
  EXPECT_TRUE(read_mac_key(home.mac_key()));
  EXPECT_TRUE(read_signing_key(home.signing_key()));
  const auto county = load_county(home_);
  ASSERT_TRUE(county) << describe(county.error());
  const auto principals = load_principals(home.principals(), *county);
  ASSERT_TRUE(principals) << describe(principals.error());
  EXPECT_EQ(principals->size(), 4U);
  EXPECT_EQ(read_token(home_), made->token);
  EXPECT_TRUE(std::ranges::any_of(*principals, [&made](const PrincipalSettings& one) {
    return one.token_hash == sha256(made->token) && one.rights == Rights::admin;
  }));
}

TEST_F(InitTest, KeysOfAdaptersAreTheOnesPrincipalsNames) {
  ASSERT_TRUE(make_home(home_, "gulou", {.free_ports = true}));
  const Home home{home_};
  const auto county = load_county(home_);
  ASSERT_TRUE(county);
  const auto principals = load_principals(home.principals(), *county);
  ASSERT_TRUE(principals);
  for (const std::string name : {"portal", "screen"}) {
    const auto adapter = load_adapter(home.adapter_settings(name));
    ASSERT_TRUE(adapter) << describe(adapter.error());

    std::string secret = read_secret_file(adapter->key_file).value();
    secret.pop_back();

    const auto known = std::ranges::find(*principals, adapter->instance, &PrincipalSettings::name);
    ASSERT_NE(known, principals->end());
    EXPECT_EQ(net::public_key_of(secret).value(), known->key);
    EXPECT_TRUE(fs::exists(adapter->broker_key_file));
  }
}

TEST_F(InitTest, PortsAreTheSameInEveryFile) {
  const auto made = make_home(home_, "gulou", {.free_ports = true});
  ASSERT_TRUE(made);

  const auto ports = read_ports(home_);
  const Home home{home_};
  const auto broker = load_broker(home.broker_settings());
  const auto portal = load_adapter(home.adapter_settings("portal"));

  ASSERT_TRUE(ports && broker && portal);
  EXPECT_EQ(*ports, made->ports.ports);
  const auto port = [&ports](const char* name) { return std::to_string(ports->at(name)); };
  EXPECT_EQ(broker->http_address, "127.0.0.1:" + port("http"));
  EXPECT_EQ(broker->adapter_endpoint, "tcp://127.0.0.1:" + port("adapters"));
  EXPECT_EQ(portal->broker_endpoint, broker->adapter_endpoint);
  EXPECT_EQ(portal->listen, "127.0.0.1:" + port("portal"));
  EXPECT_EQ(broker_url(home_), "http://127.0.0.1:" + port("http"));
  std::set<uint16_t> different;
  for (const auto& [name, number] : *ports) {
    different.insert(number);
  }
  EXPECT_EQ(different.size(), ports->size());
}

TEST_F(InitTest, AnExistingHomeIsLeftAlone) {
  ASSERT_EQ(run({"init", "--ports", "auto"}), 0) << err_;
  const std::string token = read_token(home_).value();

  EXPECT_EQ(run({"init", "--ports", "auto"}), 1);

  EXPECT_NE(err_.find("left alone"), std::string::npos) << err_;
  EXPECT_EQ(read_token(home_).value(), token);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()), 1);
}

TEST_F(InitTest, TheTokenIsShownAndTheEnvironmentQuoted) {
  home_ = directory_ + "/it's a home";

  ASSERT_EQ(run({"init", "--ports", "auto"}), 0) << err_;

  EXPECT_NE(out_.find(read_token(home_).value()), std::string::npos);
  std::string env;
  const std::string command = "sh -c '. \"$0/env\" && printf %s \"$GULOU_HOME\"' \"" + home_ + "\"";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char buffer[4096];
  env.assign(buffer, std::fread(buffer, 1, sizeof buffer, pipe));
  ::pclose(pipe);
  EXPECT_EQ(env, home_);
}

// What goes out is given ports from 32768 on: one of them could be taken before the broker starts.
TEST_F(InitTest, AFreePortIsNoneThatGoesOut) {
  const auto port = find_free_port();

  ASSERT_TRUE(port);
  EXPECT_TRUE(is_port_free(*port));
  EXPECT_LT(*port, 32768);
}

TEST_F(InitTest, WithoutABrokerCommandsSayHowToStartIt) {
  ASSERT_EQ(run({"init", "--ports", "auto"}), 0) << err_;

  EXPECT_EQ(run({"status"}), 3);
  EXPECT_NE(err_.find("gulou-broker --home " + home_), std::string::npos) << err_;
  EXPECT_EQ(run({"release", "list", "--json"}), 3);
  EXPECT_NE(out_.find("broker_unreachable"), std::string::npos) << out_;
}

TEST_F(InitTest, WithoutAHomeCommandsSayHowToMakeOne) {
  EXPECT_EQ(run({"status"}), 1);
  EXPECT_NE(err_.find("gulou init"), std::string::npos) << err_;
}

TEST_F(InitTest, WhatIsNoCommandIsUsage) {
  EXPECT_EQ(run({"stauts"}), 2);
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"publish"}), 2);
  EXPECT_EQ(run({"delivery", "list", "--state", "lost"}), 2);
  EXPECT_EQ(run({"delivery", "cancel", "portal/3"}), 2);
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(out_.find("publish"), std::string::npos);
  EXPECT_EQ(run({"delivery", "retry", "--help"}), 0);
}

TEST_F(InitTest, KindsAreShownWithoutABroker) {
  ASSERT_EQ(run({"kind", "show", "notice"}), 0);
  EXPECT_TRUE(out_.starts_with("+++\n"));
  EXPECT_EQ(run({"kind", "list", "--json"}), 0);
  EXPECT_NE(out_.find("\"reply.letter_no\""), std::string::npos);
  EXPECT_EQ(run({"kind", "show", "nothing"}), 1);
  EXPECT_EQ(run({"version"}), 0);
}

}  // namespace
}  // namespace gulou::cli
