#include "common/draw/qr.h"

#include <memory>

#include <qrencode.h>

namespace gulou {
namespace {

constexpr size_t qr_bytes_max = 2331;  // version 40, level M
constexpr uint32_t quiet_zone = 4;

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

Result<QrMatrix> qr_matrix(std::string_view text) {
  if (text.empty()) {
    return fail(ErrorCode::invalid_argument, "qr_empty");
  }
  if (text.size() > qr_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "qr_too_long",
                {},
                {std::to_string(text.size()), std::to_string(qr_bytes_max)});
  }
  const std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()),
                        0,
                        QR_ECLEVEL_M));
  if (code == nullptr) {
    return fail(ErrorCode::internal, "qr_failed");
  }
  QrMatrix matrix;
  matrix.side = static_cast<uint32_t>(code->width);
  matrix.dark.reserve(static_cast<size_t>(matrix.side) * matrix.side);
  for (size_t i = 0; i < static_cast<size_t>(matrix.side) * matrix.side; ++i) {
    matrix.dark.push_back((code->data[i] & 1U) != 0);
  }
  return matrix;
}

Result<std::string> qr_svg(std::string_view text, std::string_view label) {
  const QrMatrix matrix = TRY(qr_matrix(text));
  const std::string side = std::to_string(matrix.side + 2 * quiet_zone);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
                    "\" role=\"img\" shape-rendering=\"crispEdges\"><title>" + escaped(label) +
                    "</title><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side +
                    "H0z\"/><path fill=\"#000\" d=\"";
  for (uint32_t row = 0; row < matrix.side; ++row) {
    for (uint32_t column = 0; column < matrix.side;) {
      uint32_t run = 0;
      while (column + run < matrix.side && matrix.at(row, column + run)) {
        ++run;
      }
      if (run > 0) {
        svg += "M" + std::to_string(column + quiet_zone) + " " + std::to_string(row + quiet_zone) +
               "h" + std::to_string(run) + "v1h-" + std::to_string(run) + "z";
      }
      column += run > 0 ? run : 1;
    }
  }
  svg += "\"/></svg>";
  return svg;
}

std::string qr_lines(const QrMatrix& qr) {
  constexpr uint32_t quiet = quiet_zone;
  const uint32_t side = qr.side + 2 * quiet;
  const auto light = [&](uint32_t row, uint32_t column) {
    const bool inside =
        row >= quiet && column >= quiet && row < quiet + qr.side && column < quiet + qr.side;
    return !inside || !qr.at(row - quiet, column - quiet);
  };
  std::string text;
  for (uint32_t row = 0; row < side; row += 2) {
    for (uint32_t column = 0; column < side; ++column) {
      const bool above = light(row, column);
      const bool below = row + 1 < side ? light(row + 1, column) : false;
      text += above && below ? "█" : above ? "▀" : below ? "▄" : " ";
    }
    text += row + 2 < side ? "\n" : "";
  }
  return text;
}

}  // namespace gulou
