#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;

TEST(SubmissionsTest, TheReceiptComesOnceItIsDurable) {
  Office office;
  office.token = publisher_token;

  const JsonValue receipt = office.post("/v1/submissions", submission_of({notice("n-1")}), 201);

  EXPECT_EQ(receipt.integer("seq"), 1);
  EXPECT_FALSE(receipt.boolean("already", true));
  EXPECT_EQ(receipt.text("parts[0].id"), "n-1");
  EXPECT_EQ(receipt.text("parts[0].index_no"), "000014349/2026-00001");
  EXPECT_EQ(receipt.text("hash").size(), 64U);
  EXPECT_EQ(receipt.text("mac"), to_hex(sha256("mac")));
  EXPECT_TRUE(office.bench.journal().history().publication({"oa", "n-1"}).has_value());
}

TEST(SubmissionsTest, TheSameAgainGetsTheSameReceipt) {
  Office office;
  const JsonValue first = office.post("/v1/submissions", submission_of({notice("n-1")}), 201);

  const JsonValue again = office.post("/v1/submissions", submission_of({notice("n-1")}), 200);

  EXPECT_TRUE(again.boolean("already"));
  EXPECT_EQ(again.text("hash"), first.text("hash"));
  EXPECT_EQ(again.text("accepted_at"), "2026-11-24T00:00:00Z");
}

TEST(SubmissionsTest, JsonThatIsNotCanonicalIsCanonicalised) {
  Office office;
  const std::string canonical = to_json(notice("n-1"));
  std::string loose = canonical;
  loose.insert(loose.size() - 1, " ,  \"source\" : \"\\u672c\\u53bf\"\n");

  const JsonValue receipt =
      office.post("/v1/submissions", "{ \"parts\" : [ " + loose + " ] }", 201);

  Release same = notice("n-1");
  same.source = "本县";
  EXPECT_EQ(receipt.text("parts[0].digest"), to_hex(sha256(to_json(same))));
}

TEST(SubmissionsTest, EveryWrongFieldIsNamedInBothLanguages) {
  Office office;
  Release wrong = notice("n-1", "");
  wrong.written_on = "2026-02-30";

  const JsonValue english = office.post("/v1/submissions", submission_of({wrong}), 400);
  office.language = "zh";
  const JsonValue chinese = office.post("/v1/submissions", submission_of({wrong}), 400);

  EXPECT_EQ(english.text("errors[0].field"), "parts[0].title");
  EXPECT_EQ(english.text("errors[0].code"), "field_missing");
  EXPECT_EQ(english.text("errors[1].code"), "date_invalid");
  EXPECT_EQ(english.text("errors[1].sentence"),
            "parts[0].written_on: \"2026-02-30\" is no date that exists; write 2026-01-31");
  EXPECT_THAT(std::string(chinese.text("errors[1].sentence")), HasSubstr("不是存在的日期"));
  EXPECT_EQ(office.bench.ledger().head(), Seq{0});
}

TEST(SubmissionsTest, OtherContentUnderTheSameRevisionIsAConflict) {
  Office office;
  office.accept({notice("n-1")});

  const JsonValue refused =
      office.post("/v1/submissions", submission_of({notice("n-1", "关于另一件事的通知")}), 409);

  EXPECT_EQ(refused.text("code"), "conflict");
  EXPECT_EQ(refused.text("errors[0].field"), "parts[0].revision");
}

TEST(SubmissionsTest, BadJsonIsRefusedWithItsPlace) {
  Office office;
  const auto code = [&](const std::string& body) {
    return std::string(office.post("/v1/submissions", body, 400).text("code"));
  };

  EXPECT_EQ(code("{\"parts\":[}"), "json_syntax");
  EXPECT_EQ(code("{\"parts\":[{\"revision\":1.5}]}"), "json_float");
  EXPECT_EQ(code("{\"parts\":[{\"a\":1,\"a\":2}]}"), "json_duplicate_key");
  EXPECT_EQ(code("{\"parts\":{}}"), "submission_malformed");
  EXPECT_EQ(code("{\"parts\":[],\"more\":1}"), "submission_malformed");
  EXPECT_EQ(code("{\"parts\":[],\"also\":[]}"), "submission_malformed");
  EXPECT_EQ(code("[]"), "submission_malformed");
  EXPECT_EQ(code(""), "json_truncated");
  EXPECT_EQ(code("{\"parts\":[]}"), "bundle_size");
  EXPECT_EQ(code("{\"parts\":[1]}"), "field_not_object");
  EXPECT_EQ(code("{\"parts\":[" + std::string(200, '[') + "]}"), "json_too_deep");
}

TEST(SubmissionsTest, BodiesBeyondTheLimitsAreRefused) {
  Office office;

  const std::string large(limits::submission_bytes_max + 1, ' ');
  EXPECT_EQ(office.post("/v1/submissions", large, 413).text("code"), "submission_too_large");
  const std::string too_large(limits::http_body_bytes_max + 1, ' ');
  EXPECT_EQ(office.post("/v1/submissions", too_large, 413).text("code"), "http_body_too_large");
}

TEST(SubmissionsTest, TheAnswerSaysWhereItWillNotFit) {
  Office office;

  const JsonValue receipt = office.post(
      "/v1/submissions", submission_of({notice("n-1", "关于水库蓄水期间注意安全的通知")}), 201);

  ASSERT_EQ(receipt.items("fits").size(), 2U);
  EXPECT_TRUE(receipt.boolean("fits[0].fits"));
  EXPECT_EQ(receipt.text("fits[1].channel"), "wechat");
  EXPECT_FALSE(receipt.boolean("fits[1].fits", true));
  EXPECT_EQ(receipt.text("fits[1].sentence"), "title 15 > 12, give short_title");
}

TEST(SubmissionsTest, CheckJudgesAndStoresNothing) {
  Office office;
  Release drill = notice("n-2");
  drill.test = true;
  drill.column = "yl";

  const JsonValue good = office.post("/v1/submissions?check=1", submission_of({notice("n-1")}));
  const JsonValue bad = office.post("/v1/submissions?check=1", submission_of({notice("n 2")}));
  const JsonValue practice = office.post("/v1/submissions?check=1", submission_of({drill}));

  EXPECT_TRUE(good.boolean("ok"));
  EXPECT_EQ(good.text("digests[0]"), to_hex(sha256(to_json(notice("n-1")))));
  EXPECT_EQ(good.text("bundle_digest").size(), 64U);
  EXPECT_FALSE(bad.boolean("ok", true));
  EXPECT_EQ(bad.text("errors[0].field"), "parts[0].id");
  EXPECT_EQ(practice.items("channels").size(), 1U);
  EXPECT_EQ(practice.text("channels[0].channel"), "drills");
  EXPECT_EQ(office.bench.ledger().head(), Seq{0});
}

TEST(SubmissionsTest, ACheckSaysWhatThePublisherMayNot) {
  HttpPrincipal limited = principal("oa", publisher_token, HttpRole::publisher);
  limited.rights.columns = {"yl"};
  limited.rights.channels = {"portal"};
  Office office;
  office.admin.admit({limited});
  office.token = publisher_token;

  const JsonValue said = office.post("/v1/submissions?check=1", submission_of({notice("n-1")}));

  EXPECT_FALSE(said.boolean("ok", true));
  std::map<std::string, std::string> codes;
  for (const JsonValue& error : said.items("errors")) {
    codes[std::string(error.text("code"))] = error.text("field");
  }
  EXPECT_EQ(codes["column_not_allowed"], "parts[0].column");
  EXPECT_EQ(codes["channel_not_for_publisher"], "parts[0].column");
}

TEST(SubmissionsTest, ANewConfigurationCountsFromTheNextRequestOn) {
  Office office;
  EXPECT_TRUE(office.post("/v1/submissions?check=1", submission_of({notice("n-1")})).boolean("ok"));
  CountySettings strict = office.county;
  strict.approvals.rules = {{.require = {ApprovalRole::approver}}};

  office.admin.configure(std::make_shared<const CountySettings>(strict));

  const JsonValue said = office.post("/v1/submissions?check=1", submission_of({notice("n-1")}));
  EXPECT_EQ(said.text("errors[0].code"), "review_missing");
}

TEST(SubmissionsTest, ABusyBrokerSaysSo) {
  Office office;
  office.desk.busy = true;

  const HttpAnswer answer = office.call("POST", "/v1/submissions", submission_of({notice("n-1")}));

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("retry-after"), "1");
  EXPECT_THAT(answer.body, HasSubstr("broker_busy"));
}

TEST(NormaliseTest, TakesHtmlAndJson) {
  Office office;

  const JsonValue of_json =
      office.post("/v1/normalise", R"({"html":"<p style=\"x\">通知<script>1</script></p>"})");
  const HttpAnswer of_html = office.call(
      "POST", "/v1/normalise", "<div>通知</div>", {{"Content-Type", "text/html; charset=utf-8"}});

  EXPECT_EQ(of_json.text("html"), "<p>通知</p>");
  EXPECT_EQ(of_json.text("dropped[0].what"), "attribute:style");
  EXPECT_EQ(of_json.integer("dropped[0].count"), 1);
  EXPECT_EQ(of_json.text("dropped[1].what"), "element:script");
  EXPECT_THAT(of_html.body, HasSubstr("通知"));
  EXPECT_EQ(office.post("/v1/normalise", "{}", 400).text("code"), "field_not_text");
  EXPECT_EQ(office.post("/v1/normalise", "{", 400).text("code"), "json_truncated");
}

}  // namespace gulou::test
