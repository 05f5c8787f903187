#include "common/html/count.h"

#include "common/base/utf8.h"

namespace gulou {
namespace {

bool is_mark(char32_t point) {
  return (point >= 0x0300 && point < 0x0370) || point == 0x200D ||
         (point >= 0xFE00 && point < 0xFE10) || (point >= 0xE0100 && point < 0xE01F0);
}

}  // namespace

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for_each_char(text, [&](char32_t point, size_t) { count += is_mark(point) ? 0U : 1U; });
  return count;
}

size_t count_weibo(std::string_view text) {
  size_t halves = 0;
  for_each_char(text, [&](char32_t point, size_t) {
    halves += point < 0x80 ? 1U : is_mark(point) ? 0U : 2U;
  });
  return (halves + 1) / 2;
}

}  // namespace gulou
