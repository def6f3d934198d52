// What customers ask of the provider, and what it answers.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

enum class TicketPriority { low, normal, high, urgent };
BOOST_DESCRIBE_ENUM(TicketPriority, low, normal, high, urgent)

enum class TicketAuthor { customer, staff };
BOOST_DESCRIBE_ENUM(TicketAuthor, customer, staff)

struct TicketOpened { // Sealed: TicketSubject, subject "customer:<customer>".
    static constexpr std::string_view type = "ticket_opened";
    static constexpr std::uint16_t schema_version = 1;
    std::string ticket;
    std::string customer;
    std::optional<std::string> service; // That it is about.
    TicketPriority priority{};
    TicketAuthor author{};
    std::string user; // Who wrote it down; empty: the customer.

    friend bool operator==(const TicketOpened&, const TicketOpened&) = default;
};
BOOST_DESCRIBE_STRUCT(TicketOpened, (), (ticket, customer, service, priority, author, user))

struct TicketSubject {
    std::string subject;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(TicketSubject, (), (subject, text))

// The customer's answer to a closed ticket opens it again.
struct TicketAnswered { // Sealed: TicketText, subject "customer:<customer>".
    static constexpr std::string_view type = "ticket_answered";
    static constexpr std::uint16_t schema_version = 1;
    std::string ticket;
    std::string customer;
    std::uint32_t number{}; // The opening text is 1.
    TicketAuthor author{};
    std::string user; // Who wrote it; empty: the customer.

    friend bool operator==(const TicketAnswered&, const TicketAnswered&) = default;
};
BOOST_DESCRIBE_STRUCT(TicketAnswered, (), (ticket, customer, number, author, user))

struct TicketText {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(TicketText, (), (text))

// It is about another service from now on; none: about none.
struct TicketLinked {
    static constexpr std::string_view type = "ticket_linked";
    static constexpr std::uint16_t schema_version = 1;
    std::string ticket;
    std::string customer;
    std::optional<std::string> service;

    friend bool operator==(const TicketLinked&, const TicketLinked&) = default;
};
BOOST_DESCRIBE_STRUCT(TicketLinked, (), (ticket, customer, service))

struct TicketClosed {
    static constexpr std::string_view type = "ticket_closed";
    static constexpr std::uint16_t schema_version = 1;
    std::string ticket;
    std::string customer;
    std::string user;

    friend bool operator==(const TicketClosed&, const TicketClosed&) = default;
};
BOOST_DESCRIBE_STRUCT(TicketClosed, (), (ticket, customer, user))

} // namespace tollbook
