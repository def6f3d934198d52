// What finance reads; a part of the table in api/http/route_table.hpp.
#pragma once

#include "api/http/finance_reads.hpp"
#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

inline constexpr std::string_view until_parameters{
    "min_position limit cursor as_of known_at entity"};
inline constexpr std::string_view span_parameters{
    "min_position limit cursor from to known_at entity"};

inline constexpr std::array finance_routes{
    read(
        {"/v1/tenants/{tenant}/reports/general-ledger",
         &report_general_ledger,
         for_auditors,
         "min_position limit cursor from to known_at account entity"},
        "Every posting with the balance of its account after it"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/aging", &report_aging, for_auditors, until_parameters},
        "What customers owe, by the age of their debts"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/deferred-revenue",
         &report_deferred_revenue,
         for_auditors,
         until_parameters},
        "What of the periods that were charged lies ahead, by plan"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/revenue-by-plan",
         &report_revenue_by_plan,
         for_auditors,
         "min_position limit cursor from to known_at by entity"},
        "Revenue and its tax by plan and component"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/tax", &report_tax, for_auditors, span_parameters},
        "Net base and tax of each tax code"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/mrr", &report_mrr, for_auditors, until_parameters},
        "Monthly recurring revenue by plan"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/mrr-movement",
         &report_mrr_movement,
         for_auditors,
         span_parameters},
        "What became of monthly recurring revenue between two days"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/churn", &report_churn, for_auditors, span_parameters},
        "Customers and services that were lost between two days"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/journal", &report_journal, for_auditors, span_parameters},
        "The entries of all events that moved money"
    ),
    read(
        {"/v1/tenants/{tenant}/reports/journal-accounts",
         &report_journal_accounts,
         for_auditors,
         "min_position limit cursor entity"},
        "All accounts, with the day of their first posting"
    ),
};

} // namespace tollbook::api
