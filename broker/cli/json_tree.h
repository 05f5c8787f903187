// Building and changing JSON objects: releases are put together from front matter, defaults and
// options as lists of members, then written as canonical JSON. Pure; any thread.
#pragma once

#include "common/json/value.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gulou::cli {

using Members = JsonValue::Object;

JsonValue json_text(std::string text);
JsonValue json_number(int64_t number);
JsonValue json_object(Members members);
JsonValue json_array(JsonValue::Array items);

// Null where there is none.
const JsonValue* find(const Members& members, std::string_view key);
void set(Members& members, std::string_view key, JsonValue value);
void drop(Members& members, std::string_view key);
// What is absent comes from `defaults`, within objects too; what is there stays.
void fill(Members& members, const Members& defaults);

// JSON text, as it is parsed again.
std::string to_text(const JsonValue& value);

}  // namespace gulou::cli
