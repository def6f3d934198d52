// A year of a provider: payments that come before, after or not at all, invoices, changes of plan,
// and twelve monthly runs. Then a naive reading of the log says whether anybody was charged twice
// or left out, and the whole log is replayed into a new Book and verified.
//   bench_year [SUBSCRIBERS] [REPEATS]
#include "api/cli/audit.hpp"
#include "api/cli/read_all.hpp"
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "bench/subscriber_months.hpp"
#include "commands/book_decider.hpp"
#include "ledger/ensure.hpp"
#include "ledger/store.hpp"
#include "tests/support/scratch_directory.hpp"

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace tollbook;

namespace {

constexpr std::string_view tenant = "year";
constexpr std::size_t group_commands_max = 8'192;
constexpr int months_lived = 12;
constexpr double replay_seconds_max = 60;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "bench: the year is wrong: {}\n", why);
    std::exit(1);
}

void no_progress(std::uint64_t, std::uint64_t) {}

// What the year was like for who lived it.
struct Lived {
    Hash state_hash{};
    std::int64_t paid_minor{};
    std::uint64_t runs_renewed{};
    double run_seconds{};
    std::size_t payments{};
    double payment_seconds{};
};

Lived live(const std::string& directory, std::size_t subscribers) {
    ensure(Store::create(directory).has_value());
    bench::Engine engine(directory, group_commands_max);
    bench::SubscriberMonths year(
        *engine.partition, {std::string(tenant), subscribers, &bench::mixed_payer, true}
    );
    Lived lived;
    for (int month = 0; month < months_lived; ++month) {
        const bench::LivedMonth one = year.live_month();
        lived.runs_renewed += one.report.renewed;
        lived.run_seconds += one.run_seconds;
        lived.payments += one.payments;
        lived.payment_seconds += one.payment_seconds;
    }
    lived.paid_minor = year.paid_minor();
    const Status looked = engine.partition->read([&](const Decider& decider, const Head&) {
        lived.state_hash = decider.state_hash();
    });
    ensure(looked.has_value());
    return lived;
}

struct Period {
    Date from;
    Date to;
    std::int64_t minor{};
};

// By service: what the log says that it was charged for, or what stands on an invoice.
using Periods = std::map<std::string, std::vector<Period>>;

void take_event(const Event& event, Periods& periods) {
    if (const auto* charged = std::get_if<WalletCharged>(&event)) {
        if (!charged->service || charged->lines.front().component != "period") return;
        const ChargeLine& line = charged->lines.front();
        periods[*charged->service].push_back({*line.service_from, *line.service_to, charged->minor}
        );
    } else if (const auto* drafted = std::get_if<PeriodDrafted>(&event)) {
        const DraftLine& line = drafted->lines.front();
        periods[drafted->service].push_back({*line.service_from, *line.service_to, line.minor});
    }
}

Periods periods_in(Source& source) {
    Periods periods;
    const Status read = api::read_all(source, no_progress, [&](const Batch& batch) {
        for (const Record& record : batch.records)
            if (record.type == WalletCharged::type || record.type == PeriodDrafted::type)
                take_event(
                    *decode_event(record.type, record.schema_version, record.payload), periods
                );
        return true;
    });
    ensure(read.has_value());
    return periods;
}

// The day of the calendar on which a subscriber's month begins: its anchor day, or the last one.
Date due_day(std::size_t subscriber, int month) {
    const Date last = bench::run_day(month);
    const int days = civil(last).day;
    return last - (days - std::min(days, bench::anchor_of(subscriber)));
}

void check_subscriber(std::size_t subscriber, const std::vector<Period>& charged) {
    const bool leaves = bench::mixed_payer(subscriber) == bench::Payer::leaving;
    const int expected = leaves ? bench::months_paid(subscriber) : months_lived;
    if (charged.size() != static_cast<std::size_t>(expected))
        give_up(fmt::format(
            "{} was charged {} times, not {}",
            bench::subscriber_id(subscriber),
            charged.size(),
            expected
        ));
    for (int month = 0; month < expected; ++month) {
        const bool changed = bench::changes_plan(subscriber) && month > bench::change_month;
        const Period& period = charged[static_cast<std::size_t>(month)];
        const bool right = period.from == due_day(subscriber, month) &&
                           period.to == due_day(subscriber, month + 1) &&
                           period.minor == (changed ? bench::biz_minor : bench::home_minor);
        if (!right)
            give_up(fmt::format(
                "{} was charged {} for {} to {}",
                bench::subscriber_id(subscriber),
                period.minor,
                to_string(period.from),
                to_string(period.to)
            ));
    }
}

// Nobody twice, nobody skipped; the money is where it was put. Returns the periods.
std::uint64_t check(Source& source, std::size_t subscribers, const Lived& lived) {
    const Periods periods = periods_in(source);
    if (periods.size() != subscribers) give_up(fmt::format("{} were charged", periods.size()));
    std::uint64_t count = 0;
    std::int64_t charged_minor = 0;
    for (std::size_t i = 0; i < subscribers; ++i) {
        const std::vector<Period>& charged = periods.at(bench::subscriber_id(i) + "-1");
        check_subscriber(i, charged);
        count += charged.size();
        for (const Period& period : charged)
            charged_minor += period.minor;
    }
    const auto report = api::replay(source, {}, no_progress);
    ensure(report.has_value());
    if (report->state_hash != lived.state_hash) give_up("the replayed Book is another one");
    std::map<std::string, std::int64_t> kinds;
    std::int64_t sum = 0;
    for (const auto& [of, minor] : report->trial_balance.at(std::string(tenant))) {
        kinds[of.account.substr(0, of.account.find(':'))] += minor;
        sum += minor;
    }
    if (sum != 0) give_up(fmt::format("the postings leave {}", sum));
    if (kinds["cash"] != lived.paid_minor) give_up("cash is not what was paid");
    if (kinds["revenue"] + kinds["tax"] != -charged_minor)
        give_up("revenue and taxes are not what was charged");
    if (kinds["wallet"] + kinds["receivable"] != charged_minor - lived.paid_minor)
        give_up("wallets and debts are not what is left");
    return count;
}

double reading_seconds(Source& source) {
    return bench::seconds([&] {
        ensure(api::read_all(source, no_progress, [](const Batch&) { return true; }).has_value());
    });
}

double replay_seconds(Source& source) {
    return bench::seconds([&] { ensure(api::replay(source, {}, no_progress).has_value()); });
}

double verify_seconds(Source& source) {
    return bench::seconds([&] {
        const auto report = api::verify(source, nullptr, no_progress);
        ensure(report.has_value() && report->problem.empty());
    });
}

void measure(Source& source, std::size_t repeats, const std::string& conditions) {
    const std::uint64_t records = source.head().value().seq;
    bench::Series replays;
    bench::Series by_reading;
    bench::Series verified;
    for (std::size_t i = 0; i < repeats; ++i) {
        const double reading = reading_seconds(source);
        const double replaying = replay_seconds(source);
        const double verifying = verify_seconds(source);
        replays.add(replaying, replay_seconds_max, replay_seconds_max / replaying);
        by_reading.add_work(records, replaying, reading);
        verified.add(verifying, replay_seconds_max, replay_seconds_max / verifying);
    }
    bench::print(replays.figure(
        "year_replay", 1, "s", "limit: what is promised; a new Book of the whole log, " + conditions
    ));
    bench::print(by_reading.figure(
        "year_replay_records",
        0,
        "records/s",
        "limit: the same log read with its hashes alone; " + conditions
    ));
    bench::print(verified.figure(
        "year_verify", 1, "s", "limit: what a replay may take; postings and all, " + conditions
    ));
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t subscribers = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 3;
    const ScratchDirectory scratch;
    const std::string directory = scratch.path + "/data";
    const Lived lived = live(directory, subscribers);
    StoreOptions reading;
    reading.read_only = true;
    const auto store = *Store::open(directory, reading);
    const auto source = store->source();
    const std::uint64_t periods = check(*source, subscribers, lived);
    const std::string conditions = fmt::format(
        "{} records of a year, {} subscribers, {} periods each charged once and none left out, "
        "median of {}",
        source->head().value().seq,
        subscribers,
        periods,
        repeats
    );
    bench::Series runs;
    runs.add(
        static_cast<double>(lived.runs_renewed) / lived.run_seconds,
        static_cast<double>(lived.payments) / lived.payment_seconds,
        static_cast<double>(lived.runs_renewed) / lived.run_seconds /
            (static_cast<double>(lived.payments) / lived.payment_seconds)
    );
    bench::print(runs.figure(
        "year_runs",
        0,
        "services/s",
        "limit: payments of the same year, each a command; twelve runs with their invoices, " +
            conditions
    ));
    measure(*source, repeats, conditions);
    return 0;
}
