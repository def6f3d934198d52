#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct LeadView { // name, phone, mail, address: NULL once the person is forgotten.
    std::string tenant;
    std::string lead;
    std::optional<std::string> name;
    std::optional<std::string> phone;
    std::optional<std::string> mail;
    std::optional<std::string> address;
    std::string source;
    std::optional<std::string> plan;
    std::string stage;                   // open | contacted | surveyed | offered | converted | lost
    std::optional<std::string> customer; // Once converted.
    std::optional<std::string> service;
    Timestamp opened_at;
    Timestamp changed_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    LeadView,
    (),
    (tenant,
     lead,
     name,
     phone,
     mail,
     address,
     source,
     plan,
     stage,
     customer,
     service,
     opened_at,
     changed_at,
     seq)
)

struct LeadStepView {
    std::string tenant;
    std::string lead;
    std::uint64_t seq{};
    std::string stage;
    std::string note; // Of a lost one: why.
    Timestamp taken_at;
};
BOOST_DESCRIBE_STRUCT(LeadStepView, (), (tenant, lead, seq, stage, note, taken_at))

} // namespace tollbook
