#pragma once

#include "projections/enforcement/routeros/failure.hpp"

#include <string>
#include <string_view>

namespace tollbook::routeros {

// What proves the password to a router before 6.43: "00" and the hex MD5 of a zero byte, the
// password and the challenge. Refused when the challenge is not 32 hex digits.
struct Challenge {
    std::string_view hex;
    std::string_view password;
};

Answer<std::string> legacy_response(const Challenge& challenge);

} // namespace tollbook::routeros
