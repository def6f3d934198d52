#include "api/documents/qr_code.hpp"

#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace tollbook;
using namespace tollbook::api;

namespace {

// Seven dark squares in a row, light ones around an eye of three by three.
bool has_finder(const QrCode& code, std::size_t row, std::size_t column) {
    const auto dark = [&](std::size_t y, std::size_t x) {
        return code.dark[(row + y) * code.side + column + x];
    };
    bool good = true;
    for (std::size_t y = 0; y < 7; ++y)
        for (std::size_t x = 0; x < 7; ++x) {
            const bool edge = y == 0 || y == 6 || x == 0 || x == 6;
            const bool eye = y >= 2 && y <= 4 && x >= 2 && x <= 4;
            good = good && dark(y, x) == (edge || eye);
        }
    return good;
}

} // namespace

TEST_CASE("qr code: a square with the three corners that a reader looks for") {
    const QrCode code = qr_code("https://example.org/?Data=P051234567X00SIGN").value();
    CHECK(code.side >= 21);
    CHECK(code.side % 4 == 1);
    REQUIRE(code.dark.size() == code.side * code.side);
    CHECK(has_finder(code, 0, 0));
    CHECK(has_finder(code, 0, code.side - 7));
    CHECK(has_finder(code, code.side - 7, 0));
    CHECK_FALSE(has_finder(code, code.side - 7, code.side - 7));
    CHECK(qr_code(std::string("a\0b", 3)).has_value());
}

TEST_CASE("qr code: nothing, and more than one holds") {
    CHECK(qr_code("").error().code == Errc::value_out_of_range);
    CHECK(qr_code(std::string(500, 'x')).has_value());
    CHECK(qr_code(std::string(3'000, 'x')).error().code == Errc::value_out_of_range);
}
