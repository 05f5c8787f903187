// How a withdrawal and its places are printed, for the commands that make, follow or show one. Main
// thread; everything goes through the shell.
#pragma once

#include "broker/cli/shell.h"
#include "common/json/value.h"

#include <string>

namespace gulou::cli {

// "已落实 2 / 3".
std::string takedown_state(const Shell& shell, const JsonValue& takedown);
// One line for a place: channel, state, since when, and what it waits for.
std::string place_line(const Shell& shell, const JsonValue& place);
// Head, a line for each place, and a paragraph for each that needs a person.
void print_takedown(const Shell& shell, const JsonValue& takedown);

// Of a withdrawal that erases: what became of the stored bytes, or whom they wait for. Empty:
// nothing to say.
std::string bytes_line(const Shell& shell, const JsonValue& takedown);

bool is_open(const JsonValue& place);

}  // namespace gulou::cli
