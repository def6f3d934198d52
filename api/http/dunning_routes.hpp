// What is done about services that are due and not paid; a part of the table in
// api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

Result<ReadAnswer> list_dunning(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_dunning_policies(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_dunning_assignments(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_notices(ReaderPool& pool, const Query& query);

inline constexpr std::array dunning_routes{
    command(
        {"/v1/tenants/{tenant}/dunning-policies", "define_dunning", for_admins},
        "Define the next version of a dunning policy"
    ),
    command(
        {"/v1/tenants/{tenant}/dunning-assignments", "assign_dunning", for_admins},
        "Say whom a dunning policy is for"
    ),
    command(
        {"/v1/tenants/{tenant}/customers/{customer}/group",
         "set_customer_group",
         for_operators,
         200},
        "Put a customer into a group, or out of it"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/settle-backlog",
         "settle_backlog",
         for_finance,
         200},
        "Say what becomes of whole periods that passed unpaid"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/waive-late-fee",
         "waive_late_fee",
         for_finance,
         200},
        "Take away late fees that are owed and not charged yet"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/notices", "record_notice_sent", for_operators},
        "Say that a reminder was sent"
    ),
    read(
        {"/v1/tenants/{tenant}/notices",
         &list_notices,
         for_readers,
         "min_position limit cursor customer status"},
        "Reminders; those that are to be sent, unless a status is asked for"
    ),
    read(
        {"/v1/tenants/{tenant}/dunning",
         &list_dunning,
         for_readers,
         "min_position limit cursor customer policy status"},
        "How far dunning is with each service, and what comes next"
    ),
    read(
        {"/v1/tenants/{tenant}/dunning-policies",
         &list_dunning_policies,
         for_readers,
         list_parameters},
        "Dunning policies, every version"
    ),
    read(
        {"/v1/tenants/{tenant}/dunning-assignments",
         &list_dunning_assignments,
         for_readers,
         list_parameters},
        "Whom each dunning policy is for"
    ),
};

} // namespace tollbook::api
