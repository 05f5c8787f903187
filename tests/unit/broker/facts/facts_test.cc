#include "broker/facts/facts.h"

#include "common/base/limits.h"
#include "common/json/canonical.h"
#include "common/json/digests.h"
#include "common/json/release_json.h"

namespace gulou {
namespace {

const Utc now = *parse_utc("2026-05-06T08:00:00Z");

CountySettings county() {
  CountySettings settings;
  settings.units["gov"] = {.id = "gov", .name = "鼓楼县人民政府", .org_code = "000014349"};
  settings.columns["tzgg"] = {.id = "tzgg", .name = "通知公告"};
  return settings;
}

Release notice(std::string id) {
  Release release;
  release.id = std::move(id);
  release.revision = 1;
  release.kind = Kind::notice;
  release.title = "关于䶮堃水库蓄水的通知";
  release.column = "tzgg";
  release.doc_no = "鼓政发〔2026〕8号";
  release.issuer = {"鼓楼县人民政府", "000014349"};
  release.written_on = "2026-05-06";
  release.body = {BodyFormat::html, "<p>即日起蓄水。</p>"};
  return release;
}

Submitted facts_of(const std::vector<std::string>& parts, bool canonicalise = false) {
  FactsInput input;
  input.canonicalise = canonicalise;
  for (const std::string& part : parts) {
    input.parts.push_back(std::make_shared<const std::string>(part));
  }
  return establish_facts(std::move(input), county(), now);
}

// "reason field" of what is wrong with a body, as part 0.
std::string wrong_with(Body body) {
  Release release = notice("n-1");
  release.body = std::move(body);
  const Submitted facts = facts_of({to_json(release)});
  std::string found;
  for (const Error& error : facts.parts.at(0).errors) {
    found += error.reason + " " + error.field;
  }
  return found;
}

}  // namespace

TEST(FactsTest, AGoodReleaseHasItsDigestsAndNoErrors) {
  const std::string bytes = to_json(notice("n-1"));

  const Submitted facts = facts_of({bytes});

  ASSERT_TRUE(facts.shape_errors.empty());
  const PartFacts& part = facts.parts.at(0);
  EXPECT_TRUE(part.errors.empty());
  EXPECT_EQ(part.unit, "gov");
  EXPECT_EQ(part.digest, release_digest(bytes));
  EXPECT_EQ(part.document_key, document_key("000014349", "鼓政发[2026]8号"));
  EXPECT_EQ(facts.bundle_digest, bundle_digest(std::vector{part.digest}));
  EXPECT_EQ(*part.bytes, bytes);
}

TEST(FactsTest, BytesThatAreNotCanonicalAreRefusedUnlessTheDoorMakesThemSo) {
  const std::string loose = " " + to_json(notice("n-1"));

  const Submitted refused = facts_of({loose});
  const Submitted taken = facts_of({loose}, true);

  EXPECT_EQ(refused.shape_errors.at(0).reason, "json_not_canonical_blank");
  EXPECT_EQ(refused.shape_errors.at(0).field, "parts[0]");
  EXPECT_EQ(*taken.parts.at(0).bytes, to_json(notice("n-1")));
}

TEST(FactsTest, ErrorsNameThePartTheyAreIn) {
  const Submitted facts = facts_of({to_json(notice("n-1")), to_json(notice("n 2"))});

  EXPECT_EQ(facts.shape_errors.at(0).reason, "id_malformed");
  EXPECT_EQ(facts.shape_errors.at(0).field, "parts[1].id");
}

TEST(FactsTest, ABundleHasOneToSixteenParts) {
  EXPECT_EQ(facts_of({}).shape_errors.at(0).reason, "bundle_size");
  const std::vector<std::string> many(limits::bundle_parts_max + 1, "{}");
  EXPECT_EQ(facts_of(many).shape_errors.at(0).reason, "bundle_size");
}

TEST(FactsTest, BodiesMustBeInTheirForm) {
  EXPECT_EQ(wrong_with({BodyFormat::html, "<div>蓄水</div>"}),
            "html_not_normal parts[0].body.content");
  EXPECT_EQ(wrong_with({BodyFormat::markdown, "[外链](javascript:x)"}),
            "markdown_address_refused parts[0].body.content");
  EXPECT_EQ(wrong_with({BodyFormat::markdown, "见[附件](attachment:form.pdf)。"}),
            "attachment_not_listed parts[0].body.content");
  EXPECT_EQ(wrong_with({BodyFormat::text, "<即日起>蓄水"}), "");
}

TEST(FactsTest, WhatIsTooLargeIsRefusedUnread) {
  const std::string large(limits::release_bytes_max + 1, '{');

  EXPECT_EQ(facts_of({large}).shape_errors.at(0).reason, "release_too_large");
}

TEST(FactsTest, WhatIsOnAScanIsAddedToTheApprovalsThatNameIt) {
  const Digest scan = release_digest("scan");
  const Digest bundle = release_digest("bundle");
  FactsInput input;
  input.parts = {std::make_shared<const std::string>(to_json(notice("n-1")))};
  input.approvals = {R"({"name":"甲","role":"drafter"})",
                     R"({"name":"乙","role":"approver","scan":")" + to_hex(scan) + R"("})",
                     R"({"name":"丙","role":"reviewer","scan":")" + to_hex(scan) + R"("})"};
  Submitted facts = establish_facts(std::move(input), county(), now);
  ASSERT_EQ(facts.approvals.size(), 3U);

  EXPECT_EQ(scans_of(facts), std::vector<Digest>{scan});
  add_scans({{scan, {.names = {bundle}, .unread = {}}}}, facts);

  EXPECT_TRUE(facts.approvals[0].scan_names.empty());
  EXPECT_EQ(facts.approvals[1].scan_names, std::vector<Digest>{bundle});
  EXPECT_EQ(facts.approvals[2].scan_names, std::vector<Digest>{bundle});
}

TEST(FactsTest, PhasesOfInterpretationStandAsDigests) {
  Release document = notice("n-1");
  document.interpretation_plan = {"plan.pdf", {{"同步解读", "2026-05-09"}}};
  Release reading = notice("n-2");
  reading.kind = Kind::interpretation;
  reading.interpretation = {.phase = "同步解读", .drafting_unit = "鼓楼县民政局"};

  const Submitted facts = facts_of({to_json(document), to_json(reading)});

  ASSERT_EQ(facts.parts.size(), 2U);
  ASSERT_EQ(facts.parts[0].planned.size(), 1U);
  EXPECT_EQ(facts.parts[0].planned[0].phase, facts.parts[1].phase);
  EXPECT_EQ(facts.parts[0].planned[0].due_on, "2026-05-09");
  EXPECT_TRUE(facts.parts[1].phase);
}

}  // namespace gulou
