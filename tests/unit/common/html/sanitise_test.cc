#include "common/html/sanitise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

std::string normal(std::string_view html) {
  auto form = normalise(html);
  EXPECT_TRUE(form) << html;
  return form ? form->html : std::string();
}

std::vector<std::string> dropped(std::string_view html) {
  std::vector<std::string> whats;
  const auto form = normalise(html);
  for (const Dropped& d : form->dropped) {
    whats.push_back(d.what);
  }
  return whats;
}

TEST(NormalFormTest, WhatIsNormalStaysAsItIs) {
  for (const std::string_view html : {
           "",
           "<p>县人民政府关于䶮阳镇的通知</p>",
           "<p>一</p>\n<p>二<br>三</p>\n",
           "<h2>第一章</h2><h3>a</h3><h4>b</h4>",
           "<ul><li>一</li><li>二<ul><li>三</li></ul></li></ul>",
           "<ol start=\"3\"><li><p>段</p></li></ol>",
           "<table><caption>表</caption><thead><tr><th scope=\"col\">项</th></tr></thead><tbody>"
           "<tr><td colspan=\"2\" rowspan=\"3\">值</td></tr></tbody></table>",
           "<p><strong>a</strong><em>b</em><u>c</u><s>d</s>x<sub>2</sub>y<sup>3</sup></p>",
           "<blockquote><p>引</p></blockquote><pre>a\n  b</pre><hr>",
           "<p><a href=\"https://www.gov.cn/a?b=1&amp;c=2\">国务院</a></p>",
           "<p><a href=\"attachment:list.pdf\">附件</a></p>",
           "<figure><img src=\"attachment:a.png\" "
           "alt=\"现场\"><figcaption>图</figcaption></figure>",
           "<p>&nbsp;a &lt;b&gt; &amp;amp; \"c\" 'd'</p>",
           "<pre>\n\n空行在前</pre>",
           "<p>x<sup>2<sup>2</sup></sup></p>",
       }) {
    EXPECT_EQ(normal(html), html);
    EXPECT_TRUE(check_normal_form(html)) << html;
  }
}

TEST(NormalFormTest, BareTextBecomesParagraphs) {
  EXPECT_EQ(normal("一<p>二</p>三<br>四"), "<p>一</p><p>二</p><p>三<br>四</p>");
  EXPECT_EQ(normal("<div>一</div><div>二</div>"), "<p>一</p><p>二</p>");
  EXPECT_EQ(normal("<td>一</td>"), "<p>一</p>");
  EXPECT_EQ(normal("<table><tr><td><div>一</div><div>二</div>"),
            "<table><tbody><tr><td><p>一</p><p>二</p></td></tr></tbody></table>");
}

TEST(NormalFormTest, ElementsOfOldPagesFindTheirPlace) {
  EXPECT_EQ(normal("<h1>题</h1><h6>小</h6>"), "<h2>题</h2><h4>小</h4>");
  EXPECT_EQ(normal("<b>a</b><i>b</i><del>c</del><ins>d</ins>"),
            "<p><strong>a</strong><em>b</em><s>c</s><u>d</u></p>");
  EXPECT_EQ(normal("<center><font size=3>通知</font></center>"), "<p>通知</p>");
  EXPECT_EQ(normal("<dl><dt>名</dt><dd>义</dd></dl>"), "<p>名</p><p>义</p>");
  EXPECT_EQ(normal("<ul>散<p>段</p><li>一</ul>"), "<ul><li>散<p>段</p></li><li>一</li></ul>");
  EXPECT_EQ(normal("<li>无表</li>"), "<p>无表</p>");
}

TEST(NormalFormTest, FormatsCloseBeforeBlocksEnd) {
  EXPECT_EQ(normal("<b>一<p>二</p>三</b>"),
            "<p><strong>一</strong></p><p><strong>二</strong></p><p><strong>三</strong></p>");
  EXPECT_EQ(normal("<p><b><i>a</b>b</i></p>"), "<p><strong><em>a</em></strong><em>b</em></p>");
  EXPECT_EQ(
      normal("<a href=http://a.cn/>x<table><tr><td><a href=http://b.cn/>y</a>z"),
      "<p><a href=\"http://a.cn/\">x</a></p><table><tbody><tr><td>"
      "<a href=\"http://b.cn/\">y</a><a href=\"http://a.cn/\">z</a></td></tr></tbody></table>");
  EXPECT_EQ(normal("<p><b></b><i> </i></p>"), "");
}

TEST(NormalFormTest, WordPasteIsCleanedAndCounted) {
  const auto form = normalise(
      "<!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]-->"
      "<p class=MsoNormal style='mso-pagination:widow-orphan;text-indent:21pt'>"
      "<span lang=EN-US style='font-family:仿宋_GB2312'>各乡镇<o:p>&nbsp;</o:p></span></p>"
      "<xml><w:View>Normal</w:View></xml>");

  ASSERT_TRUE(form);
  EXPECT_EQ(form->html, "<p>各乡镇&nbsp;</p>");
  EXPECT_EQ(form->word_residue, 5U);
  EXPECT_EQ(form->dropped[0], (Dropped{"comment", 1, 1, 1}));
  EXPECT_THAT(dropped("<p class=a style=b>x<p style=c>y"),
              testing::ElementsAre("attribute:class", "attribute:style"));
  EXPECT_EQ(normalise("<p>a</p>\n<p>b<font color=red>c</font>")->dropped[0],
            (Dropped{"unwrapped:font", 1, 2, 5}));
}

TEST(NormalFormTest, OnlyOpenSchemesAreLinks) {
  EXPECT_EQ(normal("<a href=' HTTPS://A.cn/x y'>a</a>"),
            "<p><a href=\"https://A.cn/x%20y\">a</a></p>");
  EXPECT_EQ(normal("<a href='tel:0871-6666'>a</a>"), "<p><a href=\"tel:0871-6666\">a</a></p>");
  for (const std::string_view address : {"javascript:alert(1)",
                                         "JaVa&#9;ScRiPt:alert(1)",
                                         "&#1;javascript:alert(1)",
                                         "/zwgk/1.html",
                                         "//evil.cn/",
                                         "data:text/html,x",
                                         "vbscript:x",
                                         "http:/x",
                                         "http:",
                                         "https:///x",
                                         "file:///etc/passwd",
                                         "attachment:../a",
                                         "attachment:",
                                         "#top",
                                         "http:\\\\evil.cn"}) {
    const std::string html = "<a href=\"" + std::string(address) + "\">a</a>";
    EXPECT_EQ(normal(html), "<p>a</p>") << address;
    EXPECT_THAT(dropped(html), testing::ElementsAre(testing::StartsWith("link:"))) << address;
  }
}

TEST(NormalFormTest, PicturesAreAttachmentsWithWords) {
  EXPECT_EQ(normal("<img alt='现\n场' src='attachment:a.png' width=3>"),
            "<p><img src=\"attachment:a.png\" alt=\"现\n场\"></p>");
  EXPECT_THAT(dropped("<img src=http://a.cn/a.png alt=x>"),
              testing::ElementsAre("picture:address"));
  EXPECT_THAT(dropped("<img src=attachment:a.png>"), testing::ElementsAre("picture:alt"));
  EXPECT_THAT(dropped("<img src=attachment:a.png alt=' '>"), testing::ElementsAre("picture:alt"));
}

TEST(NormalFormTest, NothingExecutableComesThrough) {
  for (const std::string_view html : {
           "<script>alert(1)</script>",
           "<img src=x onerror=alert(1)>",
           "<svg><script>alert(1)</script></svg>",
           "<svg/onload=alert(1)>",
           "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
           "onerror=alert(1)&gt;\">",
           "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
           "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
           "<template><script>alert(1)</script></template>",
           "<form><button formaction=javascript:alert(1)>x</button></form>",
           "<a href=\"javascript&colon;alert(1)\">x</a>",
           "<table background=javascript:alert(1)><tr><td style=\"x:expression(alert(1))\">x",
           "<style>@import 'http://evil'</style>",
           "<body onload=alert(1)>",
           "<object data=x><embed src=x></object><applet code=x></applet>",
           "<isindex action=javascript:alert(1)>",
           "<plaintext><script>alert(1)</script>",
           "<textarea></textarea><script>alert(1)</script>",
           "<xmp><script>alert(1)</script></xmp>",
           "<p title='\"><script>alert(1)</script>'>x",
           "<!--><script>alert(1)</script>-->",
           "<<script>alert(1)//<</script>",
           "<select><style></select><img src=x onerror=alert(1)></style>",
           "<meta http-equiv=refresh content='0;url=javascript:alert(1)'><base href=//evil>",
       }) {
    const std::string out = normal(html);
    for (const std::string_view bad : {"<script",
                                       "onerror=",
                                       "onload=",
                                       "<svg",
                                       "<img",
                                       "<style",
                                       "<iframe",
                                       "javascript",
                                       "<form",
                                       "<base",
                                       "<meta"}) {
      const size_t at = out.find(bad);
      const bool as_tag =
          at != std::string::npos && (bad.front() == '<' || out.find('<', at) > out.find('>', at));
      EXPECT_FALSE(as_tag) << html << " -> " << out;
    }
    EXPECT_TRUE(check_normal_form(out)) << out;
  }
}

TEST(NormalFormTest, AWholePageGivesItsBody) {
  EXPECT_EQ(normal("<!DOCTYPE html><html lang=zh><head><title>题</title><style>p{}</style><body "
                   "class=a><header>头</header><p>文</body></html>"),
            "<p>头</p><p>文</p>");
  EXPECT_THAT(dropped("<HEAD><title>题</title></head><BODY><p>x<frameset><frame>"),
              testing::ElementsAre("element:title", "element:frameset"));
}

TEST(NormalFormTest, ControlsAndLineEndsAreSettled) {
  EXPECT_EQ(normal("<p>a\r\nb&#13;c&#1;d\x7F</p>"), "<p>a\nb\ncd</p>");
  EXPECT_EQ(normal("\xEF\xBB\xBF<p>a</p>"), "<p>a</p>");
  EXPECT_THAT(dropped("<p>&#1;</p>"), testing::ElementsAre("control"));
}

TEST(NormalFormTest, TheCheckNamesThePlace) {
  const auto status = check_normal_form("<p>各乡镇</p><p style=\"a\">b</p>", "parts[0].body");

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error(),
            (Error{ErrorCode::invalid_argument,
                   "html_not_normal",
                   "parts[0].body",
                   {"19", "attribute:style"}}));
  EXPECT_EQ(check_normal_form("<p>一</P>").error().args, (std::vector<std::string>{"9", "P>"}));
}

TEST(NormalFormTest, BadEncodingIsRefusedWithItsPlace) {
  EXPECT_EQ(check_normal_form("<p>a\xFF").error().reason, "html_not_utf8");
  EXPECT_EQ(normalise("ab\xC0\x80").error().args, std::vector<std::string>{"3"});
}

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(NormalFormTest, DepthAndAttributesAreBoundedWhileParsing) {
  EXPECT_TRUE(normalise(repeated("<x>", 500) + "a"));
  EXPECT_TRUE(normalise(repeated("<x a>", 500) + "a"));
  EXPECT_TRUE(normalise("<p " + repeated("a='1' b='2' ", 200) + ">" + repeated("字", 5000)));
  EXPECT_TRUE(normalise(repeated("<p>各乡镇人民政府：</p>\n", 20'000)));
  EXPECT_TRUE(normalise(repeated("<p><b>a</p>", 5)));
  for (const std::string& html : {
           repeated("<i>", 700),
           repeated("<x/>", 200'000),
           repeated("<li><dd>", 100'000),
           repeated("<table><tr><td>", 50'000),
           repeated("<i><table><td></i></td></table>", 30'000),
           repeated("<ul><li>", 60) + "x",
       }) {
    const auto form = normalise(html);
    ASSERT_FALSE(form) << html.substr(0, 40);
    EXPECT_EQ(form.error().reason, "html_too_deep") << html.substr(0, 40);
  }
  std::string names;
  for (int i = 0; i < 300; ++i) {
    names += " a" + std::to_string(i) + "='>'";
  }
  EXPECT_EQ(normalise("<p" + names + ">").error().reason, "html_too_many_attributes");
  EXPECT_EQ(normalise("<a " + repeated("a ", 40'000) + ">").error().reason,
            "html_too_many_attributes");
}

TEST(NormalFormTest, SizeIsBounded) {
  EXPECT_EQ(normalise(repeated("字", 500'000)).error().reason, "html_too_large");
  EXPECT_EQ(normalise(repeated("<", 400'000)).error().reason, "html_too_large");
  EXPECT_EQ(normalise(repeated(" ", 5'000'000)).error().reason, "html_too_large");
  EXPECT_EQ(check_normal_form(repeated(" ", 1'100'000)).error().reason, "html_too_large");
  std::string formats;
  for (int i = 0; i < 300; ++i) {
    formats += "<font a=" + std::to_string(i) + ">";
  }
  EXPECT_EQ(normalise(formats + repeated("<p>x", 500'000)).error().reason, "html_too_large");
}

}  // namespace
}  // namespace gulou
