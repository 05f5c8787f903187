// `gulou key` and `gulou principal` on a home whose broker does not run: its port is nobody's.
#include "broker/cli/command_line.h"
#include "broker/cli/home.h"
#include "broker/cli/init.h"
#include "broker/cli/principals_file.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/json/value.h"
#include "common/net/keys.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace gulou::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class KeyTest : public testing::Test {
 protected:
  KeyTest() : home_(dir_ / "home") {
    const auto made = make_home(home_, "gulou", {.free_ports = true});
    EXPECT_TRUE(made) << describe(made.error());
  }

  int run(std::vector<std::string> arguments) {
    out_.clear();
    err_.clear();
    arguments.insert(arguments.begin(), {"--home", home_, "--lang", "en"});
    return run_command_line(arguments,
                            {.variable = [](const std::string&) { return std::string(); },
                             .out = [this](std::string_view text) { out_ += text; },
                             .err = [this](std::string_view text) { err_ += text; },
                             .read_line = nullptr,
                             .terminal = false,
                             .program = "gulou"});
  }

  PrincipalSettings principal(std::string_view name) {
    const auto file = PrincipalsFile::open(home_);
    EXPECT_TRUE(file) << describe(file.error());
    const PrincipalSettings* found = file->find(name);
    return found == nullptr ? PrincipalSettings{} : *found;
  }

  std::string text() { return read_file(path(), limits::settings_bytes_max).value_or(""); }

  std::string path() const { return Home{home_}.principals(); }

  std::string secret(std::string_view name) const {
    std::string key = read_secret_file(Home{home_}.secret_key_of(name)).value_or("\n");
    key.pop_back();
    return key;
  }

  TempDir dir_;
  std::string home_;
  std::string out_;
  std::string err_;
};

TEST_F(KeyTest, ANewPublisherHasAKeyAndItsRights) {
  EXPECT_EQ(run({"key",
                 "new",
                 "oa-2",
                 "--role",
                 "publisher",
                 "--unit",
                 "mzj",
                 "--unit",
                 "zfb",
                 "--kind",
                 "notice",
                 "--rate",
                 "60",
                 "--until",
                 "2030-12-31"}),
            0)
      << err_;

  const PrincipalSettings made = principal("oa-2");
  EXPECT_EQ(made.role, Role::publisher);
  EXPECT_EQ(made.units, (std::vector<std::string>{"mzj", "zfb"}));
  EXPECT_EQ(made.kinds, std::vector<Kind>{Kind::notice});
  EXPECT_EQ(made.rate_per_minute, 60U);
  EXPECT_EQ(net::public_key_of(secret("oa-2")).value(), made.key);
  EXPECT_THAT(out_, HasSubstr("no broker answers"));
  EXPECT_THAT(out_ + err_ + text(), Not(HasSubstr(secret("oa-2"))));
}

TEST_F(KeyTest, ATokenIsShownOnceAndOnlyItsHashKept) {
  EXPECT_EQ(run({"key", "new", "li", "--role", "operator", "--rights", "viewer", "--json"}), 0);
  const auto said = JsonValue::parse(out_);
  ASSERT_TRUE(said);
  const std::string token(said->text("token"));
  EXPECT_EQ(token.size(), 64U);
  EXPECT_EQ(principal("li").token_hash, sha256(token));
  EXPECT_THAT(text(), Not(HasSubstr(token)));

  const std::string out = dir_ / "token";
  EXPECT_EQ(run({"key", "new", "li", "--out", out}), 0) << err_;
  const auto kept = read_secret_file(out);
  ASSERT_TRUE(kept);
  EXPECT_EQ(principal("li").token_hash, sha256(kept->substr(0, 64)));
  EXPECT_THAT(out_, Not(HasSubstr(kept->substr(0, 64))));
}

TEST_F(KeyTest, AReplacedKeyWorksUntilItIsRevoked) {
  const std::string before = principal("portal-1").key;

  EXPECT_EQ(run({"key", "new", "portal-1"}), 0) << err_;

  EXPECT_EQ(principal("portal-1").previous_key, before);
  EXPECT_EQ(net::public_key_of(secret("portal-1")).value(), principal("portal-1").key);
  EXPECT_THAT(out_, HasSubstr("gulou key revoke portal-1 --previous"));
  EXPECT_EQ(run({"principal", "check"}), 0);
  EXPECT_THAT(out_, HasSubstr("of portal-1 still works"));
  EXPECT_EQ(run({"key", "revoke", "portal-1", "--previous", "--yes"}), 3);  // nobody to be told
  EXPECT_EQ(principal("portal-1").previous_key, "");
  EXPECT_FALSE(principal("portal-1").revoked);
  EXPECT_EQ(run({"key", "revoke", "portal-1", "--previous", "--yes"}), 1);
}

TEST_F(KeyTest, RevocationIsMeant) {
  EXPECT_EQ(run({"key", "revoke", "publisher-1"}), 2);
  EXPECT_THAT(err_, HasSubstr("publisher-1 (publisher) will be revoked"));
  EXPECT_FALSE(principal("publisher-1").revoked);

  EXPECT_EQ(run({"key", "revoke", "publisher-1", "--yes"}), 3);
  EXPECT_TRUE(principal("publisher-1").revoked);
  EXPECT_EQ(run({"key", "list"}), 0);
  EXPECT_THAT(out_, HasSubstr("revoked"));
  EXPECT_EQ(run({"key", "revoke", "nobody", "--yes"}), 1);
}

TEST_F(KeyTest, WhatAPersonWroteBesideStays) {
  ASSERT_TRUE(replace_secret_file(path(), "# ours\n" + text() + "# the end\n"));

  EXPECT_EQ(run({"key", "revoke", "screen-1", "--yes"}), 3) << err_;

  EXPECT_THAT(text(), HasSubstr("# ours\n"));
  EXPECT_THAT(text(), HasSubstr("# the end\n"));
  EXPECT_THAT(text(), HasSubstr("name = \"screen-1\"\nrevoked = true\n"));

  struct stat info {};

  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(KeyTest, WhatCannotBeIsWrittenNowhere) {
  const std::string before = text();

  EXPECT_EQ(run({"key", "new", "../x", "--role", "adapter", "--channel", "portal"}), 1);
  EXPECT_EQ(run({"key", "new", "a", "--role", "adapter", "--channel", "radio"}), 1);
  EXPECT_THAT(err_, HasSubstr("radio"));
  EXPECT_EQ(run({"key", "new", "a", "--role", "boss"}), 1);
  EXPECT_EQ(run({"key", "new", "a"}), 1);
  EXPECT_THAT(err_, HasSubstr("--role"));
  EXPECT_EQ(run({"key", "new", "a", "--role", "publisher", "--until", "soon"}), 1);

  EXPECT_EQ(text(), before);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "x.secret"));
  EXPECT_FALSE(std::filesystem::exists(Home{home_}.secret_key_of("a")));
}

TEST_F(KeyTest, TablesWrittenInOneLineAreLeftToAPerson) {
  ASSERT_TRUE(replace_secret_file(
      path(),
      "principal = [{name = \"li\", role = \"operator\", rights = \"admin\", token_hash = \"" +
          to_hex(sha256("t")) + "\"}]\n"));

  EXPECT_EQ(run({"key", "revoke", "li", "--yes"}), 1);
  EXPECT_THAT(err_, HasSubstr("by hand"));
}

TEST_F(KeyTest, TheCheckNamesSecretsThatOthersMayRead) {
  EXPECT_EQ(run({"principal", "check"}), 0) << out_;
  std::filesystem::permissions(Home{home_}.secret_key_of("portal-1"), std::filesystem::perms(0644));

  EXPECT_EQ(run({"principal", "check"}), 1);

  EXPECT_THAT(out_, HasSubstr("portal-1.secret has mode 644"));
}

TEST_F(KeyTest, RightsAreListed) {
  run({"key", "new", "oa-2", "--role", "publisher", "--unit", "mzj", "--channel", "portal"});

  EXPECT_EQ(run({"principal", "list"}), 0);
  EXPECT_THAT(out_, HasSubstr("oa-2"));
  EXPECT_THAT(out_, HasSubstr("mzj"));
  EXPECT_EQ(run({"principal", "list", "--json"}), 0);
  const auto list = JsonValue::parse(out_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->items("principals").size(), 5U);
}

}  // namespace
}  // namespace gulou::cli
