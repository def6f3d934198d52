#include "tests/support/book_builders.hpp"

#include <fmt/format.h>

namespace tollbook {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

Date day(std::string_view text) { return parse_date(text).value(); }

Currency kes() { return Currency::parse("KES").value(); }

TenantOpened tenant_opened() {
    return {
        tenant_id,
        "Kiota Networks",
        "Africa/Nairobi",
        kes(),
        "main",
        {"600901", "600902"},
        {"main"},
        {"on_charge", "rolling"},
        true,
        0};
}

TestClockAdvanced clock_at(std::string_view text) { return {at(text)}; }

PlanDefined plan(const std::string& code, std::int64_t price_minor, std::int64_t tax_percent) {
    const std::string tax_code = tax_percent == 0 ? "" : fmt::format("vat{}", tax_percent);
    return {code, 1, code, price_minor, kes(), tax_code, tax_percent, BillingPeriod::month, 10, 10};
}

CustomerRegistered customer(const std::string& id) { return {id, {{id, id}}}; }

RouterRegistered router(const std::string& id) {
    return {id, "routeros-api", "127.0.0.1", 8728, false, "admin"};
}

ServiceAdded service(
    const std::string& id,
    const std::string& customer,
    std::string_view renews_on,
    std::vector<std::string> blocks
) {
    const Date due = day(renews_on);
    return {id, customer, "HOME10", 1, id, due, civil(due).day, std::move(blocks)};
}

ServiceSuspended cut(const std::string& id, const std::string& customer) {
    return {id, customer, id, "unpaid", {"unpaid"}};
}

SiteRequested site(const std::string& id, const std::string& customer) {
    return {id, id, customer, "ppp", "rtr-01", id + "@kiota", "HOME10", true};
}

Spec& on(Spec& book, std::string_view day) {
    return book.when(AdvanceTestClock{at(std::string(day) + "T09:00:00Z")});
}

Postings legs(const std::vector<Leg>& legs) {
    Postings postings;
    for (const Leg& leg : legs)
        postings.push_back({leg.account, leg.minor, kes(), std::nullopt});
    return postings;
}

namespace {

Story people() {
    return {
        clock_at("2026-11-20T06:00:00Z"),
        plan("HOME10", 1'500'00),
        plan("BIZ50", 6'500'00, 16),
        router("rtr-01"),
        customer("A"),
        customer("B"),
        customer("C")};
}

} // namespace

Story world() { return Story{tenant_opened()} + people(); }

Story fixed_world() {
    TenantOpened opened = tenant_opened();
    opened.policies.renewal_anchor = "fixed";
    return Story{opened} + people();
}

std::string raw_of(const Callback& callback) {
    return fmt::format(
        R"({{"TransactionType":"Pay Bill","TransID":"{}","TransTime":"{}","TransAmount":"{}",)"
        R"("BusinessShortCode":"{}","BillRefNumber":"{}","InvoiceNumber":"",)"
        R"("MSISDN":"{}","FirstName":"BRIAN","MiddleName":"","LastName":"WANJIRU"}})",
        callback.receipt,
        callback.time,
        callback.amount,
        callback.shortcode,
        callback.reference,
        callback.payer
    );
}

RecordCallback told(const Callback& callback) {
    return delivered(raw_of(callback), callback.arrival);
}

RecordCallback delivered(const std::string& raw, const std::string& arrival) {
    return {arrival, "mpesa", "127.0.0.1", base64(raw)};
}

RecordPayment typed(
    const std::string& receipt,
    const std::string& customer,
    std::int64_t minor,
    const std::string& channel
) {
    return {channel, receipt, customer, std::nullopt, minor, std::nullopt, "cashier-1"};
}

PaymentReceived received(
    const std::string& receipt, const std::string& customer, std::int64_t minor
) {
    PaymentReceived payment = suspended(receipt, minor);
    payment.reference_hash = test_hash(tenant_id, customer);
    payment.customer = customer;
    payment.suspense_reason.reset();
    payment.postings = legs({{"cash:mpesa:600901", minor}, {"wallet:" + customer, -minor}});
    return payment;
}

PaymentReceived suspended(const std::string& receipt, std::int64_t minor) {
    return {
        "mpesa:" + receipt,
        "mpesa:600901",
        receipt,
        minor,
        kes(),
        test_hash(tenant_id, "NOBODY"),
        std::nullopt,
        "unknown_reference",
        0,
        at("2026-11-20T05:59:00Z"),
        ArrivalKind::callback,
        legs({{"cash:mpesa:600901", minor}, {"suspense:mpesa", -minor}})};
}

ArrivalResolved resolved(const Callback& callback, Outcome outcome) {
    ArrivalResolved resolved;
    resolved.arrival = callback.arrival;
    resolved.outcome = outcome;
    if (outcome != Outcome::foreign) resolved.payment = "mpesa:" + callback.receipt;
    resolved.channel = "mpesa:" + callback.shortcode;
    resolved.receipt = callback.receipt;
    resolved.minor = std::stoll(callback.amount) * 100;
    return resolved;
}

WalletCharged month(
    const std::string& service,
    const std::string& customer,
    std::string_view from,
    std::vector<LotTaken> lots
) {
    const Date first = day(from);
    return {
        fmt::format("{}:period:{}:0", service, from),
        customer,
        service,
        1'500'00,
        {{"period", "HOME10", 1, 1'500'00, std::nullopt, 0, first, add_months(first, 1)}},
        std::move(lots),
        legs({{"wallet:" + customer, 1'500'00}, {"revenue:HOME10", -1'500'00}})};
}

PaidService::PaidService(const Story& provider) : Spec(provider + first_days()) {
    when(RenewService{"A-1"}).wallet("A", 10'000'00).renews_on("A-1", "2026-12-20");
}

Story PaidService::first_days() {
    return {service("A-1", "A", "2026-11-20"), received("R1", "A", 11'500'00)};
}

} // namespace tollbook
