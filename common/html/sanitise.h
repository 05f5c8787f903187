// The allow-list sanitiser and its normal form: serialise(filter(parse(body))) == body. Bodies are
// accepted only in this form, so what was approved is, byte for byte, what every channel shows and
// what no browser can read as anything else. `normalise` makes the form before approval and says
// what it left out. The grammar is in the README. Pure and bounded in time and memory; any thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Something of the source that the form cannot hold. what: "element:script" (with its content),
// "unwrapped:font" (its content stays), "attribute:style", "link:javascript", "picture:address",
// "picture:alt", "comment", "control", "text" (within a table, outside cells), "more" (too many
// kinds).
struct Dropped {
  std::string what;
  uint32_t count = 0;
  uint32_t line = 0;  // of the first, from 1; 0: not known
  uint32_t column = 0;

  friend bool operator==(const Dropped&, const Dropped&) = default;
};

struct NormalForm {
  std::string html;
  std::vector<Dropped> dropped;  // in order of first appearance
  uint32_t word_residue =
      0;  // of these, what a word processor left: mso-*, o:p, conditional comments
};

// Errors: html_not_utf8, html_too_large, html_too_deep, html_too_many_attributes.
// normalise(normalise(x)) == normalise(x).
Result<NormalForm> normalise(std::string_view html, std::string_view field = "body");

// html_not_normal with the first differing byte and what stands there, or an error of normalise().
Status check_normal_form(std::string_view html, std::string_view field = "body");

}  // namespace gulou
