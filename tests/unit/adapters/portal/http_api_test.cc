// A CMS by template against a server of this process: what is sent, and what an answer is taken
// for.
#include "adapters/portal/http_api.h"

#include "adapters/portal/cms_text.h"
#include "common/http/server.h"
#include "common/settings/adapter_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

using testing::HasSubstr;
using testing::Not;

// The server's thread touches the members only while the test waits for its answer.
class HttpApiTest : public testing::Test {
 protected:
  HttpApiTest()
      : server_({}, [this](HttpRequest request, Responder responder) {
          seen_ = request;
          responder.answer(text_answer(status_, "application/json", body_));
        }) {
    EXPECT_TRUE(server_.listen());
    const std::string base = "http://127.0.0.1:" + std::to_string(server_.port());
    table_.code_at = "code";
    table_.transient = {"code:9001"};
    table_.absent = {"404", "code:404"};
    table_.ok = {"200", "201", "code:0"};
    table_.find = {.method = "GET", .url = base + "/find?key={{key}}", .id_at = "data.id"};
    table_.create = {.url = base + "/create",
                     .body = R"({"title":"{{title}}"})",
                     .id_at = "data.id",
                     .url_at = "data.url"};
    table_.remove = {.method = "DELETE", .url = base + "/{{platform_id}}"};
  }

  ~HttpApiTest() override { server_.stop(); }

  const HttpRequest& seen() const { return seen_; }

  CmsAnswer create(int status, std::string body) {
    status_ = status;
    body_ = std::move(body);
    auto api = HttpApi::open(table_);
    EXPECT_TRUE(api) << describe(api.error());
    TemplateData data;
    data.set("title", "“甲”\n\"乙\"\\").set("key", "a b&c");
    auto answer = api->call(api->settings().create, data);
    EXPECT_TRUE(answer) << describe(answer.error());
    return answer ? *answer : CmsAnswer{};
  }

  HttpRequest seen_;
  int status_ = 200;
  std::string body_;
  HttpServer server_;
  HttpTable table_;
};

TEST_F(HttpApiTest, ValuesAreEscapedForWhereTheyStand) {
  const CmsAnswer answer = create(200, R"({"code":0,"data":{"id":17,"url":"http://x/17"}})");

  EXPECT_EQ(seen().body, R"({"title":"“甲”\n\"乙\"\\"})");
  EXPECT_EQ(answer.outcome, CmsOutcome::ok);
  EXPECT_EQ(answer.id, "17");
  EXPECT_EQ(answer.url, "http://x/17");

  auto api = HttpApi::open(table_);
  TemplateData data;
  data.set("key", "a b&c");
  ASSERT_TRUE(api->call(api->settings().find, data));
  EXPECT_EQ(seen().parameter("key"), "a b&c");
}

TEST_F(HttpApiTest, TheCodeOfTheBodyCountsBeforeTheStatus) {
  EXPECT_EQ(create(200, R"({"code":9001})").outcome, CmsOutcome::transient);
  EXPECT_EQ(create(200, R"({"code":404})").outcome, CmsOutcome::absent);
  EXPECT_EQ(create(200, R"({"code":77})").outcome, CmsOutcome::unclear) << "nobody named it";
  EXPECT_EQ(create(201, R"({"data":{"id":"x"}})").outcome, CmsOutcome::ok);
  EXPECT_EQ(create(401, "{}").outcome, CmsOutcome::auth);
  EXPECT_EQ(create(422, "{}").outcome, CmsOutcome::content);
  EXPECT_EQ(create(409, "{}").outcome, CmsOutcome::exists);
}

TEST_F(HttpApiTest, AnswerNobodyCanReadIsUnclear) {
  EXPECT_EQ(create(200, "<html>login</html>").outcome, CmsOutcome::unclear);
  EXPECT_EQ(create(502, "<html>bad gateway</html>").outcome, CmsOutcome::unclear);
}

TEST_F(HttpApiTest, ACmsMustBeAbleToFindCreateAndRemove) {
  table_.find.url.clear();
  const auto without = HttpApi::open(table_);

  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().reason, "cms_call_missing");
  EXPECT_EQ(without.error().args.front(), "http_find");
}

TEST(CmsValueTest, StandsInJsonXmlOrHeader) {
  HttpAnswer answer;
  answer.headers = {{"location", "http://x/1"}};
  answer.body =
      "<r:response xmlns:r='u'><code>0</code><item><id> 5&amp;6 </id></item></r:response>";

  EXPECT_EQ(cms_value(answer, "header:location"), "http://x/1");
  EXPECT_EQ(cms_value(answer, "xml:response/item/id"), " 5&6 ");
  EXPECT_EQ(cms_value(answer, "xml:response/id"), "");
  EXPECT_EQ(cms_value(answer, ""), "");
  answer.body = "<!DOCTYPE r [<!ENTITY a 'x'>]><r><id>&a;</id></r>";
  EXPECT_EQ(cms_value(answer, "xml:r/id"), "") << "a document type is refused";
}

TEST(CmsTextTest, KeysStayApartAndCarryNothingAnAddressCouldNot) {
  EXPECT_EQ(cms_key("oa", "A.b").substr(0, 7), "oa-a-b-");
  EXPECT_NE(cms_key("oa", "a.b"), cms_key("oa", "a-b"));
  EXPECT_EQ(cms_key("oa", "a"), cms_key("oa", "a"));
}

TEST(CmsTextTest, TextCarriesWhatItsKindAddsAndItsAttachments) {
  Release release;
  release.body = {BodyFormat::markdown, "见附件。"};
  release.service_guide = ServiceGuidePart{.conditions = "本县<户籍>", .phone = "12345"};
  release.attachments = {{"form.pdf", "申请表", "application/pdf", 8, {}, "", false},
                         {"plan.pdf", "解读方案", "application/pdf", 8, {}, "", true}};

  const auto html = cms_html(release, {{"form.pdf", "http://x/form.pdf"}});

  ASSERT_TRUE(html);
  EXPECT_THAT(*html, HasSubstr("<h3>申请条件</h3>"));
  EXPECT_THAT(*html, HasSubstr("本县&lt;户籍&gt;"));
  EXPECT_THAT(*html, HasSubstr("<a href=\"http://x/form.pdf\">申请表</a> (PDF 文档, 8 字节)"));
  EXPECT_THAT(*html, Not(HasSubstr("解读方案")));
}

TEST(CmsSamplesTest, TheSamplesAreWhole) {
  const std::string config = std::string(GULOU_SOURCE_DIR) + "/config/adapters/";
  for (const char* name : {"portal-json.toml", "portal-xml.toml"}) {
    const auto settings = load_adapter(config + name);
    ASSERT_TRUE(settings) << describe(settings.error());
    const auto api = HttpApi::open(settings->http);
    ASSERT_TRUE(api) << describe(api.error());
    EXPECT_TRUE(api->can(api->settings().mark));
  }
}

}  // namespace
}  // namespace gulou
