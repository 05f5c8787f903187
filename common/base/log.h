// One line per fact: an event name plus fields, `delivery.leased delivery=… channel=… attempt=2`.
// Never content, never secrets. error = someone must act; warn = we recovered; info = life of a
// release; debug = the rest. Any thread. Goes to stderr; the first call of init() sets the level.
#pragma once

#include "common/base/result.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gulou::log {

enum class Level : uint8_t { debug, info, warn, error };

struct Field {
  std::string_view name;
  std::string value;

  Field(std::string_view n, std::string v) : name(n), value(std::move(v)) {}

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}

  Field(std::string_view n, const char* v) : name(n), value(v) {}
  template <class Number>

  requires std::is_arithmetic_v<Number> Field(std::string_view n, Number v)
      : name(n), value(std::to_string(v)) {}
};

// level: "debug", "info", "warn" or "error"; anything else is an Error.
Status init(std::string_view program, std::string_view level);

void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}

inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}

inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warn, event, fields);
}

inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace gulou::log
