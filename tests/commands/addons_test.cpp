#include "commands/billing/billing_preview.hpp"
#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

PlanDefined addon(const std::string& code, std::int64_t price_minor, std::int64_t tax_percent = 0) {
    PlanDefined defined = plan(code, price_minor, tax_percent);
    defined.kind = PlanKind::addon;
    return defined;
}

PlanDefined with_setup(PlanDefined defined, std::int64_t setup_minor) {
    defined.setup_minor = setup_minor;
    return defined;
}

// IP costs 300.00 a month with 16 % tax, TV 600.00 and 100.00 once; TALK is for a year.
Story catalogue() {
    PlanDefined yearly = addon("TALK", 1'200'00);
    yearly.period = BillingPeriod::year;
    PlanDefined year = plan("YEAR", 14'600'00);
    year.period = BillingPeriod::year;
    PlanDefined cable = plan("CABLE", 250'00, 16);
    cable.kind = PlanKind::one_time;
    return {addon("IP", 300'00, 16), with_setup(addon("TV", 600'00), 100'00), yearly, year, cable};
}

Story with_money(const Story& provider) {
    return provider + catalogue() + PaidService::first_days();
}

struct PaidAmongAddons : PaidService {
    explicit PaidAmongAddons(const Story& provider = world())
        : PaidService(provider + catalogue()) {}
};

AddAddon add(const std::string& name, std::uint32_t quantity = 1) {
    return {"A-1", name, {}, quantity, {}};
}

RemoveAddon drop(const std::string& name, std::optional<ChangeTime> when = {}) {
    return {"A-1", name, when, {}};
}

const ServiceAddonsRow* addons(Spec& book) {
    return book.run().book().addons.find(book_key(tenant_id, "A-1"));
}

std::string components(const std::vector<ChargeLine>& lines) {
    std::string text;
    for (const ChargeLine& line : lines)
        text += (text.empty() ? "" : " ") + line.component + ":" + line.plan.value_or("-") + ":" +
                std::to_string(line.net + line.tax);
    return text;
}

} // namespace

TEST_CASE("add_addon: the days that the service has ahead are charged at once") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("IP")).then_types("addon_added wallet_charged");
    const auto& added = book.event<AddonAdded>(0);
    CHECK(added == AddonAdded{"A-1", "A", "IP", 1, 1, day("2026-12-05"), {}});
    const auto& charged = book.event<WalletCharged>(1);
    CHECK(charged.charge == "A-1~IP:addon:2026-12-05:0");
    CHECK(charged.minor == 150'00);
    CHECK(charged.lines.size() == 1);
    CHECK(charged.lines.front().service_from == day("2026-12-05"));
    CHECK(charged.lines.front().service_to == day("2026-12-20"));
    CHECK(
        charged.postings ==
        legs({{"wallet:A", 150'00}, {"revenue:IP", -129'31}, {"tax:vat16", -20'69}})
    );
    book.wallet("A", 9'850'00).renews_on("A-1", "2026-12-20");
}

TEST_CASE("add_addon: a set-up fee is charged with the days, and never again") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV", 2)).wallet("A", 10'000'00 - 600'00 - 100'00);
    CHECK(components(book.event<WalletCharged>(1).lines) == "addon:TV:60000 setup:TV:10000");
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
    CHECK(components(book.event<WalletCharged>(0).lines) == "period:HOME10:150000 addon:TV:120000");
    book.wallet("A", 6'600'00);
}

TEST_CASE("add_addon: one that is not paid for yet begins with the next period, its set-up too") {
    Spec book(world() + catalogue() + Story{service("A-1", "A", "2026-12-01")});
    book.when(add("TV")).then({AddonAdded{"A-1", "A", "TV", 1, 1, day("2026-12-01"), 100'00}});
    book.when(typed("T1", "A", 2'200'00));
    on(book, "2026-12-01").when(RenewService{"A-1"}).wallet("A", 0);
    CHECK(
        components(book.event<WalletCharged>(0).lines) ==
        "period:HOME10:150000 addon:TV:60000 setup:TV:10000"
    );
    CHECK(
        book.event<WalletCharged>(0).postings == legs(
                                                     {{"wallet:A", 2'200'00},
                                                      {"revenue:HOME10", -1'500'00},
                                                      {"revenue:TV", -600'00},
                                                      {"revenue:TV", -100'00}}
                                                 )
    );
    book.when(typed("T2", "A", 2'100'00));
    on(book, "2027-01-01").when(RenewService{"A-1"}).wallet("A", 0);
}

TEST_CASE("add_addon: what it cannot be") {
    PaidAmongAddons book;
    on(book, "2026-12-05");
    AddAddon elsewhere = add("IP");
    elsewhere.service = "A-9";
    book.when(elsewhere).refused(Errc::service_unknown, "A-9");
    book.when(add("XX")).refused(Errc::plan_unknown, "XX");
    AddAddon later = add("IP");
    later.plan_version = 2;
    book.when(later).refused(Errc::plan_unknown, "IP");
    book.when(add("BIZ50")).refused(Errc::plan_kind_unfit, "BIZ50: internet");
    book.when(add("IP", 0)).refused(Errc::value_out_of_range, "quantity");
    book.when(add("IP", 1001)).refused(Errc::value_out_of_range, "quantity");
    book.when(add("TALK")).refused(Errc::addon_period_differs, "TALK");
    book.when(add("IP", 1000)).refused(Errc::insufficient_funds, "A");
    book.when(drop("IP")).refused(Errc::addon_unknown, "IP");
    AddAddon looked_at = add("IP");
    looked_at.expected_minor = 149'99;
    book.when(looked_at).refused(Errc::figures_moved, "it comes to 15000");
    book.wallet("A", 10'000'00);
    CHECK(addons(book) == nullptr);
    looked_at.expected_minor = 150'00;
    book.when(looked_at).then_types("addon_added wallet_charged");
    book.when(add("IP")).refused(Errc::addon_exists, "IP");
    book.when(PauseService{"A-1"}).when(add("TV")).refused(Errc::service_blocked, "paused");
    book.when(ResumeService{"A-1"});
    book.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    book.when(add("TV")).refused(Errc::service_ended, "A-1");
}

TEST_CASE("add_addon: none while a period that is over is owed, which it would be charged for") {
    Spec book(world() + catalogue() + Story{service("A-1", "A", "2026-11-20")});
    book.when(PromisePayment{"A-1", day("2027-01-10")});
    on(book, "2026-12-19").when(add("IP")).then_types("addon_added");
    on(book, "2026-12-20").when(add("TV")).refused(Errc::service_blocked, "a period that is over");
    book.when(typed("T1", "A", 1'800'00)).wallet("A", 0).renews_on("A-1", "2026-12-20");
    book.when(add("TV")).then_types("addon_added");
}

TEST_CASE("add_addon: twenty at most, and prices that fit") {
    Story story = with_money(world());
    for (int i = 0; i < 21; ++i)
        story.push_back(addon("X" + std::to_string(i), 1));
    story.push_back(addon("DEAR", amount_minor_max));
    Spec book(story);
    book.when(add("DEAR", 2)).refused(Errc::amount_overflow);
    for (int i = 0; i < 20; ++i)
        book.when(add("X" + std::to_string(i))).then_types("addon_added");
    book.when(add("X20")).refused(Errc::value_out_of_range, "at most 20");
}

TEST_CASE("remove_addon at the period's end: the next renewal is without it") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("IP")).when(add("TV"));
    book.when(drop("IP")).then({AddonEndScheduled{"A-1", "A", "IP", day("2026-12-20")}});
    book.when(drop("IP")).refused(Errc::change_scheduled, "IP");
    book.wallet("A", 9'450'00);
    on(book, "2026-12-20")
        .when(RenewService{"A-1"})
        .then_types("addon_removed wallet_charged service_renewed")
        .wallet("A", 9'450'00 - 2'100'00);
    CHECK(book.event<AddonRemoved>(0).on == day("2026-12-20"));
    REQUIRE(addons(book) != nullptr);
    CHECK(addons(book)->addons.size() == 1);
}

TEST_CASE("cancel_schedule of an add-on: it goes on") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("IP"));
    book.when(CancelSchedule{"A-1", "IP"}).refused(Errc::change_not_scheduled, "IP");
    book.when(CancelSchedule{"A-1", "TV"}).refused(Errc::addon_unknown, "TV");
    book.when(drop("IP")).when(CancelSchedule{"A-1", "IP"}).then_types("addon_end_cancelled");
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 9'850'00 - 1'800'00);
}

TEST_CASE("remove_addon now: its unused days come back, of the charge that they stand on") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("IP"));
    on(book, "2026-12-10");
    RemoveAddon remove = drop("IP", ChangeTime::now);
    remove.expected_minor = 1;
    book.when(remove).refused(Errc::figures_moved, "it comes to 10000");
    remove.expected_minor = 100'00;
    book.when(remove).then_types("charge_credited addon_removed").wallet("A", 9'950'00);
    CHECK(book.event<ChargeCredited>(0).charge == "A-1~IP:addon:2026-12-05:0");
    CHECK(components(book.event<ChargeCredited>(0).lines) == "addon:IP:10000");
    CHECK(addons(book) == nullptr);
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 8'450'00);
}

TEST_CASE("remove_addon now: days of a period that it was charged with") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV"));
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 9'600'00 - 2'100'00);
    on(book, "2027-01-10")
        .when(drop("TV", ChangeTime::now))
        .then_types("charge_credited addon_removed");
    CHECK(book.event<ChargeCredited>(0).charge == "A-1:period:2026-12-20:0");
    CHECK(book.event<ChargeCredited>(0).minor == 193'55); // 10 of 31 days.
    book.when(add("TV")).then_types("addon_added wallet_charged");
    CHECK(book.event<WalletCharged>(1).charge == "A-1~TV:addon:2027-01-10:0");
    CHECK(components(book.event<WalletCharged>(1).lines) == "addon:TV:19355 setup:TV:10000");
    book.when(drop("TV", ChangeTime::now)).when(add("TV"));
    CHECK(book.event<WalletCharged>(1).charge == "A-1~TV:addon:2027-01-10:1");
}

TEST_CASE("remove_addon: one that never began is gone at once") {
    Spec book(world() + catalogue() + Story{service("A-1", "A", "2026-12-01")});
    book.when(add("TV")).when(drop("TV")).then({AddonRemoved{"A-1", "A", "TV", day("2026-11-20")}});
}

TEST_CASE("remove_addon: a cut service that the wallet covers without it comes back") {
    Spec book(with_money(world()));
    book.when(RenewService{"A-1"}).when(add("TV", 10));
    book.when(TransferFunds{"A", "B", "T1", 2'400'00, ""}).wallet("A", 1'500'00);
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("service_suspended");
    book.when(drop("TV"))
        .then_types("addon_removed wallet_charged service_renewed service_reinstated")
        .wallet("A", 0)
        .renews_on("A-1", "2027-01-20");
    CHECK(components(book.event<WalletCharged>(1).lines) == "period:HOME10:150000");
}

TEST_CASE("end_service now with credit: plan and add-ons come back, each charge once") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV"));
    on(book, "2026-12-20").when(RenewService{"A-1"});
    on(book, "2026-12-30").when(add("IP")).wallet("A", 7'500'00 - 203'23);
    book.when(EndService{"A-1", ChangeTime::now, true, "moves"})
        .then_types("charge_credited charge_credited addon_removed addon_removed "
                    "service_suspended service_ended");
    CHECK(components(book.event<ChargeCredited>(0).lines) == "period:HOME10:101613 addon:TV:40645");
    CHECK(components(book.event<ChargeCredited>(1).lines) == "addon:IP:20323");
    book.wallet("A", 7'500'00 + 1'016'13 + 406'45);
    CHECK(addons(book) == nullptr);
}

TEST_CASE("end_service at the period's end takes the add-ons along") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("IP"));
    book.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    on(book, "2026-12-20")
        .when(RenewService{"A-1"})
        .then_types("addon_removed service_suspended service_ended")
        .wallet("A", 9'850'00);
}

TEST_CASE("change_plan: the add-ons stay as they are, and their credit too") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV")).wallet("A", 9'600'00);
    on(book, "2026-12-10")
        .when(ChangePlan{"A-1", "BIZ50", {}, {}, {}})
        .then_types("charge_credited plan_changed wallet_charged")
        .wallet("A", 9'600'00 + 500'00 - 2'166'67);
    book.when(drop("TV", ChangeTime::now)).then_types("charge_credited addon_removed");
    CHECK(book.event<ChargeCredited>(0).minor == 200'00);
}

TEST_CASE("change_plan: none of another period while add-ons are on it") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("IP"));
    const ChangePlan later{"A-1", "YEAR", {}, ChangeTime::period_end, {}};
    const ChangePlan now{"A-1", "YEAR", {}, ChangeTime::now, {}};
    book.when(later).refused(Errc::addon_period_differs, "IP");
    book.when(now).refused(Errc::addon_period_differs, "IP");
    book.when(drop("IP")).when(now).refused(Errc::addon_period_differs, "IP");
    book.when(later).then_types("plan_change_scheduled");
    book.when(CancelSchedule{"A-1", "IP"}).refused(Errc::addon_period_differs, "IP");
    book.when(add("TV")).refused(Errc::addon_period_differs, "TV");
    on(book, "2026-12-20").when(typed("T1", "A", 10'000'00));
    book.when(RenewService{"A-1"})
        .then_types("addon_removed plan_changed wallet_charged service_renewed")
        .renews_on("A-1", "2027-12-20");
    book.when(add("TALK")).then_types("addon_added wallet_charged");
}

TEST_CASE("add-ons: days that wait while it is paused come back, days given count") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV")).when(PauseService{"A-1"});
    on(book, "2026-12-25");
    book.when(drop("TV", ChangeTime::now)).then_types("charge_credited addon_removed");
    CHECK(book.event<ChargeCredited>(0).minor == 300'00);

    PaidAmongAddons extended;
    on(extended, "2026-12-05").when(add("TV"));
    extended.when(ExtendServices{{"A-1"}, 5, "outage"}).renews_on("A-1", "2026-12-25");
    on(extended, "2026-12-15").when(drop("TV", ChangeTime::now));
    CHECK(extended.event<ChargeCredited>(0).minor == 200'00); // 10 of the 15 that were charged.
}

TEST_CASE("a renewal counts the add-ons: the wallet must cover all of it") {
    PaidAmongAddons book;
    book.when(add("TV")).when(TransferFunds{"A", "B", "T1", 7'200'01, ""});
    book.wallet("A", 2'099'99);
    on(book, "2026-12-20");
    const std::vector<DueService> due = book.run().decider().due_services(tenant_id, {}).value();
    const auto items = preview_billing(book.run().book(), tenant_id, book.run().recorded_at, due);
    REQUIRE(items.size() == 1);
    CHECK(items.front().minor == 2'100'00);
    CHECK(items.front().outcome == BillingOutcome::cut);
    book.when(RenewService{"A-1", ExpectedRenewal{day("2026-12-20"), 1'500'00, true, {}}}
    ).refused(Errc::figures_moved, "the price is 210000");
    book.when(RenewService{"A-1"}).then_types("service_suspended");
    book.when(typed("T2", "A", 1)).wallet("A", 0).renews_on("A-1", "2027-01-20");
}

TEST_CASE("a first period that is cut short costs the same part of each add-on") {
    PlanDefined prorated = plan("PART", 3'000'00);
    prorated.first_period = FirstPeriod::prorated;
    ServiceAdded added = service("A-1", "A", "2026-11-20");
    added.plan = "PART";
    added.anchor_day = 1;
    Spec book(fixed_world() + catalogue() + Story{prorated, added, received("R1", "A", 5'000'00)});
    book.when(add("TV", 2)).when(RenewService{"A-1"});
    CHECK(
        components(book.event<WalletCharged>(0).lines) ==
        "period:PART:110000 addon:TV:44000 setup:TV:10000"
    );
}

TEST_CASE("an invoiced customer's add-ons are lines of its draft") {
    Spec book(with_money(world()));
    book.when(SetBillingMode{"A", BillingMode::invoiced}).when(RenewService{"A-1"});
    book.when(add("IP", 2)).then_types("addon_added");
    CHECK(book.event<AddonAdded>(0).from == day("2026-12-20"));
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
    const PeriodDrafted drafted = book.event<PeriodDrafted>(0);
    REQUIRE(drafted.lines.size() == 2);
    CHECK(drafted.lines[1].component == "addon");
    CHECK(drafted.lines[1].minor == 600'00);
    CHECK(drafted.lines[1].tax == "vat16");
    CHECK(drafted.lines[1].description == "2 x IP");
    CHECK(drafted.lines[1].service_from == day("2026-12-20"));
    book.when(drop("IP", ChangeTime::now)).refused(Errc::policy_unsupported, "its days");
    book.when(drop("IP")).then_types("addon_end_scheduled");
    book.when(IssueInvoice{drafted.invoice, {}, {}});
    CHECK(
        book.event<InvoiceIssued>(0).postings == legs(
                                                     {{"receivable:A", 3'600'00},
                                                      {"revenue:HOME10", -3'000'00},
                                                      {"revenue:IP", -517'24},
                                                      {"tax:vat16", -82'76}}
                                                 )
    );
}

TEST_CASE("a charge that somebody named is no add-on's") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV"));
    ChargeLine line;
    line.component = "addon";
    line.plan = "TV";
    line.net = 50'00;
    line.service_from = day("2026-12-05");
    line.service_to = day("2026-12-06");
    book.when(ChargeWallet{"A", "X1", "A-1", {line}});
    book.when(drop("TV", ChangeTime::now));
    CHECK(book.event<ChargeCredited>(0).minor == 300'00);
}

TEST_CASE("what was given back of an add-on's charge does not come back twice") {
    PaidAmongAddons book;
    on(book, "2026-12-05").when(add("TV"));
    ChargeLine line;
    line.component = "addon";
    line.plan = "TV";
    line.net = 200'00;
    book.when(CreditCharge{"A-1~TV:addon:2026-12-05:0", {line}, "was slow"});
    book.when(drop("TV", ChangeTime::now));
    CHECK(book.event<ChargeCredited>(0).minor == 100'00);
}

TEST_CASE("sell_product: one charge, by a number that is never used again") {
    PaidAmongAddons book;
    const SellProduct sell{"A", "S1", "CABLE", {}, 2, "A-1"};
    book.when(sell).then_types("wallet_charged").wallet("A", 9'500'00);
    const WalletCharged charged = book.event<WalletCharged>(0);
    CHECK(charged.charge == "sale#S1");
    CHECK(components(charged.lines) == "product:CABLE:50000");
    CHECK(charged.lines.front().plan_version == 1);
    CHECK(
        charged.postings ==
        legs({{"wallet:A", 500'00}, {"revenue:CABLE", -431'03}, {"tax:vat16", -68'97}})
    );
    book.when(sell).refused(Errc::charge_exists, "S1");
    book.when(SellProduct{"A", "S2", "HOME10", {}, {}, {}}).refused(Errc::plan_kind_unfit);
    book.when(SellProduct{"A", "S2", "XX", {}, {}, {}}).refused(Errc::plan_unknown);
    book.when(SellProduct{"A", "S2", "CABLE", {}, 0, {}}).refused(Errc::value_out_of_range);
    book.when(SellProduct{"A", "S2", "CABLE", {}, {}, "B-1"}).refused(Errc::service_unknown);
    book.when(SellProduct{"X", "S2", "CABLE", {}, {}, {}}).refused(Errc::customer_unknown);
    book.when(SellProduct{"B", "S2", "CABLE", {}, {}, {}}).refused(Errc::insufficient_funds, "B");
    book.when(CreditCharge{"sale#S1", {charged.lines.front()}, "sent back"}).wallet("A", 10'000'00);
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 8'500'00);
}

TEST_CASE("sell_product to a customer that pays by invoice: a line of its draft") {
    Spec book(world() + catalogue());
    book.when(SetBillingMode{"A", BillingMode::invoiced});
    book.when(SellProduct{"A", "S1", "CABLE", {}, 3, {}}).then_types("sale_drafted");
    const SaleDrafted drafted = book.event<SaleDrafted>(0);
    CHECK(drafted.lines.front().minor == 750'00);
    CHECK(drafted.lines.front().description == "3 x CABLE");
    book.when(SellProduct{"A", "S1", "CABLE", {}, 3, {}}).refused(Errc::charge_exists, "S1");
    book.when(DiscardDraft{drafted.invoice}).refused(Errc::invoice_not_open);
    book.when(IssueInvoice{drafted.invoice, {}, {}}).then_types("invoice_issued");
    CHECK(book.event<InvoiceIssued>(0).minor == 750'00);
}

TEST_CASE("define_plan: kinds, and what each may say") {
    Spec book(with_money(world()));
    DefinePlan define{"NEW", {}, "New", 100'00, kes(), {}, {}, 0, 0};
    define.kind = PlanKind::one_time;
    define.period = BillingPeriod::month;
    book.when(define).refused(Errc::plan_kind_unfit, "period");
    define.period.reset();
    define.trial_days = 3;
    book.when(define).refused(Errc::plan_kind_unfit, "trial_days");
    define.trial_days.reset();
    define.setup_minor = 1;
    book.when(define).refused(Errc::plan_kind_unfit, "setup_minor");
    define.setup_minor.reset();
    book.when(define).then_types("plan_defined");
    define.kind = PlanKind::addon;
    book.when(define).refused(Errc::plan_kind_unfit, "a plan's versions");
    define.plan = "PART";
    define.first_period = FirstPeriod::free;
    book.when(define).refused(Errc::plan_kind_unfit, "first_period");
    define.first_period.reset();
    define.includes.emplace();
    book.when(define).refused(Errc::plan_kind_unfit, "includes");
    define.includes.reset();
    book.when(define).then_types("plan_defined");
    AddService service;
    service.service = "A-2";
    service.customer = "A";
    for (const std::string kind : {"NEW", "PART"}) {
        service.plan = kind;
        book.when(service).refused(Errc::plan_kind_unfit, kind);
        book.when(ChangePlan{"A-1", kind, {}, {}, {}}).refused(Errc::plan_kind_unfit, kind);
    }
    define.plan = "SITE";
    define.kind = PlanKind::hosting;
    book.when(define).then_types("plan_defined");
    service.plan = "SITE";
    book.when(service).then_types("service_added");
}

TEST_CASE("a bundle's price pays for the add-ons in it") {
    PaidAmongAddons book;
    DefinePlan define{"ALL", {}, "All in one", 2'000'00, kes(), {}, {}, 20, 20};
    define.kind = PlanKind::bundle;
    book.when(define).refused(Errc::value_out_of_range, "includes");
    define.includes = {{"HOME10", 1, 1}};
    book.when(define).refused(Errc::plan_kind_unfit, "HOME10");
    define.includes = {{"TV", 2, 1}};
    book.when(define).refused(Errc::plan_unknown, "TV");
    define.includes = {{"TV", 1, 1}, {"TV", 1, 1}};
    book.when(define).refused(Errc::value_out_of_range, "includes: one");
    define.includes = {{"TV", 1, 1}, {"IP", 1, 2}};
    book.when(define).then_types("plan_defined");
    on(book, "2026-12-05").when(add("TV"));
    const ChangePlan change{"A-1", "ALL", {}, ChangeTime::now, {}};
    book.when(change).refused(Errc::addon_exists, "TV");
    book.when(drop("TV", ChangeTime::now))
        .when(change)
        .then_types("charge_credited plan_changed wallet_charged");
    book.when(add("IP")).refused(Errc::addon_exists, "IP: the plan includes it");
}
