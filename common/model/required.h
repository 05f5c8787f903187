// What each kind of release must have, as one table: checks.h judges by it, `gulou kind show`
// prints it. Pure; any thread. To add a requirement, add a row.
#pragma once

#include "common/model/release.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gulou {

struct RequiredField {
  std::string_view field;   // JSON name: "reply.letter_no"
  uint32_t kinds = 0;       // bit 1 << kind
  bool of_imported = true;  // also of history brought over from an earlier site
  bool (*present)(const Release&) = nullptr;
};

std::span<const RequiredField> required_field_table();
bool is_required(const RequiredField& row, Kind kind);
// JSON names, in the order of the table.
std::vector<std::string_view> required_fields(Kind kind);

}  // namespace gulou
