#include "ledger/money.hpp"

#include "ledger/ensure.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// The currencies whose minor unit is a hundredth. Others wait for a stored exponent.
constexpr std::array<std::string_view, 20> currencies{
    "AED", "AUD", "BWP", "CAD", "CHF", "CNY", "DKK", "EGP", "EUR", "GBP",
    "GHS", "INR", "KES", "NGN", "NOK", "SEK", "TZS", "USD", "ZAR", "ZMW"};

} // namespace

Result<Currency> Currency::parse(std::string_view code) {
    if (std::ranges::find(currencies, code) == currencies.end())
        return Error{Errc::currency_unknown, std::string(code.substr(0, 8))};
    Currency currency;
    std::ranges::copy(code, currency.code_.begin());
    return currency;
}

std::int64_t multiply_half_up(
    std::int64_t amount, std::int64_t numerator, std::int64_t denominator
) {
    ensure(denominator > 0);
    const Wide product = Wide{amount} * numerator;
    const Wide half = product < 0 ? -Wide{denominator} : Wide{denominator};
    const Wide rounded = (product * 2 + half) / (Wide{denominator} * 2);
    ensure(rounded <= INT64_MAX && rounded >= INT64_MIN);
    return static_cast<std::int64_t>(rounded);
}

NetAndTax split_tax_included(std::int64_t price_minor, std::int64_t tax_percent) {
    const std::int64_t net = multiply_half_up(price_minor, 100, 100 + tax_percent);
    return {net, price_minor - net};
}

} // namespace tollbook
