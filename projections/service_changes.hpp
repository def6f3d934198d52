#pragma once

#include "ledger/events.hpp"
#include "projections/service_views.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tollbook {

// What an event does to a service's row, and the line of its history that tells of it.
struct ServiceChange {
    std::string service;
    std::string kind;
    std::optional<std::string> reason;
    std::function<void(ServiceView&)> apply;
};

// None: the event changes how no subscription goes on. Blocks and renewals have tables of their own
// and are not among them.
std::optional<ServiceChange> change_of(const Event& event);

} // namespace tollbook
