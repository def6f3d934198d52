#include "api/cli/simulate.hpp"

#include "api/cli/billing_text.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/read_all.hpp"

#include <fmt/format.h>

#include <set>
#include <sstream>
#include <toml++/toml.h>

namespace tollbook::api {

namespace {

constexpr std::size_t customers_told_max = 1'000;

struct CatalogFile {
    std::vector<SimulatedPlan> plans;
};
BOOST_DESCRIBE_STRUCT(CatalogFile, (), (plans))

struct DunningFile {
    std::vector<DefineDunning> policies;
    std::vector<AssignDunning> assignments;
};
BOOST_DESCRIBE_STRUCT(DunningFile, (), (policies, assignments))

// TOML says the same as JSON: the one codec reads it, and is as strict as with commands.
template <class File>
Result<File> read_rules(const std::string& path) {
    std::stringstream json;
    try {
        json << toml::json_formatter{toml::parse_file(path)};
    } catch (const toml::parse_error& error) {
        return Error{Errc::config_invalid, path + ": " + std::string(error.description())};
    }
    Result<File> file = from_json<File>(json.str());
    if (!file) return Error{Errc::config_invalid, path + ": " + file.error().detail};
    return file;
}

struct OutcomeLine {
    std::int64_t revenue_minor{};
    std::uint64_t suspensions{};
    std::uint64_t ends{};
    std::uint64_t refused{}; // Commands that were not possible any more.
};
BOOST_DESCRIBE_STRUCT(OutcomeLine, (), (revenue_minor, suspensions, ends, refused))

struct RevenueLine {
    std::string account;
    std::int64_t control_minor{};
    std::int64_t simulated_minor{};
};
BOOST_DESCRIBE_STRUCT(RevenueLine, (), (account, control_minor, simulated_minor))

// The same in another currency than the tenant's.
struct OtherRevenueLine {
    Currency currency;
    std::int64_t actual_minor{};
    std::int64_t control_minor{};
    std::int64_t simulated_minor{};
    std::vector<RevenueLine> revenue;
};
BOOST_DESCRIBE_STRUCT(
    OtherRevenueLine, (), (currency, actual_minor, control_minor, simulated_minor, revenue)
)

struct CustomerLine {
    std::string customer;
    CustomerOutcome control;
    CustomerOutcome simulated;
};
BOOST_DESCRIBE_STRUCT(CustomerLine, (), (customer, control, simulated))

struct SimulateLine {
    std::string tenant;
    Date from;
    Date to;
    std::uint64_t facts{};
    OutcomeLine actual;
    OutcomeLine control;
    OutcomeLine simulated;
    std::vector<RevenueLine> revenue;
    std::uint64_t customers{}; // Who differ; the first of them:
    std::vector<CustomerLine> differing;
    std::optional<std::vector<OtherRevenueLine>> others{}; // By currency.
};
BOOST_DESCRIBE_STRUCT(
    SimulateLine,
    (),
    (tenant, from, to, facts, actual, control, simulated, revenue, customers, differing, others)
)

OutcomeLine line_of(const Outcomes& outcomes) {
    const CustomerOutcome& all = outcomes.all;
    return {all.revenue_minor, all.suspensions, all.ends, outcomes.refused};
}

template <class Key, class Value>
Value under(const std::map<Key, Value>& values, const Key& key) {
    const auto found = values.find(key);
    return found == values.end() ? Value{} : found->second;
}

// The keys of either.
template <class Key, class Value>
std::set<Key> keys_of(const std::map<Key, Value>& a, const std::map<Key, Value>& b) {
    std::set<Key> keys;
    for (const auto* values : {&a, &b})
        for (const auto& [key, value] : *values)
            keys.insert(key);
    return keys;
}

std::vector<RevenueLine> lines_of(
    const std::map<std::string, std::int64_t>& control,
    const std::map<std::string, std::int64_t>& simulated
) {
    std::vector<RevenueLine> lines;
    for (const std::string& account : keys_of(control, simulated))
        lines.push_back({account, under(control, account), under(simulated, account)});
    return lines;
}

// None: all revenue is in the tenant's currency.
std::optional<std::vector<OtherRevenueLine>> others_of(const SimulationReport& report) {
    std::set<Currency> currencies = keys_of(report.control.others, report.simulated.others);
    currencies.merge(keys_of(report.actual.others, report.actual.others));
    if (currencies.empty()) return std::nullopt;
    std::vector<OtherRevenueLine> others;
    for (const Currency currency : currencies) {
        const Revenue control = under(report.control.others, currency);
        const Revenue simulated = under(report.simulated.others, currency);
        others.push_back(
            {currency,
             under(report.actual.others, currency).minor,
             control.minor,
             simulated.minor,
             lines_of(control.accounts, simulated.accounts)}
        );
    }
    return others;
}

SimulateLine line_of(const SimulationReport& report, const SimulationRange& range) {
    SimulateLine line{range.tenant, range.from, range.to, report.facts, {}, {}, {}, {}, 0, {}};
    line.actual = line_of(report.actual);
    line.control = line_of(report.control);
    line.simulated = line_of(report.simulated);
    line.revenue = lines_of(report.control.revenue, report.simulated.revenue);
    line.others = others_of(report);
    const auto& before = report.control.customers;
    const auto& after = report.simulated.customers;
    for (const std::string& customer : keys_of(before, after)) {
        const CustomerLine difference{customer, under(before, customer), under(after, customer)};
        if (difference.control == difference.simulated) continue;
        ++line.customers;
        if (line.differing.size() < customers_told_max) line.differing.push_back(difference);
    }
    return line;
}

std::string row_of(std::string_view name, auto actual, auto control, auto simulated) {
    return fmt::format("{:<28}{:>18}{:>18}{:>18}\n", name, actual, control, simulated);
}

std::string rows_of(const std::vector<RevenueLine>& revenue) {
    std::string text;
    for (const RevenueLine& part : revenue)
        text += row_of(
            "  " + part.account, "", amount(part.control_minor), amount(part.simulated_minor)
        );
    return text;
}

std::string revenue_text(const SimulateLine& line) {
    std::string text = row_of(
        "revenue",
        amount(line.actual.revenue_minor),
        amount(line.control.revenue_minor),
        amount(line.simulated.revenue_minor)
    );
    text += rows_of(line.revenue);
    for (const OtherRevenueLine& other : line.others.value_or(std::vector<OtherRevenueLine>{})) {
        text += row_of(
            fmt::format("revenue in {}", other.currency.code()),
            amount(other.actual_minor),
            amount(other.control_minor),
            amount(other.simulated_minor)
        );
        text += rows_of(other.revenue);
    }
    return text;
}

// A customer's money: the tenant's currency goes without saying.
std::string name_of(const CustomerLine& line) {
    const std::optional<Currency> currency =
        line.simulated.currency ? line.simulated.currency : line.control.currency;
    return currency ? fmt::format("{} ({})", line.customer, currency->code()) : line.customer;
}

std::string text_of(const SimulateLine& line) {
    std::string text = row_of("", "in the log", "lived again", "simulated");
    text += revenue_text(line);
    const auto row = [&text](std::string_view name, auto actual, auto control, auto simulated) {
        text += row_of(name, actual, control, simulated);
    };
    row("suspensions", line.actual.suspensions, line.control.suspensions, line.simulated.suspensions
    );
    row("services that ended", line.actual.ends, line.control.ends, line.simulated.ends);
    row("commands refused", line.actual.refused, line.control.refused, line.simulated.refused);
    for (const CustomerLine& customer : line.differing)
        text += fmt::format(
            "{:<28}{:>36}{:>18}   cut {} -> {}\n",
            name_of(customer),
            amount(customer.control.revenue_minor),
            amount(customer.simulated.revenue_minor),
            customer.control.suspensions,
            customer.simulated.suspensions
        );
    return text + fmt::format(
                      "{} customers differ, {} to {}; nothing was written",
                      line.customers,
                      to_string(line.from),
                      to_string(line.to)
                  );
}

Result<SimulationRange> range_of(const SimulateWords& words) {
    const Result<Date> from = parse_date(words.from);
    if (!from) return Error{Errc::config_invalid, "--from: " + from.error().detail};
    const Result<Date> to = parse_date(words.to);
    if (!to) return Error{Errc::config_invalid, "--to: " + to.error().detail};
    if (*to < *from) return Error{Errc::config_invalid, "--to: before --from"};
    return SimulationRange{words.tenant, *from, *to};
}

Result<SimulationReport> simulate(
    Source& source,
    const SimulationRange& range,
    SimulationRules rules,
    const AuditProgress& progress
) {
    Simulation simulation(range, std::move(rules));
    Status taken = Done{};
    const Status read = read_all(source, progress, [&](const Batch& batch) {
        for (const Record& record : batch.records)
            if (taken = simulation.take(record); !taken) return false;
        return true;
    });
    if (!read) return read.error();
    if (!taken) return taken.error();
    return simulation.finish();
}

} // namespace

Result<SimulationRules> rules_of(const std::string& catalog, const std::string& dunning) {
    SimulationRules rules;
    if (!catalog.empty()) {
        Result<CatalogFile> file = read_rules<CatalogFile>(catalog);
        if (!file) return file.error();
        rules.plans = std::move(file->plans);
    }
    if (!dunning.empty()) {
        Result<DunningFile> file = read_rules<DunningFile>(dunning);
        if (!file) return file.error();
        rules.dunning = std::move(file->policies);
        rules.assignments = std::move(file->assignments);
    }
    return rules;
}

Exit run_simulate(const Context& context, const SimulateWords& words) {
    const Result<SimulationRange> range = range_of(words);
    if (!range) return fail(context, range.error());
    Result<SimulationRules> rules = rules_of(words.catalog, words.dunning);
    if (!rules) return fail(context, rules.error());
    const Result<OpenedLog> log = open_log(context, words.input);
    if (!log) return fail(context, log.error());
    Progress progress(context, "simulate");
    const Result<SimulationReport> report =
        simulate(*log->source, *range, std::move(*rules), [&](std::uint64_t seq, std::uint64_t of) {
            progress.at(seq, of);
        });
    if (!report) return fail(context, report.error());
    const SimulateLine line = line_of(*report, *range);
    print(context.json ? to_json(line) : text_of(line));
    return Exit::ok;
}

} // namespace tollbook::api
