#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"

namespace tollbook {

namespace {

struct TenantView {
    std::string tenant;
    std::string name;
    std::string timezone;
    std::string currency;
    std::string legal_entity;
    std::vector<std::string> mpesa_shortcodes;
    std::vector<std::string> tills;
    std::string recognition;
    std::string renewal_anchor;
    bool test_clock{};
    std::optional<Timestamp> clock_at; // Of a test clock.
    std::optional<Date> closed_through;
    std::optional<std::uint32_t> billing_from_hour; // None: only when a run is asked for.
    std::uint32_t partition{};
    Timestamp opened_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    TenantView,
    (),
    (tenant,
     name,
     timezone,
     currency,
     legal_entity,
     mpesa_shortcodes,
     tills,
     recognition,
     renewal_anchor,
     test_clock,
     clock_at,
     closed_through,
     billing_from_hour,
     partition,
     opened_at,
     seq)
)

struct PlanView {
    std::string tenant;
    std::string plan;
    std::uint32_t version{};
    std::string name;
    std::int64_t price_minor{};
    std::string currency;
    std::string tax_code;
    std::int64_t tax_percent{};
    std::string period;
    std::uint32_t period_count{};
    std::int64_t setup_minor{};
    std::uint32_t trial_days{};
    std::string proration;
    std::string first_period;
    std::string kind;
    JsonText includes;
    JsonText prices; // In other currencies.
    std::optional<Date> valid_from;
    std::int64_t down_mbps{};
    std::int64_t up_mbps{};
    Timestamp defined_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    PlanView,
    (),
    (tenant,
     plan,
     version,
     name,
     price_minor,
     currency,
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
     prices,
     valid_from,
     down_mbps,
     up_mbps,
     defined_at,
     seq)
)

struct RouterView { // No secret.
    std::string tenant;
    std::string router;
    std::string driver;
    std::string address;
    std::uint16_t port{};
    bool tls{};
    std::string username;
    Timestamp registered_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    RouterView, (), (tenant, router, driver, address, port, tls, username, registered_at, seq)
)

class Tenancy final : public Projection {
public:
    explicit Tenancy(std::string_view schema)
        : Projection({"tenancy", 7, "101_tenancy_v7"})
        , tenants_(schema, "tenants", 1)
        , plans_(schema, "plans", 3)
        , routers_(schema, "routers", 2) {}

    Keys keys(const Fact& fact) const override {
        Keys keys;
        match(
            fact.event,
            [&](const TenantOpened&) { keys.emplace_back("tenant"); },
            [&](const PeriodClosed& e) {
                if (!e.entity) keys.emplace_back("tenant");
            },
            [&](const TestClockAdvanced&) { keys.emplace_back("tenant"); },
            [&](const TimezoneChanged&) { keys.emplace_back("tenant"); },
            [&](const BillingScheduleSet&) { keys.emplace_back("tenant"); },
            [&](const PlanDefined& e) { keys.push_back("plan:" + e.plan); },
            [&](const RouterRegistered& e) { keys.push_back("router:" + e.router); },
            [](const auto&) {}
        );
        return keys;
    }

    void touch(const Fact& fact) override {
        const bool changes = std::holds_alternative<PeriodClosed>(fact.event) ||
                             std::holds_alternative<TestClockAdvanced>(fact.event) ||
                             std::holds_alternative<BillingScheduleSet>(fact.event) ||
                             std::holds_alternative<TimezoneChanged>(fact.event);
        if (changes) tenants_.want(row_key(fact.tenant()));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const TenantOpened& e) { open(fact, e); },
            [&](const PlanDefined& e) {
                plans_.add(
                    {fact.tenant(),
                     e.plan,
                     e.version,
                     e.name,
                     e.price_minor,
                     std::string(e.currency.code()),
                     e.tax_code,
                     e.tax_percent,
                     name_of(e.period),
                     e.period_count.value_or(1),
                     e.setup_minor.value_or(0),
                     e.trial_days.value_or(0),
                     name_of(e.proration.value_or(Proration::actual_days)),
                     name_of(e.first_period.value_or(FirstPeriod::full)),
                     name_of(e.kind.value_or(PlanKind::internet)),
                     {to_json(e.includes.value_or(std::vector<IncludedAddon>{}))},
                     {to_json(e.prices.value_or(std::vector<PlanPrice>{}))},
                     e.valid_from,
                     e.down_mbps,
                     e.up_mbps,
                     fact.record.effective_at,
                     fact.record.seq}
                );
            },
            [&](const RouterRegistered& e) {
                routers_.add(
                    {fact.tenant(),
                     e.router,
                     e.driver,
                     e.address,
                     e.port,
                     e.tls,
                     e.username,
                     fact.record.effective_at,
                     fact.record.seq}
                );
            },
            [&](const PeriodClosed& e) {
                if (e.entity) return; // Its own book's: see legal_entities.
                if (TenantView* row = edit(fact)) row->closed_through = e.through;
            },
            [&](const BillingScheduleSet& e) {
                if (TenantView* row = edit(fact)) row->billing_from_hour = e.from_hour;
            },
            [&](const TimezoneChanged& e) {
                if (TenantView* row = edit(fact)) row->timezone = e.timezone;
            },
            [&](const TestClockAdvanced& e) {
                if (TenantView* row = edit(fact)) row->clock_at = e.to;
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&tenants_, &plans_, &routers_}; }

private:
    void open(const Fact& fact, const TenantOpened& e) {
        TenantView row{
            fact.tenant(),
            e.name,
            e.timezone,
            std::string(e.currency.code()),
            e.legal_entity,
            e.mpesa_shortcodes,
            e.tills,
            e.policies.recognition,
            e.policies.renewal_anchor,
            e.test_clock,
            std::nullopt,
            std::nullopt,
            std::nullopt,
            e.partition,
            fact.record.effective_at,
            fact.record.seq};
        if (e.test_clock) row.clock_at = fact.record.effective_at;
        tenants_.put(std::move(row));
    }

    TenantView* edit(const Fact& fact) {
        TenantView* row = tenants_.edit(row_key(fact.tenant()));
        if (row != nullptr) row->seq = fact.record.seq;
        return row;
    }

    KeyedRows<TenantView> tenants_;
    AppendedRows<PlanView> plans_;
    AppendedRows<RouterView> routers_;
};

} // namespace

std::unique_ptr<Projection> make_tenancy(std::string_view schema) {
    return std::make_unique<Tenancy>(schema);
}

} // namespace tollbook
