// The table itself; include api/http/routes.hpp instead.
#pragma once

#include "api/http/pages.hpp"
#include "api/http/reads.hpp"
#include "api/http/route_kinds.hpp"
#include "api/http/submissions.hpp"

#include <array>

namespace tollbook::api {

inline constexpr std::array route_table{
    page("/livez", &live_page, "The process answers"),
    Route{
        .method = Method::get,
        .path = "/readyz",
        .kind = Kind::page,
        .roles = anyone,
        .summary = "The node serves; each check by itself",
        .status = 200,
        .parameters = "verbose",
        .page = &ready_page,
    },
    page("/version", &version_page, "What is running"),
    page("/metrics", &metrics_page, "Prometheus text"),
    page("/openapi.json", &openapi_page, "This contract"),
    page("/problems/{slug}", &problem_page_handler, "What a problem means and what to do"),

    Route{
        .method = Method::post,
        .path = "/hooks/c2b/{tenant}/{secret}/confirmation",
        .kind = Kind::hook,
        .roles = anyone,
        .summary = "A payment confirmation of the provider, kept before anything is made of it",
        .command = "record_callback",
        .status = 200,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/batch",
        .kind = Kind::batch,
        .roles = for_batches, // And each command's own.
        .summary = "Many commands in order, each answered by itself; atomic=true: all or none",
        .status = 200,
        .parameters = "atomic",
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/renewal-runs",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "Renew what is due; sent again, it does nothing twice",
        .status = 200,
    },
    Route{
        .method = Method::get,
        .path = "/v1/tenants/{tenant}/billing-preview",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "What renewing what is due would come to; changes nothing",
        .status = 200,
        .run = RunStep::preview,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/billing-runs",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "Renew just what a preview said, or nothing of it",
        .status = 200,
        .run = RunStep::confirm,
    },
    node(
        "/v1/submissions",
        &run_submissions,
        "Commands of another process of this installation, in everybody's name"
    ),
    node(
        "/v1/renewals",
        &run_remote_renewals,
        "Renew what is due, for another process of this installation"
    ),

    command({"/v1/tenants/{tenant}", "open_tenant", for_platform}, "Open a tenant"),
    command(
        {"/v1/tenants/{tenant}/plans", "define_plan", for_admins}, "Define the next plan version"
    ),
    command(
        {"/v1/tenants/{tenant}/routers", "register_router", for_operators}, "Register a router"
    ),
    command(
        {"/v1/tenants/{tenant}/customers", "register_customer", for_operators},
        "Register a customer"
    ),
    command(
        {"/v1/tenants/{tenant}/customers/{customer}/references",
         "add_payment_reference",
         for_operators},
        "Add a payment reference"
    ),
    command(
        {"/v1/tenants/{tenant}/customers/{customer}/suspend",
         "suspend_customer",
         for_operators,
         200},
        "Block every service of a customer for a reason"
    ),
    command({"/v1/tenants/{tenant}/services", "add_service", for_operators}, "Add a service"),
    command(
        {"/v1/tenants/{tenant}/services/{service}/renew", "renew_service", for_finance, 200},
        "Charge the period that is due, or suspend for unpaid"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/suspend", "suspend_service", for_operators, 200},
        "Block a service for a reason"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/reinstate",
         "reinstate_service",
         for_operators,
         200},
        "Lift a reason"
    ),
    command(
        {"/v1/tenants/{tenant}/sites", "provision_site", for_operators},
        "Ask for a site on a router"
    ),
    command(
        {"/v1/tenants/{tenant}/sites/{site}/remove", "remove_site", for_operators, 200},
        "Ask for a site's removal"
    ),
    command(
        {"/v1/tenants/{tenant}/opening-balances", "post_opening_balances", for_finance},
        "Post what stood in the books before"
    ),
    command(
        {"/v1/tenants/{tenant}/payments", "record_payment", for_cashiers},
        "Record a payment that a cashier typed"
    ),
    command(
        {"/v1/tenants/{tenant}/payments/{payment}/assign", "assign_suspense", for_finance, 200},
        "Assign money in suspense"
    ),
    command(
        {"/v1/tenants/{tenant}/payments/{payment}/reverse", "reverse_payment", for_finance, 200},
        "Reverse a payment"
    ),
    command(
        {"/v1/tenants/{tenant}/payments/{payment}/move", "move_payment", for_finance, 200},
        "Move a payment to another wallet"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/charge", "charge_wallet", for_finance},
        "Charge a wallet"
    ),
    command(
        {"/v1/tenants/{tenant}/periods/close", "close_period", for_finance, 200}, "Close a period"
    ),
    command(
        {"/v1/tenants/{tenant}/clock/advance", "advance_test_clock", for_admins, 200},
        "Advance the test clock"
    ),

    read({"/v1/tenants", &list_tenants, for_platform, "min_position limit cursor"}, "Tenants"),
    read({"/v1/tenants/{tenant}", &get_tenant, for_readers}, "A tenant"),
    read({"/v1/tenants/{tenant}/plans", &list_plans, for_readers, list_parameters}, "Plans"),
    read(
        {"/v1/tenants/{tenant}/routers", &list_routers, for_readers, list_parameters},
        "Routers with the state of their sites"
    ),
    read(
        {"/v1/tenants/{tenant}/customers",
         &list_customers,
         for_readers,
         "min_position limit cursor q"},
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
         "min_position as_of known_at"},
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
};

} // namespace tollbook::api
