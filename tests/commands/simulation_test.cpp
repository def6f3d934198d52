#include "commands/simulation/simulation.hpp"

#include "commands/tariffs/tariff_preview.hpp"
#include "tests/support/book_builders.hpp"
#include "tests/support/book_clerk.hpp"
#include "tests/support/charged_services.hpp"
#include "tests/support/currency_examples.hpp"

#include <random>

using namespace tollbook;

namespace {

// What the log of such a run would hold.
std::vector<Record> records_of(const BookRun& run) {
    std::vector<Record> records;
    for (const Fact& fact : run.facts()) {
        Record& record = records.emplace_back();
        record.command.tenant = fact.tenant;
        record.command.count = fact.count;
        record.index = fact.index;
        record.seq = fact.seq;
        record.type = type_of(fact.event);
        record.schema_version = schema_version_of(fact.event);
        record.effective_at = fact.effective_at;
        record.booked_on = fact.booked_on;
        record.payload = payload_of(fact.event);
    }
    return records;
}

Result<SimulationReport> simulated(
    const BookRun& run, const SimulationRules& rules, const SimulationRange& range
) {
    Simulation simulation(range, rules);
    for (const Record& record : records_of(run))
        if (const Status taken = simulation.take(record); !taken) return taken.error();
    return simulation.finish();
}

SimulationRange whole() { return {tenant_id, day("2026-11-20"), day("2027-12-31")}; }

// A provider on a test clock: what is due is renewed each morning at nine.
class Mornings {
public:
    Mornings() {
        send(opened());
        define({"HOME", {}, "Home", 1'500'00, kes(), 16, {}, 10, 10}, 15'00);
        define({"FAST", {}, "Fast", 2'500'00, kes(), 16, {}, 50, 50}, 25'00);
        DefinePlan extra{"TV", {}, "Television", 600'00, kes(), 16, {}, 0, 0, {}, 100'00};
        extra.kind = PlanKind::addon;
        define(extra, 6'00);
        define(extra, 6'50); // Its second version.
        extra = {"CABLE", {}, "Cable", 250'00, kes(), 16, {}, 0, 0};
        extra.kind = PlanKind::one_time;
        define(extra, 2'50);
    }

    // It costs so much in dollars.
    void define(DefinePlan plan, std::int64_t usd_minor) {
        plan.prices = {{usd(), usd_minor, {}}};
        send(plan);
    }

    void add(const std::string& customer, std::optional<Currency> currency = {}) {
        send(RegisterCustomer{customer, "N", "2547", {}, {customer}, {}, currency});
        AddService service;
        service.service = customer + "-1";
        service.customer = customer;
        service.plan = "HOME";
        send(service);
    }

    void pay(const std::string& customer, std::int64_t minor) {
        send(typed("R" + std::to_string(++receipts_), customer, minor));
    }

    // Whether it was possible.
    bool send(const Command& command) { return run_.send(tenant_id, command).has_value(); }

    void morning() {
        ++days_;
        send(AdvanceTestClock{Timestamp{at("2026-11-20T06:00:00Z").micros + days_ * 86'400'000'000}}
        );
        const auto due = run_.decider().due_services(tenant_id, {});
        for (const DueService& service : due.value())
            send(RenewService{service.service});
    }

    Date today() const { return day("2026-11-20") + static_cast<int>(days_); }

    const BookRun& run() const { return run_; }

private:
    static OpenTenant opened() {
        OpenTenant open;
        open.name = "Kiota";
        open.timezone = "Africa/Nairobi";
        open.currency = kes();
        open.tills = {"main"};
        open.policies = Policies{"on_charge", "rolling"};
        open.test_clock = at("2026-11-20T06:00:00Z");
        return open;
    }

    BookRun run_;
    std::int64_t days_{};
    int receipts_{};
};

std::optional<ChangeTime> some_time(std::mt19937_64& random) {
    const std::uint64_t time = random() % 4;
    if (time > 1) return std::nullopt;
    return time == 0 ? ChangeTime::now : ChangeTime::period_end;
}

// No day for a change that is to be at a time.
std::optional<Date> some_day(
    const Mornings& provider, const std::optional<ChangeTime>& when, std::mt19937_64& random
) {
    const int later = static_cast<int>(random() % 90);
    if (when || later > 45) return std::nullopt;
    return provider.today() + later;
}

void change_addon(Mornings& provider, const std::string& service, std::mt19937_64& random) {
    ChangeAddon change{service, "TV", {}, {}, some_time(random)};
    change.plan_version = static_cast<std::uint32_t>(1 + random() % 2);
    change.quantity = static_cast<std::uint32_t>(1 + random() % 3);
    change.not_before = some_day(provider, change.when, random);
    provider.send(change);
}

// What they do about what a service has beyond its plan.
void do_something_more(Mornings& provider, const std::string& customer, std::mt19937_64& random) {
    const std::string service = customer + "-1";
    const std::uint64_t number = random() % 1'000;
    switch (random() % 8) {
    case 5:
    case 6:
        change_addon(provider, service, random);
        break;
    case 0:
        provider.send(RemoveAddon{service, "TV", {}, {}});
        break;
    case 1:
        provider.send(RemoveAddon{service, "TV", ChangeTime::now, {}});
        break;
    case 2:
        provider.send(CancelSchedule{service, "TV"});
        break;
    case 3:
        provider.send(SellProduct{customer, "s" + std::to_string(number), "CABLE", {}, 2, {}});
        break;
    default:
        provider.send(AddAddon{service, "TV", {}, 1 + static_cast<std::uint32_t>(number % 2), {}});
    }
}

// What customers and their provider do in a day, at random.
void do_something(Mornings& provider, std::mt19937_64& random) {
    const std::string customer = "C" + std::to_string(1 + random() % 8);
    const std::string service = customer + "-1";
    ChangePlan change{service, random() % 2 == 0 ? "FAST" : "HOME", {}, some_time(random), {}};
    change.not_before = some_day(provider, change.when, random);
    switch (random() % 15) {
    case 12:
    case 13:
    case 14:
        do_something_more(provider, customer, random);
        break;
    case 0:
        provider.send(change);
        break;
    case 1:
        provider.send(PauseService{service});
        break;
    case 2:
        provider.send(ResumeService{service});
        break;
    case 3:
        provider.send(ExtendServices{{service}, 2, "outage"});
        break;
    case 4:
        provider.send(SuspendService{service, "abuse"});
        break;
    case 5:
        provider.send(ReinstateService{service, "abuse"});
        break;
    case 6:
        provider.send(GrantCredit{
            customer, "g" + std::to_string(random() % 1'000), 300'00, {}, {}, "welcome"});
        break;
    default:
        provider.pay(customer, 500'00 + static_cast<std::int64_t>(random() % 1'500'00));
    }
}

SimulationRules price(std::int64_t minor) {
    SimulationRules rules;
    rules.plans = {{"HOME", minor, {}, {}}};
    return rules;
}

} // namespace

TEST_CASE("simulation: lived again under the rules that were, a log comes to what happened") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        Mornings provider;
        provider.send(DefineTax{"vat16", day("2026-12-24"), {{"vat16", 180'000, false}}, {}});
        provider.send(DefineTax{
            "vat16", day("2027-02-03"), {{"excise", 150'000, false}, {"vat16", 180'000, true}}, {}}
        );
        for (int i = 1; i <= 7; ++i)
            provider.add("C" + std::to_string(i));
        provider.add("C8", usd());
        provider.pay("C8", 20'00);
        for (int i = 0; i < 120; ++i) {
            for (std::uint64_t n = random() % 3; n > 0; --n)
                do_something(provider, random);
            provider.morning();
        }
        const auto report = simulated(provider.run(), {}, whole());
        REQUIRE(report);
        CHECK(report->facts == provider.run().facts().size());
        CHECK(report->actual.all.revenue_minor > 0);
        CHECK(report->actual.all.suspensions > 0);
        CHECK(report->control.all == report->actual.all);
        CHECK(report->control.others == report->actual.others);
        CHECK(report->actual.others.at(usd()).minor > 0);
        CHECK(report->actual.customers.at("C8").currency == usd());
        CHECK(report->control.customers == report->actual.customers);
        CHECK(report->control.refused == 0);
        CHECK(report->simulated.all == report->control.all);
    }
}

TEST_CASE("simulation: a dearer plan earns more from who can pay, and cuts who cannot") {
    Mornings provider;
    for (const char* customer : {"C1", "C2"})
        provider.add(customer);
    provider.pay("C1", 10'000'00);
    provider.pay("C2", 1'500'00);
    for (int i = 0; i < 40; ++i)
        provider.morning();
    const auto report = simulated(provider.run(), price(2'000'00), whole());
    REQUIRE(report);
    CHECK(report->control.customers == report->actual.customers);
    const auto& before = report->control.customers;
    const auto& after = report->simulated.customers;
    CHECK(before.at("C1").revenue_minor == 2 * 1'293'10);
    CHECK(after.at("C1").revenue_minor == 2 * 1'724'14);
    CHECK(before.at("C2").revenue_minor == 1'293'10);
    CHECK(before.at("C2").suspensions == 1);
    CHECK(after.at("C2").revenue_minor == 0);
    CHECK(after.at("C2").suspensions == 1);
    CHECK(report->simulated.revenue.at("revenue:HOME") == 2 * 1'724'14);
}

TEST_CASE("simulation: a plan costs what its rule says in a currency, or else what it did") {
    Mornings provider;
    provider.add("C1");
    provider.add("D1", usd());
    provider.pay("C1", 10'000'00);
    provider.pay("D1", 100'00);
    for (int i = 0; i < 3; ++i)
        provider.morning();
    SimulationRules rules = price(3'000'00);
    const auto dearer_here = simulated(provider.run(), rules, whole());
    REQUIRE(dearer_here);
    CHECK(dearer_here->actual.all.revenue_minor == 1'293'10);
    CHECK(
        dearer_here->actual.others ==
        std::map{std::pair{usd(), Revenue{12'93, {{"revenue:HOME", 12'93}}}}}
    );
    CHECK(dearer_here->control.others == dearer_here->actual.others);
    CHECK(dearer_here->simulated.others == dearer_here->actual.others);
    CHECK(dearer_here->simulated.all.revenue_minor == 2'586'21);
    rules.plans = {{"HOME", 1'500'00, {}, {}, {{{usd(), 30'00, {}}, {eur(), 27'00, {}}}}}};
    const auto dearer_there = simulated(provider.run(), rules, whole());
    REQUIRE(dearer_there);
    CHECK(dearer_there->simulated.others.at(usd()).minor == 25'86);
    CHECK(dearer_there->simulated.all.revenue_minor == 1'293'10);
    CHECK(dearer_there->simulated.customers.at("D1") == CustomerOutcome{25'86, 0, 0, usd()});
    rules.plans.front().prices->front().currency = kes();
    CHECK(simulated(provider.run(), rules, whole()).error().code == Errc::value_out_of_range);
}

TEST_CASE("simulation: a rule has a set-up fee in each currency") {
    Mornings provider;
    DefinePlan setup{"SETUP", {}, "Setup", 1'500'00, kes(), 16, {}, 10, 10, {}, 1'160'00};
    setup.prices = {{usd(), 11'60, 5'80}};
    provider.send(setup);
    for (const char* customer : {"C1", "D1"}) {
        const bool is_abroad = customer == std::string("D1");
        provider.send(RegisterCustomer{
            customer, "N", "2547", {}, {customer}, {}, is_abroad ? usd() : kes()});
        provider.pay(customer, 10'000'00);
        provider.morning();
        AddService add;
        add.service = std::string(customer) + "-1";
        add.customer = customer;
        add.plan = "SETUP";
        provider.send(add);
    }
    provider.morning();
    SimulationRules rules;
    rules.plans = {{"SETUP", 1'160'00, {}, 580'00, {{{usd(), 11'60, 2'32}}}}};
    const auto report = simulated(provider.run(), rules, whole());
    REQUIRE(report);
    CHECK(report->control.all == report->actual.all);
    CHECK(report->control.others == report->actual.others);
    CHECK(report->actual.others.at(usd()).minor == 15'00);
    CHECK(report->simulated.others.at(usd()).minor == 12'00);
    CHECK(report->simulated.all.revenue_minor == 1'500'00);
}

TEST_CASE("simulation: days of several taxes that cost another price are lived again") {
    Mornings provider;
    provider.send(DefineTax{"vat16", day("2026-12-01"), {{"vat16", 180'000, false}}, {}});
    provider.add("C1");
    provider.pay("C1", 1'500'00);
    for (int i = 0; i < 9; ++i)
        provider.morning();
    provider.send(DefinePlan{"HOME", {}, "Home", 999'99, kes(), 16, {}, 10, 10});
    const TariffCorrection since{"HOME", 1, 2, day("2026-11-25"), "a wrong price list", {}};
    const auto cases = tariff_cases(
        provider.run().book(), tenant_id, {since, charged_services(provider.run().facts(), since)}
    );
    REQUIRE(cases);
    REQUIRE(cases->size() == 1);
    REQUIRE(cases->front().command.charges.front().parts->size() == 2);
    REQUIRE(provider.send(cases->front().command));
    const auto report = simulated(provider.run(), {}, whole());
    REQUIRE(report);
    CHECK(report->control.all == report->actual.all);
    CHECK(report->control.refused == 0);
}

TEST_CASE("simulation: each version of a plan costs the same then") {
    Mornings provider;
    provider.add("C1");
    provider.pay("C1", 10'000'00);
    provider.send(DefinePlan{"HOME", {}, "Home", 1'800'00, kes(), 16, {}, 10, 10});
    provider.send(ChangePlan{"C1-1", "HOME", 2, ChangeTime::period_end, {}});
    for (int i = 0; i < 3; ++i)
        provider.morning();
    const auto report = simulated(
        provider.run(), price(2'000'00), {tenant_id, day("2026-11-21"), day("2026-12-31")}
    );
    REQUIRE(report);
    CHECK(report->actual.all.revenue_minor == 1'551'72);
    CHECK(report->control.all == report->actual.all);
    CHECK(report->simulated.all.revenue_minor == 1'724'14);
}

TEST_CASE("simulation: a dearer add-on earns more") {
    Mornings provider;
    provider.add("C1");
    provider.pay("C1", 10'000'00);
    provider.morning();
    provider.send(AddAddon{"C1-1", "TV", 1, 2, {}});
    provider.send(SellProduct{"C1", "S1", "CABLE", {}, 3, {}});
    for (int i = 0; i < 30; ++i)
        provider.morning();
    SimulationRules rules;
    rules.plans = {{"TV", 1'200'00, {}, {}}, {"CABLE", 500'00, {}, {}}};
    const auto report = simulated(provider.run(), rules, whole());
    REQUIRE(report);
    CHECK(report->control.all == report->actual.all);
    const auto& before = report->control.revenue;
    const auto& after = report->simulated.revenue;
    CHECK(after.at("revenue:CABLE") == 2 * before.at("revenue:CABLE"));
    CHECK(after.at("revenue:TV") > before.at("revenue:TV") + 1'700'00);
    CHECK(after.at("revenue:HOME") == before.at("revenue:HOME"));
}

TEST_CASE("simulation: the rules count from the first day of the range, and until its last") {
    Mornings provider;
    provider.add("C1");
    provider.pay("C1", 10'000'00);
    for (int i = 0; i < 70; ++i)
        provider.morning(); // Three periods: from 20 November, 20 December and 20 January.
    const auto report = simulated(
        provider.run(), price(2'000'00), {tenant_id, day("2026-12-01"), day("2027-01-10")}
    );
    REQUIRE(report);
    CHECK(report->actual.all.revenue_minor == 1'293'10);
    CHECK(report->control.all == report->actual.all);
    CHECK(report->simulated.all.revenue_minor == 1'724'14);
}

TEST_CASE("simulation: other rules of dunning cut later, or not at all") {
    Mornings provider;
    provider.add("C1");
    provider.add("C2");
    provider.pay("C1", 1'500'00);
    provider.pay("C2", 1'500'00);
    for (int i = 0; i < 33; ++i)
        provider.morning();
    provider.pay("C1", 1'500'00);
    for (int i = 0; i < 3; ++i)
        provider.morning();
    SimulationRules rules;
    rules.dunning = {
        {"soft",
         {},
         {{"mail", 0, DunningAction::remind, {}, {}}, {"cut", 5, DunningAction::suspend, {}, {}}},
         {},
         {},
         {}}};
    rules.assignments = {{"soft", {}, {}}};
    const auto report = simulated(provider.run(), rules, whole());
    REQUIRE(report);
    CHECK(report->actual.all.suspensions == 2);
    CHECK(report->control.all == report->actual.all);
    CHECK(report->simulated.all.suspensions == 1);
    CHECK(report->simulated.customers.at("C1").suspensions == 0);
    rules.dunning[0].steps.clear();
    CHECK(simulated(provider.run(), rules, whole()).error().code == Errc::value_out_of_range);
}

TEST_CASE("simulation: what is not in the log is refused") {
    Mornings provider;
    provider.add("C1");
    SimulationRange nobody = whole();
    nobody.tenant = "nobody";
    CHECK(simulated(provider.run(), {}, nobody).error().code == Errc::tenant_unknown);
    SimulationRules rules;
    rules.plans = {{"NONE", 1, {}, {}}};
    CHECK(simulated(provider.run(), rules, whole()).error().code == Errc::plan_unknown);
}

TEST_CASE("simulation: whatever a clerk did can be lived again") {
    for (std::uint64_t seed = 11; seed <= 12; ++seed) {
        CAPTURE(seed);
        BookRun run;
        BookClerk clerk(run, seed);
        clerk.set_up();
        for (int i = 0; i < 2'500; ++i)
            clerk.step();
        SimulationRules rules = price(1'800'00);
        rules.plans.push_back({"BIZ", 5'000'00, 8, 100'00, {{{usd(), 30'00, 1'00}}}});
        const SimulationRange range{clerk_tenant, day("2026-11-25"), day("2029-12-31")};
        const auto report = simulated(run, rules, range);
        REQUIRE(report);
        CHECK(report->facts == run.facts().size());
        CHECK(report->actual.all.revenue_minor != 0);
        CHECK(report->simulated.all.revenue_minor != report->control.all.revenue_minor);
        CHECK(report->actual.others.size() == 2);
        CHECK(report->simulated.others != report->control.others);
    }
}
