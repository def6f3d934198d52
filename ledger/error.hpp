// How a refusal is told. Text for people goes in `detail` and is never parsed.
#pragma once

#include "ledger/errc_table.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace tollbook {

// Why not. Two errors are equal when their codes are: `detail` is for people.
struct Error {
    Errc code{};
    std::string detail;

    friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

// A value or the reason there is none. [[nodiscard]]: an ignored refusal is a bug.
template <class T>
struct [[nodiscard]] Result : boost::system::result<T, Error> {
    using boost::system::result<T, Error>::result;
};

// Success carries nothing.
struct Done {
    friend constexpr bool operator==(Done, Done) = default;
};

using Status = Result<Done>;

// Found by ADL when someone calls value() on a failed Result: a bug, so it throws.
[[noreturn]] inline void
throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error(std::string(info(error.code).slug) + ": " + error.detail);
}

} // namespace tollbook
