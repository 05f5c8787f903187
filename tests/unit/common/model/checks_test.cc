#include "common/model/checks.h"

#include "common/base/utf8.h"
#include "common/model/required.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

CountySettings county() {
  CountySettings settings;
  settings.units["gov"] = {.id = "gov", .name = "鼓楼县人民政府", .org_code = "000014349"};
  settings.columns["tzgg"] = {.id = "tzgg", .name = "通知公告"};
  settings.columns["zcwj"] = {
      .id = "zcwj", .name = "政策文件", .kinds = {Kind::policy_document, Kind::interpretation}};
  return settings;
}

const Utc now = *parse_utc("2026-05-06T08:00:00Z");

Release notice() {
  Release r;
  r.id = "oa-1";
  r.revision = 1;
  r.kind = Kind::notice;
  r.title = "关于䶮堃水库蓄水的通知";
  r.column = "tzgg";
  r.issuer = {"鼓楼县人民政府", "000014349"};
  r.written_on = "2026-05-06";
  r.body = {BodyFormat::text, "各乡镇：\n即日起蓄水。"};
  return r;
}

Attachment picture() {
  Attachment a;
  a.name = "map.png";
  a.display_name = "示意图";
  a.media_type = "image/png";
  a.size_bytes = 10;
  a.digest.bytes[0] = 1;
  a.alt = "水库位置";
  return a;
}

// "reason field" of every violation.
std::vector<std::string> violations(const Release& release, std::string_view prefix = "") {
  std::vector<std::string> found;
  for (const Error& error : check_fields(release, county(), now, prefix)) {
    found.push_back(error.reason + " " + error.field);
  }
  return found;
}

using Found = std::vector<std::string>;

TEST(ChecksTest, CompleteNoticeHasNoViolation) {
  Release r = notice();
  r.attachments = {picture()};
  r.audience = {"320106000000", "group:clerks"};
  r.language = "zh-Hans-CN";
  r.index_no = "11441700007280420Y/2021-00050";
  r.not_before = "2026-05-07T09:00:00+08:00";
  r.expires = "2026-06-07T09:00:00+08:00";
  r.disclosure_type = DisclosureType::proactive;
  r.classification = Classification::open;

  EXPECT_EQ(violations(r), Found{});
}

TEST(ChecksTest, EveryRowOfTheTableIsAskedOfItsKinds) {
  for (const Kind kind : all_kinds) {
    Release empty;
    empty.kind = kind;
    const Found found = violations(empty);
    for (const std::string_view field : required_fields(kind)) {
      const bool named = std::any_of(found.begin(), found.end(), [&](const std::string& entry) {
        return entry.ends_with(" " + std::string(field));
      });
      EXPECT_TRUE(named) << name_of(kind) << " " << field;
    }
  }
}

TEST(ChecksTest, ImportedHistoryNeedsNoSummaryAndNoUnitOfTheCounty) {
  Release r = notice();
  r.kind = Kind::policy_document;
  r.column = "zcwj";
  r.issuer = {"国务院", "000000001"};
  EXPECT_EQ(violations(r), (Found{"field_missing summary", "issuer_unknown issuer.org_code"}));

  r.imported = {"旧网站", "2019-04-18"};

  EXPECT_EQ(violations(r), Found{});
}

TEST(ChecksTest, FieldsAreNamedAsInJsonAndWithTheirPrefix) {
  Release r = notice();
  r.attachments = {picture(), picture()};
  r.attachments[1].digest = {};
  r.attachments[1].alt.clear();
  r.attachments[1].name = "other.pdf";

  EXPECT_EQ(violations(r, "parts[0]."),
            (Found{"attachment_name_not_of_type parts[0].attachments[1].name",
                   "attachment_digest_missing parts[0].attachments[1].digest",
                   "attachment_alt_missing parts[0].attachments[1].alt"}));
}

TEST(ChecksTest, LengthsCountCharactersNotBytes) {
  Release r = notice();
  for (size_t i = 0; i < limits::short_title_chars_max; ++i) {
    r.short_title += "水";
  }
  EXPECT_EQ(violations(r), Found{});

  r.short_title += "库";
  const auto errors = check_fields(r, county(), now, "");

  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].reason, "text_too_long");
  EXPECT_EQ(errors[0].args, (std::vector<std::string>{"33", "32"}));
}

TEST(ChecksTest, DatesMustExistAndFollowEachOther) {
  Release r = notice();
  r.written_on = "2026-02-30";
  r.effective_on = "2026-07-01";
  r.expires_on = "2026-06-30";
  r.not_before = "2026-05-07 09:00";
  EXPECT_EQ(
      violations(r),
      (Found{
          "date_invalid written_on", "dates_out_of_order expires_on", "time_invalid not_before"}));

  r = notice();
  r.not_before = "2026-05-07T09:00:00+08:00";
  r.expires = "2026-05-07T01:00:00Z";
  EXPECT_EQ(violations(r), Found{"dates_out_of_order expires"});
}

TEST(ChecksTest, OnlyWrittenOnMayNotLieAhead) {
  Release r = notice();
  r.written_on = "2026-05-07";
  r.effective_on = "2027-01-01";
  r.not_before = "2026-12-01T00:00:00Z";

  EXPECT_EQ(violations(r), Found{"clock_ahead written_on"});
}

TEST(ChecksTest, PublishedOnIsSetByGulouAlone) {
  Release r = notice();
  r.published_on = "2026-05-06";

  EXPECT_EQ(violations(r), Found{"published_on_supplied published_on"});
}

TEST(ChecksTest, LaterRevisionsSayWhatTheyFollowAndWhy) {
  Release r = notice();
  r.revision = 3;
  EXPECT_EQ(violations(r),
            (Found{"previous_revision_missing previous_revision", "update_missing update"}));

  r.previous_revision = 3;
  r.update = UpdateClass::major;
  EXPECT_EQ(
      violations(r),
      (Found{"previous_revision_not_before previous_revision", "change_note_missing change_note"}));

  r.previous_revision = 2;
  r.change_note = "更正第三条日期";
  EXPECT_EQ(violations(r), Found{});

  r = notice();
  r.update = UpdateClass::minor;
  EXPECT_EQ(violations(r), Found{"update_of_first_revision update"});
}

TEST(ChecksTest, PlaceIsJudgedByTheCounty) {
  Release r = notice();
  r.column = "zcwj";
  r.audience = {"3201", "group:"};
  EXPECT_EQ(violations(r),
            (Found{"kind_not_in_column kind",
                   "audience_invalid audience[0]",
                   "audience_invalid audience[1]"}));

  r = notice();
  r.column = "nowhere";
  r.issuer.org_code = "123456789";
  EXPECT_EQ(violations(r), (Found{"issuer_unknown issuer.org_code", "column_unknown column"}));
}

TEST(ChecksTest, FieldsOfAnotherKindAreRefused) {
  Release r = notice();
  r.reply = ReplyPart{};

  EXPECT_EQ(violations(r), Found{"field_of_other_kind reply"});
}

TEST(ChecksTest, InterpretationNamesItsDocument) {
  Release r = notice();
  r.kind = Kind::interpretation;
  r.column = "zcwj";
  r.interpretation = {"同步解读", "县水务局"};
  EXPECT_EQ(violations(r), Found{"interpretation_without_document relations"});

  r.relations = {{RelationKind::interprets, "oa/doc-1"}, {RelationKind::related, "oa-1"}};

  EXPECT_EQ(violations(r), Found{"reference_to_itself relations[1].target"});
}

TEST(ChecksTest, WhatMayNotBeDisclosedIsRefused) {
  Release r = notice();
  r.classification = Classification::open;
  r.disclosure_type = DisclosureType::withheld;

  const auto errors = check_disclosure(r, {}, "");

  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].code, ErrorCode::refused);
  EXPECT_EQ(errors[0].reason, "not_disclosable");
}

TEST(TextTest, BadCharactersAreNamedWithTheirPlace) {
  const auto error_of = [](std::string_view text) {
    const Status status = check_text(text, "title");
    return status ? std::string() : describe(status.error());
  };

  EXPECT_EQ(error_of("䶮堃\n\t😀 abc"), "");
  EXPECT_EQ(error_of("水\xEF\xBF\xBD"),
            "invalid_argument text_replacement_character field=title [U+FFFD, 2]");
  EXPECT_EQ(error_of("水库\xEE\x80\x80"),
            "invalid_argument text_private_use field=title [U+E000, 3]");
  EXPECT_EQ(error_of("\xF3\xB0\x80\x80"),
            "invalid_argument text_private_use field=title [U+F0000, 1]");
  EXPECT_EQ(error_of("a\rb"), "invalid_argument text_control_character field=title [U+000D, 2]");
  EXPECT_EQ(error_of("水\xE6\xB0"), "invalid_argument text_not_utf8 field=title [E6, 2]");
  EXPECT_EQ(error_of("\xED\xA0\x80"), "invalid_argument text_not_utf8 field=title [ED, 1]");
  EXPECT_EQ(error_of("\xC0\x80"), "invalid_argument text_not_utf8 field=title [C0, 1]");
}

TEST(TextTest, WhatIsRefusedIsFoundAnywhereInALongText) {
  // Characters at the edges of what is looked at in pairs: U+0FFF, U+1000, U+CFFF, U+D000, U+FFE5.
  const std::string text =
      "水\xE0\xBF\xBF\xE1\x80\x80\xEC\xBF\xBF\xED\x80\x80\xEF\xBF\xA5库a通é知 公告";
  ASSERT_TRUE(check_text(text + text + text, "body"));
  const std::pair<std::string, std::string> wrongs[] = {
      {"\xEE\x80\x80", "text_private_use"},
      {"\xEF\xBF\xBD", "text_replacement_character"},
      {"\xE6\xB0", "text_not_utf8"},
      {"\xE6\xB0\xC0", "text_not_utf8"},
      {"\xE6\xC0\xB0", "text_not_utf8"},
      {"\xE0\x80\xB0", "text_not_utf8"},
      {"\xED\xA0\x80", "text_not_utf8"},
      {"\xB0", "text_not_utf8"},
      {"\x7F", "text_control_character"}};
  size_t position = 1;
  for_each_char(text, [&](char32_t, size_t at) {
    for (const auto& [wrong, reason] : wrongs) {
      const Status status = check_text(text.substr(0, at) + wrong + text.substr(at), "body");
      ASSERT_FALSE(status) << reason << " at " << at;
      EXPECT_EQ(status.error().reason, reason);
      EXPECT_EQ(status.error().args.at(1), std::to_string(position));
    }
    ++position;
  });
}

TEST(TextTest, CharactersAreCodePoints) {
  EXPECT_EQ(char_count("䶮a😀"), 3U);
  EXPECT_EQ(char_count("水\xFF"), 2U);
}

TEST(NumbersTest, DocumentNumbersAreTheSameHoweverWritten) {
  const std::string folded = fold_doc_no("国办发〔2017〕47号");

  EXPECT_EQ(folded, "国办发[2017]47号");
  EXPECT_EQ(fold_doc_no("国办发［２０１７］47 号"), folded);
  EXPECT_EQ(fold_doc_no("国办发(2017)４７号"), folded);
  EXPECT_EQ(fold_doc_no("国办发【2017】47　号"), folded);
  EXPECT_NE(fold_doc_no("国办发〔2017〕48号"), folded);
}

TEST(NumbersTest, BareNumbersAreNoDocumentNumbers) {
  EXPECT_EQ(fold_doc_no("第5号"), "");
  EXPECT_EQ(fold_doc_no("第 十二 号"), "");
  EXPECT_EQ(fold_doc_no("〔2017〕47号"), "");
  EXPECT_EQ(fold_doc_no(""), "");
  EXPECT_EQ(fold_doc_no("国务院令第711号"), "国务院令第711号");
}

TEST(NumbersTest, IndexNumbersHaveCodeYearAndSerial) {
  EXPECT_TRUE(is_index_no("000014349/2017-00110"));
  EXPECT_TRUE(is_index_no("11441700007280420Y/2021-100050"));
  EXPECT_FALSE(is_index_no("000014349/2017-0110"));
  EXPECT_FALSE(is_index_no("0000143490/2017-00110"));
  EXPECT_FALSE(is_index_no("000014349/17-00110"));
  EXPECT_FALSE(is_index_no(""));
}

TEST(FitTest, LongTitleFitsWhereItsShortTitleDoes) {
  Release r = notice();
  Channel channel;
  channel.content_limits.title_chars_max = 5;

  const Fit without = fit(r, channel);
  r.short_title = "水库蓄水";

  EXPECT_FALSE(without.fits);
  EXPECT_EQ(without.reason, "channel_title_too_long");
  EXPECT_EQ(without.args, (std::vector<std::string>{"11", "5"}));
  EXPECT_TRUE(fit(r, channel).fits);
}

TEST(FitTest, OfficialTextIsMeasuredNeverCut) {
  Release r = notice();
  r.attachments = {picture()};
  Channel channel;
  channel.content_limits.body_bytes_max = 10;
  EXPECT_EQ(fit(r, channel).reason, "channel_body_too_large");

  channel.content_limits = {.attachment_bytes_max = 9};
  EXPECT_EQ(fit(r, channel).field, "attachments[0]");

  r.attachments[0].is_private = true;
  EXPECT_TRUE(fit(r, channel).fits);
}

TEST(NamesTest, WordsAreReadBackAsWritten) {
  for (const Kind kind : all_kinds) {
    EXPECT_EQ(parse_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(parse_kind("Notice"), std::nullopt);
  EXPECT_EQ(name_of(UpdateClass::none), "");
  EXPECT_EQ(parse_update_class(""), std::nullopt);
}

}  // namespace
}  // namespace gulou
