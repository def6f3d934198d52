// What runs leave behind of themselves, on a real log.
#include "api/run_record.hpp"

#include "api/automatic_billing.hpp"
#include "commands/currency_sums.hpp"
#include "tests/api/due_provider.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

// As much as all that is due: half of the customers have the money for one service.
constexpr std::int64_t payable_minor = customers / 2 * 1'000;

// Every record of the log.
template <class Take>
void for_each_record(const DueProvider& provider, Take take) {
    Source& source = provider.partition().source();
    ReaderState state = source.start();
    while (state.seq < provider.head()) {
        const Batch batch = source.read(state, 1 << 20, std::chrono::seconds(1)).value();
        for (const Record& record : batch.records)
            take(record);
        state = batch.after;
    }
}

template <class E>
std::vector<E> all_of(const DueProvider& provider) {
    std::vector<E> all;
    for_each_record(provider, [&](const Record& record) {
        if (record.type == E::type)
            all.push_back(std::get<E>(
                decode_event(record.type, record.schema_version, record.payload).value()
            ));
    });
    return all;
}

std::vector<BillingRunFinished> runs_of(const DueProvider& provider) {
    return all_of<BillingRunFinished>(provider);
}

// What charges came to that a run caused.
std::int64_t charged_by_runs(const DueProvider& provider) {
    std::int64_t minor = 0;
    for_each_record(provider, [&](const Record& record) {
        if (record.type != WalletCharged::type || record.command.causation.empty()) return;
        CHECK(record.command.causation.starts_with("run:"));
        minor += std::get<WalletCharged>(
                     decode_event(record.type, record.schema_version, record.payload).value()
        )
                     .minor;
    });
    return minor;
}

// What all runs say that they charged.
std::int64_t told_by_runs(const DueProvider& provider) {
    std::int64_t minor = 0;
    for (const BillingRunFinished& run : runs_of(provider))
        minor += run.charged_minor;
    for (const BillingRunInterrupted& run : all_of<BillingRunInterrupted>(provider))
        minor += run.charged_minor;
    return minor;
}

// A run that died: it began, and renewed the first services that were due.
void half_a_run(DueProvider& provider, std::size_t services) {
    const BillingPreview whole = provider.preview();
    StartBillingRun start;
    start.run = "dead";
    start.trigger = RunTrigger::schedule;
    start.by = "system:billing";
    start.started_at = parse_timestamp("2026-11-20T09:00:00Z").value();
    start.due = whole.items.size();
    provider.send("start_billing_run", to_json(start));
    for (std::size_t i = 0; i < services; ++i)
        provider.send_in_run(
            "dead", "renew:", "renew_service", to_json(RenewService{whole.items[i].service, {}})
        );
}

RenewalReport renew(const DueProvider& provider) {
    const RunOrder order{"due", "test", {}, RunStep::renew, {}};
    return run_renewals(provider.partition(), order).value();
}

} // namespace

TEST_CASE("run record: a run tells what it came to, and one that finds nothing leaves nothing") {
    DueProvider provider;
    const RenewalReport report = renew(provider);
    const std::vector<BillingRunFinished> runs = runs_of(provider);
    REQUIRE(runs.size() == 1);
    CHECK(report.run == runs.front().run);
    CHECK(runs.front().trigger == RunTrigger::manual);
    CHECK(runs.front().by == "test");
    CHECK_FALSE(runs.front().preview);
    CHECK(to_string(runs.front().started_at) == "2026-11-20T09:00:00Z");
    CHECK(runs.front().counts.due == 2 * customers);
    CHECK(runs.front().counts.renewed == customers / 2);
    CHECK(runs.front().counts.cut == 2 * customers - customers / 2);
    CHECK(runs.front().charged_minor == payable_minor);
    CHECK(runs.front().invoiced_minor == 0);
    CHECK(runs.front().currency.code() == "KES");
    CHECK(report.charged_minor == payable_minor);
    const std::uint64_t head = provider.head();
    CHECK_FALSE(renew(provider).run);
    CHECK(provider.head() == head);
}

TEST_CASE("run record: a confirmation names its preview; what went on invoices is told apart") {
    DueProvider provider;
    provider.send("set_billing_mode", R"({"customer":"C1","mode":"invoiced"})");
    const BillingPreview preview = provider.preview();
    const Result<RenewalReport> report = provider.confirm(preview.preview);
    REQUIRE(report);
    const std::vector<BillingRunFinished> runs = runs_of(provider);
    REQUIRE(runs.size() == 1);
    CHECK(runs.front().trigger == RunTrigger::confirmed);
    CHECK(runs.front().preview == preview.preview);
    CHECK(runs.front().charged_minor == preview.charged.minor);
    CHECK(runs.front().invoiced_minor == preview.invoiced.minor);
    CHECK(preview.invoiced.minor == 2'000);
    CHECK(runs.front().counts.invoices == 1);
}

namespace {

void add(RunSums& sums, std::int64_t charged_minor, std::int64_t invoiced_minor) {
    sums.charged_minor += charged_minor;
    sums.invoiced_minor += invoiced_minor;
}

// What the records that runs caused took, by currency.
std::vector<RunSums> taken_by_records(const MixedProvider& provider) {
    std::vector<RunSums> all;
    for_each_record(provider, [&](const Record& record) {
        if (record.command.causation.empty()) return;
        const Event event =
            decode_event(record.type, record.schema_version, record.payload).value();
        if (const auto* charged = std::get_if<WalletCharged>(&event)) {
            const Currency currency = MixedProvider::currency_of(charged->customer);
            add(sums_of(all, currency), charged->minor, 0);
            for (const Posting& leg : charged->postings)
                CHECK(leg.currency == currency);
        }
        if (const auto* drafted = std::get_if<PeriodDrafted>(&event))
            for (const DraftLine& line : drafted->lines)
                add(sums_of(all, MixedProvider::currency_of(drafted->customer)), 0, line.minor);
    });
    return all;
}

template <class Ended>
void add_run(std::vector<RunSums>& all, const Ended& run) {
    if (run.charged_minor + run.invoiced_minor != 0)
        add(sums_of(all, run.currency), run.charged_minor, run.invoiced_minor);
    for (const RunSums& other : run.others.value_or(std::vector<RunSums>{}))
        add(sums_of(all, other.currency), other.charged_minor, other.invoiced_minor);
}

// What all runs say that they took.
std::vector<RunSums> taken_as_told(const MixedProvider& provider) {
    std::vector<RunSums> all;
    for (const BillingRunFinished& run : runs_of(provider))
        add_run(all, run);
    for (const BillingRunInterrupted& run : all_of<BillingRunInterrupted>(provider))
        add_run(all, run);
    return all;
}

// What a preview says that will be taken.
std::vector<RunSums> taken_as_previewed(const BillingPreview& preview) {
    std::vector<RunSums> all;
    for (const BillingItem& item : preview.items) {
        RunSums& sums = sums_of(all, item.currency.value_or(preview.currency));
        if (item.outcome == BillingOutcome::charged) add(sums, item.minor, 0);
        if (item.outcome == BillingOutcome::invoiced) add(sums, 0, item.minor);
    }
    std::erase_if(all, [](const RunSums& sums) {
        return sums.charged_minor + sums.invoiced_minor == 0;
    });
    return all;
}

// Some pay more, and some pay by invoice from now on.
void stir(MixedProvider& provider, std::mt19937_64& random) {
    for (const char* letter : {"C", "E", "U"})
        for (int i = 0; i < foreign_customers; ++i) {
            const std::string customer = letter + std::to_string(i);
            if (random() % 2 == 0) provider.pay(customer, static_cast<int>(random() % 900 + 1));
            if (random() % 3 == 0)
                provider.send(
                    "set_billing_mode",
                    fmt::format(R"({{"customer":"{}","mode":"invoiced"}})", customer)
                );
        }
}

} // namespace

TEST_CASE("run record: of several currencies each is told by itself, and all that was previewed") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        MixedProvider provider;
        stir(provider, random);
        const BillingPreview preview = provider.preview();
        CHECK(preview_hash(preview.items) == preview.preview);
        const std::vector<RunSums> wanted = taken_as_previewed(preview);
        CHECK(wanted.size() == 3);
        const Result<RenewalReport> report = provider.confirm(preview.preview);
        REQUIRE(report);
        CHECK(report->moved + report->failed == 0);
        CHECK(taken_by_records(provider) == wanted);
        CHECK(taken_as_told(provider) == wanted);
        REQUIRE(runs_of(provider).size() == 1);
        const BillingRunFinished run = runs_of(provider).front();
        CHECK(run.charged_minor == preview.charged.minor);
        CHECK(run.invoiced_minor == preview.invoiced.minor);
        REQUIRE(run.others);
        CHECK(std::ranges::is_sorted(*run.others, {}, &RunSums::currency));
        for (const RunSums& other : *run.others)
            for (const BillingSums& sums : preview.others.value())
                if (sums.currency == other.currency) {
                    CHECK(other.charged_minor == sums.charged.minor);
                    CHECK(other.invoiced_minor == sums.invoiced.minor);
                }
        CHECK(report->currency == run.currency);
        CHECK(report->charged_minor == run.charged_minor);
        CHECK(report->others == run.others);
        // The same a month later, as the schedule has it.
        provider.send("set_billing_schedule", R"({"from_hour":0})");
        provider.send("advance_test_clock", R"({"to":"2026-12-20T09:00:00Z"})");
        stir(provider, random);
        AutomaticBilling(provider.partition(), {}).look();
        CHECK(runs_of(provider).size() == 2);
        CHECK(taken_as_told(provider) == taken_by_records(provider));
    }
}

TEST_CASE("run record: a run of several currencies that died is told by currency too") {
    MixedProvider provider;
    half_a_run(provider, 2 * customers + 5);
    const RenewalReport rest = renew(provider);
    const auto dead = all_of<BillingRunInterrupted>(provider);
    REQUIRE(dead.size() == 1);
    REQUIRE(dead.front().others);
    CHECK(dead.front().others->front().currency.code() == "EUR");
    REQUIRE(rest.others);
    CHECK(rest.others->back() == RunSums{Currency::parse("USD").value(), 900, 0});
    CHECK(taken_as_told(provider) == taken_by_records(provider));
}

TEST_CASE("run record: a run that begins says so, and its commands name it") {
    DueProvider provider;
    const RenewalReport report = renew(provider);
    const auto begun = all_of<BillingRunStarted>(provider);
    REQUIRE(begun.size() == 1);
    CHECK(begun.front().run == report.run);
    CHECK(begun.front().trigger == RunTrigger::manual);
    CHECK(begun.front().by == "test");
    CHECK(begun.front().due == 2 * customers);
    CHECK(charged_by_runs(provider) == payable_minor);
    std::uint64_t renewed = 0;
    for_each_record(provider, [&](const Record& record) {
        if (record.command.causation == "run:" + begun.front().run)
            renewed += record.type == ServiceRenewed::type ? 1U : 0U;
    });
    CHECK(renewed == report.renewed);
}

TEST_CASE("run record: a run that died is recorded by the next one, which counts the rest, once") {
    DueProvider provider;
    half_a_run(provider, customers);
    CHECK(runs_of(provider).empty());
    const RenewalReport rest = renew(provider);
    const auto dead = all_of<BillingRunInterrupted>(provider);
    REQUIRE(dead.size() == 1);
    CHECK(dead.front().run == "dead");
    CHECK(dead.front().trigger == RunTrigger::schedule);
    CHECK(dead.front().by == "system:billing");
    CHECK(dead.front().counts.due == 2 * customers);
    CHECK(dead.front().counts.renewed + dead.front().counts.cut == customers);
    CHECK(dead.front().counts.renewed > 0);
    CHECK(
        dead.front().charged_minor == static_cast<std::int64_t>(dead.front().counts.renewed) * 1'000
    );
    CHECK(rest.due == customers);
    CHECK(dead.front().counts.renewed + rest.renewed == customers / 2);
    CHECK(dead.front().charged_minor + rest.charged_minor == payable_minor);
    CHECK(told_by_runs(provider) == charged_by_runs(provider));
    const std::uint64_t head = provider.head();
    renew(provider);
    CHECK(provider.head() == head);
}

TEST_CASE("run record: a run that died is recorded by the node that looks for schedules") {
    DueProvider provider;
    half_a_run(provider, 3);
    AutomaticBilling billing(provider.partition(), {});
    billing.look(); // Nobody has a schedule.
    const auto dead = all_of<BillingRunInterrupted>(provider);
    REQUIRE(dead.size() == 1);
    CHECK(dead.front().counts.renewed + dead.front().counts.cut == 3);
    const std::uint64_t head = provider.head();
    billing.look();
    CHECK(provider.head() == head);
}

TEST_CASE("run record: a run that is under way is nobody's to record") {
    DueProvider provider;
    half_a_run(provider, 1);
    {
        const LiveRun live(provider.partition(), "dead");
        record_dead_runs(provider.partition());
        CHECK(all_of<BillingRunInterrupted>(provider).empty());
    }
    record_dead_runs(provider.partition(), "nobody");
    CHECK(all_of<BillingRunInterrupted>(provider).empty());
    record_dead_runs(provider.partition(), "due");
    CHECK(all_of<BillingRunInterrupted>(provider).size() == 1);
}

TEST_CASE("run record: runs at once each tell what they charged, and together all of it") {
    DueProvider provider;
    std::vector<std::future<RenewalReport>> others;
    for (int i = 0; i < 4; ++i)
        others.push_back(std::async(std::launch::async, [&] { return renew(provider); }));
    std::int64_t told = 0;
    for (auto& other : others)
        told += other.get().charged_minor;
    CHECK(told == payable_minor);
    CHECK(told_by_runs(provider) == payable_minor);
    CHECK(charged_by_runs(provider) == payable_minor);
    CHECK(all_of<BillingRunInterrupted>(provider).empty());
    std::map<std::string, int> begun;
    for (const BillingRunStarted& run : all_of<BillingRunStarted>(provider))
        ++begun[run.run];
    for (const BillingRunFinished& run : runs_of(provider))
        if (--begun[run.run] != 0) // One that came when all was done has an end alone.
            CHECK(run.charged_minor == 0);
    for (const auto& [run, open] : begun)
        CHECK(open <= 0);
}

TEST_CASE("run record: one that only tops up, or books what lapsed, is a run too") {
    DueProvider provider;
    renew(provider);
    provider.send(
        "set_top_up_rule",
        R"({"customer":"C1","rule":"r","terms":{"trigger":"interval","every":"month",)"
        R"("from":"2026-11-20","action":"grant","at_most":1,"amount_minor":1000}})"
    );
    const RenewalReport report = renew(provider); // It pays for one of two services that are cut.
    CHECK(report.due == 0);
    CHECK(report.top_ups == 1);
    CHECK(report.charged_minor == 1'000);
    const BillingRunFinished last = runs_of(provider).back();
    CHECK(last.run == report.run);
    CHECK(last.counts.top_ups == 1);
    CHECK(last.charged_minor == 1'000);
    CHECK(told_by_runs(provider) == charged_by_runs(provider));
}

TEST_CASE("run record: what waits hour after hour is recorded once, and again when it changes") {
    DueProvider provider;
    provider.send(
        "define_dunning",
        R"({"policy":"P","steps":[{"step":"mail","after_days":2,"action":"remind"}]})"
    );
    provider.send("assign_dunning", R"({"policy":"P"})");
    provider.send("set_billing_schedule", R"({"from_hour":0})");
    AutomaticBilling billing(provider.partition(), {});
    const auto look_at = [&](const std::string& hour) {
        provider.send("advance_test_clock", R"({"to":"2026-11-)" + hour + R"(:00:00Z"})");
        const std::uint64_t before = provider.head();
        billing.look();
        return provider.head() - before;
    };
    CHECK(look_at("20T10") > 0);
    std::vector<BillingRunFinished> runs = runs_of(provider);
    REQUIRE(runs.size() == 1);
    CHECK(runs.front().trigger == RunTrigger::schedule);
    CHECK(runs.front().by == "system:billing");
    const auto waiting = static_cast<std::uint64_t>(2 * customers - customers / 2);
    CHECK(runs.front().counts.waiting == waiting);
    CHECK(look_at("20T11") == 1); // Those that wait are found alone: another run.
    CHECK(look_at("20T12") == 0);
    CHECK(look_at("21T12") == 0);
    CHECK(look_at("22T12") == waiting + 2); // It begins, and it ends.
    runs = runs_of(provider);
    CHECK(runs.back().counts.dunned == waiting);
    CHECK(runs.size() == 3);
    CHECK(billing.counts().failures == 0);
}

TEST_CASE("run record: a service with which something is wrong is named with its reason") {
    DueProvider provider;
    provider.send(
        "define_dunning",
        R"({"policy":"P","steps":[{"step":"end","after_days":300,"action":"terminate"}],)"
        R"("catch_up":"ask"})"
    );
    provider.send("assign_dunning", R"({"policy":"P"})");
    provider.send("advance_test_clock", R"({"to":"2027-01-25T09:00:00Z"})");
    const RenewalReport report = renew(provider);
    CHECK(report.parked > 0);
    const std::vector<BillingRunFinished> runs = runs_of(provider);
    REQUIRE(runs.size() == 1);
    CHECK(runs.front().parked.size() == report.parked);
    CHECK(runs.front().parked.front() == ParkedService{"C0-1", "backlog-undecided"});
    CHECK(runs.front().counts.parked == report.parked);
}

TEST_CASE("top-ups: a run takes what is due before it charges, and what it crossed afterwards") {
    DueProvider provider;
    const auto rule = [&](int i, const std::string& terms) {
        provider.send(
            "set_top_up_rule",
            fmt::format(R"({{"customer":"C{}","rule":"r","terms":{{{},"at_most":9}}}})", i, terms)
        );
    };
    // C1 has nothing, and is given what its two services cost before they would be cut.
    rule(
        1,
        R"("trigger":"interval","every":"month","from":"2026-11-20","action":"grant",)"
        R"("amount_minor":2000)"
    );
    // C2 has 1,500: a service takes it below, and its payer is asked.
    rule(2, R"("trigger":"threshold","below_minor":1000,"action":"request","target_minor":3000)");
    RenewalReport report = renew(provider);
    CHECK(report.top_ups == 2);
    CHECK(report.renewed == customers / 2 + 2);
    CHECK(report.charged_minor == payable_minor + 2'000);
    const std::uint64_t head = provider.head();
    report = renew(provider);
    CHECK(report.top_ups == 0);
    CHECK(provider.head() == head);

    REQUIRE(provider.partition().read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        const TopUpRule& asking = book.top_ups.find("due/C2")->rules.front();
        REQUIRE(asking.open);
        CHECK(asking.open->minor == 2'500);
        CHECK(balance(*book.wallets.find("due/C1")) == 0);
    }));
    provider.send("advance_test_clock", R"({"to":"2027-02-20T09:00:00Z"})");
    report = renew(provider);
    CHECK(report.top_ups == 3); // Each month in its turn.
}

TEST_CASE("top-ups: two runs at once take each due day once") {
    DueProvider provider;
    for (int i = 0; i < customers; ++i)
        provider.send(
            "set_top_up_rule",
            fmt::format(
                R"({{"customer":"C{}","rule":"r","terms":{{"trigger":"interval","every":"day",)"
                R"("from":"2026-11-20","action":"grant","amount_minor":1,"at_most":31}}}})",
                i
            )
        );
    provider.send("advance_test_clock", R"({"to":"2026-11-24T09:00:00Z"})");
    auto other = std::async(std::launch::async, [&] { return renew(provider); });
    const RenewalReport first = renew(provider);
    const RenewalReport second = other.get();
    CHECK(first.failed + second.failed == 0);
    CHECK(first.top_ups + second.top_ups == 5 * customers);
    CHECK(first.charged_minor + second.charged_minor == payable_minor);
}
