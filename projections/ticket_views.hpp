#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct TicketView {
    std::string tenant;
    std::string ticket;
    std::string customer; // Who asked, also after a merge.
    std::optional<std::string> service;
    std::optional<std::string> subject; // None once the person is forgotten.
    std::string status;                 // open | closed
    std::string priority;
    std::uint32_t texts{};
    std::string last_author; // customer | staff
    Timestamp opened_at;
    std::optional<Timestamp> answered_at; // The newest text after the first.
    std::optional<Timestamp> closed_at;   // None: it is open.
    std::optional<std::string> closed_by;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    TicketView,
    (),
    (tenant,
     ticket,
     customer,
     service,
     subject,
     status,
     priority,
     texts,
     last_author,
     opened_at,
     answered_at,
     closed_at,
     closed_by,
     seq)
)

struct TicketTextView {
    std::string tenant;
    std::string ticket;
    std::uint32_t number{};
    std::string author;                    // customer | staff
    std::optional<std::string> written_by; // None: the customer.
    std::optional<std::string> text;       // None once the person is forgotten.
    Timestamp written_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    TicketTextView, (), (tenant, ticket, number, author, written_by, text, written_at, seq)
)

} // namespace tollbook
