// Wallets that are filled up by rules, and what billing runs came to; a part of the table in
// api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

Result<ReadAnswer> list_top_up_rules(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_top_ups(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_billing_runs(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_billing_run(ReaderPool& pool, const Query& query);

inline constexpr std::array top_up_routes{
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/top-up-rules", "set_top_up_rule", for_finance},
        "Set a rule by which a wallet is filled up, or another one in its place"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/top-up-rules/{rule}/end",
         "end_top_up_rule",
         for_finance,
         200},
        "End a top-up rule, and what it asks for"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/top-up-rules/{rule}/take",
         "take_top_up",
         for_finance,
         200},
        "Do what a top-up rule says, if it is due; runs do it too"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/top-up-rules/{rule}/cancel",
         "cancel_top_up",
         for_finance,
         200},
        "Ask the payer no more for what a top-up rule asks for"
    ),
    read(
        {"/v1/tenants/{tenant}/top-up-rules",
         &list_top_up_rules,
         for_readers,
         "min_position limit cursor customer status"},
        "The rules by which wallets are filled up"
    ),
    read(
        {"/v1/tenants/{tenant}/top-ups",
         &list_top_ups,
         for_readers,
         "min_position limit cursor customer status"},
        "What top-up rules granted, and what they ask for; status=open: the payer is to be asked"
    ),
    read(
        {"/v1/tenants/{tenant}/billing-runs", &list_billing_runs, for_readers, list_parameters},
        "What billing runs came to, the newest first"
    ),
    read(
        {"/v1/tenants/{tenant}/billing-runs/{run}", &get_billing_run, for_readers},
        "A billing run with the services that a person should look at"
    ),
};

} // namespace tollbook::api
