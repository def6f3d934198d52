// What would have been under other rules: the facts of a log are lived again, with another
// catalogue or other rules of dunning.
#pragma once

#include "commands/bodies/dunning.hpp"
#include "commands/bodies/tenancy.hpp"
#include "ledger/record.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tollbook {

// A plan as it is simulated: each version that it has costs this, and those that it gets meanwhile.
struct SimulatedPlan {
    std::string plan;
    std::int64_t price_minor{};                // Tax included.
    std::optional<std::int64_t> tax_percent{}; // As it was.
    std::optional<std::int64_t> setup_minor{}; // As it was.
    // In other currencies; what it costs in a currency that is not among these stays as it was.
    std::optional<std::vector<PlanPrice>> prices{};
};
BOOST_DESCRIBE_STRUCT(SimulatedPlan, (), (plan, price_minor, tax_percent, setup_minor, prices))

struct SimulationRules {
    std::vector<SimulatedPlan> plans;
    std::vector<DefineDunning> dunning;     // Defined and assigned when the range begins; what the
    std::vector<AssignDunning> assignments; // log says of dunning after that is passed over then.
};

struct SimulationRange {
    std::string tenant;
    Date from; // The rules count from then on ...
    Date to;   // ... until this day ended.
};

// What became of a customer in the range.
struct CustomerOutcome {
    std::int64_t revenue_minor{}; // Net of tax, less what was given back.
    std::uint64_t suspensions{};  // For `unpaid`.
    std::uint64_t ends{};
    std::optional<Currency> currency{}; // Of the revenue, if it is not the tenant's.

    friend bool operator==(const CustomerOutcome&, const CustomerOutcome&) = default;
};
BOOST_DESCRIBE_STRUCT(CustomerOutcome, (), (revenue_minor, suspensions, ends, currency))

// What came in in one currency.
struct Revenue {
    std::int64_t minor{};
    std::map<std::string, std::int64_t> accounts; // "revenue:HOME", "fee".

    friend bool operator==(const Revenue&, const Revenue&) = default;
};

struct Outcomes {
    CustomerOutcome all;                         // Its revenue is that in the tenant's currency.
    std::map<std::string, std::int64_t> revenue; // The same, by account: "revenue:HOME", "fee".
    std::map<Currency, Revenue> others;          // In other currencies.
    std::map<std::string, CustomerOutcome> customers;
    std::uint64_t refused{}; // Commands that were not possible any more.
};

struct SimulationReport {
    Outcomes actual;    // What the log says.
    Outcomes control;   // The same, lived again under the rules that were: its error.
    Outcomes simulated; // Under the other rules.
    std::uint64_t facts{};
};

// Lives the facts of one tenant again, twice: as they were, and under the rules. What people and
// payers did they do again at the same time; what follows from rules follows anew. Everything is in
// memory: the rows of the tenant three times. Takes no time from a clock. Not thread-safe.
class Simulation {
public:
    Simulation(SimulationRange range, SimulationRules rules);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;
    ~Simulation();

    // The next record of the log, of whatever tenant, from its first one on. Refuses what cannot be
    // read, a price in the tenant's own currency among the others, and the
    // rules as define_dunning and assign_dunning do.
    Status take(const Record& record);

    // Once. Refuses with tenant_unknown or plan_unknown when the log has no such tenant or plan.
    Result<SimulationReport> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tollbook
