#include "common/draw/official.h"

#include "common/base/check.h"
#include "common/draw/canvas.h"
#include "common/draw/glyphs.h"
#include "common/draw/photo.h"
#include "common/draw/qr.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gulou {
namespace {

using canvas::Canvas;
using canvas::height_of;
using canvas::Layout;
using canvas::LineIterator;
using canvas::paint;
using canvas::Surface;

// GB/T 9704-2012, 5.1 and 5.2: type area 156 mm × 225 mm, 37 mm above it, 28 mm left of it.
constexpr double mm = 72 / 25.4;
constexpr double left_pt = 28 * mm, top_pt = 37 * mm, wide_pt = 156 * mm, tall_pt = 225 * mm;
constexpr int lines_per_page = 22, characters_per_line = 28;
constexpr double line_pt = tall_pt / lines_per_page;
constexpr double body_pt = 16;    // 3号
constexpr double title_pt = 22;   // 2号
constexpr double number_pt = 14;  // 4号
constexpr double table_pt = 12;   // 小4号
constexpr double small_pt = 10.5;
constexpr double footer_pt = 9;
constexpr double qr_pt = 28 * mm;
constexpr double cell_x_pt = 4, cell_y_pt = 3;
constexpr double picture_tall_max_pt = 12 * line_pt;
constexpr uint32_t picture_side_px = 1600;

constexpr char body_font[] =
    "FangSong,仿宋,FangSong_GB2312,仿宋_GB2312,STFangsong,Noto Serif CJK SC";
constexpr char title_font[] =
    "FZXiaoBiaoSong-B05S,方正小标宋简体,STZhongsong,华文中宋,Noto Serif CJK SC Semi-Bold";
constexpr char heading_font[] = "SimHei,黑体,STHeiti,Noto Sans CJK SC";
constexpr char subheading_font[] =
    "KaiTi,楷体,KaiTi_GB2312,楷体_GB2312,STKaiti,Noto Serif CJK SC Semi-Bold";
constexpr char number_font[] = "SimSun,宋体,Noto Serif CJK SC";

struct Look {
  const char* font = body_font;
  double size = body_pt;
  PangoAlignment align = PANGO_ALIGN_LEFT;
  double indent_characters = 0;
  bool grid = true;  // 28 characters of 3号 are a little wider than the type area: drawn closer
};

Look look_of(OfficialText::Form form) {
  switch (form) {
    case OfficialText::Form::paragraph:
      return {.indent_characters = 2};
    case OfficialText::Form::heading:
      return {.font = heading_font, .indent_characters = 2};
    case OfficialText::Form::subheading:
      return {.font = subheading_font, .indent_characters = 2};
    case OfficialText::Form::plain:
      return {};
    case OfficialText::Form::centred:
      return {.align = PANGO_ALIGN_CENTER};
    case OfficialText::Form::small:
      return {.size = small_pt, .grid = false};
  }
  return {};
}

Layout laid_out(cairo_t* on, const std::string& text, const Look& look, double width) {
  Layout layout = canvas::layout_of(on, text, look.font, look.size, width);
  pango_context_set_round_glyph_positions(pango_layout_get_context(layout.get()), FALSE);
  pango_layout_set_alignment(layout.get(), look.align);
  double advance = look.size;
  if (look.grid) {
    advance = wide_pt / characters_per_line;
    PangoAttrList* list = pango_attr_list_new();
    pango_attr_list_insert(list,
                           pango_attr_letter_spacing_new(
                               static_cast<int>(std::floor((advance - look.size) * PANGO_SCALE))));
    pango_layout_set_attributes(layout.get(), list);
    pango_attr_list_unref(list);
  }
  pango_layout_set_indent(layout.get(),
                          static_cast<int>(look.indent_characters * advance * PANGO_SCALE));
  pango_layout_context_changed(layout.get());
  return layout;
}

cairo_status_t read_png(void* from, unsigned char* out, unsigned int count) {
  auto& rest = *static_cast<std::string_view*>(from);
  if (rest.size() < count) {
    return CAIRO_STATUS_READ_ERROR;
  }
  std::copy_n(rest.data(), count, reinterpret_cast<char*>(out));
  rest.remove_prefix(count);
  return CAIRO_STATUS_SUCCESS;
}

// Null where it cannot be drawn.
Surface surface_of(const std::string& bytes) {
  if (bytes.starts_with("\x89PNG")) {
    std::string_view rest = bytes;
    Surface surface(cairo_image_surface_create_from_png_stream(read_png, &rest));
    return cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS ? std::move(surface)
                                                                       : nullptr;
  }
  const Result<Pixels> pixels = decode_jpeg(bytes, picture_side_px);
  if (!pixels) {
    return nullptr;
  }
  Surface surface(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(pixels->width), static_cast<int>(pixels->height)));
  unsigned char* row = cairo_image_surface_get_data(surface.get());
  if (row == nullptr) {
    return nullptr;
  }
  const auto* from = reinterpret_cast<const uint8_t*>(pixels->rgb.data());
  for (uint32_t y = 0; y < pixels->height; ++y) {
    auto* out = reinterpret_cast<uint32_t*>(row);
    for (uint32_t x = 0; x < pixels->width; ++x, from += 3) {
      out[x] = static_cast<uint32_t>(from[0]) << 16U | static_cast<uint32_t>(from[1]) << 8U |
               static_cast<uint32_t>(from[2]);
    }
    row += cairo_image_surface_get_stride(surface.get());
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

// The lines of one cell, drawn from where the last page ended.
class Cell {
 public:
  Cell(cairo_t* on, const std::string& text, const Look& look, double width)
      : layout_(laid_out(on, text, look, width)) {
    const LineIterator line(pango_layout_get_iter(layout_.get()));
    do {
      PangoRectangle extents;
      pango_layout_iter_get_line_extents(line.get(), nullptr, &extents);
      lines_.push_back(
          {pango_layout_iter_get_line_readonly(line.get()),
           static_cast<double>(extents.x) / PANGO_SCALE,
           static_cast<double>(pango_layout_iter_get_baseline(line.get()) - extents.y) /
               PANGO_SCALE,
           static_cast<double>(extents.height) / PANGO_SCALE});
    } while (pango_layout_iter_next_line(line.get()) != 0);
  }

  double height() const {
    double sum = 0;
    for (size_t i = next_; i < lines_.size(); ++i) {
      sum += lines_[i].height;
    }
    return sum;
  }

  bool done() const { return next_ == lines_.size(); }

  // As many lines as fit; how high they are.
  double draw(cairo_t* on, double x, double y, double room) {
    double used = 0;
    while (!done() && used + lines_[next_].height <= room) {
      const Line& line = lines_[next_++];
      cairo_move_to(on, x + line.x, y + used + line.baseline);
      pango_cairo_show_layout_line(on, line.line);
      used += line.height;
    }
    return used;
  }

 private:
  struct Line {
    PangoLayoutLine* line;
    double x;
    double baseline;
    double height;
  };

  Layout layout_;
  std::vector<Line> lines_;
  size_t next_ = 0;
};

// Draws one sheet. Drawn twice: the first time, on nothing, tells how many pages there are.
class SheetWriter {
 public:
  SheetWriter(cairo_t* on, const OfficialSheet& sheet, uint32_t pages_of_all)
      : on_(on), sheet_(sheet), pages_of_all_(pages_of_all) {}

  Result<uint32_t> write() {
    const QrMatrix qr = sheet_.qr.empty() ? QrMatrix{} : TRY(qr_matrix(sheet_.qr));
    head();
    for (const OfficialBlock& block : sheet_.blocks) {
      std::visit([this](const auto& one) { add(one); }, block);
    }
    signature();
    if (qr.side > 0) {
      foot(qr);
    }
    end_page();
    return page_;
  }

 private:
  double room() const { return tall_pt - y_; }

  void need(double height) {
    if (height > room() + 0.01 && y_ > 0) {
      end_page();
    }
  }

  void to_grid() { y_ = std::ceil(y_ / line_pt - 0.001) * line_pt; }

  void head() {
    if (!sheet_.doc_no.empty()) {
      lines(sheet_.doc_no, {.align = PANGO_ALIGN_CENTER}, line_pt, 0);
    }
    y_ += line_pt;
    lines(sheet_.title,
          {.font = title_font, .size = title_pt, .align = PANGO_ALIGN_CENTER, .grid = false},
          1.3 * line_pt,
          0);
    to_grid();
    y_ += line_pt;
  }

  // Every line takes `pitch`, its text in the middle; `right_pt` stays free.
  void lines(const std::string& text, const Look& look, double pitch, double right_pt) {
    const Layout layout = laid_out(on_, text, look, wide_pt - right_pt);
    const LineIterator line(pango_layout_get_iter(layout.get()));
    do {
      need(pitch);
      PangoRectangle extents;
      pango_layout_iter_get_line_extents(line.get(), nullptr, &extents);
      const double height = static_cast<double>(extents.height) / PANGO_SCALE;
      const double baseline =
          static_cast<double>(pango_layout_iter_get_baseline(line.get()) - extents.y) / PANGO_SCALE;
      cairo_move_to(on_,
                    left_pt + static_cast<double>(extents.x) / PANGO_SCALE,
                    top_pt + y_ + (pitch - height) / 2 + baseline);
      pango_cairo_show_layout_line(on_, pango_layout_iter_get_line_readonly(line.get()));
      y_ += pitch;
    } while (pango_layout_iter_next_line(line.get()) != 0);
  }

  void add(const OfficialText& text) {
    const bool small = text.form == OfficialText::Form::small;
    const bool is_heading =
        text.form == OfficialText::Form::heading || text.form == OfficialText::Form::subheading;
    if (is_heading) {
      need(2 * line_pt);  // never the last line of a page
    }
    lines(text.text, look_of(text.form), small ? 0.6 * line_pt : line_pt, 0);
    to_grid();
  }

  void add(const OfficialPicture& picture) {
    const Surface surface = surface_of(picture.bytes);
    if (surface == nullptr) {
      return add(OfficialText{"［" + picture.alt + "］", OfficialText::Form::centred});
    }
    const double width = cairo_image_surface_get_width(surface.get());
    const double height = cairo_image_surface_get_height(surface.get());
    const double scale = std::min({wide_pt / width, picture_tall_max_pt / height, 1.0});
    need(height * scale);
    cairo_save(on_);
    cairo_translate(on_, left_pt + (wide_pt - width * scale) / 2, top_pt + y_);
    cairo_scale(on_, scale, scale);
    cairo_set_source_surface(on_, surface.get(), 0, 0);
    cairo_paint(on_);
    cairo_restore(on_);
    y_ += height * scale;
    to_grid();
  }

  // By the longest text of each column, within bounds: a narrow one stays readable.
  static std::vector<double> widths_of(const OfficialTable& table) {
    size_t count = 0;
    for (const auto& row : table.rows) {
      count = std::max(count, row.size());
    }
    std::vector<double> widths(count, 4);
    for (size_t i = 0; i < count; ++i) {
      for (const auto& row : table.rows) {
        if (i < row.size()) {
          widths[i] = std::max(widths[i], std::min<double>(60, static_cast<double>(row[i].size())));
        }
      }
      if (i < table.columns.size()) {
        widths[i] = table.columns[i];
      }
    }
    double sum = 0;
    for (const double width : widths) {
      sum += width;
    }
    constexpr double narrowest_pt = 2 * table_pt + 2 * cell_x_pt + 1;  // two characters
    double narrow_pt = 0, rest = 0;
    for (const double width : widths) {
      const bool is_narrow = width * wide_pt / sum < narrowest_pt;
      narrow_pt += is_narrow ? narrowest_pt : 0;
      rest += is_narrow ? 0 : width;
    }
    const bool fits = rest > 0 && narrow_pt < wide_pt / 2;
    for (double& width : widths) {
      width = !fits                                  ? width * wide_pt / sum
              : width * wide_pt / sum < narrowest_pt ? narrowest_pt
                                                     : width * (wide_pt - narrow_pt) / rest;
    }
    return widths;
  }

  std::vector<Cell> cells_of(const std::vector<std::string>& row,
                             const std::vector<double>& widths,
                             bool head) const {
    std::vector<Cell> cells;
    for (size_t i = 0; i < widths.size(); ++i) {
      cells.emplace_back(on_,
                         i < row.size() ? row[i] : std::string(),
                         Look{.font = head ? heading_font : body_font,
                              .size = table_pt,
                              .align = head ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT,
                              .grid = false},
                         widths[i] - 2 * cell_x_pt);
    }
    return cells;
  }

  static double height_of_row(const std::vector<Cell>& cells) {
    double height = 0;
    for (const Cell& cell : cells) {
      height = std::max(height, cell.height());
    }
    return height + 2 * cell_y_pt;
  }

  // What fits of a row, with its frame.
  void draw_row(std::vector<Cell>& cells, const std::vector<double>& widths) {
    const double height = std::min(height_of_row(cells), room());
    double x = left_pt;
    for (size_t i = 0; i < cells.size(); ++i) {
      cells[i].draw(on_, x + cell_x_pt, top_pt + y_ + cell_y_pt, height - 2 * cell_y_pt + 0.01);
      cairo_rectangle(on_, x, top_pt + y_, widths[i], height);
      x += widths[i];
    }
    cairo_set_line_width(on_, 0.6);
    cairo_stroke(on_);
    y_ += height;
  }

  void draw_head(const OfficialTable& table, const std::vector<double>& widths) {
    for (size_t i = 0; i < std::min(table.head_rows, table.rows.size()); ++i) {
      std::vector<Cell> cells = cells_of(table.rows[i], widths, true);
      draw_row(cells, widths);
    }
  }

  void add(const OfficialTable& table) {
    const std::vector<double> widths = widths_of(table);
    double head_pt = 0;
    for (size_t i = 0; i < std::min(table.head_rows, table.rows.size()); ++i) {
      head_pt += height_of_row(cells_of(table.rows[i], widths, true));
    }
    if (head_pt > tall_pt / 2) {
      head_pt = 0;  // a head that leaves no room for its rows stands once
    }
    y_ += y_ > 0 ? 0.3 * line_pt : 0;
    need(head_pt + line_pt);
    draw_head(table, widths);
    for (size_t i = table.head_rows; i < table.rows.size(); ++i) {
      std::vector<Cell> cells = cells_of(table.rows[i], widths, false);
      const auto rest = [&cells] {
        return std::any_of(
            cells.begin(), cells.end(), [](const Cell& cell) { return !cell.done(); });
      };
      // Whole on the next page where it fits there; a row longer than a page goes on over its end.
      const bool splits = height_of_row(cells) > tall_pt - head_pt;
      if (!splits && height_of_row(cells) > room()) {
        next_page_of(table, widths, head_pt);
      }
      for (draw_row(cells, widths); rest(); draw_row(cells, widths)) {
        next_page_of(table, widths, head_pt);
      }
    }
    to_grid();
  }

  void next_page_of(const OfficialTable& table, const std::vector<double>& widths, double head_pt) {
    end_page();
    if (head_pt > 0) {
      draw_head(table, widths);
    }
  }

  // Without a seal: the issuer two characters from the right edge, the date two characters further
  // right than the issuer begins (7.3.5.2), or two from the edge if it is the longer one.
  void signature() {
    if (sheet_.issuer.empty() && sheet_.date.empty()) {
      return;
    }
    const double character = wide_pt / characters_per_line;
    const auto width_of = [this](const std::string& text) {
      const Layout layout = laid_out(on_, text, {}, wide_pt);
      int width = 0;
      pango_layout_get_size(layout.get(), &width, nullptr);
      return static_cast<double>(width) / PANGO_SCALE;
    };
    const double issuer = width_of(sheet_.issuer), date = width_of(sheet_.date);
    double issuer_right = 2 * character;
    double date_right = issuer_right + issuer - 2 * character - date;
    if (date_right < 2 * character) {
      issuer_right +=
          std::min(2 * character - date_right, std::max(0.0, wide_pt - issuer - issuer_right));
      date_right = 2 * character;
    }
    need(2 * line_pt);
    if (room() >= 3 * line_pt && y_ > 0) {
      y_ += line_pt;
    }
    lines(sheet_.issuer, {.align = PANGO_ALIGN_RIGHT}, line_pt, issuer_right);
    lines(sheet_.date, {.align = PANGO_ALIGN_RIGHT}, line_pt, date_right);
  }

  // Where a document has its 版记: at the foot of the type area of the last page.
  void foot(const QrMatrix& qr) {
    need(qr_pt + 0.5 * line_pt);
    y_ = tall_pt - qr_pt;
    cairo_set_line_width(on_, 0.6);
    cairo_move_to(on_, left_pt, top_pt + y_ - 4);
    cairo_rel_line_to(on_, wide_pt, 0);
    cairo_stroke(on_);
    const double module = qr_pt / (qr.side + 8);
    for (uint32_t row = 0; row < qr.side; ++row) {
      for (uint32_t column = 0; column < qr.side; ++column) {
        if (qr.at(row, column)) {
          cairo_rectangle(on_,
                          left_pt + (column + 4) * module,
                          top_pt + y_ + (row + 4) * module,
                          module,
                          module);
        }
      }
    }
    cairo_fill(on_);
    std::string text;
    for (const std::string& line : sheet_.qr_lines) {
      text += (text.empty() ? "" : "\n") + line;
    }
    const Layout beside =
        laid_out(on_, text, {.size = table_pt, .grid = false}, wide_pt - qr_pt - 4 * cell_x_pt);
    paint(on_,
          beside.get(),
          left_pt + qr_pt + 3 * cell_x_pt,
          top_pt + y_ + std::max(0.0, (qr_pt - height_of(beside.get())) / 2));
    y_ = tall_pt;
  }

  void end_page() {
    ++page_;
    const std::string number =
        "— " + std::to_string(page_) + "/" + std::to_string(pages_of_all_) + " —";
    const Layout pages = laid_out(
        on_,
        number,
        {.font = number_font, .size = number_pt, .align = PANGO_ALIGN_CENTER, .grid = false},
        wide_pt);
    paint(on_, pages.get(), left_pt, top_pt + tall_pt + 7 * mm);
    const Layout footer = laid_out(
        on_, sheet_.footer, {.font = heading_font, .size = footer_pt, .grid = false}, wide_pt);
    paint(on_, footer.get(), left_pt, top_pt + tall_pt + 16 * mm);
    cairo_show_page(on_);
    y_ = 0;
  }

  cairo_t* on_;
  const OfficialSheet& sheet_;
  uint32_t pages_of_all_;
  uint32_t page_ = 0;
  double y_ = 0;  // below the top of the type area
};

Status check_block(const OfficialText& text) {
  return check_glyphs(text.text, "text");
}

Status check_block(const OfficialTable& table) {
  for (const auto& row : table.rows) {
    for (const std::string& cell : row) {
      TRY(check_glyphs(cell, "table"));
    }
  }
  return {};
}

Status check_block(const OfficialPicture& picture) {
  return check_glyphs(picture.alt, "alt");
}

Status check(const OfficialSheet& sheet) {
  TRY(check_glyphs(sheet.doc_no, "doc_no"));
  TRY(check_glyphs(sheet.title, "title"));
  TRY(check_glyphs(sheet.issuer, "issuer"));
  TRY(check_glyphs(sheet.date, "date"));
  TRY(check_glyphs(sheet.footer, "footer"));
  for (const std::string& line : sheet.qr_lines) {
    TRY(check_glyphs(line, "qr_lines"));
  }
  for (const OfficialBlock& block : sheet.blocks) {
    TRY(std::visit([](const auto& one) { return check_block(one); }, block));
  }
  return {};
}

Result<uint32_t> count_pages(const OfficialSheet& sheet) {
  // A PDF too, since fonts measure otherwise elsewhere.
  const Surface nothing(cairo_pdf_surface_create_for_stream(
      nullptr, nullptr, canvas::a4_width_pt, canvas::a4_height_pt));
  const Canvas on(cairo_create(nothing.get()));
  return SheetWriter(on.get(), sheet, 0).write();
}

}  // namespace

Result<OfficialPdf> official_pdf(const std::string& title,
                                 const std::vector<OfficialSheet>& sheets) {
  OfficialPdf pdf;
  for (const OfficialSheet& sheet : sheets) {
    TRY(check(sheet));
    pdf.pages.push_back(TRY(count_pages(sheet)));
  }
  const Surface surface(cairo_pdf_surface_create_for_stream(
      canvas::append, &pdf.bytes, canvas::a4_width_pt, canvas::a4_height_pt));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
  {
    const Canvas on(cairo_create(surface.get()));
    for (size_t i = 0; i < sheets.size(); ++i) {
      const uint32_t drawn = TRY(SheetWriter(on.get(), sheets[i], pdf.pages[i]).write());
      CHECK(drawn == pdf.pages[i]);
    }
  }
  cairo_surface_finish(surface.get());
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::internal, "drawing_failed");
  }
  return pdf;
}

std::string official_date(const std::string& date) {
  constexpr size_t date_bytes = 10;
  if (date.size() != date_bytes || date[4] != '-' || date[7] != '-') {
    return date;
  }
  const auto plain = [&date](size_t at, size_t count) {
    int number = 0;
    std::from_chars(date.data() + at, date.data() + at + count, number);
    return std::to_string(number);
  };
  return plain(0, 4) + "年" + plain(5, 2) + "月" + plain(8, 2) + "日";
}

}  // namespace gulou
