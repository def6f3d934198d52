// People who may become customers.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// How far a lead has come. The last two end it: what was agreed has become a customer, or nothing.
enum class LeadStage { open, contacted, surveyed, offered, converted, lost };
BOOST_DESCRIBE_ENUM(LeadStage, open, contacted, surveyed, offered, converted, lost)

struct LeadOpened { // Sealed: LeadPersonal, subject "lead:<lead>".
    static constexpr std::string_view type = "lead_opened";
    static constexpr std::uint16_t schema_version = 1;
    std::string lead;
    std::string source;              // Where it came from: "walk-in", "web" ...
    std::optional<std::string> plan; // What they ask for.

    friend bool operator==(const LeadOpened&, const LeadOpened&) = default;
};
BOOST_DESCRIBE_STRUCT(LeadOpened, (), (lead, source, plan))

struct LeadPersonal {
    std::string name;
    std::string phone;
    std::string mail;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(LeadPersonal, (), (name, phone, mail, address))

struct LeadMoved {
    static constexpr std::string_view type = "lead_moved";
    static constexpr std::uint16_t schema_version = 1;
    std::string lead;
    LeadStage stage{}; // Not one that ends it.
    std::string note;

    friend bool operator==(const LeadMoved&, const LeadMoved&) = default;
};
BOOST_DESCRIBE_STRUCT(LeadMoved, (), (lead, stage, note))

// The customer and the service stand in the events just before it.
struct LeadConverted {
    static constexpr std::string_view type = "lead_converted";
    static constexpr std::uint16_t schema_version = 1;
    std::string lead;
    std::string customer;
    std::string service;

    friend bool operator==(const LeadConverted&, const LeadConverted&) = default;
};
BOOST_DESCRIBE_STRUCT(LeadConverted, (), (lead, customer, service))

struct LeadLost {
    static constexpr std::string_view type = "lead_lost";
    static constexpr std::uint16_t schema_version = 1;
    std::string lead;
    std::string reason;

    friend bool operator==(const LeadLost&, const LeadLost&) = default;
};
BOOST_DESCRIBE_STRUCT(LeadLost, (), (lead, reason))

} // namespace tollbook
