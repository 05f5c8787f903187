// What the drawers of this room share: handles of cairo and pango that free themselves, a layout in
// a given font, the size of A4. Included by this room's .cc files alone; one thread per canvas.
#pragma once

#include <memory>
#include <string>

#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>

namespace gulou::canvas {

inline constexpr double a4_width_pt = 595.28, a4_height_pt = 841.89;

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};

using Surface = std::unique_ptr<cairo_surface_t, Destroy<cairo_surface_t, cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Destroy<cairo_t, cairo_destroy>>;
using Font = std::unique_ptr<PangoFontDescription,
                             Destroy<PangoFontDescription, pango_font_description_free>>;
using LineIterator =
    std::unique_ptr<PangoLayoutIter, Destroy<PangoLayoutIter, pango_layout_iter_free>>;

struct Unref {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
};

using Layout = std::unique_ptr<PangoLayout, Unref>;

// What cairo writes, at the end of the std::string `target`.
inline cairo_status_t append(void* target, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

// font: families and style as pango reads them, the first that is installed; size and width in
// points.
inline Layout layout_of(
    cairo_t* canvas, const std::string& text, const char* font, double size, double width) {
  Layout layout(pango_cairo_create_layout(canvas));
  const Font description(pango_font_description_from_string(font));
  pango_font_description_set_absolute_size(description.get(), size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), description.get());
  pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

inline double height_of(PangoLayout* layout) {
  int height = 0;
  pango_layout_get_size(layout, nullptr, &height);
  return static_cast<double>(height) / PANGO_SCALE;
}

inline void paint(cairo_t* canvas, PangoLayout* layout, double x, double y) {
  cairo_move_to(canvas, x, y);
  pango_cairo_show_layout(canvas, layout);
}

}  // namespace gulou::canvas
