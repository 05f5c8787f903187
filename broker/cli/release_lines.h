// How releases and where they stand are printed, for the commands that list or show them. Main
// thread; everything goes through the shell.
#pragma once

#include "broker/cli/shell.h"
#include "common/json/value.h"

#include <string>

namespace gulou::cli {

// A table of lines as GET /v1/releases gives them.
void print_lines(const Shell& shell, const JsonValue::Array& lines);

// "已发布 · 已公开可见".
std::string standing_text(const Shell& shell, const JsonValue& standing);
// A paragraph for each channel: state, receipt, address, what comes next.
void print_standings(const Shell& shell, const JsonValue::Array& standings);

}  // namespace gulou::cli
