#include "common/base/files.h"
#include "common/html/sanitise.h"
#include "tests/support/allowed_html.h"

#include <charconv>

#include <gtest/gtest.h>

namespace gulou {
namespace {

std::string unescaped(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    const char next = line[i] == '\\' && i + 1 < line.size() ? line[i + 1] : '\0';
    const size_t known = std::string_view("tnr0\\").find(next);
    if (next == 'x' && i + 3 < line.size()) {
      unsigned byte = 0;
      std::from_chars(line.data() + i + 2, line.data() + i + 4, byte, 16);
      out += static_cast<char>(byte);
      i += 3;
    } else if (next != '\0' && known != std::string_view::npos) {
      out += std::string_view("\t\n\r\0\\", 5)[known];
      ++i;
    } else {
      out += line[i];
    }
  }
  return out;
}

std::vector<std::string> vectors() {
  const std::string path = std::string(GULOU_SOURCE_DIR) + "/tests/unit/common/html/evasions.txt";
  const std::string text = read_file(path, 1 << 20).value();
  std::vector<std::string> found;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (text[begin] != '#') {
      found.push_back(unescaped(std::string_view(text).substr(begin, end - begin)));
    }
    begin = end + 1;
  }
  return found;
}

// Only what is allowed comes out, and parsed again it is the same.
void expect_harmless(const std::string& html) {
  const auto form = normalise(html);
  EXPECT_EQ(check_normal_form(html).has_value(), form && form->html == html) << html;
  if (form) {
    test::check_allowed(form->html);
    EXPECT_EQ(normalise(form->html)->html, form->html) << html;
  }
}

TEST(EvasionTest, EachKnownWayComesOutHarmless) {
  const auto all = vectors();
  ASSERT_GT(all.size(), 170U);
  for (const std::string& html : all) {
    expect_harmless(html);
  }
}

// One inside the other: what one parse moves, the next must not wake.
TEST(EvasionTest, EachWayInsideEachOtherComesOutHarmless) {
  const auto all = vectors();
  for (const std::string& outer : all) {
    const size_t middle = outer.size() / 2;
    for (size_t i = 0; i < all.size(); i += 7) {
      expect_harmless(outer.substr(0, middle) + all[i] + outer.substr(middle));
    }
  }
}

TEST(EvasionTest, NoHiddenSchemeIsKept) {
  for (const std::string scheme :
       {"javascript", "vbscript", "data", "blob", "file", "filesystem"}) {
    for (size_t at = 0; at <= scheme.size(); ++at) {
      for (int byte = 0; byte < 0x100; ++byte) {
        std::string hidden = scheme + ":x";
        hidden.insert(at, 1, static_cast<char>(byte));
        expect_harmless("<a href=\"" + hidden + "\">x</a>");
        hidden = scheme + ":x";
        hidden.insert(at, "&#" + std::to_string(byte) + ";");
        expect_harmless("<a href=\"" + hidden + "\">x</a>");
      }
    }
  }
}

}  // namespace
}  // namespace gulou
