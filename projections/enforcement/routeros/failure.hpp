// Why a router did not do what was asked, and whether asking again can help.
#pragma once

#include "ledger/error.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace tollbook::routeros {

// What a !trap text says. RouterOS has no codes for these: texts differ by version, so they are
// recognised by their stable part.
enum class Refusal {
    none, // Not the router's word: the connection, the deadline or our own check failed.
    no_such_item,
    no_such_command,
    duplicate,
    profile_missing,
    invalid_value,
    unknown_parameter,
    permission,
    login,
    interrupted,
    unrecognised,
};

// `category` as RouterOS numbers it (0 to 7), or -1 when the trap named none.
struct Trap {
    std::string message;
    int category = -1;
};

Refusal classify(const Trap& trap);

// Permanent: the same request will get the same answer until a person changes something.
bool is_permanent(Refusal refusal);

// An Error that knows more; it converts to Error, so an Answer<T> converts to a Result<T>.
// Never carries a password.
struct Failure : Error {
    Refusal refusal = Refusal::none;
    bool permanent = false;
};

// The connection or the peer failed; try again later.
inline Failure transient(Errc code, std::string detail) {
    return Failure{{code, std::move(detail)}, Refusal::none, false};
}

// This side will not ask, or must not go on.
inline Failure final_refusal(Errc code, std::string detail) {
    return Failure{{code, std::move(detail)}, Refusal::none, true};
}

// The router's own refusal. `detail` must have been cleaned of secrets.
Failure refused(Refusal refusal, std::string detail);

inline bool is_permanent(const Failure& failure) { return failure.permanent; }

template <class T>
struct [[nodiscard]] Answer : boost::system::result<T, Failure> {
    using boost::system::result<T, Failure>::result;
};

} // namespace tollbook::routeros
