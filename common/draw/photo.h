// Photographs that people send: decoded, turned upright, made small and encoded anew, so that
// nothing of the file is kept but what is to be seen: no place, no time, no owner, no thumbnail.
// Bounded in size and pixels before anything is decoded. Any thread. Door to libjpeg: photo.cc.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gulou {

struct Pixels {
  uint32_t width = 0;
  uint32_t height = 0;
  std::string rgb;  // three bytes each, row by row
};

// At most side_px wide and high, upright. Errors: photo_not_jpeg, photo_too_large beyond 50 million
// pixels.
Result<Pixels> decode_jpeg(std::string_view bytes, uint32_t side_px);

// A JPEG with the picture alone. Errors: those of decode_jpeg().
Result<std::string> plain_photo(std::string_view bytes, uint32_t side_px);

}  // namespace gulou
