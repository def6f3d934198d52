#pragma once

#include "ledger/error.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollbook {

// What products of amounts are held in on their way.
__extension__ using Wide = __int128;

// An ISO 4217 alphabetic code, three capital letters.
class Currency {
public:
    constexpr Currency() = default;

    // Refuses anything but a currency of the table below.
    static Result<Currency> parse(std::string_view code);

    std::string_view code() const { return {code_.data(), code_.size()}; }

    friend constexpr auto operator<=>(const Currency&, const Currency&) = default;

private:
    std::array<char, 3> code_{'K', 'E', 'S'};
};

// No amount that enters may exceed this (exact in every JSON reader: below 2^53).
inline constexpr std::int64_t amount_minor_max = 9'000'000'000'000'000;

// Checked sums: every addition of money can overflow, and must say so.
inline Result<std::int64_t> add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) return Error{Errc::amount_overflow, {}};
    return sum;
}

// amount * numerator / denominator through 128 bits, halves away from zero.
// Requires denominator > 0.
std::int64_t multiply_half_up(
    std::int64_t amount, std::int64_t numerator, std::int64_t denominator
);

// A price that includes tax, split so that net + tax is the price to the cent:
// net = price * 100 / (100 + percent), half up.
struct NetAndTax {
    std::int64_t net{};
    std::int64_t tax{};
};

NetAndTax split_tax_included(std::int64_t price_minor, std::int64_t tax_percent);

} // namespace tollbook
