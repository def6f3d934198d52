#include "small_isp.hpp"

#include <fmt/format.h>

namespace tollbook {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

Date day(std::string_view text) { return parse_date(text).value(); }

Told told(Event event, std::string_view time, std::optional<std::string> personal) {
    return {std::move(event), at(time), {}, std::move(personal)};
}

void tell(MemorySource& source, std::vector<Event> events) {
    for (Event& event : events)
        source.add(told(std::move(event)));
}

namespace {

const Timestamp morning = at("2026-11-20T06:00:00Z");
const Currency kes{};

Posting leg(std::string account, std::int64_t minor) {
    return {std::move(account), minor, kes, std::nullopt};
}

PaymentReceived payment(const std::string& receipt, std::int64_t minor) {
    PaymentReceived e;
    e.payment = "mpesa:" + receipt;
    e.channel = "mpesa:600901";
    e.receipt = receipt;
    e.minor = minor;
    e.currency = kes;
    e.reference_hash = "00ff";
    e.occurred_at = morning;
    e.reported_by = ArrivalKind::callback;
    return e;
}

} // namespace

Told tenant_opened() {
    TenantOpened e;
    e.tenant = "savanna";
    e.name = "Savanna Fibre";
    e.timezone = "Africa/Nairobi";
    e.currency = kes;
    e.legal_entity = "main";
    e.mpesa_shortcodes = {"600901", "600902"};
    e.tills = {"main"};
    e.policies = {"on_charge", "rolling"};
    e.test_clock = true;
    return {std::move(e), at("2026-11-19T20:00:00Z"), {}, {}};
}

Told plan_defined() {
    return {
        PlanDefined{"HOME10", 1, "Home 10 Mbps", 150'000, kes, "", 0, BillingPeriod::month, 10, 10},
        morning,
        {},
        {}};
}

Told router_registered() {
    return {
        RouterRegistered{"rtr-01", "routeros-api", "127.0.0.1", 8728, false, "api"},
        morning,
        {},
        "{\"password\":\"never shown\"}"};
}

Told customer_registered(const std::string& customer, const std::string& name) {
    CustomerRegistered e{customer, {{customer, customer}}};
    return {
        std::move(e),
        morning,
        {},
        name.empty() ? name : to_json(CustomerPersonal{name, "254700000001", ""})};
}

Told service_added(const std::string& service, const std::string& customer) {
    ServiceAdded e{service, customer, "HOME10", 1, service, day("2026-11-19"), 19, {}};
    return {std::move(e), morning, {}, {}};
}

Told site_requested(const std::string& service, const std::string& customer) {
    SiteRequested e{
        service, service, customer, "ppp", "rtr-01", service + "@savanna", "HOME10", true};
    return {std::move(e), morning, {}, "{\"password\":\"never shown\"}"};
}

Told paid(const std::string& receipt, const std::string& customer, std::int64_t minor) {
    PaymentReceived e = payment(receipt, minor);
    e.customer = customer;
    e.postings = {leg("cash:mpesa:600901", minor), leg("wallet:" + customer, -minor)};
    return {std::move(e), morning, {}, to_json(PayerPersonal{"2547xx", "JANE", customer})};
}

Told into_suspense(const std::string& receipt, std::int64_t minor) {
    PaymentReceived e = payment(receipt, minor);
    e.suspense_reason = "unknown_reference";
    e.postings = {leg("cash:mpesa:600901", minor), leg("suspense:mpesa", -minor)};
    return {std::move(e), morning, {}, to_json(PayerPersonal{"2547xx", "Zoë Ñandú", "ACC 9"})};
}

Told charged(const std::string& service, const std::string& customer, std::vector<LotTaken> lots) {
    std::int64_t minor = 0;
    for (const LotTaken& lot : lots)
        minor += lot.minor;
    WalletCharged e;
    e.charge = service + ":period:2026-11-20:0";
    e.customer = customer;
    e.service = service;
    e.minor = minor;
    e.lines = {{"period", "HOME10", 1, minor, {}, 0, day("2026-11-20"), day("2026-12-20")}};
    e.lots = std::move(lots);
    e.postings = {leg("wallet:" + customer, minor), leg("revenue:HOME10", -minor)};
    return {std::move(e), morning, {}, {}};
}

Told renewed(const std::string& service, const std::string& customer) {
    ServiceRenewed e{
        service,
        customer,
        service + ":period:2026-11-20:0",
        day("2026-11-20"),
        day("2026-12-20"),
        std::nullopt};
    return {std::move(e), morning, {}, {}};
}

Told suspended(const std::string& service, const std::string& customer, Timestamp when) {
    return {ServiceSuspended{service, customer, service, "unpaid", {"unpaid"}}, when, {}, {}};
}

void open_isp(MemorySource& source) {
    source.add(tenant_opened());
    source.add({plan_defined(), router_registered()});
    for (const std::string customer : {"ACC1", "ACC2"}) {
        source.add(customer_registered(customer, "Customer " + customer));
        source.add(
            {service_added(customer + "-1", customer), site_requested(customer + "-1", customer)}
        );
    }
}

void run_business(MemorySource& source, int customers, int rounds, const std::string& prefix) {
    for (int i = 0; i < customers; ++i)
        source.add(customer_registered(fmt::format("{}{}", prefix, i), fmt::format("Name {}", i)));
    for (int round = 0; round < rounds; ++round)
        for (int i = 0; i < customers; ++i) {
            const std::string customer = fmt::format("{}{}", prefix, i);
            const std::string receipt = fmt::format("{}R{}X{}", prefix, round, i);
            Told charge = charged(customer + "-1", customer, {{"mpesa:" + receipt, 100}});
            std::get<WalletCharged>(charge.event).charge = fmt::format("manual:{}", receipt);
            source.add({paid(receipt, customer, 250), std::move(charge)});
        }
}

} // namespace tollbook
