#include "api/documents/page.hpp"

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>

namespace tollbook::api {

namespace {

cairo_status_t keep(void* bytes, const unsigned char* data, unsigned int size) {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
}

struct LetGo {
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }

    void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};

} // namespace

Pages::Pages(const std::string& title, const std::string& date)
    : surface_(cairo_pdf_surface_create_for_stream(&keep, &bytes_, width, height))
    , cairo_(cairo_create(surface_)) {
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_TITLE, title.c_str());
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
}

Pages::~Pages() {
    cairo_destroy(cairo_);
    cairo_surface_destroy(surface_);
}

double Pages::write(std::string_view text, double x, double y, double wide, const Style& style) {
    const std::unique_ptr<PangoLayout, LetGo> layout(pango_cairo_create_layout(cairo_));
    const std::unique_ptr<PangoFontDescription, LetGo> font(pango_font_description_new());
    pango_font_description_set_family(font.get(), "DejaVu Sans, sans");
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(wide * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    const bool at_right = style.align == Align::right;
    if (at_right) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
    cairo_move_to(cairo_, at_right ? x - wide : x, y);
    pango_cairo_show_layout(cairo_, layout.get());
    int tall = 0;
    pango_layout_get_size(layout.get(), nullptr, &tall);
    return static_cast<double>(tall) / PANGO_SCALE;
}

void Pages::rule(double y) {
    constexpr double hair = 0.5;
    cairo_set_line_width(cairo_, hair);
    cairo_move_to(cairo_, margin, y);
    cairo_line_to(cairo_, width - margin, y);
    cairo_stroke(cairo_);
}

void Pages::square(const QrCode& code, double x, double y, double wide) {
    constexpr std::size_t quiet = 4; // Squares on each side: a reader needs them.
    const double one = wide / static_cast<double>(code.side + 2 * quiet);
    for (std::size_t i = 0; i < code.dark.size(); ++i) {
        if (!code.dark[i]) continue;
        const auto row = static_cast<double>(i / code.side + quiet);
        const auto column = static_cast<double>(i % code.side + quiet);
        cairo_rectangle(cairo_, x + column * one, y + row * one, one, one);
    }
    // One shape, filled without softened edges: no hairs between the squares.
    cairo_set_antialias(cairo_, CAIRO_ANTIALIAS_NONE);
    cairo_fill(cairo_);
    cairo_set_antialias(cairo_, CAIRO_ANTIALIAS_DEFAULT);
}

void Pages::next() { cairo_show_page(cairo_); }

std::string Pages::finish() {
    cairo_show_page(cairo_);
    cairo_surface_finish(surface_);
    if (cairo_surface_status(surface_) != CAIRO_STATUS_SUCCESS) return {};
    return std::move(bytes_);
}

} // namespace tollbook::api
