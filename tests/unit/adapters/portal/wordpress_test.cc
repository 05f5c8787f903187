// What a publication is on a WordPress, and what its answers are taken for. The whole against a
// real one: tests/e2e/wordpress_test.py.
#include "adapters/portal/read_back.h"
#include "adapters/portal/wordpress_api.h"
#include "adapters/portal/wordpress_text.h"
#include "common/settings/adapter_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(WordpressTextTest, SlugsAreAsWordpressKeepsThemAndStayApart) {
  EXPECT_EQ(wordpress_slug("oa", "a").substr(0, 5), "oa-a-");
  EXPECT_EQ(wordpress_slug("oa", "a..:b").substr(0, 7), "oa-a-b-") << "one dash of many";
  EXPECT_NE(wordpress_slug("oa", "a..b"), wordpress_slug("oa", "a.b"));
  const std::string longest = wordpress_slug(std::string(64, 'p'), std::string(128, 'i'));
  EXPECT_EQ(longest.size(), 150U);
  EXPECT_NE(longest, wordpress_slug(std::string(64, 'p'), std::string(127, 'i') + "j"))
      << "what is cut off still counts";
}

TEST(WordpressTextTest, NothingWordpressWouldReadIsLeftInAText) {
  const std::string html = wordpress_html(
      "<p title=\"[gallery]\">&lt;\"如实\" [gallery] 1--2... :) 2x3 https://www.gov.cn/</p>");

  EXPECT_THAT(html, HasSubstr("<p title=\"&#91;gallery&#93;\">&lt;&#34;如实&#34;"));
  const std::string text = html.substr(html.find('>'));
  for (const char* sign : {"\"", "[", "]", "--", "...", ":)", "2x3", "https:"}) {
    EXPECT_THAT(text, Not(HasSubstr(sign)));
  }
  EXPECT_EQ(page_essence(html), essence("如实 gallery 12 2x3 httpswwwgovcn"));
  EXPECT_EQ(wordpress_words("<6小时>"), "&lt;6小时&gt;");
}

TEST(WordpressTextTest, ContentSaysByItselfWhatItIs) {
  WordpressContent content;
  content.marks = {
      .revision = 12,
      .digest = "ab12",
      .relations = {{RelationKind::interprets, "oa-zc-1"}, {RelationKind::related, "oa-zc-2"}}};
  content.body = "<p>正文</p>";
  const std::string raw = wordpress_content(content);

  const WordpressMarks marks = wordpress_marks(raw);
  EXPECT_EQ(marks.revision, 12U);
  EXPECT_EQ(marks.digest, "ab12");
  EXPECT_FALSE(marks.invalid);
  EXPECT_EQ(marks.relations, content.marks.relations);
  const std::string linked = with_related(raw, "<ul></ul>");
  EXPECT_EQ(wordpress_related(linked), "<ul></ul>");
  EXPECT_EQ(with_related(linked, ""), raw);
  const std::string marked = with_banner(linked, banner_html("已废止"));
  EXPECT_TRUE(wordpress_marks(marked).invalid);
  EXPECT_THAT(marked, HasSubstr("已废止"));
  EXPECT_EQ(with_banner(marked, banner_html("已废止")), marked) << "twice is once";
  EXPECT_EQ(wordpress_marks("<p>somebody else's</p>").revision, 0U);
}

TEST(WordpressTextTest, RelationsAreOfTheSamePublisherUnlessTheySayMore) {
  Release release;
  release.relations = {{RelationKind::interprets, "zc-1"}, {RelationKind::related, "rsj/zc-1"}};

  const auto relations = wordpress_relations("oa", release);

  ASSERT_EQ(relations.size(), 2U);
  EXPECT_EQ(relations[0].target, wordpress_slug("oa", "zc-1"));
  EXPECT_EQ(relations[1].target, wordpress_slug("rsj", "zc-1"));
  release.test = true;
  EXPECT_TRUE(wordpress_relations("oa", release).empty()) << "nothing leads to a drill";
}

TEST(WordpressTextTest, LinksStandUnderTheirHeadingsOnce) {
  const std::string html = related_html({{"政策解读", "甲", "http://x/1"},
                                         {"相关信息", "乙", "http://x/2"},
                                         {"政策解读", "丙", "http://x/3"},
                                         {"政策解读", "甲", "http://x/1"}});

  EXPECT_EQ(html,
            "\n<h3>政策解读</h3>\n<ul>\n<li><a href=\"http://x/1\">甲</a></li>\n<li><a "
            "href=\"http://x/3\">丙</a></li>\n</ul>\n\n<h3>相关信息</h3>\n<ul>\n<li><a "
            "href=\"http://x/2\">乙</a></li>\n</ul>\n");
  EXPECT_EQ(related_html({}), "");
}

TEST(WordpressOutcomeTest, EveryAnswerHasItsClass) {
  const auto of = [](int status, std::string_view code, bool is_read = false) {
    return wordpress_outcome(status, code, !code.empty() || status / 100 == 2, is_read);
  };
  EXPECT_EQ(of(201, ""), CmsOutcome::ok);
  EXPECT_EQ(of(401, "incorrect_password"), CmsOutcome::auth);
  EXPECT_EQ(of(401, "rest_cannot_create"), CmsOutcome::auth);
  EXPECT_EQ(of(403, "rest_cannot_create"), CmsOutcome::misconfigured);
  EXPECT_EQ(of(403, ""), CmsOutcome::transient) << "some gateway";
  EXPECT_EQ(of(501, "application_passwords_disabled"), CmsOutcome::misconfigured);
  EXPECT_EQ(of(404, "rest_no_route"), CmsOutcome::misconfigured);
  EXPECT_EQ(of(404, "rest_post_invalid_id"), CmsOutcome::absent);
  EXPECT_EQ(of(410, "rest_already_trashed"), CmsOutcome::absent);
  EXPECT_EQ(of(301, ""), CmsOutcome::misconfigured);
  EXPECT_EQ(of(429, ""), CmsOutcome::quota);
  EXPECT_EQ(of(400, "rest_invalid_param"), CmsOutcome::content);
  EXPECT_EQ(of(500, "rest_upload_unknown_error"), CmsOutcome::content);
  EXPECT_EQ(of(500, "db_insert_error"), CmsOutcome::transient);
  EXPECT_EQ(of(503, ""), CmsOutcome::transient);
  EXPECT_EQ(of(502, ""), CmsOutcome::unclear);
  EXPECT_EQ(of(502, "", true), CmsOutcome::transient) << "looking changes nothing";
  EXPECT_EQ(wordpress_outcome(200, "", false, false), CmsOutcome::unclear) << "a page of somebody";
}

TEST(WordpressOutcomeTest, PostsAreReadFromTheirAnswers) {
  const auto value = JsonValue::parse(
      R"([{"id":7,"slug":"s","status":"publish","link":"http://x/s/","title":{"raw":"题"},)"
      R"("content":{"raw":"文"},"categories":[3]}])");
  ASSERT_TRUE(value);

  const auto posts = wordpress_posts(*value);

  ASSERT_EQ(posts.size(), 1U);
  EXPECT_EQ(posts[0].id, 7);
  EXPECT_TRUE(posts[0].is_public());
  EXPECT_EQ(posts[0].url, "http://x/s/");
  EXPECT_EQ(posts[0].title + posts[0].raw, "题文");
  EXPECT_EQ(posts[0].categories, std::vector<int64_t>{3});
}

TEST(WordpressSampleTest, TheSampleIsWhole) {
  const auto settings =
      load_adapter(std::string(GULOU_SOURCE_DIR) + "/config/adapters/portal-wordpress.toml");

  ASSERT_TRUE(settings) << describe(settings.error());
  EXPECT_TRUE(settings->wordpress.api.ends_with("/wp-json"));
  EXPECT_THAT(settings->wordpress.password_file, HasSubstr("config/adapters/../keys/"));
}

}  // namespace
}  // namespace gulou
