#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct Grant {
    std::string customer;
    std::string grant; // Of no other one.
    std::int64_t minor{};
    std::uint32_t priority{};
    std::optional<Date> expires_on;
    std::string reason;
};

// Opens its lot, in a wallet that was settled; what the wallet covers then is paid and comes back.
void add_grant(Decision& decision, const Grant& granted);

} // namespace tollbook
