// Document numbers and index numbers: how they are written and when two are the same.
#include "common/base/utf8.h"
#include "common/model/checks.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr std::u32string_view opening = U"[({<〔〖【《〈「『﹝﹙❲⟦";
constexpr std::u32string_view closing = U"])}>〕〗】》〉」』﹞﹚❳⟧";
static_assert(opening.size() == closing.size());
// What a number without the issuer's own characters (机关代字) is made of.
constexpr std::u32string_view bare = U"0123456789零〇一二三四五六七八九十百千第号年期[]-";

bool is_blank(char32_t point) {
  return point == ' ' || point == '\t' || point == '\n' || point == '\r' || point == 0xA0 ||
         (point >= 0x2000 && point <= 0x200D) || point == 0x202F || point == 0x2060 ||
         point == 0x3000 || point == 0xFEFF;
}

char32_t folded(char32_t point) {
  if (point >= 0xFF01 && point <= 0xFF5E) {  // full-width forms of ASCII
    point -= 0xFF01 - '!';
  }
  if (opening.find(point) != std::u32string_view::npos) {
    return '[';
  }
  return closing.find(point) != std::u32string_view::npos ? U']' : point;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string fold_doc_no(std::string_view doc_no) {
  std::string text;
  bool names_issuer = false;
  for_each_char(doc_no, [&](char32_t point, size_t) {
    if (is_blank(point)) {
      return;
    }
    const char32_t c = folded(point);
    names_issuer |= bare.find(c) == std::u32string_view::npos;
    append_utf8(text, c);
  });
  return names_issuer ? text : std::string();
}

bool is_org_code(std::string_view text) {
  return (text.size() == 9 || text.size() == 18) && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

bool is_index_no(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_org_code(text.substr(0, slash))) {
    return false;
  }
  const std::string_view rest = text.substr(slash + 1);
  return rest.size() >= 10 && rest.size() <= 15 && rest[4] == '-' &&
         all_digits(rest.substr(0, 4)) && all_digits(rest.substr(5));
}

}  // namespace gulou
