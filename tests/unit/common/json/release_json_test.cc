#include "common/json/release_json.h"

#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/json/canonical.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

// Every field filled.
Release full() {
  Release r;
  r.id = "oa-2026:1";
  r.revision = 2;
  r.previous_revision = 1;
  r.update = UpdateClass::major;
  r.change_note = "更正\"第三条\"";
  r.distinct_from = {"cms/7", "oa-3"};
  r.kind = Kind::reply;
  r.title = "关于䶮堃水库的答复 😀";
  r.short_title = "水库答复";
  r.summary = "概述\n第二行";
  r.body = {BodyFormat::html, "<p>正文</p>"};
  r.language = "zh-CN";
  r.source = "县水务局";
  r.index_no = "000014349/2026-00001";
  r.doc_no = "鼓水函〔2026〕3号";
  r.issuer = {"鼓楼县水务局", "000014349"};
  r.joint_issuers = {{"鼓楼县财政局", "000014350"}};
  r.subject = {"水利", "水库"};
  r.assembly_class = "回应关切";
  r.written_on = "2026-05-06";
  r.keywords = {"水库", "蓄水"};
  r.disclosure_type = DisclosureType::proactive;
  r.classification = Classification::open;
  r.stage = Stage::final_text;
  r.document_type = "函";
  r.validity = Validity::valid;
  r.effective_on = "2026-06-01";
  r.expires_on = "2028-06-01";
  r.abolished_by = "oa-9";
  r.published_on = "2026-05-06";
  r.column = "xjdf";
  r.audience = {"320106000000", "group:clerks"};
  r.priority = Priority::urgent;
  r.not_before = "2026-05-07T09:00:00+08:00";
  r.expires = "2026-06-07T09:00:00+08:00";
  r.embargo = {"2026-05-07T06:00:00+08:00", {"daily"}};
  r.test = true;
  r.relations = {{RelationKind::replaces, "oa-1"}};
  r.attachments = {{"a.png", "示意图", "image/png", 4'000'000'000, sha256("a"), "水库", true}};
  r.interpretation = {"同步解读", "县水务局"};
  r.interpretation_plan = {"a.png", {{"同步解读", "2026-05-09"}}};
  r.public_notice = {"2026-05-01", "2026-05-08", "电话"};
  r.service_guide = {"依据", "条件", "材料", "流程", "时限", "收费", "地点", "电话"};
  r.reply = {
      "信-1", "2026-05-01", "2026-05-03", "咨询", "水务局", "问", "答", Satisfaction::neutral};
  r.imported = {"旧网站", "2019-04-18"};
  return r;
}

std::string error_of(std::string_view json, std::string_view prefix = "") {
  const auto release = parse_release(json, prefix);
  return release ? "" : release.error().reason + " " + release.error().field;
}

TEST(ReleaseJsonTest, EveryFieldComesBackAndTheBytesAreCanonical) {
  const std::string json = to_json(full());

  const auto release = parse_release(json);

  EXPECT_TRUE(check_canonical(json)) << json;
  ASSERT_TRUE(release) << describe(release.error());
  EXPECT_EQ(to_json(*release), json);
  EXPECT_EQ(release->attachments[0].digest, sha256("a"));
  EXPECT_EQ(release->attachments[0].size_bytes, 4'000'000'000U);
  EXPECT_TRUE(release->attachments[0].is_private);
  EXPECT_EQ(release->reply->satisfaction, Satisfaction::neutral);
  EXPECT_EQ(release->embargo->outlets, std::vector<std::string>{"daily"});
  EXPECT_EQ(release->joint_issuers[0].name, "鼓楼县财政局");
  // 45 members of the release and 44 of the objects within: none is missing in release_fields.h.
  size_t members = 0;
  for (size_t at = json.find("\":"); at != std::string::npos; at = json.find("\":", at + 1)) {
    ++members;
  }
  EXPECT_EQ(members, 89U);
}

TEST(ReleaseJsonTest, AbsentFieldsAreLeftOut) {
  Release r;
  r.kind = Kind::notice;
  r.imported.emplace();

  EXPECT_EQ(to_json(r), R"({"imported":{},"kind":"notice"})");
  EXPECT_TRUE(parse_release(to_json(r))->imported);
}

TEST(ReleaseJsonTest, UnknownFieldsArePassedOver) {
  const auto release =
      parse_release(R"({"aaa":[{"x":1}],"kind":"news","title":"t","zzz":"","水":1})");

  ASSERT_TRUE(release);
  EXPECT_EQ(release->title, "t");
}

TEST(ReleaseJsonTest, WrongTypesAreNamedByField) {
  EXPECT_EQ(error_of("[]"), "field_not_object ");
  EXPECT_EQ(error_of("[]", "parts[0]."), "field_not_object parts[0]");
  EXPECT_EQ(error_of("{"), "json_unreadable ");
  EXPECT_EQ(error_of("{}"), "word_missing kind");
  EXPECT_EQ(error_of(R"({"kind":"memo"})"), "word_unknown kind");
  EXPECT_EQ(error_of(R"({"kind":"news","title":5})"), "field_not_text title");
  EXPECT_EQ(error_of(R"({"kind":"news","revision":"1"})"), "field_not_integer revision");
  EXPECT_EQ(error_of(R"({"kind":"news","revision":-1})"), "field_out_of_range revision");
  EXPECT_EQ(error_of(R"({"kind":"news","revision":4294967296})"), "field_out_of_range revision");
  EXPECT_EQ(error_of(R"({"kind":"news","test":1})"), "field_not_boolean test");
  EXPECT_EQ(error_of(R"({"issuer":"县"})"), "field_not_object issuer");
  EXPECT_EQ(error_of(R"({"keywords":"a"})"), "field_not_array keywords");
  EXPECT_EQ(error_of(R"({"keywords":["a",1]})"), "field_not_text keywords[1]");
  EXPECT_EQ(error_of(R"({"attachments":[{},{"digest":"AB"}]})", "parts[3]."),
            "field_not_digest parts[3].attachments[1].digest");
  EXPECT_EQ(error_of(R"({"kind":"news","relations":[{"target":"a"}]})"),
            "word_missing relations[0].kind");
}

TEST(ReleaseJsonTest, NothingHidesBehindItsOrder) {
  EXPECT_EQ(error_of(R"({"title":"t","published_on":"2026-01-01","kind":"news"})"),
            "word_missing kind");
  EXPECT_EQ(error_of(R"({"kind":"news","title":"t","published_on":"2026-01-01"})"),
            "field_out_of_order published_on");
  EXPECT_EQ(error_of(R"({"kind":"news","title":"t","title":"u"})"), "field_out_of_order title");
}

TEST(ReleaseJsonTest, SizeIsBounded) {
  Release r = full();
  r.body.content.assign(limits::release_bytes_max, 'a');

  EXPECT_EQ(error_of(to_json(r), "parts[1]."), "release_too_large parts[1]");

  r.body.content.resize(limits::release_bytes_max / 2);
  EXPECT_TRUE(parse_release(to_json(r)));
}

}  // namespace
}  // namespace gulou
