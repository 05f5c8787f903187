#include "broker/app/notify_ways.h"

#include "common/base/mailbox.h"
#include "common/crypto/key_file.h"
#include "common/http/server.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gulou {
namespace {

using testing::HasSubstr;
using testing::Not;

// A robot on a port of its own that answers with `answer` and keeps what it was sent.
class Robot {
 public:
  explicit Robot(int status, std::string answer)
      : server_(
            {},
            [this, status, answer = std::move(answer)](HttpRequest request, Responder responder) {
              EXPECT_TRUE(asked.try_send(std::move(request)));
              responder.answer(text_answer(status, "application/json", answer));
            }) {
    EXPECT_TRUE(server_.listen("127.0.0.1", 0));
  }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/send?key=very-secret";
  }

  Mailbox<HttpRequest> asked{8};

 private:
  HttpServer server_;
};

class NotifyWaysTest : public testing::Test {
 protected:
  NotifyWaysTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gulou-ways-XXXXXX").string();
    dir_ = mkdtemp(name.data());
    settings_.ways = {{.id = "robot", .body = R"({"text":"{{text}}","to":"{{phone}}"})"}};
  }

  ~NotifyWaysTest() override { std::filesystem::remove_all(dir_); }

  Status send() {
    auto ways = NotifyWays::open(settings_);
    EXPECT_TRUE(ways) << (ways ? "" : describe(ways.error()));
    return ways->send(settings_.ways.front(),
                      {.name = "张三", .mail = "zhang@example.gov.cn", .phone = "138"},
                      {.text = "一\"二\"\n三"},
                      {{5}, {1'795'500'000'000}});
  }

  NotifyWay& way() { return settings_.ways.front(); }

  NotifySettings settings_;
  std::string dir_;
};

TEST_F(NotifyWaysTest, TheTemplateIsFilledInAsJson) {
  Robot robot(200, R"({"errcode":0,"errmsg":"ok"})");
  ASSERT_TRUE(create_secret_file(dir_ + "/url", robot.url() + "\n"));
  way().url_file = dir_ + "/url";

  const Status sent = send();

  ASSERT_TRUE(sent) << describe(sent.error());
  const auto asked = robot.asked.take(1);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().body, R"({"text":"一\"二\"\n三","to":"138"})");
  EXPECT_EQ(asked.front().header("content-type"), "application/json");
}

TEST_F(NotifyWaysTest, ARobotThatAnswers200MayStillRefuse) {
  Robot robot(200, R"({"errcode":93000,"errmsg":"invalid webhook"})");
  way().url = robot.url();

  const Status sent = send();

  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().reason, "notify_refused");
  EXPECT_EQ(sent.error().args, (std::vector<std::string>{"robot", "93000", "invalid webhook"}));
  way().answer_good = "93000";
  EXPECT_TRUE(send());
}

TEST_F(NotifyWaysTest, NoErrorTellsTheAddress) {
  {
    Robot robot(503, "");
    way().url = robot.url();
    EXPECT_EQ(send().error().args, (std::vector<std::string>{"robot", "503"}));
  }
  const Status gone = send();  // nobody listens there any more

  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, "http_connect_failed");
  EXPECT_THAT(describe(gone.error()), Not(HasSubstr("very-secret")));
}

// What DingTalk's own example program computes for this secret and time.
TEST_F(NotifyWaysTest, DingTalksAddressIsSigned) {
  Robot robot(200, "{}");
  ASSERT_TRUE(create_secret_file(dir_ + "/secret", "SEC0123\n"));
  way().url = robot.url();
  way().sign_secret_file = dir_ + "/secret";

  EXPECT_TRUE(send());

  const auto asked = robot.asked.take(1);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().parameter("key"), "very-secret");
  EXPECT_EQ(asked.front().parameter("timestamp"), "1795500000000");
  EXPECT_EQ(asked.front().parameter("sign"), "fbGOlKYx9Fqvu8xo4lefEoMIWpRMpZdr2SfBcKO4+LE=");
}

TEST_F(NotifyWaysTest, WhatIsMissingIsNoticedWhenItIsOpened) {
  way().url_file = dir_ + "/none";
  EXPECT_EQ(NotifyWays::open(settings_).error().reason, "secret_missing");

  ASSERT_TRUE(create_secret_file(dir_ + "/url", "ftp://a\n"));
  way().url_file = dir_ + "/url";
  EXPECT_EQ(NotifyWays::open(settings_).error().reason, "secret_malformed");

  way() = {.id = "robot", .url = "http://127.0.0.1:1/", .body = "{{#text}}"};
  EXPECT_EQ(NotifyWays::open(settings_).error().reason, "template_invalid");

  way() = {.id = "mail",
           .kind = NotifyKind::smtp,
           .url = "smtp://127.0.0.1:1",
           .from = "a@b",
           .user = "a",
           .password_variable = "GULOU_NO_SUCH_VARIABLE"};
  EXPECT_EQ(NotifyWays::open(settings_).error().reason, "notify_password_missing");
}

TEST_F(NotifyWaysTest, AProgramReadsTheMessage) {
  way() = {.id = "program",
           .kind = NotifyKind::command,
           .command = {"/bin/sh", "-c", "cat > \"$0\"", dir_ + "/got"}};

  EXPECT_TRUE(send());

  EXPECT_EQ(std::filesystem::file_size(dir_ + "/got"), std::string("一\"二\"\n三\n").size());
}

}  // namespace
}  // namespace gulou
