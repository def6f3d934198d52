// Prices that were wrong since a day, on a real log, looked at before. The read models' part is in
// tests/system/rules_test.py.
#include "api/cli/billing_text.hpp"
#include "api/tariffs.hpp"
#include "tests/api/due_provider.hpp"

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

constexpr const char* next_version =
    R"({"plan":"HOME","name":"H","price_minor":700,"currency":"KES","down_mbps":2,"up_mbps":2})";

// What is due is renewed: the even customers' first services are, at 10.00 each.
void charge(DueProvider& provider) {
    const auto report = provider.confirm(provider.preview().preview);
    REQUIRE(report);
    REQUIRE(report->renewed == customers / 2);
    provider.send("define_plan", next_version);
}

TariffCandidates candidates(const std::optional<std::string>& preview = {}) {
    TariffCandidates told;
    told.correction = {
        "HOME", 1, {}, parse_date("2026-11-20").value(), "a wrong price list", preview};
    for (int i = 0; i < customers; i += 2) {
        ChargedService service;
        service.service = fmt::format("C{}-1", i);
        service.charges.push_back(
            {service.service + ":period:2026-11-20:0",
             parse_date("2026-11-20").value(),
             parse_date("2026-12-20").value(),
             1'000,
             0,
             1'000}
        );
        told.services.push_back(std::move(service));
    }
    return told;
}

Result<std::string> run_tariff(DueProvider& provider, RunStep step, const TariffCandidates& told) {
    RunOrder order{"due", "test", {}, step, {}};
    order.body = to_json(told);
    return run_order(provider.partition(), order);
}

TariffPreview preview(DueProvider& provider, const TariffCandidates& told) {
    const auto answer = run_tariff(provider, RunStep::tariff_preview, told);
    REQUIRE(answer);
    return from_json<TariffPreview>(*answer).value();
}

} // namespace

TEST_CASE("tariff run: a preview tells all and changes nothing; its confirmation does just that") {
    DueProvider provider;
    charge(provider);
    const std::uint64_t before = provider.head();
    const TariffPreview told = preview(provider, candidates());
    CHECK(provider.head() == before);
    CHECK(told.services == 2 * customers); // Who was not charged gets the other version too.
    CHECK(told.customers == customers);
    CHECK(told.corrected.services == customers / 2);
    CHECK(told.corrected.credited_minor == customers / 2 * 1'000);
    CHECK(told.corrected.minor == customers / 2 * -300);
    CHECK(told.moved.services == 2 * customers - customers / 2);
    CHECK(told.moved.minor + told.refused.minor + told.corrected.owed_minor == 0);

    const auto done = run_tariff(provider, RunStep::tariff, candidates(told.preview));
    REQUIRE(done);
    const auto report = from_json<ChangeReport>(*done).value();
    CHECK(report.changed == told.services);
    CHECK(report.refused + report.moved + report.failed == 0);
    CHECK(report.position == provider.head());
    // Sent again, its candidates are older than the book: nothing is corrected twice.
    CHECK(
        run_tariff(provider, RunStep::tariff, candidates(told.preview)).error().code ==
        Errc::projection_lag
    );
    TariffCandidates none = candidates(told.preview);
    none.services.clear();
    CHECK(preview(provider, none).services == 0);
    CHECK(run_tariff(provider, RunStep::tariff, none).error().code == Errc::figures_moved);
    CHECK(provider.head() == report.position);
}

TEST_CASE("tariff run: a confirmation is refused, and does nothing, when anything has moved") {
    DueProvider provider;
    charge(provider);
    const std::string old = preview(provider, candidates()).preview;
    provider.pay(1, 100);
    provider.send("pause_service", R"({"service":"C2-1"})");
    const std::uint64_t before = provider.head();
    CHECK(
        run_tariff(provider, RunStep::tariff, candidates(old)).error().code == Errc::figures_moved
    );
    CHECK(run_tariff(provider, RunStep::tariff, candidates()).error().code == Errc::missing_field);
    CHECK(provider.head() == before);
}

TEST_CASE("tariff run: what cannot be corrected is left as it is, and the rest is done") {
    DueProvider provider;
    charge(provider);
    TariffCandidates told = candidates();
    told.services.front().unclear = true;
    const TariffPreview shown = preview(provider, told);
    CHECK(shown.refused.services == 1);
    told.correction.preview = shown.preview;
    const auto report =
        from_json<ChangeReport>(run_tariff(provider, RunStep::tariff, told).value()).value();
    CHECK(report.refused == 1);
    CHECK(report.changed == shown.services - 1);
}

namespace {

// What was charged for DUAL, each in its customer's currency.
TariffCandidates candidates_of_dual(const DueProvider& provider) {
    TariffCandidates told;
    const Date from = parse_date("2026-11-20").value();
    told.correction = {"DUAL", 1, 2, from, "a wrong price list", {}};
    for (const BillingItem& item : provider.preview().items) {
        if (item.plan != "DUAL" || item.outcome != BillingOutcome::charged) continue;
        ChargedService service;
        service.service = item.service;
        service.charges.push_back(
            {item.service + ":period:2026-11-20:0", from, item.to, item.minor, 0, item.minor}
        );
        told.services.push_back(std::move(service));
    }
    return told;
}

} // namespace

TEST_CASE("tariff run: each currency is added up by itself; who has no price in it is refused") {
    MixedProvider provider;
    TariffCandidates candidates = candidates_of_dual(provider);
    REQUIRE(provider.confirm(provider.preview().preview));
    provider.define_dual(700, R"([{"currency":"USD","price_minor":350}])");
    const TariffPreview told = preview(provider, candidates);
    CHECK(told.services == 1 + 2 * foreign_customers);
    CHECK(told.customers == 1 + 2 * foreign_customers);
    CHECK(told.currency.code() == "KES");
    CHECK(told.corrected.services == 1);
    CHECK(told.corrected.credited_minor == 1'000);
    CHECK(told.corrected.charged_minor == 700);
    CHECK(told.corrected.minor == -300);
    REQUIRE(told.others);
    REQUIRE(told.others->size() == 2);
    CHECK(told.others->front().currency.code() == "EUR");
    CHECK(told.others->front().refused.services == foreign_customers);
    CHECK(told.others->front().refused.minor == 0);
    const TariffSums& dollars = told.others->back();
    CHECK(dollars.currency.code() == "USD");
    CHECK(dollars.corrected.services == foreign_customers / 2);
    CHECK(dollars.corrected.credited_minor == foreign_customers / 2 * 300);
    CHECK(dollars.corrected.minor == foreign_customers / 2 * 50);
    CHECK(dollars.moved.services == foreign_customers / 2);
    for (const TariffItem& item : told.items) {
        CHECK(item.currency.value_or(told.currency) == MixedProvider::currency_of(item.customer));
        if (item.outcome == TariffOutcome::refused) CHECK(item.reason == "plan-not-priced");
    }

    candidates.correction.preview = told.preview;
    const auto done = run_tariff(provider, RunStep::tariff, candidates);
    REQUIRE(done);
    const auto report = from_json<ChangeReport>(*done).value();
    CHECK(report.changed == 1 + foreign_customers);
    CHECK(report.refused == foreign_customers);
    CHECK(report.moved + report.failed == 0);
}

TEST_CASE("tariff run: each currency is told by itself") {
    const Currency dollars = Currency::parse("USD").value();
    TariffPreview told;
    told.corrected = {1, 3'000'00, 2'500'00, -500'00, 0};
    TariffSums other;
    other.currency = dollars;
    other.corrected = {2, 30'00, 25'00, -5'00, 0};
    told.others = {other};
    TariffItem item{"D-1", "D", 1, 15'00, 12'50, -2'50, 0, TariffOutcome::corrected, 7, {}};
    item.currency = dollars;
    told.items = {item};
    const std::string text = preview_text(told);
    CHECK(text.starts_with("KES "));
    const std::string line =
        "D-1 (USD)                                  D           15.00           12.50           "
        "-2.50            0.00\n";
    CHECK(text.find(line) != std::string::npos);
    const std::string sums = "USD\n"
                             "corrected                         2 services           30.00        "
                             "   25.00           -5.00            0.00\n";
    CHECK(text.find(sums) != std::string::npos);
}

TEST_CASE("tariff run: what is not one is refused") {
    DueProvider provider;
    const auto error = [&](const std::string& body) {
        RunOrder order{"due", "test", {}, RunStep::tariff_preview, {}};
        order.body = body;
        return run_order(provider.partition(), order).error().code;
    };
    CHECK(error("") == Errc::malformed_json);
    CHECK(error("{}") == Errc::missing_field);
    TariffCandidates none;
    none.correction.plan = "NONE";
    CHECK(error(to_json(none)) == Errc::plan_unknown);
}

TEST_CASE("tariff run: a preview is told service by service, and in sums") {
    TariffPreview told;
    told.preview = "abc";
    told.corrected = {2, 3'000'00, 2'500'00, -500'00, 0};
    told.refused = {1, 0, 0, 0, 0};
    told.items = {
        {"A-1", "A", 1, 1'500'00, 1'000'00, -500'00, 0, TariffOutcome::corrected, 7, {}},
        {"B-1", "B", 1, 0, 0, 0, 0, TariffOutcome::refused, 7, "tariff-unclear"}};
    const Date from = parse_date("2026-11-20").value();
    told.items.front().invoices = {
        {"I1", "I1~tariff~1", from, from + 30, 5, "A-1:period:2026-11-20:1", "I3", 4},
        {"I2", {}, from + 30, from + 61, 5, {}, {}, 4}};
    told.credit_notes = 1;
    told.drafts = 1;
    told.left_out = 1;
    CHECK(
        preview_text(told) == "KES                                               comes back    "
                              "charged anew       pays more"
                              "      of it owed\n"
                              "A-1                                        A        1,500.00        "
                              "1,000.00         -500.00"
                              "            0.00\n"
                              "  credit note I1~tariff~1: 2026-11-20 to 2026-12-20, anew on I3\n"
                              "  draft I2: 2026-12-20 to 2027-01-20 corrected\n"
                              "refused: B-1: tariff-unclear\n"
                              "1 more are in the sums alone\n"
                              "corrected                         2 services        3,000.00        "
                              "2,500.00         -500.00"
                              "            0.00\n"
                              "not charged since                 0 services            0.00        "
                              "    0.00            0.00"
                              "            0.00\n"
                              "refused: look at them             1 services            0.00        "
                              "    0.00            0.00"
                              "            0.00\n"
                              "of invoices: 1 credit notes, 1 drafts\n"
                              "to do just that: the same with --preview abc"
    );
}
