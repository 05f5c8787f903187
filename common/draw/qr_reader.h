// QR codes read off what people scan or photograph: JPEG, PNG or PDF. The bytes come from
// strangers, so other programs read them (zbarimg, pdftoppm), bounded in time, memory and output: a
// hostile file costs that process its life and nothing else. Any thread; waits, a second for a
// photograph.
#pragma once

#include "common/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

namespace limits {
inline constexpr size_t scan_bytes_max = 16 * 1024 * 1024;
inline constexpr int scan_pages_max = 8;         // of a PDF; more are not looked at
inline constexpr int scan_page_side_px = 2'600;  // of a page, its longer side
inline constexpr int64_t scan_ms_max = 15'000;   // for each of the two programs
inline constexpr uint64_t scan_memory_bytes_max = 1536ULL * 1024 * 1024;  // of each
inline constexpr uint64_t scan_picture_bytes_max = 64ULL * 1024 * 1024;   // pages as pictures
inline constexpr size_t scan_codes_max = 32;
}  // namespace limits

// The texts of all codes, in the order found; empty: there is none. Errors: invalid_argument
// scan_wrong_type, scan_unreadable; exhausted scan_too_large; timed_out scan_too_slow; unavailable
// program_missing with the package it is in.
Result<std::vector<std::string>> read_qr_codes(std::string_view file);

}  // namespace gulou
