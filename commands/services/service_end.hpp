#pragma once

#include "commands/decision.hpp"

#include <string>
#include <vector>

namespace tollbook {

inline constexpr const char* unpaid_reason = "unpaid";

// The block reasons that have commands of their own.
inline constexpr const char* paused_reason = "paused";
inline constexpr const char* ended_reason = "ended";

bool has_ended(const ServiceRow& row);

bool holds(const std::vector<std::string>& blocks, const std::string& reason);

// Blocks it for one more reason.
void add_suspension(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
);

// Lifts a reason. When only money can be missing then, what is paid for, or covered by the wallet,
// comes back at once.
void lift(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
);

// Off for good, from today; its site is to be removed from its router.
void end_service(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
);

} // namespace tollbook
