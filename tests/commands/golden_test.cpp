// One example of each event, pinned byte by byte: a released payload never changes.
#include "tests/support/addon_examples.hpp"
#include "tests/support/book_builders.hpp"
#include "tests/support/currency_examples.hpp"
#include "tests/support/fiscal_examples.hpp"
#include "tests/support/invoice_examples.hpp"
#include "tests/support/merging_examples.hpp"
#include "tests/support/relation_examples.hpp"
#include "tests/support/top_up_examples.hpp"

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

using namespace tollbook;

namespace {

const Timestamp noon = at("2026-11-20T09:00:00Z");

PlanDefined quarterly() {
    PlanDefined defined = plan("BIZ50", 6'500'00, 16);
    defined.period = BillingPeriod::quarter;
    defined.period_count = 2;
    defined.setup_minor = 580'00;
    defined.trial_days = 14;
    defined.proration = Proration::thirty_days;
    defined.first_period = FirstPeriod::prorated;
    defined.kind = PlanKind::bundle;
    defined.includes = {{"TV", 2, 1}};
    defined.valid_from = day("2026-12-01");
    return defined;
}

ServiceAdded with_setup() {
    ServiceAdded added = service("ACC00001-1", "ACC00001", "2026-11-30", {"abuse", "unpaid"});
    added.setup_minor = 580'00;
    return added;
}

EntitiesSettled settled() {
    EntitiesSettled e{"FT26325", "coast", "main", "mpesa:600902", "till:main", 500'00, 200'00, {}};
    e.postings = legs(
        {{"cash:mpesa:600902", -500'00},
         {"cash:till:main", 500'00},
         {"due_entity:main", 500'00},
         {"due_entity:coast", -500'00}}
    );
    e.postings[0].entity = "coast";
    e.postings[2].entity = "coast";
    return e;
}

Story tenancy() {
    return {
        tenant_opened(),
        quarterly(),
        router("rtr-01"),
        PeriodClosed{day("2026-11-19")},
        TestClockAdvanced{at("2026-11-20T06:00:00.25Z")},
        TimezoneChanged{"Africa/Lagos", day("2026-11-20")},
        BillingScheduleSet{6},
        LegalEntityDefined{
            "coast", "Bahati Coast Ltd", "P051234567X", "Moi Avenue\nMombasa", {"mpesa:600902"}},
        settled(),
        CustomerRegistered{"ACC00001", {{"acc-00001", "ACC00001"}}},
        PaymentReferenceAdded{"ACC00001", {"plot 7/b", "PLOT7B"}}};
}

Story services() {
    return {
        with_setup(),
        cut("ACC00001-1", "ACC00001"),
        ServiceReinstated{"ACC00001-1", "ACC00001", "ACC00001-1", "unpaid", {}, "mpesa:UKK1", noon},
        ServiceRenewed{
            "ACC00001-1",
            "ACC00001",
            "ACC00001-1:period:2026-11-20:0",
            day("2026-11-20"),
            day("2026-12-20"),
            "mpesa:UKK1"},
        site("ACC00001-1", "ACC00001"),
        SiteProvisioned{"ACC00001-1", "rtr-01", 812, true},
        SiteStateApplied{"ACC00001-1", "rtr-01", 813, false, true},
        SiteFailed{"ACC00001-1", "rtr-01", 812, "device-refused", "no such profile"},
        SiteRemovalRequested{"ACC00001-1", "rtr-01"},
        SiteRemoved{"ACC00001-1", "rtr-01", 900}};
}

Story arrivals() {
    return {
        CallbackReceived{"a1", "mpesa", "196.201.214.200", "9f86d081"},
        DeskEntryReceived{
            "desk:till:main:T-1:1", "till:main", "T-1", "ACC00001", 1'500'00, noon, "cashier-1"},
        ArrivalResolved{
            "a1",
            ArrivalKind::callback,
            Outcome::conflict,
            "mpesa:UKK1",
            "mpesa:600901",
            "UKK1",
            1'500'00,
            "differs from what the cashier typed"}};
}

Story payments() {
    return {
        PaymentReceived{
            "mpesa:UKK1",
            "mpesa:600901",
            "UKK1",
            1'500'00,
            kes(),
            "9f86d081",
            "ACC00001",
            std::nullopt,
            200'00,
            noon,
            ArrivalKind::callback,
            legs({{"cash:mpesa:600901", 1'500'00}, {"wallet:ACC00001", -1'500'00}})},
        PaymentConfirmed{"mpesa:UKK1", "a1", "9f86d081", noon},
        SuspenseAssigned{
            "mpesa:UKK2",
            {{"ACC00001", 300'00, "mpesa:UKK2", 100'00}},
            700'00,
            kes(),
            "called us",
            legs({{"suspense:mpesa", 300'00}, {"wallet:ACC00001", -300'00}})},
        PaymentReversed{
            "mpesa:UKK1",
            "mpesa:600901",
            1'500'00,
            100'00,
            {{"ACC00001",
              1'400'00,
              {{"mpesa:UKK1", 400'00}},
              1'000'00,
              {{"ACC00001-1:period:2026-11-20:0", 1'000'00}}}},
            kes(),
            "reversed at M-Pesa",
            legs(
                {{"suspense:mpesa", 100'00},
                 {"wallet:ACC00001", 1'400'00},
                 {"cash:mpesa:600901", -1'500'00}}
            )},
        PaymentMoved{
            "mpesa:UKK1",
            1'500'00,
            {"ACC00001", 1'500'00, {{"mpesa:UKK1", 1'500'00}}, 0, {}},
            {"ACC00002", 1'500'00, "mpesa:UKK1#2", 0},
            kes(),
            "the wrong customer",
            legs({{"wallet:ACC00001", 1'500'00}, {"wallet:ACC00002", -1'500'00}})}};
}

WalletCharged charged() {
    return WalletCharged{
        "ACC00001-1:period:2026-11-20:0",
        "ACC00001",
        "ACC00001-1",
        6'500'00,
        {{"period", "BIZ50", 1, 5'603'45, "vat16", 896'55, day("2026-11-20"), day("2026-12-20")}},
        {{"opening", 499'75}, {"mpesa:UKK1", 6'000'25}},
        legs({{"wallet:ACC00001", 6'500'00}, {"revenue:BIZ50", -5'603'45}, {"tax:vat16", -896'55}}),
        200'00};
}

Story wallets() {
    return {
        OpeningBalancesPosted{
            {{"ACC00001", 499'75, "opening"}, {"ACC00002", -200'00, "opening"}},
            {{"mpesa:600901", 61'250'50}},
            true,
            kes(),
            legs(
                {{"wallet:ACC00001", -499'75},
                 {"wallet:ACC00002", 200'00},
                 {"cash:mpesa:600901", 61'250'50},
                 {"opening", -60'950'75}}
            )},
        charged(),
        ChargeCredited{
            "ACC00001-1:period:2026-11-20:0",
            "ACC00001-1:period:2026-11-20:0~1",
            "ACC00001",
            "ACC00001-1",
            116'00,
            {{"period", "BIZ50", 1, 100'00, "vat16", 16'00, day("2026-12-10"), day("2026-12-20")}},
            {{"mpesa:UKK1", 116'00}},
            50'00,
            "plan_change",
            legs({{"wallet:ACC00001", -116'00}, {"revenue:BIZ50", 100'00}, {"tax:vat16", 16'00}})}};
}

DraftLine drafted_month() {
    DraftLine line;
    line.component = "period";
    line.minor = 1'200'00;
    line.service = "ACC00001-1";
    line.plan = "HOME10";
    line.plan_version = 2;
    line.service_from = day("2026-12-20");
    line.service_to = day("2027-01-20");
    return line;
}

Story subscriptions() {
    const std::string service = "ACC00001-1";
    const std::string customer = "ACC00001";
    return {
        DraftCorrected{"bill~ACC00001~2026-12-20", customer, service, {drafted_month()}},
        PlanChangeScheduled{service, customer, "HOME10", 2, day("2026-12-20")},
        PlanChangeCancelled{service, customer, "HOME10", 2},
        PlanChanged{service, customer, "BIZ50", 1, "HOME10", 2, day("2026-12-10"), 10},
        TariffCorrected{
            service,
            customer,
            "HOME10",
            1,
            2,
            day("2026-12-05"),
            {{"ACC00001-1:period:2026-11-20:0",
              day("2026-11-20"),
              day("2026-12-20"),
              1'500'00,
              0,
              750'00,
              "ACC00001-1:period:2026-12-05:0",
              600'00}},
            -150'00,
            "a wrong price list",
            {{{"bill~ACC00001~2026-10-20",
               "bill~ACC00001~2026-10-20~tariff~1",
               day("2026-10-20"),
               day("2026-11-20"),
               1'500'00,
               "ACC00001-1:period:2026-10-20:1",
               "bill~ACC00001~2026-12-20",
               1'500'00}}}},
        ServicePaused{service, customer, day("2026-12-01"), 19},
        ServiceResumed{service, customer, day("2026-12-05"), day("2026-12-24"), 24},
        ServiceEndScheduled{service, customer, day("2026-12-24"), "moved away"},
        ServiceEndCancelled{service, customer},
        ServiceEnded{service, customer, day("2026-12-24"), "moved away"},
        ServiceExtended{service, customer, 3, day("2026-12-27"), 27, "outage"},
        PaymentPromised{service, customer, day("2026-12-28")},
        SiteProfileChanged{service, "rtr-01", "HOME10"}};
}

Story wallet_terms() {
    const std::string customer = "ACC00001";
    return {
        CreditGranted{
            "G1",
            customer,
            500'00,
            "grant#G1",
            10,
            day("2026-12-31"),
            100'00,
            "welcome",
            legs({{"granted", 500'00}, {"wallet:ACC00001", -500'00}})},
        LotExpired{
            customer,
            "grant#G1",
            300'00,
            day("2026-12-31"),
            legs({{"wallet:ACC00001", 300'00}, {"granted", -300'00}})},
        FundsHeld{"H1", customer, 250'00, noon, "installation"},
        HoldCaptured{"H1", customer, "manual#F1", 200'00, 50'00},
        HoldReleased{"H1", customer, 50'00, "released"},
        OverdraftLimitSet{customer, 1'000'00},
        FundsTransferred{
            "T1",
            customer,
            "ACC00002",
            70'00,
            {{"mpesa:UKK1", 70'00}},
            "transfer#T1",
            20'00,
            "brothers",
            legs({{"wallet:ACC00001", 70'00}, {"wallet:ACC00002", -70'00}})},
        RefundRequested{"R1", customer, 90'00, "moved away", "cashier-1"},
        RefundApproved{
            "R1",
            customer,
            90'00,
            {{"mpesa:UKK1", 90'00}},
            "finance-1",
            legs({{"wallet:ACC00001", 90'00}, {"refund_payable:ACC00001", -90'00}})},
        RefundRejected{"R2", customer, 10'00, "spent", "finance-1"},
        RefundPaid{
            "R1",
            customer,
            90'00,
            "till:main",
            "V-17",
            legs({{"refund_payable:ACC00001", 90'00}, {"cash:till:main", -90'00}})}};
}

Story dunning() {
    const std::string service = "ACC00001-1";
    const std::string customer = "ACC00001";
    const DunningStep fee{"fee", 3, DunningAction::late_fee, 200'00, 500'00};
    const DunningStep last{"end", 60, DunningAction::terminate, {}, {}};
    const DunningCalendar calendar{
        {DunningAction::suspend}, {Weekday::saturday, Weekday::sunday}, {day("2026-12-25")}, 8, 17};
    return {
        DunningDefined{"homes", 2, {fee, last}, calendar, SuspendedTime::charged, CatchUp::forgive},
        DunningAssigned{"homes", "vip", "BIZ50"},
        CustomerGrouped{customer, "vip"},
        DunningStepTaken{
            service,
            customer,
            "homes",
            2,
            "fee",
            DunningAction::late_fee,
            day("2026-11-20"),
            day("2026-11-23"),
            1'500'00,
            200'00,
            service + ":late_fee:2026-11-20:0"},
        PeriodsForgiven{
            service, customer, day("2026-11-20"), day("2027-01-20"), 2, ForgivenTime::backlog, 20},
        BacklogBilled{service, customer, day("2026-11-20"), day("2027-01-20"), 2}};
}

// As they were while a tenant had one currency.
Story in_one_currency() {
    return tenancy() + services() + arrivals() + payments() + wallets() + subscriptions() +
           wallet_terms() + dunning() + invoice_example_events() + lead_example_events() +
           ticket_example_events() + deposit_example_events() + merging_example_events() +
           addon_example_events() + fiscal_example_events() + top_up_example_events();
}

// With what there is in other currencies. None: an event does not tell of them.
std::optional<Event> in_currencies(const Event& event) {
    return std::visit(
        [](const auto& e) -> std::optional<Event> {
            if constexpr (requires { in_dollars(e); })
                return in_dollars(e);
            else
                return std::nullopt;
        },
        event
    );
}

Story examples() {
    Story newest;
    for (const Event& event : in_one_currency())
        newest.push_back(in_currencies(event).value_or(event));
    return newest;
}

std::string golden(std::string_view type) {
    std::ifstream file(TOLLBOOK_SOURCE "/tests/golden/events/" + std::string(type) + ".json");
    REQUIRE_MESSAGE(file.good(), type);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TEST_CASE("events: stored payloads never change by a byte") {
    std::set<std::string_view> pinned;
    for (const Event& example : examples()) {
        const std::string_view type = type_of(example);
        CAPTURE(type);
        pinned.insert(type);
        const std::string bytes = golden(type);
        CHECK(bytes == payload_of(example) + "\n");
        CHECK(decode_event(type, schema_version_of(example), bytes) == Result<Event>(example));
    }
    CHECK(pinned.size() == std::variant_size_v<EventVariant>);
}

TEST_CASE("events: payloads of older versions are read as what they meant") {
    const Story meant{
        plan("BIZ50", 6'500'00, 16),
        service("ACC00001-1", "ACC00001", "2026-11-30", {"abuse", "unpaid"})};
    for (const Event& event : meant) {
        const std::string_view type = type_of(event);
        CAPTURE(type);
        REQUIRE(schema_version_of(event) > 1);
        CHECK(decode_event(type, 1, golden(std::string(type) + ".v1")) == Result<Event>(event));
    }
    PlanDefined fourth = quarterly();
    fourth.valid_from.reset();
    CHECK(decode_event("plan_defined", 4, golden("plan_defined.v4")) == Result<Event>(fourth));
    PlanDefined third = fourth;
    third.kind.reset();
    third.includes.reset();
    CHECK(decode_event("plan_defined", 3, golden("plan_defined.v3")) == Result<Event>(third));
    PlanDefined second = third;
    second.proration.reset();
    second.first_period.reset();
    CHECK(decode_event("plan_defined", 2, golden("plan_defined.v2")) == Result<Event>(second));
    WalletCharged covered = charged();
    covered.overdrawn.reset();
    const Result<Event> corrected =
        decode_event("tariff_corrected", 1, golden("tariff_corrected.v1"));
    REQUIRE(corrected);
    CHECK(!std::get<TariffCorrected>(*corrected).invoices);
    CHECK(payload_of(*corrected) + "\n" == golden("tariff_corrected.v1"));
    CHECK(decode_event("wallet_charged", 1, golden("wallet_charged.v1")) == Result<Event>(covered));
}

TEST_CASE("events: payloads from before customers had currencies are read as they were meant") {
    std::set<std::string_view> read;
    for (const Event& event : in_one_currency()) {
        const std::string_view type = type_of(event);
        if (!in_currencies(event)) continue;
        CAPTURE(type);
        read.insert(type);
        const auto version = static_cast<std::uint16_t>(schema_version_of(event) - 1);
        const std::string bytes = golden(fmt::format("{}.v{}", type, version));
        CHECK(bytes == payload_of(event) + "\n");
        CHECK(decode_event(type, version, bytes) == Result<Event>(event));
    }
    CHECK(read.size() == 7);
}

TEST_CASE("events: lines with dated taxes are pinned beside those without") {
    WalletCharged taxed = charged();
    taxed.overdrawn.reset();
    ChargeLine& line = taxed.lines.front();
    line.tax_code.reset();
    line.net = 4'872'56;
    line.tax = 1'627'44;
    line.taxes = std::vector<LineTax>{{"excise", 150'000, 730'88}, {"vat16", 160'000, 896'56}};
    ChargeLine exempt = line;
    exempt.tax = 0;
    exempt.taxes = std::vector<LineTax>{};
    taxed.lines.push_back(exempt);
    const std::string bytes = golden("wallet_charged.taxes");
    CHECK(bytes == payload_of(taxed) + "\n");
    CHECK(decode_event("wallet_charged", 2, bytes) == Result<Event>(taxed));
}
