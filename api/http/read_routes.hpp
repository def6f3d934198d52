// The routes of reads; include api/http/routes.hpp instead.
#pragma once

#include "api/http/reads.hpp"
#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

inline constexpr std::array read_routes{
    read({"/v1/tenants", &list_tenants, for_platform, "min_position limit cursor"}, "Tenants"),
    read({"/v1/tenants/{tenant}", &get_tenant, for_readers}, "A tenant"),
    read(
        {"/v1/tenants/{tenant}/summary", &get_summary, for_readers},
        "What a dashboard shows: customers, subscriptions, revenue, invoices"
    ),
    read({"/v1/tenants/{tenant}/plans", &list_plans, for_readers, list_parameters}, "Plans"),
    read(
        {"/v1/tenants/{tenant}/routers", &list_routers, for_readers, list_parameters},
        "Routers with the state of their sites"
    ),
    read(
        {"/v1/tenants/{tenant}/customers",
         &list_customers,
         for_readers,
         "min_position limit cursor q entity"},
        "Customers"
    ),
    read({"/v1/tenants/{tenant}/customers/{customer}", &get_customer, for_readers}, "A customer"),
    read(
        {"/v1/tenants/{tenant}/wallets/{customer}",
         &get_wallet,
         for_readers,
         "min_position as_of known_at"},
        "A wallet: balances and lots"
    ),
    read(
        {"/v1/tenants/{tenant}/wallets/{customer}/statement",
         &get_statement,
         for_readers,
         "min_position limit cursor as_of known_at"},
        "Every movement of a wallet, in the order in which it happened"
    ),
    read(
        {"/v1/tenants/{tenant}/services",
         &list_services,
         for_readers,
         "min_position limit cursor status customer"},
        "Services"
    ),
    read(
        {"/v1/tenants/{tenant}/services/{service}", &get_service, for_readers},
        "A service with its history"
    ),
    read(
        {"/v1/tenants/{tenant}/sites",
         &list_sites,
         for_readers,
         "min_position limit cursor router"},
        "Sites: what is wanted and what the routers hold"
    ),
    read(
        {"/v1/tenants/{tenant}/payments",
         &list_payments,
         for_readers,
         "min_position limit cursor customer receipt"},
        "Payments"
    ),
    read({"/v1/tenants/{tenant}/payments/{payment}", &get_payment, for_readers}, "A payment"),
    read(
        {"/v1/tenants/{tenant}/suspense", &list_suspense, for_readers, list_parameters},
        "Money that is nobody's yet"
    ),
    read(
        {"/v1/tenants/{tenant}/arrivals",
         &list_arrivals,
         for_readers,
         "min_position limit cursor outcome kind"},
        "Everything that was told about payments, and what came of it"
    ),
    read(
        {"/v1/tenants/{tenant}/charges",
         &list_charges,
         for_readers,
         "min_position limit cursor customer service"},
        "Charges"
    ),
    read(
        {"/v1/tenants/{tenant}/line-differences",
         &list_line_differences,
         for_readers,
         "min_position limit cursor as_of difference"},
        "Paid but cut, and unpaid but on, in minutes and money"
    ),
    read(
        {"/v1/tenants/{tenant}/paid-before-cut",
         &list_cuts_after_payment,
         for_readers,
         list_parameters},
        "Services that were cut although their payment had happened"
    ),
    read(
        {"/v1/tenants/{tenant}/accounts",
         &get_trial_balance,
         for_auditors,
         "min_position as_of known_at entity"},
        "The trial balance"
    ),
    read(
        {"/v1/tenants/{tenant}/control-checks", &get_control_checks, for_auditors},
        "Figures that two tables must agree on"
    ),
    read(
        {"/v1/tenants/{tenant}/parked-keys", &list_parked_keys, for_auditors, list_parameters},
        "Keys of read models whose events wait because one of them cannot be folded"
    ),
    read(
        {"/v1/tenants/{tenant}/events",
         &list_events,
         for_auditors,
         "min_position limit cursor stream type"},
        "The index of all events"
    ),
    read(
        {"/v1/tenants/{tenant}/holds",
         &list_holds,
         for_readers,
         "min_position limit cursor customer status"},
        "Money that is kept back for later charges"
    ),
    read(
        {"/v1/tenants/{tenant}/refunds",
         &list_refunds,
         for_readers,
         "min_position limit cursor customer status"},
        "Refunds, and how far they are"
    ),
};

} // namespace tollbook::api
