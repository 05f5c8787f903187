#include "broker/app/admission.h"

#include "common/base/service.h"
#include "common/base/time.h"
#include "common/crypto/digest.h"
#include "common/net/keys.h"
#include "tests/support/temp_dir.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace gulou {
namespace {

constexpr auto plenty = std::chrono::milliseconds(10'000);
constexpr Utc today{1'795'478'400'000};  // 2026-11-24

CountySettings county() {
  CountySettings settings;
  settings.units["mzj"] = {"mzj", "民政局", "014820192", "990123000000", "", ""};
  Channel portal;
  portal.id = "portal";
  settings.channels.push_back(portal);
  return settings;
}

PrincipalSettings publisher(std::string name) {
  PrincipalSettings one;
  one.name = std::move(name);
  one.instance = one.name;
  one.role = Role::publisher;
  one.key = net::generate_keys().public_key;
  return one;
}

PrincipalSettings adapter(std::string name) {
  PrincipalSettings one = publisher(std::move(name));
  one.role = Role::adapter;
  one.channels = {"portal"};
  return one;
}

PrincipalSettings person(std::string name, Rights rights, std::string_view token) {
  PrincipalSettings one;
  one.name = std::move(name);
  one.instance = one.name;
  one.role = Role::operating;
  one.rights = rights;
  one.token_hash = sha256(token);
  return one;
}

std::set<std::string> names(const Admitted& admitted) {
  std::set<std::string> all;
  for (const auto& [key, principal] : admitted.names) {
    all.insert(principal.name);
  }
  for (const HttpPrincipal& token : admitted.tokens) {
    all.insert(token.name);
  }
  return all;
}

Admitted admit(const std::vector<PrincipalSettings>& principals, Utc now = today) {
  auto admitted = admitted_of(principals, now);
  EXPECT_TRUE(admitted) << describe(admitted.error());
  return *std::move(admitted);
}

using Names = std::set<std::string>;

TEST(AdmittedTest, OnlyWhoIsValidNow) {
  PrincipalSettings gone = publisher("gone");
  gone.revoked = true;
  PrincipalSettings later = adapter("later");
  later.valid_from = "2026-11-25";
  PrincipalSettings over = person("over", Rights::admin, "t");
  over.valid_until = "2026-11-23";
  const std::vector<PrincipalSettings> all{publisher("oa"), gone, later, over};

  EXPECT_EQ(names(admit(all)), Names{"oa"});
  EXPECT_EQ(admit(all).submitters, Names{"oa"});
  EXPECT_EQ(names(admit(all, {today.ms + 24LL * 3600 * 1000})), (Names{"later", "oa"}));
}

TEST(AdmittedTest, BothKeysOfOneThatIsBeingReplaced) {
  PrincipalSettings oa = publisher("oa");
  oa.previous_key = net::generate_keys().public_key;

  const Admitted admitted = admit({oa});

  EXPECT_EQ(admitted.names.size(), 2U);
  EXPECT_EQ(names(admitted), Names{"oa"});
  for (const std::string& key : {oa.key, oa.previous_key}) {
    const net::Principal* found = admitted.keys.find(*net::key_bytes(key));
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(admitted.names.at(found->name).name, "oa");  // and each is known apart
    EXPECT_EQ(found->domains, std::vector<std::string>{"publish"});
  }
}

TEST(AdmittedTest, EachRoleHasItsDoors) {
  PrincipalSettings relay = adapter("relay-1");
  relay.role = Role::relay;
  PrincipalSettings upper = relay;
  upper.name = "relay-2";
  upper.key = net::generate_keys().public_key;
  upper.units = {"mzj"};
  PrincipalSettings device = adapter("screen-1");
  device.role = Role::device;
  device.key = net::generate_keys().public_key;
  const Admitted admitted = admit({relay, upper, device});
  const auto domains = [&](const PrincipalSettings& one) {
    return admitted.keys.find(*net::key_bytes(one.key))->domains;
  };

  EXPECT_EQ(domains(relay), std::vector<std::string>{"adapters"});
  EXPECT_EQ(domains(upper), (std::vector<std::string>{"publish", "adapters"}));
  EXPECT_EQ(domains(device), std::vector<std::string>{"devices"});
  EXPECT_EQ(admitted.submitters, Names{"relay-2"});
}

TEST(AdmittedTest, ViewersMayNotSubmit) {
  const Admitted admitted = admit({person("v", Rights::viewer, "1"),
                                   person("o", Rights::operating, "2"),
                                   person("a", Rights::admin, "3")});

  EXPECT_EQ(admitted.submitters, (Names{"a", "o"}));
  EXPECT_TRUE(may(admitted.tokens[2], Access::admin));
  EXPECT_FALSE(may(admitted.tokens[1], Access::admin));
  EXPECT_FALSE(may(admitted.tokens[0], Access::operates));
}

// A home with principals.toml alone, and an Admission whose lists arrive here.
using SharedCounty = std::shared_ptr<const CountySettings>;

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() : home_{dir_.path()}, fd_(eventfd(0, EFD_NONBLOCK)) {
    for (const char* name : {"units.toml", "columns.toml", "channels.toml", "approvals.toml"}) {
      std::filesystem::copy(std::string(GULOU_SOURCE_DIR "/config/") + name, dir_ / name);
    }
  }

  ~AdmissionTest() override { close(fd_); }

  void write(const std::vector<PrincipalSettings>& principals) const {
    std::ofstream(home_.principals()) << write_principals(principals);
    std::filesystem::permissions(home_.principals(), std::filesystem::perms(0600));
  }

  std::unique_ptr<Admission> start(const std::vector<PrincipalSettings>& principals) {
    write(principals);
    auto read = read_principals(home_, county());
    EXPECT_TRUE(read) << describe(read.error());
    first_ = admit(*read, read_clocks().utc);
    auto admission =
        std::make_unique<Admission>(home_,
                                    std::make_shared<const CountySettings>(county()),
                                    *read,
                                    first_.tokens,
                                    [this](Admitted next, SharedCounty told) {
                                      EXPECT_TRUE(applied_.try_send(std::move(next)));
                                      if (told != nullptr) {
                                        EXPECT_TRUE(counties_.try_send(std::move(told)));
                                      }
                                    });
    admission->start(fd_);
    return admission;
  }

  Result<Reloaded> reload(Admission& admission) {
    Mailbox<Result<Reloaded>> answers(1);
    EXPECT_TRUE(admission.reload(
        [&answers](Result<Reloaded> done) { EXPECT_TRUE(answers.try_send(std::move(done))); }));
    auto got = answers.receive(1, plenty);
    EXPECT_EQ(got.size(), 1U);
    return got.empty() ? Result<Reloaded>(fail(ErrorCode::timed_out, "silent")) : got.front();
  }

  TempDir dir_;
  Home home_;
  int fd_;
  Admitted first_;
  Mailbox<Admitted> applied_{8};
  Mailbox<SharedCounty> counties_{8};
};

TEST_F(AdmissionTest, AReloadHandsOutWhatTheFileSays) {
  const PrincipalSettings oa = publisher("oa");
  const auto admission = start({oa, person("li", Rights::admin, "t")});
  write({oa, adapter("portal-1")});

  const auto reloaded = reload(*admission);

  ASSERT_TRUE(reloaded) << describe(reloaded.error());
  EXPECT_EQ(reloaded->principals, 2U);
  EXPECT_EQ(reloaded->admitted, 2U);
  const auto applied = applied_.receive(1, plenty);
  ASSERT_EQ(applied.size(), 1U);
  EXPECT_EQ(names(applied[0]), (Names{"oa", "portal-1"}));
  EXPECT_FALSE(first_.tokens[0].is_live());  // streams of that token end
}

TEST_F(AdmissionTest, StreamsOfTokensThatStayGoOn) {
  const PrincipalSettings li = person("li", Rights::admin, "t");
  const auto admission = start({li, person("wang", Rights::operating, "u")});
  write({li, person("wang", Rights::viewer, "u")});

  ASSERT_TRUE(reload(*admission));

  EXPECT_TRUE(first_.tokens[0].is_live());
  EXPECT_FALSE(first_.tokens[1].is_live());  // it may less now
}

TEST_F(AdmissionTest, AFileThatCannotBeReadChangesNothing) {
  const auto admission = start({publisher("oa")});
  std::ofstream(home_.principals()) << "[[principal]]\nname = \"oa\"\nrole = \"boss\"\n";

  const auto reloaded = reload(*admission);

  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().reason, "settings_bad_value");
  EXPECT_EQ(reloaded.error().field, "principals.toml:3:8");
  EXPECT_TRUE(applied_.take(1).empty());
}

TEST_F(AdmissionTest, TheCountyIsReadAgain) {
  const auto admission = start({publisher("oa")});
  std::ofstream(dir_ / "approvals.toml", std::ios::trunc)
      << "review = false\ntwo_persons = [\"erase\"]\n[[rule]]\nrequire = [\"approver\"]\n";

  const auto reloaded = reload(*admission);

  ASSERT_TRUE(reloaded) << describe(reloaded.error());
  EXPECT_EQ(reloaded->rules, 1U);
  const auto told = counties_.receive(1, plenty);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_FALSE(told[0]->approvals.review);
  EXPECT_TRUE(told[0]->approvals.needs_two(TwoPersonAct::erase));
  EXPECT_FALSE(told[0]->approvals.needs_two(TwoPersonAct::personal_data));
  EXPECT_NE(told[0]->channel("portal"), nullptr);
}

TEST_F(AdmissionTest, AnyFileThatCannotBeReadLeavesAllAsTheyWere) {
  const auto admission = start({publisher("oa")});
  write({publisher("oa"), publisher("cms")});
  std::ofstream(dir_ / "approvals.toml", std::ios::trunc)
      << "review = true\n\n[[rule]]\nrequire = [\"boss\"]\n";

  const auto reloaded = reload(*admission);

  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().field, "approvals.toml:4:12");
  EXPECT_TRUE(applied_.take(1).empty());
  EXPECT_TRUE(counties_.take(1).empty());
}

TEST_F(AdmissionTest, AFileThatOthersMayChangeIsNotRead) {
  write({publisher("oa")});
  std::filesystem::permissions(home_.principals(), std::filesystem::perms(0620));

  const auto read = read_principals(home_, county());

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "principals_writable_by_others");
}

TEST_F(AdmissionTest, MemoryOfTheProcessIsPrivate) {
  keep_memory_private();

  rlimit limit{1, 1};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_max, 0U);
  EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
}

}  // namespace
}  // namespace gulou
