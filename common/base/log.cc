#include "common/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace gulou::log {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

spdlog::logger& logger() {
  static const auto the_logger = [] {
    auto made = spdlog::stderr_logger_mt("gulou");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *the_logger;
}

// Values with blanks or quotes are quoted, so that a line can be cut at blanks; control characters
// cannot forge a second line.
void append_value(std::string& line, std::string_view value) {
  const bool plain = value.find_first_of(" \"=\t\r\n") == std::string_view::npos && !value.empty();
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
    }
    line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  line += '"';
}

}  // namespace

Status init(std::string_view program, std::string_view level) {
  for (const Level candidate : {Level::debug, Level::info, Level::warn, Level::error}) {
    constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
    if (names[static_cast<size_t>(candidate)] == level) {
      logger().set_level(level_of(candidate));
      logger().set_pattern("%Y-%m-%dT%H:%M:%S.%e%z " + std::string(program) + " %l %v");
      return {};
    }
  }
  return fail(ErrorCode::invalid_argument, "log_level_unknown", "log_level", {std::string(level)});
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const auto spd_level = level_of(level);
  if (!logger().should_log(spd_level)) {
    return;
  }
  std::string line(event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    append_value(line, field.value);
  }
  logger().log(spd_level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace gulou::log
