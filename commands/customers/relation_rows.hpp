// Rows of the Book about leads, tickets and deposits; a part of commands/rows.hpp.
#pragma once

#include "ledger/events/leads.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct LeadRow {
    LeadStage stage{};
    std::optional<std::string> plan{};
};
BOOST_DESCRIBE_STRUCT(LeadRow, (), (stage, plan))

struct TicketRow {
    std::string customer;
    std::optional<std::string> service{};
    std::uint32_t texts{}; // The opening one included.
    bool closed{};
};
BOOST_DESCRIBE_STRUCT(TicketRow, (), (customer, service, texts, closed))

struct DepositRow {
    std::string customer;
    std::int64_t remaining{};
    std::uint32_t returns{};
};
BOOST_DESCRIBE_STRUCT(DepositRow, (), (customer, remaining, returns))

} // namespace tollbook
