// Deposits for equipment, and customers that turn out to be one; a part of the table in
// api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

Result<ReadAnswer> list_deposits(ReaderPool& pool, const Query& query);

inline constexpr std::array deposit_routes{
    command(
        {"/v1/tenants/{tenant}/deposits", "take_deposit", for_operators},
        "Take a deposit for equipment out of a wallet"
    ),
    command(
        {"/v1/tenants/{tenant}/deposits/{deposit}/return", "return_deposit", for_operators, 200},
        "Give a deposit back, or a part of it"
    ),
    command(
        {"/v1/tenants/{tenant}/deposits/{deposit}/keep", "keep_deposit", for_finance, 200},
        "Keep a deposit, or a part of it, for what did not come back whole"
    ),
    command(
        {"/v1/tenants/{tenant}/customers/{customer}/merge", "merge_customers", for_finance, 200},
        "Merge a customer into another one"
    ),
    read(
        {"/v1/tenants/{tenant}/deposits",
         &list_deposits,
         for_readers,
         "min_position limit cursor customer status"},
        "Deposits for equipment"
    ),
};

} // namespace tollbook::api
