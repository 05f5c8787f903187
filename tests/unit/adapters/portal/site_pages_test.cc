#include "adapters/portal/site_pages.h"

#include "common/base/files.h"
#include "tests/unit/adapters/portal/site_fixture.h"

#include <array>
#include <cstdio>
#include <memory>

namespace gulou::testing_site {
namespace {

using testing::HasSubstr;
using testing::Not;

using SitePagesTest = SiteFixture;

std::string header(const HttpResponse& response, std::string_view name) {
  for (const auto& [known, value] : response.headers) {
    if (known == name) {
      return value;
    }
  }
  return {};
}

// True where Python's expat reads it without complaint.
bool well_formed(const std::string& dir, const std::string& xml) {
  const std::string path = dir + "/checked.xml";
  EXPECT_TRUE(write_file(path, xml));
  const std::string command =
      "python3 -c 'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])' " + path;
  return std::system(command.c_str()) == 0;
}

TEST_F(SitePagesTest, ListsTurnPagesNewestFirst) {
  Site site = open();
  SitePages web = pages();
  std::vector<SitePart> parts;
  for (uint64_t seq = 1; seq <= 45; ++seq) {
    parts.push_back(part(
        release_of(
            "n" + std::to_string(seq), Kind::notice, "tzgg", "第" + std::to_string(seq) + "号通知"),
        seq));
  }
  publish(site, parts);

  const std::string first = body(web, "/tzgg/"), third = body(web, "/tzgg/index_3.html");

  EXPECT_THAT(first, HasSubstr("第45号通知"));
  EXPECT_THAT(first, HasSubstr("第26号通知"));
  EXPECT_THAT(first, Not(HasSubstr("第25号通知")));
  EXPECT_THAT(first, HasSubstr("2026-11-24 12:45"));
  EXPECT_THAT(first, HasSubstr("href=\"/tzgg/index_2.html\" rel=\"next\""));
  EXPECT_THAT(third, HasSubstr("第5号通知"));
  EXPECT_THAT(third, HasSubstr("第1号通知"));
  EXPECT_THAT(third, Not(HasSubstr("rel=\"next\"")));
  EXPECT_EQ(get(web, "/tzgg/index_4.html").status, 404);
  EXPECT_EQ(get(web, "/tzgg/index_1.html").status, 301);
  EXPECT_EQ(get(web, "/tzgg").status, 301);
}

TEST_F(SitePagesTest, EverythingFromAReleaseIsEscaped) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::reply, "tzgg", "<script>alert('题')</script>&\"");
  release.summary = "<b>概述</b>";
  release.reply =
      ReplyPart{.letter_no = "<i>", .question = "问<img src=x>", .answer = "答</p><script>"};
  release.body = {BodyFormat::text, "<script>正文</script>"};
  publish(site, {part(release, 1)});

  for (const char* path : {"/", "/tzgg/", "/tzgg/1-0.html"}) {
    const std::string page = body(web, path);
    EXPECT_THAT(page, Not(HasSubstr("<script>"))) << path;
    EXPECT_THAT(page, Not(HasSubstr("<b>概述"))) << path;
    EXPECT_THAT(page, Not(HasSubstr("<img src=x"))) << path;
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert")) << path;
  }
  EXPECT_TRUE(well_formed(dir_, body(web, "/feed.atom")));
}

TEST_F(SitePagesTest, CatalogueTableOfADocumentNamesAllItsFields) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::policy_document, "zcwj", "关于印发规定的通知");
  release.doc_no = "青政办发〔2026〕12号";
  release.subject = {"综合政务", "政务公开"};
  release.keywords = {"政务公开", "规定"};
  publish(site, {part(release, 1)});

  const std::string page = body(web, "/zcwj/1-0.html");

  for (const char* text : {"索引号",
                           "000000001/2026-00001",
                           "主题分类",
                           "综合政务 / 政务公开",
                           "发文机关",
                           "成文日期",
                           "2026-11-20",
                           "标题",
                           "发文字号",
                           "青政办发〔2026〕12号",
                           "发布日期",
                           "2026-11-24 12:01",
                           "有效",
                           "主动公开",
                           "政务公开，规定"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  for (const char* tag : {"SiteName",
                          "SiteDomain",
                          "SiteIDCode",
                          "ColumnName",
                          "ColumnType",
                          "ArticleTitle",
                          "PubDate",
                          "ContentSource",
                          "Keywords",
                          "Author",
                          "Description",
                          "Url"}) {
    EXPECT_THAT(page, HasSubstr(std::string("<meta name=\"") + tag + "\""));
  }
}

TEST_F(SitePagesTest, GuideShowsItsEightElements) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("g", Kind::service_guide, "bszn", "新生儿落户");
  release.service_guide = ServiceGuidePart{.legal_basis = "依据一",
                                           .conditions = "条件二",
                                           .materials = "材料三\n材料四",
                                           .procedure = "流程五",
                                           .time_limit = "时限六",
                                           .fees = "不收费",
                                           .office_place_hours = "地点八",
                                           .phone = "0000-0000009"};
  publish(site, {part(release, 1)});

  const std::string page = body(web, "/bszn/1-0.html");

  for (const char* text : {"依据一",
                           "条件二",
                           "<p>材料三</p><p>材料四</p>",
                           "流程五",
                           "时限六",
                           "不收费",
                           "地点八",
                           "0000-0000009"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(SitePagesTest, AttachmentsAreServedUnderTheirReleaseAndPrivateOnesNever) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::notice, "tzgg", "通知");
  release.body = {BodyFormat::markdown,
                  "见图。\n\n![示意图](attachment:map.png)\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n"};
  release.attachments = {
      {"form.pdf", "申请表", "application/pdf", 8, sha256("%PDF-1.7"), "", false},
      {"map.png", "示意图", "image/png", 3, sha256("PNG"), "示意图", false},
      {"plan.pdf", "解读方案", "application/pdf", 6, sha256("secret"), "", true}};
  add_blob(site, "%PDF-1.7");
  add_blob(site, "PNG");
  publish(site, {part(release, 1)});

  const std::string page = body(web, "/tzgg/1-0.html");

  EXPECT_THAT(page, HasSubstr("src=\"/tzgg/1-0/map.png\""));
  EXPECT_THAT(page, HasSubstr("<section class=\"scroll\""));
  EXPECT_THAT(page, HasSubstr("href=\"/tzgg/1-0/form.pdf\">申请表</a>"));
  EXPECT_THAT(page, HasSubstr("PDF 文档，8 字节"));
  EXPECT_THAT(page, Not(HasSubstr("解读方案")));
  const HttpResponse file = get(web, "/tzgg/1-0/form.pdf");
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(header(file, "Content-Type"), "application/pdf");
  EXPECT_THAT(header(file, "Content-Disposition"), HasSubstr("inline"));
  EXPECT_EQ(get(web, "/tzgg/1-0/plan.pdf").status, 404);
  EXPECT_EQ(get(web, "/zcwj/1-0/form.pdf").status, 404);
  EXPECT_EQ(get(web, "/tzgg/1-0/../../index").status, 404);
}

TEST_F(SitePagesTest, InvalidDocumentKeepsItsPageWithABanner) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::policy_document, "zcwj", "旧办法"), 1)});

  ASSERT_TRUE(site.withdraw(
      {WithdrawalKind::mark_invalid, {{"oa/a", 1}}, "本办法已于2026年11月废止。", "", Seq{101}},
      noon));

  const HttpResponse page = get(web, "/zcwj/1-0.html");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(text(page), HasSubstr("<strong>已失效</strong> 本办法已于2026年11月废止。"));
  EXPECT_THAT(text(page), Not(HasSubstr("<td>有效</td>")));
  EXPECT_THAT(text(page), HasSubstr("第一段。"));
  EXPECT_THAT(body(web, "/zcwj/"), HasSubstr("失效</span>"));
}

TEST_F(SitePagesTest, AnInvalidPartIsPublishedWithItsBanner) {
  Site site = open();
  SitePages web = pages();
  SitePart again = part(release_of("a", Kind::policy_document, "zcwj", "旧办法"), 1);
  publish(site, {again});
  again.invalid = true;

  EXPECT_EQ(publish(site, {again})[0].standing, Standing::invalid);
  EXPECT_THAT(body(web, "/zcwj/1-0.html"),
              HasSubstr("<strong>已失效</strong> 本文件已不再有效，仅供查阅。"));
  again.note = "自2026年12月1日起废止。";
  publish(site, {again});
  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("自2026年12月1日起废止。"));

  again.invalid = false;  // an attempt from before the withdrawal, told late
  publish(site, {again});
  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("自2026年12月1日起废止。"));
}

TEST_F(SitePagesTest, ADocumentThatAnotherRepealsSaysSo) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::policy_document, "zcwj", "旧办法"), 1)});
  Release repealing = release_of("b", Kind::policy_document, "zcwj", "关于废止旧办法的决定");
  repealing.relations = {{RelationKind::repeals, "a"}};
  publish(site, {part(repealing, 2)});

  ASSERT_TRUE(site.withdraw({WithdrawalKind::mark_invalid, {{"oa/a", 1}}, "", "", Seq{102}}, noon));

  const std::string page = body(web, "/zcwj/1-0.html");
  EXPECT_THAT(page, HasSubstr("<strong>已废止</strong>"));
  EXPECT_THAT(page, HasSubstr("见《关于废止旧办法的决定》。"));
}

TEST_F(SitePagesTest, RemovedOneIsNamedNowhere) {
  Site site = open();
  SitePages web = pages();
  Release removed = release_of("a", Kind::policy_document, "zcwj", "误发的文件");
  removed.priority = Priority::urgent;
  removed.relations = {{RelationKind::related, "b"}};
  Release other = release_of("b", Kind::policy_document, "zcwj", "别的文件");
  other.relations = {{RelationKind::related, "a"}};
  publish(site, {part(removed, 1), part(other, 2)});
  ASSERT_THAT(body(web, "/zcwj/2-0.html"), HasSubstr("误发的文件"));

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "", "", Seq{103}}, noon));

  for (const char* path : {"/", "/zcwj/", "/zcwj/2-0.html", "/sitemap.html", "/sitemap-1.xml"}) {
    EXPECT_THAT(body(web, path), Not(HasSubstr("误发的文件"))) << path;
    EXPECT_THAT(body(web, path), Not(HasSubstr("/zcwj/1-0"))) << path;
  }
  EXPECT_THAT(body(web, "/feed.atom"), Not(HasSubstr("误发的文件")));
  EXPECT_THAT(body(web, "/zcwj/"), HasSubstr("共 1 条"));
  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("<h1 id=\"message\">该信息已撤下</h1>"));
  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("noindex"));
}

TEST_F(SitePagesTest, ReplacedOnePointsToItsSuccessor) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "旧通知"), 1)});
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "新通知"), 2)});

  ASSERT_TRUE(site.withdraw({WithdrawalKind::replace, {{"oa/a", 1}}, "", "oa/b", Seq{104}}, noon));

  EXPECT_EQ(get(web, "/tzgg/1-0.html").status, 410);
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("该信息已被替代"));
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("href=\"/tzgg/2-0.html\""));
  EXPECT_THAT(body(web, "/tzgg/"), Not(HasSubstr("旧通知")));
  EXPECT_THAT(body(web, "/tzgg/feed.atom"),
              HasSubstr("at:deleted-entry ref=\"http://127.0.0.1:8080/tzgg/1-0.html\""));

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/b", 1}}, "", "", Seq{105}}, noon));
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), Not(HasSubstr("/tzgg/2-0.html")));
}

TEST_F(SitePagesTest, ExpiredOneLeavesListsByItself) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::notice, "tzgg", "停水通知");
  release.expires = "2026-11-25T00:00:00+08:00";
  publish(site, {part(release, 1)});
  const Utc evening{noon.ms + 3'600'000}, tomorrow{noon.ms + 86'400'000};

  EXPECT_EQ(get(web, "/tzgg/1-0.html", evening).status, 200);
  EXPECT_THAT(text(get(web, "/tzgg/", evening)), HasSubstr("停水通知"));

  EXPECT_EQ(get(web, "/tzgg/1-0.html", tomorrow).status, 410);
  EXPECT_THAT(text(get(web, "/tzgg/", tomorrow)), Not(HasSubstr("停水通知")));
}

TEST_F(SitePagesTest, DrillIsMarkedAndInNoList) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::notice, "tzgg", "防汛通知");
  release.test = true;
  release.relations = {{RelationKind::related, "b"}};
  Release real = release_of("b", Kind::notice, "tzgg", "真的通知");
  real.relations = {{RelationKind::related, "a"}};
  publish(site, {part(release, 1), part(real, 2)});

  const std::string page = body(web, "/tzgg/1-0.html");
  EXPECT_THAT(page, HasSubstr("<title>【演练】防汛通知"));
  EXPECT_THAT(page, HasSubstr("<h1>【演练】防汛通知</h1>"));
  EXPECT_THAT(page, HasSubstr("class=\"release drill\""));
  EXPECT_THAT(page, HasSubstr("本页为演练内容"));
  EXPECT_THAT(page, HasSubstr("noindex"));
  EXPECT_THAT(page, HasSubstr("/tzgg/2-0.html"));
  EXPECT_THAT(body(web, "/tzgg/"), HasSubstr("共 1 条"));
  for (const char* path : {"/", "/tzgg/", "/feed.atom", "/sitemap-1.xml", "/tzgg/2-0.html"}) {
    EXPECT_THAT(body(web, path), Not(HasSubstr("防汛通知"))) << path;
    EXPECT_THAT(body(web, path), Not(HasSubstr("/tzgg/1-0"))) << path;
  }
}

TEST_F(SitePagesTest, FeedsAreWellFormedAndNameWithdrawals) {
  Site site = open();
  SitePages web = pages();
  EXPECT_TRUE(well_formed(dir_, body(web, "/feed.atom")));
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "甲 & 乙 <丙>"), 1)});
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "要撤下的"), 2)});
  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/b", 1}}, "", "", Seq{106}}, noon));

  const std::string feed = body(web, "/tzgg/feed.atom");

  EXPECT_TRUE(well_formed(dir_, feed)) << feed;
  EXPECT_THAT(feed, HasSubstr("<id>http://127.0.0.1:8080/tzgg/1-0.html</id>"));
  EXPECT_THAT(feed, HasSubstr("<updated>2026-11-24T04:01:00Z</updated>"));
  EXPECT_THAT(feed, HasSubstr("at:deleted-entry ref=\"http://127.0.0.1:8080/tzgg/2-0.html\""));
  EXPECT_TRUE(well_formed(dir_, body(web, "/sitemap.xml")));
  EXPECT_TRUE(well_formed(dir_, body(web, "/sitemap-1.xml")));
  EXPECT_THAT(body(web, "/sitemap-1.xml"), HasSubstr("http://127.0.0.1:8080/tzgg/1-0.html"));
}

TEST_F(SitePagesTest, ImportShowsWhenItWasFirstPublished) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::policy_document, "zcwj", "旧站文件");
  release.imported = Imported{"原青石县政府网站", "2014-11-24"};
  publish(site, {part(release, 1)});

  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("2014-11-24 00:00"));
  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("导入自原青石县政府网站"));
}

TEST_F(SitePagesTest, AnswersCarryStrictHeadersAndKnowTheirEtag) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "通知"), 1)});

  const HttpResponse page = get(web, "/tzgg/1-0.html");
  HttpRequest again;
  again.method = "GET";
  again.path = "/tzgg/1-0.html";
  again.headers = {{"if-none-match", header(page, "ETag")}};

  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("script-src 'self'"));
  EXPECT_THAT(header(page, "Content-Security-Policy"), Not(HasSubstr("unsafe")));
  EXPECT_EQ(web.answer(again, noon).status, 304);
  again.method = "POST";
  EXPECT_EQ(web.answer(again, noon).status, 405);
}

TEST_F(SitePagesTest, PublicationIsFoundByItsIdentity) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "通知"), 1)});

  EXPECT_EQ(get(web, "/go/oa/a").status, 302);
  EXPECT_EQ(header(get(web, "/go/oa/a"), "Location"), "/tzgg/1-0.html");
  EXPECT_EQ(get(web, "/go/oa/b").status, 404);
}

TEST_F(SitePagesTest, ExportWritesTheSamePagesAsFiles) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::notice, "tzgg", "通知");
  release.attachments = {
      {"form.pdf", "申请表", "application/pdf", 8, sha256("%PDF-1.7"), "", false}};
  add_blob(site, "%PDF-1.7");
  publish(site, {part(release, 1)});

  ASSERT_TRUE(web.export_to(dir_ + "/out", noon));
  publish(site, {part(release_of("b", Kind::notice, "tzgg", "第二个"), 2)});
  const Status second = web.export_to(dir_ + "/out", noon);

  ASSERT_TRUE(second) << describe(second.error());
  EXPECT_EQ(*read_file(dir_ + "/out/current/tzgg/1-0.html", 1 << 20), body(web, "/tzgg/1-0.html"));
  EXPECT_EQ(*read_file(dir_ + "/out/current/tzgg/1-0/form.pdf", 1 << 20), "%PDF-1.7");
  EXPECT_THAT(*read_file(dir_ + "/out/current/tzgg/index.html", 1 << 20), HasSubstr("第二个"));

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "撤下", "", Seq{107}}, noon));
  ASSERT_TRUE(web.export_to(dir_ + "/out", noon));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/out/current/tzgg/1-0.html"));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/out/current/tzgg/1-0/form.pdf"));
  EXPECT_THAT(*read_file(dir_ + "/out/current/gone/tzgg/1-0.html", 1 << 20), HasSubstr("撤下"));
}

}  // namespace
}  // namespace gulou::testing_site
