// What runs leave behind of themselves, on a real log.
#include "api/automatic_billing.hpp"
#include "tests/api/due_provider.hpp"

#include <vector>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

// As much as all that is due: half of the customers have the money for one service.
constexpr std::int64_t payable_minor = customers / 2 * 1'000;

std::vector<BillingRunFinished> runs_of(const DueProvider& provider) {
    std::vector<BillingRunFinished> runs;
    Source& source = provider.partition().source();
    ReaderState state = source.start();
    while (state.seq < provider.head()) {
        const Batch batch = source.read(state, 1 << 20, std::chrono::seconds(1)).value();
        for (const Record& record : batch.records)
            if (record.type == BillingRunFinished::type)
                runs.push_back(std::get<BillingRunFinished>(
                    decode_event(record.type, record.schema_version, record.payload).value()
                ));
        state = batch.after;
    }
    return runs;
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

TEST_CASE("run record: a run that was cut off half way and comes again counts the rest, once") {
    DueProvider provider;
    const BillingPreview whole = provider.preview();
    for (std::size_t i = 0; i < whole.items.size() / 2; ++i) // Then the node was killed.
        provider.send("renew_service", to_json(RenewService{whole.items[i].service, {}}));
    const std::uint64_t before = provider.charges();
    CHECK(runs_of(provider).empty());
    renew(provider);
    const std::vector<BillingRunFinished> runs = runs_of(provider);
    REQUIRE(runs.size() == 1);
    CHECK(runs.front().counts.due == whole.items.size() / 2);
    CHECK(runs.front().charged_minor == payable_minor - static_cast<std::int64_t>(before) * 1'000);
    renew(provider);
    CHECK(runs_of(provider).size() == 1);
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
    CHECK(look_at("22T12") == waiting + 1);
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
