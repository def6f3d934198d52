#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <string>

namespace tollbook {

struct SummaryCountsView {
    std::string tenant;
    std::int64_t customers{};
    std::int64_t customers_active{};
    std::int64_t services_active{};
    std::int64_t services_suspended{};
    std::int64_t invoices_pending{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    SummaryCountsView,
    (),
    (tenant, customers, customers_active, services_active, services_suspended, invoices_pending, seq
    )
)

struct SummaryDayView {
    std::string tenant;
    Date booked_on;
    std::string currency;
    std::int64_t revenue_minor{};
    std::int64_t owed_minor{}; // By how much more is owed for invoices.
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    SummaryDayView, (), (tenant, booked_on, currency, revenue_minor, owed_minor, seq)
)

struct SummaryInvoiceView {
    std::string tenant;
    std::int64_t slot{};
    std::string invoice;
    std::uint64_t number_seq{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(SummaryInvoiceView, (), (tenant, slot, invoice, number_seq, seq))

struct SummaryServiceView {
    std::string tenant;
    std::string service;
    std::string status; // active | suspended | ended
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(SummaryServiceView, (), (tenant, service, status, seq))

struct SummaryCustomerView {
    std::string tenant;
    std::string customer;
    std::int64_t services_active{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(SummaryCustomerView, (), (tenant, customer, services_active, seq))

} // namespace tollbook
