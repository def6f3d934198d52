#pragma once

#include "api/documents/qr_code.hpp"

#include <memory>
#include <string>
#include <string_view>

using cairo_surface_t = struct _cairo_surface;
using cairo_t = struct _cairo;

namespace tollbook::api {

// A4 pages with text on them, as PDF. Lengths are points, from the top left corner.
class Pages {
public:
    static constexpr double width = 595.28;
    static constexpr double height = 841.89;
    static constexpr double margin = 48;

    enum class Align { left, right };

    struct Style {
        double size{9};
        bool bold{};
        Align align{Align::left};
    };

    // `title` and `date` stand in the file's own description.
    Pages(const std::string& title, const std::string& date);
    ~Pages();

    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    // Writes from `x` on, or up to it, in at most `wide` points: longer text breaks into lines.
    // Returns its height. The text is UTF-8; bytes that are not are left out.
    double write(std::string_view text, double x, double y, double wide, const Style& style);

    void rule(double y);

    // With its top left corner there, `wide` points each way, the quiet zone included.
    void square(const QrCode& code, double x, double y, double wide);

    void next();

    // The file; empty when it could not be drawn.
    std::string finish();

private:
    std::string bytes_;
    cairo_surface_t* surface_;
    cairo_t* cairo_;
};

} // namespace tollbook::api
