#include "broker/admin/notify.h"

#include "tests/unit/broker/admin/office.h"

#include <gtest/gtest.h>

namespace gulou::test {
namespace {

TEST(NotifyRouteTest, ATestSaysWhoWasReachedAndHow) {
  std::string asked = "nobody yet";
  AdminOptions options;
  options.notify_test = [&](std::string person, const NotifyTestDone& done) {
    asked = std::move(person);
    done(std::vector<NotifyTestLine>{
        {"张三", "wecom", {}},
        {"张三", "mail", fail(ErrorCode::refused, "notify_answer", {}, {"mail", "503"})}});
    return true;
  };
  Office office(std::move(options));

  const JsonValue answer = office.post("/v1/notify/test", R"({"to":"张三"})");

  EXPECT_EQ(asked, "张三");
  EXPECT_EQ(answer.integer("failed"), 1);
  EXPECT_TRUE(answer.boolean("messages[0].sent"));
  EXPECT_EQ(answer.text("messages[1].way"), "mail");
  EXPECT_EQ(answer.text("messages[1].reason"), "notify_answer");
}

TEST(NotifyRouteTest, SaysWhyNobodyWasTold) {
  Office office;

  EXPECT_EQ(office.post("/v1/notify/test", "{}", 404).text("code"), "notify_nobody");
  EXPECT_EQ(office.post("/v1/notify/test", R"({"two":1})", 400).text("errors[0].field"), "two");

  office.token = viewer_token;
  EXPECT_EQ(office.post("/v1/notify/test", "{}", 403).text("code"), "role_missing");
}

TEST(NotifyRouteTest, AnUnknownPersonIsNotFound) {
  AdminOptions options;
  options.notify_test = [](const std::string& person, const NotifyTestDone& done) {
    done(fail(ErrorCode::not_found, "notify_person_unknown", "to", {person}));
    return true;
  };
  Office office(std::move(options));

  EXPECT_EQ(office.post("/v1/notify/test", R"({"to":"王五"})", 404).text("errors[0].code"),
            "notify_person_unknown");
}

}  // namespace
}  // namespace gulou::test
