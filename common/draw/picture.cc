#include "common/draw/picture.h"

#include "common/draw/canvas.h"
#include "common/draw/glyphs.h"
#include "common/draw/qr.h"

namespace gulou {
namespace {

using canvas::a4_height_pt;
using canvas::a4_width_pt;
using canvas::append;
using canvas::Canvas;
using canvas::height_of;
using canvas::Layout;
using canvas::layout_of;
using canvas::LineIterator;
using canvas::paint;
using canvas::Surface;

constexpr double margin_pt = 72;

// Draws pages line by line, so that a paragraph may go on over the page's end.
class PdfWriter {
 public:
  PdfWriter(cairo_t* canvas, const std::string& footer) : canvas_(canvas), footer_(footer) {}

  void add(
      const std::string& text, const char* font, double size, double space_after, bool centred) {
    const Layout layout = layout_of(canvas_, text, font, size, a4_width_pt - 2 * margin_pt);
    pango_layout_set_line_spacing(layout.get(), 1.5F);
    pango_layout_set_alignment(layout.get(), centred ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
    if (!centred) {
      pango_layout_set_indent(layout.get(), static_cast<int>(2 * size * PANGO_SCALE));
    }
    const LineIterator line(pango_layout_get_iter(layout.get()));
    do {
      PangoRectangle extents;
      pango_layout_iter_get_line_extents(line.get(), nullptr, &extents);
      const double height = static_cast<double>(extents.height) / PANGO_SCALE;
      if (y_ + height > a4_height_pt - margin_pt) {
        end_page();
      }
      cairo_move_to(
          canvas_,
          margin_pt + static_cast<double>(extents.x) / PANGO_SCALE,
          y_ + static_cast<double>(pango_layout_iter_get_baseline(line.get()) - extents.y) /
                   PANGO_SCALE);
      pango_cairo_show_layout_line(canvas_, pango_layout_iter_get_line_readonly(line.get()));
      y_ += height;
    } while (pango_layout_iter_next_line(line.get()) != 0);
    y_ += space_after;
  }

  void paragraph(std::string text) {
    if (text.starts_with('\f')) {
      end_page();
      text.erase(0, 1);
    }
    if (text.starts_with("# ")) {
      add(text.substr(2), "Noto Serif CJK SC Bold", 15, 8, true);
    } else if (text.starts_with("## ")) {
      add(text.substr(3), "Noto Sans CJK SC Bold", 12, 4, false);
    } else {
      add(text, "Noto Serif CJK SC", 11, 4, false);
    }
  }

  // Centred, with its quiet zone.
  void add_qr(const QrMatrix& matrix) {
    constexpr double side_pt = 150;
    if (y_ + side_pt > a4_height_pt - margin_pt) {
      end_page();
    }
    const double module = side_pt / (matrix.side + 8);
    const double left = (a4_width_pt - side_pt) / 2 + 4 * module, top = y_ + 4 * module;
    for (uint32_t row = 0; row < matrix.side; ++row) {
      for (uint32_t column = 0; column < matrix.side; ++column) {
        if (matrix.at(row, column)) {
          cairo_rectangle(canvas_, left + column * module, top + row * module, module, module);
        }
      }
    }
    cairo_fill(canvas_);
    y_ += side_pt;
  }

  void end_page() {
    ++page_;
    const std::string text = (footer_.empty() ? "" : footer_ + "    ") + std::to_string(page_);
    const Layout layout =
        layout_of(canvas_, text, "Noto Sans CJK SC", 9, a4_width_pt - 2 * margin_pt);
    pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    paint(canvas_, layout.get(), margin_pt, a4_height_pt - margin_pt * 0.6);
    cairo_show_page(canvas_);
    y_ = margin_pt;
  }

 private:
  cairo_t* canvas_;
  const std::string& footer_;
  double y_ = margin_pt;
  int page_ = 0;
};

Status draw_card(cairo_t* canvas, const TitleCard& card) {
  const double width = card.width_px, height = card.height_px, margin = width / 12;
  cairo_set_source_rgb(canvas, 0.55, 0.07, 0.09);
  cairo_paint(canvas);
  cairo_set_source_rgb(canvas, 0.93, 0.79, 0.49);
  cairo_rectangle(canvas, margin, height * 0.78, width / 10, height / 160);
  cairo_fill(canvas);
  const Layout above =
      layout_of(canvas, card.line_above, "Noto Sans CJK SC", height / 20, width - 2 * margin);
  paint(canvas, above.get(), margin, height * 0.12);
  cairo_set_source_rgb(canvas, 1, 1, 1);
  const Layout below =
      layout_of(canvas, card.line_below, "Noto Sans CJK SC", height / 22, width - 2 * margin);
  paint(canvas, below.get(), margin, height * 0.83);
  for (const double size : {height / 8, height / 10, height / 13, height / 17}) {
    const Layout title =
        layout_of(canvas, card.title, "Noto Serif CJK SC Bold", size, width - 2 * margin);
    if (pango_layout_get_line_count(title.get()) <= 4 && height_of(title.get()) <= height * 0.5) {
      paint(canvas, title.get(), margin, height * 0.24);
      return {};
    }
  }
  return fail(ErrorCode::refused, "text_does_not_fit", "title");
}

}  // namespace

Result<std::string> title_card_png(const TitleCard& card) {
  TRY(check_glyphs(card.title, "title"));
  TRY(check_glyphs(card.line_above, "line_above"));
  TRY(check_glyphs(card.line_below, "line_below"));
  const Surface surface(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(card.width_px), static_cast<int>(card.height_px)));
  const Canvas canvas(cairo_create(surface.get()));
  TRY(draw_card(canvas.get(), card));
  std::string png;
  if (cairo_surface_write_to_png_stream(surface.get(), append, &png) != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::internal, "drawing_failed");
  }
  return png;
}

Result<std::string> text_pdf(const TextDocument& document) {
  TRY(check_glyphs(document.title, "title"));
  TRY(check_glyphs(document.text, "text"));
  TRY(check_glyphs(document.footer, "footer"));
  const QrMatrix qr = document.qr.empty() ? QrMatrix{} : TRY(qr_matrix(document.qr));
  std::string pdf;
  const Surface surface(
      cairo_pdf_surface_create_for_stream(append, &pdf, a4_width_pt, a4_height_pt));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, document.title.c_str());
  {
    const Canvas canvas(cairo_create(surface.get()));
    PdfWriter writer(canvas.get(), document.footer);
    writer.add(document.title, "Noto Serif CJK SC Bold", 20, 18, true);
    for (size_t begin = 0; begin <= document.text.size();) {
      const size_t end = std::min(document.text.find('\n', begin), document.text.size());
      writer.paragraph(document.text.substr(begin, end - begin));
      begin = end + 1;
    }
    if (!document.qr.empty()) {
      writer.add_qr(qr);
    }
    writer.end_page();
  }
  cairo_surface_finish(surface.get());
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::internal, "drawing_failed");
  }
  return pdf;
}

}  // namespace gulou
