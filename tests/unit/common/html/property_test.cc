// Normal form under random markup: fragments of everything that ever confused a sanitiser, glued
// together by seed. A failure prints the seed and the input.
#include "common/html/markdown.h"
#include "common/html/plain.h"
#include "common/html/sanitise.h"

#include <random>

#include <gtest/gtest.h>

namespace gulou {
namespace {

constexpr std::string_view html_pieces[] = {
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href='http://a.cn/'>",
    "</a>",
    "<a href='javascript:x'>",
    "<ul>",
    "</ul>",
    "<ol start=4>",
    "</ol>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td colspan=2>",
    "</td>",
    "<th scope=row>",
    "<tbody>",
    "<thead>",
    "<tfoot>",
    "<caption>",
    "</caption>",
    "<col>",
    "<colgroup>",
    "<pre>",
    "</pre>",
    "<pre>\n",
    "\n",
    " ",
    "字",
    "a",
    "&nbsp;",
    "&lt;",
    "&#13;",
    "&#x0;",
    "&amp",
    "<br>",
    "</br>",
    "<hr>",
    "<img src=attachment:a.png alt=x>",
    "<img>",
    "<h1>",
    "</h1>",
    "<h3>",
    "<blockquote>",
    "</blockquote>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<code>",
    "</code>",
    "<sub>",
    "</sub>",
    "<sup>",
    "<u>",
    "<s>",
    "<strong>",
    "</strong>",
    "<em>",
    "<font>",
    "</font>",
    "<span>",
    "</span>",
    "<nobr>",
    "<center>",
    "</center>",
    "<svg>",
    "</svg>",
    "<math>",
    "</math>",
    "<mtext>",
    "<mglyph>",
    "<foreignObject>",
    "<desc>",
    "<title>",
    "</title>",
    "<style>",
    "</style>",
    "<script>",
    "</script>",
    "<noscript>",
    "</noscript>",
    "<template>",
    "</template>",
    "<select>",
    "<option>",
    "</select>",
    "<optgroup>",
    "<textarea>",
    "</textarea>",
    "<plaintext>",
    "<xmp>",
    "</xmp>",
    "<iframe>",
    "</iframe>",
    "<object>",
    "</object>",
    "<marquee>",
    "</marquee>",
    "<button>",
    "</button>",
    "<form>",
    "</form>",
    "<input>",
    "<isindex>",
    "<image>",
    "<frameset>",
    "<frame>",
    "<body>",
    "</body>",
    "<html>",
    "</html>",
    "<head>",
    "</head>",
    "<dl>",
    "<dt>",
    "<dd>",
    "<o:p>",
    "</o:p>",
    "<!--",
    "-->",
    "<!x>",
    "<?xml?>",
    "<![CDATA[",
    "]]>",
    "</",
    "<",
    ">",
    "\"",
    "'",
    "=",
    "/>",
    "<ruby>",
    "<rt>",
    "<rp>",
    "<details>",
    "<summary>",
    "<listing>",
    "<applet>",
    "<dir>",
    "<menu>",
    "<param>",
    "<embed>",
};

constexpr std::string_view markdown_pieces[] = {
    "# ",
    "## ",
    "- ",
    "1. ",
    "7. ",
    "> ",
    "\n",
    "\n\n",
    "    ",
    "```\n",
    "`",
    "*",
    "**",
    "_",
    "~~",
    "|",
    "|---|---|\n",
    "|a|b|\n",
    "[a](http://a.cn)",
    "![a](attachment:a.png)",
    "<b>",
    "<!-- x -->\n",
    "&nbsp;",
    "&lt;",
    "字",
    "文字",
    "a",
    " ",
    "\\",
    "\\\n",
    "  \n",
    "---\n",
    "===\n",
    "<http://a.cn>",
    "\t",
    "!",
    "[",
    "]",
    "(",
    ")",
};

template <size_t N>
std::string random_text(const std::string_view (&pieces)[N], uint32_t seed, uint32_t pieces_max) {
  std::mt19937 random(seed);
  std::string text;
  for (auto left = 1 + random() % pieces_max; left > 0; --left) {
    text += pieces[random() % N];
  }
  return text;
}

TEST(NormalFormPropertyTest, NormalisingTwiceIsNormalisingOnce) {
  for (uint32_t seed = 1; seed <= 20'000; ++seed) {
    const std::string html = random_text(html_pieces, seed, 40);

    const auto once = normalise(html);

    ASSERT_TRUE(once) << "seed " << seed << ": " << html << " " << describe(once.error());
    ASSERT_TRUE(check_normal_form(once->html)) << "seed " << seed << ": " << html << "\n"
                                               << once->html;
    ASSERT_EQ(plain_text(once->html).find('\0'), std::string::npos);
  }
}

TEST(NormalFormPropertyTest, MarkdownBecomesNormalForm) {
  for (uint32_t seed = 1; seed <= 5'000; ++seed) {
    const std::string markdown = random_text(markdown_pieces, seed, 30);

    const auto html = markdown_to_html(markdown);

    if (!html) {
      ASSERT_EQ(html.error().reason, "markdown_address_refused") << "seed " << seed << markdown;
      continue;
    }
    ASSERT_TRUE(check_normal_form(*html)) << "seed " << seed << ": " << markdown << "\n" << *html;
  }
}

TEST(NormalFormPropertyTest, RandomBytesNeverBreakAnything) {
  std::mt19937 random(7);
  for (int run = 0; run < 5'000; ++run) {
    std::string bytes(random() % 60, ' ');
    for (char& byte : bytes) {
      const auto any = static_cast<char>(random() % 256);
      byte = random() % 3 == 0 ? "<>&\"'/=-!"[random() % 9] : any;
    }
    const auto form = normalise(bytes);
    if (form) {
      ASSERT_TRUE(check_normal_form(form->html));
    }
    plain_text(bytes);
    referenced_attachments(bytes);
    text_to_html(bytes);
  }
}

}  // namespace
}  // namespace gulou
