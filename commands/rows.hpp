// The rows of the Book: what the deciders must know, and no more. They are checkpointed as JSON;
// a change of their shape raises book_version (commands/book.hpp).
#pragma once

#include "commands/billing/run_rows.hpp"
#include "commands/catalogue/addon_rows.hpp"
#include "commands/customers/relation_rows.hpp"
#include "commands/dunning/dunning_rows.hpp"
#include "commands/entities/entity_rows.hpp"
#include "commands/invoicing/fiscal_rows.hpp"
#include "commands/invoicing/invoice_rows.hpp"
#include "commands/taxes/tax_rows.hpp"
#include "commands/wallets/top_up_rows.hpp"
#include "commands/wallets/wallet.hpp"
#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// The zone that counted before, for what is not after a day of the new one.
struct FormerTimezone {
    std::string timezone;
    Date until;
};
BOOST_DESCRIBE_STRUCT(FormerTimezone, (), (timezone, until))

struct TenantRow {
    std::string timezone;
    std::optional<FormerTimezone> former_timezone{};
    Currency currency;
    std::string legal_entity;
    std::vector<std::string> mpesa_shortcodes;
    std::vector<std::string> tills;
    Policies policies;
    std::optional<Timestamp> test_clock;
    std::optional<Date> closed_through;
    bool opening_complete{};
    std::optional<bool> has_dunning{}; // A policy was assigned once.
    std::optional<std::uint32_t> billing_from_hour{};
    std::optional<bool> has_currencies{}; // A customer's is another than its own.
};
BOOST_DESCRIBE_STRUCT(
    TenantRow,
    (),
    (timezone,
     former_timezone,
     currency,
     legal_entity,
     mpesa_shortcodes,
     tills,
     policies,
     test_clock,
     closed_through,
     opening_complete,
     has_dunning,
     billing_from_hour,
     has_currencies)
)

// Keyed by plan and version; and by a currency, with its price in that one.
struct PlanRow {
    std::int64_t price_minor{};
    std::string tax_code;
    std::int64_t tax_percent{};
    BillingPeriod period{};
    std::uint32_t period_count{};
    std::int64_t setup_minor{};
    std::uint32_t trial_days{};
    Proration proration{};
    FirstPeriod first_period{};
    PlanKind kind{};
    std::vector<IncludedAddon> includes;
    std::optional<Date> valid_from{};
};
BOOST_DESCRIBE_STRUCT(
    PlanRow,
    (),
    (price_minor,
     tax_code,
     tax_percent,
     period,
     period_count,
     setup_minor,
     trial_days,
     proration,
     first_period,
     kind,
     includes,
     valid_from)
)

// A version of a plan.
struct PlanChoiceRow {
    std::string plan;
    std::uint32_t version{};
};
BOOST_DESCRIBE_STRUCT(PlanChoiceRow, (), (plan, version))

// What a service changes to with its next period, or with the first one from a day on.
struct NextPlanRow {
    std::string plan;
    std::uint32_t version{};
    std::optional<Date> not_before{};
};
BOOST_DESCRIBE_STRUCT(NextPlanRow, (), (plan, version, not_before))

// A row that is one number: the newest version of a plan.
struct NumberRow {
    std::uint64_t value{};
};
BOOST_DESCRIBE_STRUCT(NumberRow, (), (value))

// A row that names another: the owner of a shortcode, the customer of a reference.
struct NameRow {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(NameRow, (), (name))

struct CustomerRow {
    std::vector<std::string> services;
    std::optional<std::uint32_t> entity{}; // Its place among the tenant's; none: its own.
    std::optional<Currency> currency{};    // None: the tenant's.
};
BOOST_DESCRIBE_STRUCT(CustomerRow, (), (services, entity, currency))

// The newest charge of a service: the days that it pays for, and what of it was not given back.
struct PaidPeriod {
    Date from; // With `correction`: names the charge.
    std::uint32_t correction{};
    std::uint32_t days{};  // They end where the service renews.
    std::uint32_t whole{}; // Of the period that they are part of.
    std::int64_t net{};
    std::int64_t tax{};
    // By a dated tax: its one rate, of the plan's code. What has other taxes is in `paid_taxes`.
    std::optional<std::uint32_t> rate_ppm{};
};
BOOST_DESCRIBE_STRUCT(PaidPeriod, (), (from, correction, days, whole, net, tax, rate_ppm))

// What happens to a service when its next period is due.
enum class Scheduled { plan_change, end };
BOOST_DESCRIBE_ENUM(Scheduled, plan_change, end)

struct ServiceRow {
    std::string customer;
    std::string plan;
    std::uint32_t plan_version{};
    std::string site;
    Date renews_on;
    std::int32_t anchor_day{};
    std::vector<std::string> blocks;
    std::uint64_t changes{};    // Counts what happened to it: names a renewal attempt.
    std::int64_t setup_minor{}; // Still to be paid, with the first period.
    std::optional<PaidPeriod> paid{};
    std::optional<Scheduled> scheduled{};     // Of a change of plan: to the one in next_plans.
    std::optional<Date> promised_until{};     // Not cut for `unpaid` before.
    std::optional<std::uint32_t> days_left{}; // While it is paused.
    std::optional<Date> billed_to{};          // Periods that begin before are charged: it was said.
};
BOOST_DESCRIBE_STRUCT(
    ServiceRow,
    (),
    (customer,
     plan,
     plan_version,
     site,
     renews_on,
     anchor_day,
     blocks,
     changes,
     setup_minor,
     paid,
     scheduled,
     promised_until,
     days_left,
     billed_to)
)

enum class SitePhase { planned, requested, provisioned, failed, removing, removed };
BOOST_DESCRIBE_ENUM(SitePhase, planned, requested, provisioned, failed, removing, removed)

struct SiteRow {
    std::string service;
    std::string target;
    SitePhase phase{};
    std::uint64_t applied_seq{};
    std::optional<bool> own_profile{}; // One that somebody named, not the plan's.
};
BOOST_DESCRIBE_STRUCT(SiteRow, (), (service, target, phase, applied_seq, own_profile))

// Where a payment's money stands: one part for each wallet credit it made.
struct PaymentPart {
    std::string customer;
    std::string lot;
    std::int64_t standing{};
};
BOOST_DESCRIBE_STRUCT(PaymentPart, (), (customer, lot, standing))

// What a charge consumed of one of the payment's lots.
struct PaymentUse {
    std::string charge;
    std::string lot;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(PaymentUse, (), (charge, lot, minor))

struct PaymentRow { // The natural key: provider and receipt, unique for ever.
    std::string channel;
    std::int64_t minor{};
    std::string reference_hash;
    std::string customer; // The first credit's; empty: it came into suspense.
    Timestamp occurred_at;
    bool typed{};         // Told by the desk and not confirmed yet.
    std::uint32_t told{}; // Arrivals that named it.
    std::int64_t suspended{};
    std::vector<PaymentPart> parts;
    std::vector<PaymentUse> uses;
    std::optional<std::uint32_t> entity{}; // Whose cash it is: its place; none: the tenant's own.
};
BOOST_DESCRIBE_STRUCT(
    PaymentRow,
    (),
    (channel,
     minor,
     reference_hash,
     customer,
     occurred_at,
     typed,
     told,
     suspended,
     parts,
     uses,
     entity)
)

struct ChargeRow {
    std::string customer;
    std::int64_t minor{};
    std::optional<std::vector<LotTaken>> lots{};  // Of a service's charge: what it still consumes.
    std::optional<std::int64_t> credited_minor{}; // Given back of it ...
    std::optional<std::uint32_t> credits{};       // ... so many times.
    std::optional<std::string> service{};
    std::optional<std::string> invoice{};          // On which it was put; then it is no wallet's.
    std::optional<std::vector<TaxedPart>> taxed{}; // By dated taxes; none: a plan's percentage.
};
BOOST_DESCRIBE_STRUCT(
    ChargeRow, (), (customer, minor, lots, credited_minor, credits, service, invoice, taxed)
)

enum class RefundPhase { requested, approved, rejected, paid };
BOOST_DESCRIBE_ENUM(RefundPhase, requested, approved, rejected, paid)

struct RefundRow {
    std::string customer;
    std::int64_t minor{};
    RefundPhase phase{};
    std::string requested_by;
};
BOOST_DESCRIBE_STRUCT(RefundRow, (), (customer, minor, phase, requested_by))

// The versions of a tax, the newest last.
struct TaxRow {
    std::vector<TaxDefined> versions;
};
BOOST_DESCRIBE_STRUCT(TaxRow, (), (versions))

} // namespace tollbook
