// How a multipart message stands in one fuzzing input: each frame after two bytes with its length,
// most significant first. Whatever the bytes are, they are some list of frames: a length that
// reaches past the end takes what is left.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

inline std::vector<std::string_view> split_frames(std::string_view input) {
  std::vector<std::string_view> frames;
  while (input.size() >= 2) {
    const size_t high = static_cast<unsigned char>(input[0]);
    const size_t low = static_cast<unsigned char>(input[1]);
    input.remove_prefix(2);
    const size_t size = std::min(high << 8 | low, input.size());
    frames.push_back(input.substr(0, size));
    input.remove_prefix(size);
  }
  return frames;
}

inline std::string join_frames(const std::vector<std::string_view>& frames) {
  std::string input;
  for (const std::string_view frame : frames) {
    input += static_cast<char>(frame.size() >> 8);
    input += static_cast<char>(frame.size() & 0xff);
    input += frame;
  }
  return input;
}

}  // namespace gulou
