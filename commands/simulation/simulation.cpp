#include "commands/simulation/simulation.hpp"

#include "commands/customers/currencies.hpp"
#include "commands/simulation/simulated_commands.hpp"
#include "commands/simulation/simulated_plans.hpp"
#include "commands/simulation/simulated_world.hpp"
#include "ledger/match.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tollbook {

namespace {

// Whether a fact is taken into a simulated book as it stands: what it says follows from no rule of
// billing (a customer, a router, a tax, a clock).
bool stands_as_it_is(const Event& event) {
    return match(
        event,
        [](const PaymentReceived& e) { return !e.customer; },
        [](const OpeningBalancesPosted&) { return true; },
        [](const TenantOpened&) { return true; },
        [](const PlanDefined&) { return true; },
        [](const RouterRegistered&) { return true; },
        [](const PeriodClosed&) { return true; },
        [](const TestClockAdvanced&) { return true; },
        [](const TimezoneChanged&) { return true; },
        [](const LegalEntityDefined&) { return true; },
        [](const EntitiesSettled&) { return true; },
        [](const CustomerRegistered&) { return true; },
        [](const FiscalDeviceSet&) { return true; },
        [](const FiscalReceiptRecorded&) { return true; },
        [](const FiscalTransmissionRefused&) { return true; },
        [](const FiscalTransmissionRetried&) { return true; },
        [](const PaymentReferenceAdded&) { return true; },
        [](const ServiceAdded&) { return true; },
        [](const TaxDefined&) { return true; },
        [](const InvoicingSet&) { return true; },
        [](const BillingModeSet&) { return true; },
        [](const DunningDefined&) { return true; },
        [](const DunningAssigned&) { return true; },
        [](const CustomerGrouped&) { return true; },
        [](const auto&) { return false; }
    );
}

// What the rules may have done at another time, or not at all.
bool follows_from_rules(const Command& command) {
    return match(
        command,
        [](const RenewService&) { return true; },
        [](const SettleWallet&) { return true; },
        [](const TakeTopUp&) { return true; },
        [](const IssueInvoice& c) { return c.invoice.starts_with("bill~"); },
        [](const auto&) { return false; }
    );
}

bool is_dunning(const Event& event) {
    return std::holds_alternative<DunningDefined>(event) ||
           std::holds_alternative<DunningAssigned>(event);
}

} // namespace

struct Simulation::State {
    State(SimulationRange wanted, SimulationRules other)
        : range(std::move(wanted))
        , rules(std::move(other))
        , actual(range.tenant, range.from, range.to)
        , control(range.tenant, range.from, range.to)
        , simulated(range.tenant, range.from, range.to) {}

    // The facts of the command at hand are complete.
    Status live(const CommandHeader& command);
    Status begin(Timestamp at);
    void take_as_it_is(const Event& event, Date day);
    void end_day(Timestamp at);
    void run_out();
    Event by_the_rules(Event event) const;
    const SimulatedPlan* rule_of(const std::string& plan) const;
    Status check_prices() const;
    void set_price(const SimulatedPlan& plan, Date day);

    bool has_dunning() const { return !rules.dunning.empty() || !rules.assignments.empty(); }

    // Of the tenant, in which the day of a record is told.
    Date day_of(Timestamp at) const { return actual.decider().today(range.tenant, at); }

    SimulationRange range;
    SimulationRules rules;
    SimulatedWorld actual;
    SimulatedWorld control;
    SimulatedWorld simulated;
    std::vector<Event> facts;
    std::vector<Date> days; // On which each of them was booked.
    std::optional<Date> today;
    Timestamp last_at; // Of the last command of today.
    bool begun{};
    bool over{};
    std::uint64_t taken{};
};

Simulation::Simulation(SimulationRange range, SimulationRules rules)
    : state_(std::make_unique<State>(std::move(range), std::move(rules))) {}

Simulation::~Simulation() = default;

Status Simulation::take(const Record& record) {
    State& s = *state_;
    if (s.over || record.command.tenant != s.range.tenant) return Done{};
    Result<Event> event = decode_event(record.type, record.schema_version, record.payload);
    if (!event) return event.error();
    s.facts.push_back(std::move(*event));
    s.days.push_back(record.booked_on);
    ++s.taken;
    if (record.index + 1 < record.command.count) return Done{};
    return s.live(record.command);
}

// Before the range both worlds take what happened as it happened.
Status Simulation::State::live(const CommandHeader& command) {
    const Timestamp at = command.recorded_at;
    const bool opens = std::holds_alternative<TenantOpened>(facts.front());
    if (!opens && day_of(at) > range.to) over = true;
    if (!over && !opens && !begun && day_of(at) >= range.from)
        if (const Status status = begin(at); !status) return status;
    if (!over && begun) end_day(at);
    const std::vector<Command> commands =
        begun ? commands_of(actual.book(), range.tenant, facts) : std::vector<Command>{};
    for (std::size_t i = 0; i < facts.size() && !over; ++i) {
        actual.take(facts[i], days[i]);
        if (!begun) {
            control.take(facts[i], days[i]);
            simulated.take(facts[i], days[i]);
        } else if (stands_as_it_is(facts[i])) {
            take_as_it_is(facts[i], days[i]);
        }
    }
    for (const Command& again : commands) {
        if (over) break;
        const bool counts = !follows_from_rules(again);
        static_cast<void>(control.send(again, at, counts));
        static_cast<void>(simulated.send(again, at, counts));
    }
    facts.clear();
    days.clear();
    return Done{};
}

// The rules begin to count.
Status Simulation::State::begin(Timestamp at) {
    begun = true;
    today = day_of(at);
    last_at = at;
    if (const Status status = check_prices(); !status) return status;
    for (const SimulatedPlan& plan : rules.plans)
        set_price(plan, *today);
    for (const DefineDunning& policy : rules.dunning)
        if (const Status status = simulated.send(policy, at); !status) return status;
    for (const AssignDunning& assignment : rules.assignments)
        if (const Status status = simulated.send(assignment, at); !status) return status;
    return Done{};
}

Status Simulation::State::check_prices() const {
    const Currency own = simulated.book().tenants.find(range.tenant)->currency;
    for (const SimulatedPlan& plan : rules.plans)
        for (const PlanPrice& price : plan.prices.value_or(std::vector<PlanPrice>{}))
            if (price.currency == own)
                return Error{Errc::value_out_of_range, "prices: in other currencies"};
    return Done{};
}

void Simulation::State::set_price(const SimulatedPlan& plan, Date day) {
    const std::string& tenant = range.tenant;
    const Book& book = simulated.book();
    const NumberRow* newest = book.plan_versions.find(book_key(tenant, plan.plan));
    if (newest == nullptr) return; // It is defined later.
    const std::uint64_t versions = newest->value;
    for (std::uint32_t version = 1; version <= versions; ++version)
        simulated.take(by_the_rules(plan_in_book(book, tenant, plan.plan, version)), day);
}

// What a fact says of a plan, and of what is to be paid for it, as the rules have it.
Event Simulation::State::by_the_rules(Event event) const {
    if (auto* defined = std::get_if<PlanDefined>(&event))
        if (const SimulatedPlan* rule = rule_of(defined->plan)) put_rule(*defined, *rule);
    if (auto* added = std::get_if<ServiceAdded>(&event)) {
        const SimulatedPlan* rule = rule_of(added->plan);
        if (rule == nullptr || !added->setup_minor) return event;
        const auto other = other_currency(simulated.book(), range.tenant, added->customer);
        if (const auto minor = setup_by_rule(*rule, other)) added->setup_minor = minor;
    }
    return event;
}

const SimulatedPlan* Simulation::State::rule_of(const std::string& plan) const {
    const auto found = std::ranges::find(rules.plans, plan, &SimulatedPlan::plan);
    return found == rules.plans.end() ? nullptr : &*found;
}

void Simulation::State::take_as_it_is(const Event& event, Date day) {
    control.take(event, day);
    if (is_dunning(event) && has_dunning()) return;
    simulated.take(by_the_rules(event), day);
}

// When a day is over: what nobody did anything about in the log may be due in the other worlds.
void Simulation::State::end_day(Timestamp at) {
    const Date now = day_of(at);
    if (now != *today) run_out();
    today = now;
    last_at = at;
}

void Simulation::State::run_out() {
    control.run(last_at);
    simulated.run(last_at);
}

Result<SimulationReport> Simulation::finish() {
    State& s = *state_;
    if (s.actual.book().tenants.find(s.range.tenant) == nullptr)
        return Error{Errc::tenant_unknown, s.range.tenant.substr(0, 32)};
    for (const SimulatedPlan& plan : s.rules.plans)
        if (s.actual.book().plan_versions.find(book_key(s.range.tenant, plan.plan)) == nullptr)
            return Error{Errc::plan_unknown, plan.plan};
    if (s.begun) s.run_out();
    return SimulationReport{
        s.actual.outcomes(), s.control.outcomes(), s.simulated.outcomes(), s.taken};
}

} // namespace tollbook
