#pragma once

#include "projections/sql_session.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tollbook::bench {

struct ProviderRows {
    std::uint64_t customers{};
    std::uint64_t postings{};
    std::uint64_t statement_lines{};
    std::uint64_t invoices{};
};

// Puts the rows of a large provider, the tenant "bench", into the live read models of what a
// dashboard and a statement show, in place of what they held: tables, keys and indexes are the
// projections' own, the rows stand in the order in which a log would have brought them. About 20
// postings for each customer: one of a hundred has been there for 36 months, one of ten for 8, the
// others for 3; one of five pays by invoice. Nothing follows these tables any more.
ProviderRows fill_read_models(SqlSession& db, std::size_t customers);

// The customer of that number.
std::string customer_name(std::size_t number);

} // namespace tollbook::bench
