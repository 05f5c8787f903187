#include "common/html/plain.h"

#include "common/html/count.h"
#include "common/html/escape.h"
#include "common/html/markdown.h"
#include "common/html/sanitise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(PlainTextTest, BlocksAreLinesAndNothingIsLost) {
  EXPECT_EQ(plain_text("<h2>一</h2>\n<p>二<br>三 <strong>四</strong></p>"), "一\n二\n三 四\n");
  EXPECT_EQ(plain_text("<ol start=\"3\"><li>甲</li><li><p>乙</p></li></ol><ul><li>丙</li></ul>"),
            "3. 甲\n4. 乙\n· 丙\n");
  EXPECT_EQ(plain_text("<table><tbody><tr><th>项</th><td><p>1</p></td></tr><tr><td></td><td>2</td>"
                       "</tr></tbody></table>"),
            "项\t1\n\t2\n");
  EXPECT_EQ(plain_text("<pre>a\n  b</pre><p>&lt;c&gt; &amp;&nbsp;d</p>"),
            "a\n  b\n<c> &\xC2\xA0"
            "d\n");
}

TEST(PlainTextTest, TextBecomesParagraphsInNormalForm) {
  const std::string html = text_to_html("　　各乡镇：\r\n\n<b>a & b</b>\n");

  EXPECT_EQ(html, "<p>　　各乡镇：</p>\n<p>&lt;b&gt;a &amp; b&lt;/b&gt;</p>\n");
  EXPECT_TRUE(check_normal_form(html));
  EXPECT_EQ(text_to_html(" \n\n"), "");
}

TEST(ExcerptTest, EndsWithAWholeCharacterAndASign) {
  EXPECT_EQ(excerpt("短文", 10), "短文");
  EXPECT_EQ(excerpt("一二三四五六七八九十", 5), "一二三四…");
  EXPECT_EQ(excerpt("一二三四。六七八九十", 8), "一二三四。…");
  EXPECT_EQ(excerpt("一。三四五六七八九十", 8), "一。三四五六七…");
  EXPECT_EQ(excerpt("", 3), "");
}

TEST(AttachmentsTest, AreListedInOrderAndGivenUrls) {
  const std::string_view html =
      "<p><img src=\"attachment:b.png\" alt=\"attachment:z\"><a href=\"attachment:a.pdf\">x</a>"
      "<a href=\"http://a.cn/attachment:c\">attachment:d</a><img src=\"attachment:b.png\" "
      "alt=\"y\"></p>";

  EXPECT_THAT(referenced_attachments(html), testing::ElementsAre("b.png", "a.pdf"));
  EXPECT_EQ(
      with_attachment_urls(html,
                           [](std::string_view name) {
                             return name == "a.pdf" ? "" : "/f/" + std::string(name) + "?a&b";
                           }),
      "<p><img src=\"/f/b.png?a&amp;b\" alt=\"attachment:z\"><a href=\"attachment:a.pdf\">x</a>"
      "<a href=\"http://a.cn/attachment:c\">attachment:d</a><img src=\"/f/b.png?a&amp;b\" "
      "alt=\"y\"></p>");
}

TEST(MarkdownTest, TheSubsetBecomesNormalForm) {
  EXPECT_EQ(*markdown_to_html("# 题\n\n第一条 为**规范**，制\n定。\nabc\n"),
            "<h2>题</h2>\n<p>第一条 为<strong>规范</strong>，制定。\nabc</p>\n");
  EXPECT_EQ(*markdown_to_html("3. 甲\n4. 乙\n"),
            "<ol start=\"3\">\n<li>甲</li>\n<li>乙</li>\n</ol>\n");
  EXPECT_EQ(*markdown_to_html("|项|值|\n|---|---|\n|a|~~b~~|\n"),
            "<table>\n<thead>\n<tr>\n<th>项</th>\n<th>值</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
            "<td>a</td>\n<td><s>b</s></td>\n</tr>\n</tbody>\n</table>\n");
  EXPECT_EQ(*markdown_to_html("![现*场*](attachment:a.png) [网](https://a.cn/?a=1&b=2)"),
            "<p><img src=\"attachment:a.png\" alt=\"现场\"> "
            "<a href=\"https://a.cn/?a=1&amp;b=2\">网</a></p>\n");
  EXPECT_EQ(*markdown_to_html("```\n\n<x>\n```\n"), "<pre>\n\n&lt;x&gt;\n</pre>\n");
}

TEST(MarkdownTest, RawHtmlIsTextAndCommentLinesAreNot) {
  EXPECT_EQ(*markdown_to_html("<script>a</script>\n\n<!-- INFO END -->\n\n&lt;b&copy;"),
            "<p>&lt;script&gt;a&lt;/script&gt;</p>\n<p>&lt;b©</p>\n");
}

TEST(MarkdownTest, LosingALinkOrPictureIsAnError) {
  EXPECT_EQ(markdown_to_html("[a](javascript:x)").error().args,
            (std::vector<std::string>{"link:javascript", "1"}));
  EXPECT_EQ(markdown_to_html("![a](http://a.cn/a.png)").error().reason, "markdown_address_refused");
  EXPECT_EQ(markdown_to_html("![](attachment:a.png)").error().reason, "markdown_address_refused");
}

TEST(MarkdownTest, AWideTableCannotSwell) {
  std::string markdown;
  for (int i = 0; i < 20'000; ++i) {
    markdown += "|a";
  }
  markdown += "\n";
  for (int i = 0; i < 20'000; ++i) {
    markdown += "|---";
  }
  for (int i = 0; i < 100'000; ++i) {
    markdown += "\n|";
  }
  EXPECT_EQ(markdown_to_html(markdown).error().reason, "html_too_large");
}

TEST(BodyTest, EveryMarkupEndsInHtml) {
  EXPECT_EQ(*body_html(Markup::html, "<p>a</p>"), "<p>a</p>");
  EXPECT_EQ(*body_html(Markup::markdown, "a"), "<p>a</p>\n");
  EXPECT_EQ(*body_html(Markup::text, "a"), "<p>a</p>\n");
}

TEST(CountTest, CharactersAndWeibo) {
  EXPECT_EQ(count_characters("a䶮𠮷é"), 4U);
  EXPECT_EQ(count_characters("e\xCC\x81"), 1U);
  EXPECT_EQ(count_weibo("中文"), 2U);
  EXPECT_EQ(count_weibo("ab中c"), 3U);
  EXPECT_EQ(count_weibo(""), 0U);
}

TEST(EscapeTest, EachTargetHasItsOwn) {
  EXPECT_EQ(escaped("<a b=\"c\">'&", Escape::html), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;");
  EXPECT_EQ(escaped("a\x01<\xEF\xBF\xBF", Escape::xml), "a&lt;");
  EXPECT_EQ(escaped("\"\\\n\x01</", Escape::json), "\\\"\\\\\\n\\u0001\\u003C/");
  EXPECT_EQ(escaped("a b&中", Escape::form), "a+b%26%E4%B8%AD");
}

}  // namespace
}  // namespace gulou
