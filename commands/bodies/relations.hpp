// Those who may become customers, what customers ask, and the equipment that they are lent.
#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct OpenLead {
    static constexpr std::string_view type = "open_lead";
    std::string lead;
    std::string name;
    std::string phone;
    std::optional<std::string> mail;
    std::optional<std::string> address;
    std::optional<std::string> source; // None.
    std::optional<std::string> plan;   // What they ask for.
};
BOOST_DESCRIBE_STRUCT(OpenLead, (), (lead, name, phone, mail, address, source, plan))

// To any stage but the two that end it.
struct MoveLead {
    static constexpr std::string_view type = "move_lead";
    std::string lead;
    LeadStage stage{};
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(MoveLead, (), (lead, stage, note))

// The lead is gone; a customer and a service stand in its place, as register_customer and
// add_service make them.
struct ConvertLead {
    static constexpr std::string_view type = "convert_lead";
    std::string lead;
    std::string customer;
    std::string name;
    std::string phone;
    std::optional<std::string> mail;
    std::vector<std::string> references;
    std::string service;
    std::optional<std::string> plan;                // What the lead asked for.
    std::optional<std::uint32_t> plan_version;      // The newest.
    std::optional<std::string> site;                // Named as the service.
    std::optional<std::int32_t> anchor_day;         // The day on which it renews first.
    std::optional<std::vector<std::string>> blocks; // Reasons for which it is off from the start.
    std::optional<std::string> entity{};            // Which invoices it; the tenant's own.
    std::optional<Currency> currency{};             // Of all its money; the tenant's.
};
BOOST_DESCRIBE_STRUCT(
    ConvertLead,
    (),
    (lead,
     customer,
     name,
     phone,
     mail,
     references,
     service,
     plan,
     plan_version,
     site,
     anchor_day,
     blocks,
     entity,
     currency)
)

struct LoseLead {
    static constexpr std::string_view type = "lose_lead";
    std::string lead;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(LoseLead, (), (lead, reason))

struct OpenTicket {
    static constexpr std::string_view type = "open_ticket";
    std::string ticket;
    std::string customer;
    std::string subject;
    std::string text;
    std::optional<std::string> service;     // That it is about.
    std::optional<TicketPriority> priority; // normal
    std::optional<std::string> user;        // Who writes it down; none: the customer.
};
BOOST_DESCRIBE_STRUCT(OpenTicket, (), (ticket, customer, subject, text, service, priority, user))

struct AnswerTicket {
    static constexpr std::string_view type = "answer_ticket";
    std::string ticket;
    std::string text;
    std::optional<std::string> user; // Who answers; none: the customer.
};
BOOST_DESCRIBE_STRUCT(AnswerTicket, (), (ticket, text, user))

struct LinkTicket {
    static constexpr std::string_view type = "link_ticket";
    std::string ticket;
    std::optional<std::string> service; // None: it is about no service.
};
BOOST_DESCRIBE_STRUCT(LinkTicket, (), (ticket, service))

struct CloseTicket {
    static constexpr std::string_view type = "close_ticket";
    std::string ticket;
    std::string user;
};
BOOST_DESCRIBE_STRUCT(CloseTicket, (), (ticket, user))

struct TakeDeposit {
    static constexpr std::string_view type = "take_deposit";
    std::string deposit;
    std::string customer;
    std::string equipment; // As its label says.
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(TakeDeposit, (), (deposit, customer, equipment, minor))

struct ReturnDeposit {
    static constexpr std::string_view type = "return_deposit";
    std::string deposit;
    std::optional<std::int64_t> minor; // All that is left of it.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReturnDeposit, (), (deposit, minor, reason))

struct KeepDeposit {
    static constexpr std::string_view type = "keep_deposit";
    std::string deposit;
    std::optional<std::int64_t> minor; // All that is left of it.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(KeepDeposit, (), (deposit, minor, reason))

// The services, the money and the open invoices of `customer` become those of `into`.
struct MergeCustomers {
    static constexpr std::string_view type = "merge_customers";
    std::string customer;
    std::string into;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(MergeCustomers, (), (customer, into, reason))

} // namespace tollbook
