// QR codes, error correction M, UTF-8 bytes: as modules for whoever draws, as SVG for pages. Pure;
// any thread. Door to qrencode: qr.cc.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// A square of modules without quiet zone, row by row.
struct QrMatrix {
  uint32_t side = 0;
  std::vector<bool> dark;

  bool at(uint32_t row, uint32_t column) const { return dark[row * side + column]; }
};

// Error qr_too_long beyond 2,331 bytes, qr_empty for nothing.
Result<QrMatrix> qr_matrix(std::string_view text);

// One <svg> element, black on white, with the quiet zone of 4 modules the standard asks for; scales
// to whatever box it is put in. `label` is what a screen reader says; it is escaped here.
Result<std::string> qr_svg(std::string_view text, std::string_view label);

// For a terminal: two rows of modules a line, light where the terminal writes.
std::string qr_lines(const QrMatrix& qr);

}  // namespace gulou
