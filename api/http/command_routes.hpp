// The routes of commands; include api/http/routes.hpp instead.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

inline constexpr std::array command_routes{
    command({"/v1/tenants/{tenant}", "open_tenant", for_platform}, "Open a tenant"),
    command(
        {"/v1/tenants/{tenant}/timezone", "change_timezone", for_admins, 200},
        "Count the tenant's days by another zone, from the next one on"
    ),
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
        {"/v1/tenants/{tenant}/billing-schedule", "set_billing_schedule", for_admins, 200},
        "Renew what is due by itself, from an hour of each day on, or only when asked"
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
    command(
        {"/v1/tenants/{tenant}/services/{service}/change-plan", "change_plan", for_operators, 200},
        "Put a service on another plan, now or with a period to come"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/correct-tariff",
         "correct_tariff",
         for_finance,
         200},
        "Charge days of a service at another version of its plan"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/cancel-schedule",
         "cancel_schedule",
         for_operators,
         200},
        "Take back a change or an end that is scheduled, of a service or of an add-on"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/addons", "add_addon", for_operators},
        "Add an add-on to a service: the days it has ahead are charged at once"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/addons/{addon}/change",
         "change_addon",
         for_operators,
         200},
        "Give an add-on another version or quantity, now or with a period to come"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/addons/{addon}/remove",
         "remove_addon",
         for_operators,
         200},
        "Take an add-on from a service, now or with its period"
    ),
    command({"/v1/tenants/{tenant}/sales", "sell_product", for_finance}, "Sell a one-time product"),
    command(
        {"/v1/tenants/{tenant}/services/{service}/pause", "pause_service", for_operators, 200},
        "Switch a service off and keep its days"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/resume", "resume_service", for_operators, 200},
        "Switch a paused service on again"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/end", "end_service", for_operators, 200},
        "End a service, now or with its period"
    ),
    command(
        {"/v1/tenants/{tenant}/services/{service}/promise", "promise_payment", for_operators, 200},
        "Keep a service on until a day, on its customer's word"
    ),
    command(
        {"/v1/tenants/{tenant}/service-extensions", "extend_services", for_operators, 200},
        "Give days to services: goodwill, or an outage"
    ),
    command(
        {"/v1/tenants/{tenant}/charges/{charge}/credit", "credit_charge", for_finance, 200},
        "Give part of a charge back to its wallet"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/grant", "grant_credit", for_finance},
        "Credit a wallet with money that nobody paid"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/settle", "settle_wallet", for_finance, 200},
        "Book what lapsed in a wallet: expired lots, holds that are over"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/overdraft-limit",
         "set_overdraft_limit",
         for_finance,
         200},
        "Say how far a charge may take a wallet below zero"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/hold", "hold_funds", for_finance},
        "Keep money of a wallet back for a later charge"
    ),
    command(
        {"/v1/tenants/{tenant}/holds/{hold}/capture", "capture_hold", for_finance, 200},
        "Charge what a hold kept back, in whole or in part"
    ),
    command(
        {"/v1/tenants/{tenant}/holds/{hold}/release", "release_hold", for_finance, 200},
        "Let go of what a hold kept back"
    ),
    command(
        {"/v1/tenants/{tenant}/transfers", "transfer_funds", for_finance},
        "Move money that was paid in to another wallet"
    ),
    command(
        {"/v1/tenants/{tenant}/wallets/{customer}/refund", "request_refund", for_cashiers},
        "Ask for money of a wallet to be paid out"
    ),
    command(
        {"/v1/tenants/{tenant}/refunds/{refund}/approve", "approve_refund", for_finance, 200},
        "Approve a refund that another person asked for"
    ),
    command(
        {"/v1/tenants/{tenant}/refunds/{refund}/reject", "reject_refund", for_finance, 200},
        "Reject a refund"
    ),
    command(
        {"/v1/tenants/{tenant}/refunds/{refund}/pay", "pay_refund", for_finance, 200},
        "Say how an approved refund was paid out"
    ),
};

} // namespace tollbook::api
