// The line of an LED panel: what the display shows, as plain text in lines of a given width, for
// controllers that fetch a text over HTTP. Pure; any thread.
#pragma once

#include "adapters/screen/playlist.h"

#include <cstddef>
#include <string>

namespace gulou {

// width: columns of a line, a Chinese character takes two; 0: each item is one line of its own.
// Every item begins a line; nothing is cut, long ones go on in the next line. Urgent ones say so,
// with their summary. Ends with a newline unless empty.
std::string led_text(const Playlist& list, size_t width);

}  // namespace gulou
