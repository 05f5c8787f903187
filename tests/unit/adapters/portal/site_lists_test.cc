#include "adapters/portal/site_words.h"
#include "common/base/files.h"
#include "common/json/value.h"
#include "tests/unit/adapters/portal/site_fixture.h"

#include <filesystem>

namespace gulou::testing_site {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SiteListsTest : public SiteFixture {
 protected:
  JsonValue json(SitePages& pages, std::string path) {
    auto value = JsonValue::parse(body(pages, std::move(path)));
    EXPECT_TRUE(value) << describe(value.error());
    return value ? std::move(*value) : JsonValue();
  }

  static size_t times(const std::string& text, std::string_view wanted) {
    size_t count = 0;
    for (size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
      ++count;
    }
    return count;
  }

  // Titles in all chunks of the index, in the order a browser puts them together.
  std::vector<std::string> indexed(SitePages& pages) {
    std::vector<std::string> titles;
    const JsonValue index = json(pages, "/search/index.json");
    for (const JsonValue& named : index.items("chunks")) {
      const JsonValue chunk = json(pages, std::string(named.text()));
      for (const JsonValue& entry : chunk.items("entries")) {
        titles.emplace_back(entry.text("title"));
      }
    }
    return titles;
  }
};

TEST_F(SiteListsTest, ColumnsStandUnderTheirSections) {
  open();
  SitePages web = pages();

  const std::string home = body(web, "/"), column = body(web, "/zcjd/"),
                    map = body(web, "/sitemap.html");

  EXPECT_THAT(home, HasSubstr("<summary>政府信息公开</summary>"));
  EXPECT_THAT(home, Not(HasSubstr("<summary>办事服务</summary>"))) << "a section of one column";
  EXPECT_THAT(home, HasSubstr("<li><a href=\"/bszn/\">办事指南</a></li>"));
  EXPECT_THAT(column, HasSubstr("<details class=\"inside\">"));
  EXPECT_THAT(
      column,
      HasSubstr("<li>政府信息公开</li><li>政策</li><li aria-current=\"page\">政策解读</li>"));
  EXPECT_THAT(column, HasSubstr("<h2>政府信息公开 · 政策</h2>"));
  EXPECT_THAT(map, HasSubstr("<h2>办事服务</h2>"));
  EXPECT_THAT(map, HasSubstr("共 0 条"));
}

TEST_F(SiteListsTest, TheIndexOfSearchNamesWhatListsShow) {
  Site site = open();
  SitePages web = pages();
  Release drill = release_of("d", Kind::notice, "tzgg", "演练通知");
  drill.test = true;
  Release ending = release_of("e", Kind::notice, "tzgg", "到期的");
  ending.expires = "2026-11-26T00:00:00Z";
  Release document = release_of("a", Kind::policy_document, "zcwj", "关于供水的\"办法\"");
  document.summary = "概述";
  document.doc_no = "青政办发〔2026〕12号";
  document.subject = {"城乡建设", "供水"};
  publish(site, {part(document, 1)});
  publish(site, {part(drill, 2)});
  publish(site, {part(ending, 3)});
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "停水通知"), 300)});

  EXPECT_THAT(indexed(web), ElementsAre("停水通知", "到期的", "关于供水的\"办法\""));
  const JsonValue chunk = json(web, "/search/0.json");
  EXPECT_EQ(chunk.text("entries[1].url"), "/zcwj/1-0.html");
  EXPECT_EQ(chunk.text("entries[1].doc_no"), "青政办发〔2026〕12号");
  EXPECT_EQ(chunk.text("entries[1].subject"), "城乡建设");
  EXPECT_EQ(chunk.text("entries[1].year"), "2026");
  EXPECT_EQ(chunk.text("entries[1].validity_name"), "有效");
  EXPECT_TRUE(chunk.boolean("entries[1].register"));
  EXPECT_EQ(get(web, "/search/7.json").status, 404);

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "", "", Seq{301}}, noon));
  EXPECT_THAT(indexed(web), ElementsAre("停水通知", "到期的"));
}

TEST_F(SiteListsTest, ThePublicationOfOneChangesOneChunk) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "甲"), 1)});
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "乙"), 300)});
  const std::string first = body(web, "/search/0.json"), head = body(web, "/search/index.json");

  publish(site, {part(release_of("c", Kind::notice, "tzgg", "丙"), 301)});

  EXPECT_EQ(body(web, "/search/0.json"), first);
  EXPECT_EQ(body(web, "/search/index.json"), head);
  EXPECT_THAT(body(web, "/search/1.json"), HasSubstr("丙"));
}

TEST_F(SiteListsTest, TheCatalogueShowsWhatIsDisclosedAndWhatItCanBeFilteredBy) {
  Site site = open();
  SitePages web = pages();
  Release document = release_of("a", Kind::policy_document, "zcwj", "供水办法");
  document.summary = "规定供水。";
  document.doc_no = "青政办发〔2026〕12号";
  document.subject = {"城乡建设", "供水"};
  Release other = release_of("b", Kind::notice, "tzgg", "申请才公开的");
  other.disclosure_type = DisclosureType::on_request;
  other.subject = {"财政"};
  publish(site, {part(document, 1), part(other, 2)});

  const std::string page = body(web, "/catalogue/");

  EXPECT_THAT(page, HasSubstr("<td>000000001/2026-00001</td>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"/zcwj/1-0.html\">供水办法</a><p>规定供水。</p>"));
  EXPECT_THAT(page, HasSubstr("<td>青政办发〔2026〕12号</td>"));
  EXPECT_THAT(page, HasSubstr("<td>2026-11-20</td>"));
  EXPECT_THAT(page, HasSubstr("<option>城乡建设</option>"));
  EXPECT_THAT(page, HasSubstr("<option>2026</option>"));
  EXPECT_THAT(page, HasSubstr("<option value=\"repealed\">废止</option>"));
  EXPECT_THAT(page, Not(HasSubstr("申请才公开的")));
  EXPECT_THAT(page, Not(HasSubstr("财政")));
  EXPECT_EQ(get(web, "/catalogue/index_2.html").status, 404);

  ASSERT_TRUE(site.withdraw({WithdrawalKind::mark_invalid, {{"oa/a", 1}}, "", "", Seq{3}}, noon));
  EXPECT_THAT(body(web, "/catalogue/"), HasSubstr("<td>失效</td>"));
  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "", "", Seq{4}}, noon));
  EXPECT_THAT(body(web, "/catalogue/"), Not(HasSubstr("城乡建设")));
}

TEST_F(SiteListsTest, WhatIsGoneSaysSoOnce) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "甲"), 1)});
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "乙"), 2)});
  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "", "", Seq{3}}, noon));
  ASSERT_TRUE(
      site.withdraw({WithdrawalKind::remove, {{"oa/b", 1}}, "内容有误。", "", Seq{4}}, noon));

  const HttpResponse gone = get(web, "/tzgg/1-0.html");

  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(times(text(gone), "该信息已撤下"), 2U) << "title of the page and heading";
  EXPECT_EQ(times(body(web, "/tzgg/2-0.html"), "内容有误。"), 1U);
}

TEST_F(SiteListsTest, EveryColumnHasAJsonFeed) {
  Site site = open();
  SitePages web = pages();
  Release notice = release_of("a", Kind::notice, "tzgg", "停水通知");
  notice.summary = "概述";
  notice.attachments = {
      {"form.pdf", "申请表", "application/pdf", 8, sha256("%PDF-1.7"), "", false}};
  add_blob(site, "%PDF-1.7");
  publish(site, {part(notice, 1)});
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "乙"), 2)});
  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/b", 1}}, "", "", Seq{3}}, noon));

  const JsonValue feed = json(web, "/tzgg/feed.json");

  EXPECT_EQ(feed.text("version"), "https://jsonfeed.org/version/1.1");
  EXPECT_EQ(feed.text("feed_url"), "http://127.0.0.1:8080/tzgg/feed.json");
  EXPECT_EQ(feed.items("items").size(), 1U);
  EXPECT_EQ(feed.text("items[0].id"), "http://127.0.0.1:8080/tzgg/1-0.html");
  EXPECT_EQ(feed.text("items[0].content_text"), "概述");
  EXPECT_EQ(feed.text("items[0].attachments[0].url"), "http://127.0.0.1:8080/tzgg/1-0/form.pdf");
  EXPECT_EQ(feed.integer("items[0].attachments[0].size_in_bytes"), 8);
  EXPECT_EQ(feed.text("_gulou.withdrawn[0].id"), "http://127.0.0.1:8080/tzgg/2-0.html");
  EXPECT_EQ(json(web, "/feed.json").text("home_page_url"), "http://127.0.0.1:8080/");
  EXPECT_THAT(body(web, "/tzgg/"),
              HasSubstr("type=\"application/feed+json\" title=\"通知公告 - 青石县人民政府\" "
                        "href=\"/tzgg/feed.json\""));
}

TEST_F(SiteListsTest, PublicNoticeSaysHowManyDays) {
  Site site = open();
  SitePages web = pages();
  Release notice = release_of("a", Kind::public_notice, "tzgg", "公示");
  notice.public_notice = PublicNoticePart{.period_from = "2026-11-24", .period_to = "2026-11-30"};
  publish(site, {part(notice, 1)});

  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("（共 7 天）"));
}

TEST_F(SiteListsTest, TheFootShowsTheMarksOfAGovernmentSite) {
  open();
  auto web = SitePages::open(dir_,
                             {.name = "青石县人民政府",
                              .base_url = "http://127.0.0.1:8080",
                              .id_code = "5300000001",
                              .organiser = "办公室",
                              .icp_no = "ICP备1号",
                              .police_no = "公网安备2号",
                              .phone = "123",
                              .party_mark_url = "https://bszs.conac.cn/x",
                              .find_error_url = "https://zfwzgl.www.gov.cn/y"},
                             columns_);
  ASSERT_TRUE(web);

  const std::string page = body(*web, "/");

  for (const char* mark :
       {"主办单位：办公室",
        "联系电话：123",
        "网站标识码：5300000001",
        ">ICP备1号</a>",
        ">公网安备2号</a>",
        "href=\"https://bszs.conac.cn/x\"",
        "<a href=\"https://zfwzgl.www.gov.cn/y\" rel=\"external\">我为政府网站找错</a>",
        "<a href=\"/sitemap.html\">网站地图</a>"}) {
    EXPECT_THAT(page, HasSubstr(mark));
  }
  SitePages bare = pages();
  EXPECT_THAT(body(bare, "/"), Not(HasSubstr("我为政府网站找错")));
  EXPECT_THAT(body(bare, "/"), Not(HasSubstr("party-mark")));
}

// Chinese characters outside comments; the first one found.
std::string own_words(const std::string& path, bool code) {
  const std::string bytes = *read_file(path, 1 << 20);
  size_t line_start = 0;
  while (line_start < bytes.size()) {
    const size_t end = std::min(bytes.find('\n', line_start), bytes.size());
    std::string line = bytes.substr(line_start, end - line_start);
    if (const size_t comment = line.find("//"); code && comment != std::string::npos) {
      line.resize(comment);
    }
    for (const char c : line) {
      const auto byte = static_cast<uint8_t>(c);
      if (byte >= 0xE4 && byte <= 0xE9) {
        return line;
      }
    }
    line_start = end + 1;
  }
  return {};
}

TEST(SiteWordsTest, TemplatesAndPagesHoldNoWordsOfTheirOwn) {
  const std::filesystem::path room = std::filesystem::path(GULOU_SOURCE_DIR) / "adapters/portal";
  size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(room)) {
    const std::string ending = entry.path().extension().string();
    if (ending == ".cc" || ending == ".mustache" || ending == ".ts") {
      ++seen;
      EXPECT_EQ(own_words(entry.path().string(), ending != ".mustache"), "") << entry.path();
    }
  }
  EXPECT_GT(seen, 20U);
}

TEST(SiteWordsTest, AnUnknownWordIsRefusedByName) {
  EXPECT_EQ(*with_words("x", "<a>[[page_home]]</a>"), "<a>首页</a>");
  const auto unknown = with_words("x", "[[no_such_word]]");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "template_word_missing");
}

}  // namespace
}  // namespace gulou::testing_site
