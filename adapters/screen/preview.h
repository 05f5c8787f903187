// The preview of a release before it is approved: the very pages of a screen, showing that release
// alone, in a frame of the screen's shape, on a free port of this machine. Nothing is sent to a
// broker. Called once by run.cc, on the main thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gulou {

struct PreviewOptions {
  // With 0.json, 1.json … of the parts, and their attachments as files/<hex of the digest>; the
  // preview keeps its own copy there too.
  std::string directory;
  std::string as = "landscape";  // portrait, touch, board
  int64_t minutes = 15;          // then it ends by itself
};

// "--preview DIR [--as SHAPE] [--minutes N]". Error invalid_argument preview_usage.
Result<PreviewOptions> parse_preview(const std::vector<std::string>& arguments);

// Says where to look on standard output; until told to stop or its time is over.
Result<int> preview_screen(const PreviewOptions& options, int stop_fd);

}  // namespace gulou
