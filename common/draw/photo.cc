#include "common/draw/photo.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <jpeglib.h>

namespace gulou {
namespace {

constexpr uint64_t pixels_max = 50'000'000;
constexpr int scans_max = 100;  // of a progressive file: each costs a pass over all of it
constexpr int quality = 82;

// libjpeg reports errors by a function that must not return: it jumps back to where work began.
// Between there and here nothing has a destructor.
struct Escape {
  jpeg_error_mgr manager;
  jmp_buf back;
};

void leave(j_common_ptr codec) {
  std::longjmp(reinterpret_cast<Escape*>(codec->err)->back, 1);
}

void say_nothing(j_common_ptr /*codec*/, int /*level*/) {}

void say_nothing_either(j_common_ptr /*codec*/) {}

void count_scans(j_common_ptr codec) {
  if (codec->is_decompressor == TRUE &&
      reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > scans_max) {
    leave(codec);
  }
}

void catch_errors(Escape& escape) {
  jpeg_std_error(&escape.manager);
  escape.manager.error_exit = leave;
  escape.manager.emit_message = say_nothing;
  escape.manager.output_message = say_nothing_either;
}

struct Decoder {
  Decoder() { catch_errors(escape); }

  ~Decoder() { jpeg_destroy_decompress(&codec); }

  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(Decoder&&) = delete;
  Decoder& operator=(Decoder&&) = delete;

  jpeg_decompress_struct codec{};
  Escape escape{};
  jpeg_progress_mgr progress{};
};

bool read_head(Decoder& decoder, std::string_view bytes) {
  decoder.codec.err = &decoder.escape.manager;
  if (setjmp(decoder.escape.back) != 0) {
    return false;
  }
  jpeg_create_decompress(&decoder.codec);
  decoder.progress.progress_monitor = count_scans;
  decoder.codec.progress = &decoder.progress;
  constexpr unsigned int marker_bytes_max = 0xFFFF;
  jpeg_save_markers(&decoder.codec, JPEG_APP0 + 1, marker_bytes_max);
  jpeg_mem_src(&decoder.codec,
               reinterpret_cast<const unsigned char*>(bytes.data()),
               static_cast<unsigned long>(bytes.size()));
  return jpeg_read_header(&decoder.codec, TRUE) == JPEG_HEADER_OK;
}

bool start(Decoder& decoder) {
  if (setjmp(decoder.escape.back) != 0) {
    return false;
  }
  return jpeg_start_decompress(&decoder.codec) == TRUE;
}

bool read_rows(Decoder& decoder, std::string& rgb) {
  if (setjmp(decoder.escape.back) != 0) {
    return false;
  }
  const size_t row_bytes = size_t{decoder.codec.output_width} * 3;
  while (decoder.codec.output_scanline < decoder.codec.output_height) {
    auto* row = reinterpret_cast<JSAMPROW>(rgb.data() + decoder.codec.output_scanline * row_bytes);
    jpeg_read_scanlines(&decoder.codec, &row, 1);
  }
  return true;
}

// An unsigned number of `count` bytes; 0 where the bytes end before.
size_t number_in(std::string_view tiff, size_t at, size_t count) {
  const bool little = tiff.starts_with("II");
  size_t value = 0;
  for (size_t i = 0; i < count && at + i < tiff.size(); ++i) {
    const auto byte = static_cast<unsigned char>(tiff[at + (little ? count - 1 - i : i)]);
    value = value << 8U | byte;
  }
  return at + count <= tiff.size() ? value : 0;
}

// EXIF tag 0x0112 of the first image directory: 1 to 8; 1 where nothing is said.
int orientation_in(std::string_view tiff) {
  constexpr size_t tag_orientation = 0x0112, entry_bytes = 12;
  const size_t directory = number_in(tiff, 4, 4);
  const size_t entries = number_in(tiff, directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * entry_bytes;
    if (entry + entry_bytes > tiff.size()) {
      break;
    }
    if (number_in(tiff, entry, 2) == tag_orientation) {
      const size_t value = number_in(tiff, entry + 8, 2);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
  }
  return 1;
}

int orientation_of(const jpeg_decompress_struct& codec) {
  constexpr std::string_view mark("Exif\0\0", 6);
  for (const jpeg_marker_struct* one = codec.marker_list; one != nullptr; one = one->next) {
    const std::string_view bytes(reinterpret_cast<const char*>(one->data), one->data_length);
    if (bytes.starts_with(mark)) {
      return orientation_in(bytes.substr(mark.size()));
    }
  }
  return 1;
}

// As the camera was held.
Pixels upright(Pixels from, int orientation) {
  if (orientation == 1) {
    return from;
  }
  const bool swaps = orientation >= 5;
  Pixels to{swaps ? from.height : from.width, swaps ? from.width : from.height, {}};
  to.rgb.resize(from.rgb.size());
  for (uint32_t y = 0; y < to.height; ++y) {
    for (uint32_t x = 0; x < to.width; ++x) {
      uint32_t sx = swaps ? y : x, sy = swaps ? x : y;
      const bool flips_x =
          orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
      const bool flips_y =
          orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
      sx = flips_x ? from.width - 1 - sx : sx;
      sy = flips_y ? from.height - 1 - sy : sy;
      std::copy_n(from.rgb.data() + (size_t{sy} * from.width + sx) * 3,
                  3,
                  to.rgb.data() + (size_t{y} * to.width + x) * 3);
    }
  }
  return to;
}

// The mean of the squares that become one pixel.
Pixels reduced(const Pixels& from, uint32_t side_px) {
  const uint32_t side = std::max(from.width, from.height);
  if (side <= side_px) {
    return from;
  }
  const auto scaled = [&](uint32_t length) {
    return std::max<uint32_t>(1, static_cast<uint32_t>(uint64_t{length} * side_px / side));
  };
  Pixels to{scaled(from.width), scaled(from.height), {}};
  to.rgb.resize(size_t{to.width} * to.height * 3);
  for (uint32_t y = 0; y < to.height; ++y) {
    const uint32_t y0 = static_cast<uint32_t>(uint64_t{y} * from.height / to.height);
    const uint32_t y1 = static_cast<uint32_t>((uint64_t{y} + 1) * from.height / to.height);
    for (uint32_t x = 0; x < to.width; ++x) {
      const uint32_t x0 = static_cast<uint32_t>(uint64_t{x} * from.width / to.width);
      const uint32_t x1 = static_cast<uint32_t>((uint64_t{x} + 1) * from.width / to.width);
      uint32_t sum[3] = {0, 0, 0};
      for (uint32_t sy = y0; sy < y1; ++sy) {
        const auto* at =
            reinterpret_cast<const uint8_t*>(from.rgb.data()) + (size_t{sy} * from.width + x0) * 3;
        for (uint32_t sx = x0; sx < x1; ++sx, at += 3) {
          sum[0] += at[0];
          sum[1] += at[1];
          sum[2] += at[2];
        }
      }
      const uint32_t count = std::max<uint32_t>(1, (y1 - y0) * (x1 - x0));
      for (size_t c = 0; c < 3; ++c) {
        to.rgb[(size_t{y} * to.width + x) * 3 + c] = static_cast<char>(sum[c] / count);
      }
    }
  }
  return to;
}

struct Encoded {
  unsigned char* bytes = nullptr;
  unsigned long count = 0;
};

struct Encoder {
  Encoder() { catch_errors(escape); }

  ~Encoder() {
    jpeg_destroy_compress(&codec);
    std::free(out.bytes);  // libjpeg allocates it with malloc
  }

  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  Encoder(Encoder&&) = delete;
  Encoder& operator=(Encoder&&) = delete;

  jpeg_compress_struct codec{};
  Escape escape{};
  Encoded out;
};

bool encode(Encoder& encoder, Pixels& pixels) {
  encoder.codec.err = &encoder.escape.manager;
  if (setjmp(encoder.escape.back) != 0) {
    return false;
  }
  jpeg_create_compress(&encoder.codec);
  jpeg_mem_dest(&encoder.codec, &encoder.out.bytes, &encoder.out.count);
  encoder.codec.image_width = pixels.width;
  encoder.codec.image_height = pixels.height;
  encoder.codec.input_components = 3;
  encoder.codec.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder.codec);
  jpeg_set_quality(&encoder.codec, quality, TRUE);
  jpeg_start_compress(&encoder.codec, TRUE);
  const size_t row_bytes = size_t{pixels.width} * 3;
  while (encoder.codec.next_scanline < encoder.codec.image_height) {
    auto* row =
        reinterpret_cast<JSAMPROW>(pixels.rgb.data() + encoder.codec.next_scanline * row_bytes);
    jpeg_write_scanlines(&encoder.codec, &row, 1);
  }
  jpeg_finish_compress(&encoder.codec);
  return true;
}

}  // namespace

Result<Pixels> decode_jpeg(std::string_view bytes, uint32_t side_px) {
  const auto refused = [] { return fail(ErrorCode::invalid_argument, "photo_not_jpeg"); };
  const auto decoder = std::make_unique<Decoder>();
  if (!bytes.starts_with("\xFF\xD8") || !read_head(*decoder, bytes)) {
    return refused();
  }
  jpeg_decompress_struct& codec = decoder->codec;
  if (uint64_t{codec.image_width} * codec.image_height > pixels_max) {
    return fail(ErrorCode::invalid_argument,
                "photo_too_large",
                {},
                {std::to_string(codec.image_width), std::to_string(codec.image_height)});
  }
  codec.out_color_space = JCS_RGB;
  // The decoder halves for nothing what would be thrown away.
  while (codec.scale_denom < 8 &&
         std::max(codec.image_width, codec.image_height) / (codec.scale_denom * 2) >= side_px) {
    codec.scale_denom *= 2;
  }
  if (!start(*decoder)) {
    return refused();
  }
  Pixels pixels{codec.output_width, codec.output_height, {}};
  pixels.rgb.resize(size_t{pixels.width} * pixels.height * 3);
  if (codec.output_components != 3 || !read_rows(*decoder, pixels.rgb)) {
    return refused();
  }
  return upright(reduced(pixels, side_px), orientation_of(codec));
}

Result<std::string> plain_photo(std::string_view bytes, uint32_t side_px) {
  Pixels pixels = TRY(decode_jpeg(bytes, side_px));
  const auto encoder = std::make_unique<Encoder>();
  if (!encode(*encoder, pixels)) {
    return fail(ErrorCode::internal, "drawing_failed");
  }
  return std::string(reinterpret_cast<const char*>(encoder->out.bytes), encoder->out.count);
}

}  // namespace gulou
