#pragma once

#include "ledger/time.hpp"

#include <chrono>

namespace tollbook::api {

// The time of this machine: for logs and for the files of secrets. What the book decides by comes
// with the command.
inline Timestamp machine_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

} // namespace tollbook::api
