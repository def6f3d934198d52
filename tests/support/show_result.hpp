#pragma once

#include "ledger/error.hpp"

#include <doctest/doctest.h>

namespace doctest {

// What a failed check prints of a Result: why it is none.
template <class T>
struct StringMaker<tollbook::Result<T>> {
    static String convert(const tollbook::Result<T>& result) {
        if (result) return "a value";
        const tollbook::Error& error = result.error();
        return (std::string(tollbook::info(error.code).slug) + ": " + error.detail).c_str();
    }
};

template <>
struct StringMaker<tollbook::Errc> {
    static String convert(tollbook::Errc code) {
        return std::string(tollbook::info(code).slug).c_str();
    }
};

} // namespace doctest

namespace tollbook {

// Why it was refused.
template <class T>
Errc code_of(const Result<T>& result) {
    REQUIRE(result.has_error());
    return result.error().code;
}

} // namespace tollbook
