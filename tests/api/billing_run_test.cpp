// Previews and confirmations on a real log, and their routes.
#include "api/cli/billing_text.hpp"
#include "tests/api/api_fixture.hpp"
#include "tests/api/due_provider.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

TEST_CASE("billing run: a preview tells all and changes nothing; its confirmation does just that") {
    DueProvider provider;
    const std::uint64_t before = provider.head();
    const BillingPreview preview = provider.preview();
    CHECK(provider.head() == before);
    CHECK(preview.due == 2 * customers);
    CHECK(preview.items.size() == 2 * customers);
    CHECK(preview.left_out == 0);
    CHECK(preview.charged.services == customers / 2);
    CHECK(preview.charged.minor == customers / 2 * 1'000);
    CHECK(preview.cut.services == 2 * customers - customers / 2);
    CHECK(preview.parked.services == 0);
    REQUIRE(preview.plans.size() == 1);
    CHECK(preview.plans.front().charged.minor == preview.charged.minor);

    const Result<RenewalReport> report = provider.confirm(preview.preview);
    REQUIRE(report);
    CHECK(report->due == preview.due);
    CHECK(report->renewed == preview.charged.services);
    CHECK(report->cut == preview.cut.services);
    CHECK(report->moved + report->parked + report->failed + report->settled == 0);
    CHECK(provider.preview().due == 0);
}

TEST_CASE("billing run: a confirmation is refused, and does nothing, when a figure has moved") {
    DueProvider provider;
    const BillingPreview old = provider.preview();
    provider.pay(1, 5'000);
    const std::uint64_t before = provider.head();
    CHECK(provider.confirm(old.preview).error().code == Errc::figures_moved);
    CHECK(provider.confirm("").error().code == Errc::figures_moved);
    CHECK(provider.head() == before);
    const BillingPreview now = provider.preview();
    CHECK(now.charged.services == old.charged.services + 2);
    CHECK(provider.confirm(now.preview)->renewed == now.charged.services);
    CHECK(provider.confirm(now.preview).error().code == Errc::figures_moved); // Nothing is due.
    CHECK(preview_run(provider.partition(), "nobody").error().code == Errc::tenant_unknown);
}

TEST_CASE("billing run: one that was cut off charged nobody twice, and a new preview has the rest"
) {
    DueProvider provider;
    const BillingPreview whole = provider.preview();
    for (std::size_t i = 0; i < whole.items.size() / 2; ++i) { // Then the node was killed.
        const BillingItem& item = whole.items[i];
        const bool covered = item.outcome == BillingOutcome::charged;
        provider.send(
            "renew_service",
            to_json(RenewService{item.service, ExpectedRenewal{item.from, item.minor, covered}})
        );
    }
    CHECK(provider.confirm(whole.preview).error().code == Errc::figures_moved);
    const BillingPreview rest = provider.preview();
    CHECK(rest.due == whole.due - whole.items.size() / 2);
    const Result<RenewalReport> report = provider.confirm(rest.preview);
    REQUIRE(report);
    CHECK(report->renewed + report->cut == rest.due);
    CHECK(provider.charges() == whole.charged.services);
}

TEST_CASE("billing run: a preview is told in sums, with what is parked and how to confirm it") {
    BillingPreview preview;
    preview.preview = "abc";
    preview.currency = Currency::parse("KES").value();
    preview.charged = {1'234, 123'456'789};
    preview.cut = {1, 100'00};
    preview.parked = {1, 5};
    preview.plans = {{"HOME", 2, preview.charged, {}, preview.cut}};
    preview.items = {
        {"A-1", "A", "HOME", 2, Date{0}, Date{31}, 5, BillingOutcome::parked, 1},
        {"A-2", "A", "HOME", 2, Date{0}, Date{31}, 9, BillingOutcome::charged, 1}};
    preview.left_out = 7;
    CHECK(
        preview_text(preview, "sav") ==
        "                          services                     KES\n"
        "will be charged               1234            1,234,567.89\n"
        "will be cut                      1                  100.00\n"
        "will end                         0                    0.00\n"
        "parked: look at them             1                    0.05\n"
        "charged: HOME v2              1234            1,234,567.89\n"
        "parked: A-1 from 1970-01-01\n"
        "7 more are in the sums alone\n"
        "to do just that: tollbook billing confirm --tenant sav --preview abc"
    );
    CHECK(
        report_text({9, 1, 2, 7, 3, 4, 5, 6, 0, 0}) ==
        "9 due: 1 charged or invoiced, 2 cut, 7 ended, 5 parked, 4 moved, 3 settled before, "
        "6 failed, 0 dunned, 0 waiting; 0 invoices issued, 0 customers overdue, 0 topped up; "
        "KES 0.00 charged, 0.00 invoiced"
    );
}

TEST_CASE("billing run: each currency is told by itself, with its plans") {
    const Currency dollars = Currency::parse("USD").value();
    BillingPreview preview;
    preview.preview = "abc";
    preview.charged = {2, 3'000'00};
    BillingSums other;
    other.currency = dollars;
    other.charged = {3, 45'00};
    other.invoiced = {1, 15'00};
    preview.others = {other};
    preview.plans = {
        {"DUAL", 1, preview.charged, {}, {}}, {"DUAL", 1, other.charged, {}, {}, dollars}};
    CHECK(
        preview_text(preview, "sav") ==
        "                          services                     KES\n"
        "will be charged                  2                3,000.00\n"
        "will be cut                      0                    0.00\n"
        "will end                         0                    0.00\n"
        "parked: look at them             0                    0.00\n"
        "charged: DUAL v1                 2                3,000.00\n"
        "                          services                     USD\n"
        "will be charged                  3                   45.00\n"
        "will be invoiced                 1                   15.00\n"
        "will be cut                      0                    0.00\n"
        "will end                         0                    0.00\n"
        "parked: look at them             0                    0.00\n"
        "charged: DUAL v1                 3                   45.00\n"
        "to do just that: tollbook billing confirm --tenant sav --preview abc"
    );
    RenewalReport report;
    report.charged_minor = 3'000'00;
    report.others = {{dollars, 45'00, 15'00}};
    report.run = "r";
    CHECK(
        report_text(report).substr(report_text(report).find("KES")) ==
        "KES 3,000.00 charged, 0.00 invoiced; USD 45.00 charged, 15.00 invoiced: run r"
    );
}

TEST_CASE("billing run: a preview of several currencies adds up each by itself") {
    MixedProvider provider;
    const BillingPreview preview = provider.preview();
    CHECK(preview.due == 2 * customers + 1 + 2 * foreign_customers);
    CHECK(preview.currency.code() == "KES");
    CHECK(preview.charged.services == customers / 2 + 1);
    CHECK(preview.charged.minor == (customers / 2 + 1) * 1'000);
    REQUIRE(preview.others);
    REQUIRE(preview.others->size() == 2);
    const auto check = [&](const BillingSums& sums, std::string_view code, std::int64_t price) {
        CHECK(sums.currency.code() == code);
        CHECK(sums.charged.services == foreign_customers / 2);
        CHECK(sums.charged.minor == foreign_customers / 2 * price);
        CHECK(sums.cut.services == foreign_customers / 2);
        CHECK(sums.cut.minor == foreign_customers / 2 * price);
        CHECK(sums.invoiced.services + sums.ended.services + sums.parked.services == 0);
    };
    check(preview.others->front(), "EUR", 200);
    check(preview.others->back(), "USD", 300);
    REQUIRE(preview.plans.size() == 4);
    CHECK(preview.plans[0].plan == "DUAL");
    CHECK_FALSE(preview.plans[0].currency);
    CHECK(preview.plans[0].charged.minor == 1'000);
    CHECK(preview.plans[1].currency->code() == "EUR");
    CHECK(preview.plans[1].charged.minor == foreign_customers / 2 * 200);
    CHECK(preview.plans[2].currency->code() == "USD");
    CHECK(preview.plans[3].plan == "HOME");
    for (const BillingItem& item : preview.items)
        CHECK(
            item.currency.value_or(preview.currency) == MixedProvider::currency_of(item.customer)
        );
    CHECK_FALSE(DueProvider().preview().others);
}

TEST_CASE("billing run: what a policy says is previewed, and done by the confirmation") {
    DueProvider provider;
    provider.send(
        "define_dunning",
        R"({"policy":"P","steps":[{"step":"mail","after_days":0,"action":"remind"},)"
        R"({"step":"cut","after_days":5,"action":"suspend"}]})"
    );
    provider.send("assign_dunning", R"({"policy":"P"})");
    const auto unpaid = static_cast<std::uint64_t>(2 * customers - customers / 2);
    BillingPreview preview = provider.preview();
    CHECK(preview.charged.services == customers / 2);
    CHECK(preview.dunned.services == unpaid);
    CHECK(preview.cut.services == 0);
    Result<RenewalReport> report = provider.confirm(preview.preview);
    REQUIRE(report);
    CHECK(report->renewed == customers / 2);
    CHECK(report->dunned == unpaid);

    preview = provider.preview();
    CHECK(preview.waiting.services == unpaid);
    const std::uint64_t head = provider.head();
    report = provider.confirm(preview.preview);
    REQUIRE(report);
    CHECK(report->waiting == unpaid);
    CHECK(
        run_renewals(provider.partition(), {"due", "test", {}, RunStep::renew, {}})->waiting ==
        unpaid
    );
    CHECK(provider.head() == head + 1); // What waits is told once.

    provider.send("advance_test_clock", R"({"to":"2026-11-25T09:00:00Z"})");
    report = run_renewals(provider.partition(), {"due", "test", {}, RunStep::renew, {}});
    REQUIRE(report);
    CHECK(report->cut == unpaid);
    CHECK(provider.preview().due == 0);
}

TEST_CASE("billing run: with a tax that changes within the period, what was previewed is charged") {
    DueProvider provider;
    provider.send(
        "define_plan",
        R"({"plan":"NET","name":"N","price_minor":99999,"currency":"KES","down_mbps":1,)"
        R"("up_mbps":1,"tax_code":"vat","tax_percent":16})"
    );
    for (const auto& [rate, from] : {std::pair(160'000, "2026-01-01"), {175'000, "2026-12-03"}})
        provider.send(
            "define_tax",
            fmt::format(
                R"({{"tax":"vat","valid_from":"{}","rates":[{{"code":"vat","rate_ppm":{},"compound":false}}]}})",
                from,
                rate
            )
        );
    provider.send("set_billing_mode", R"({"customer":"C5","mode":"invoiced"})");
    for (int i = 0; i < 6; ++i) {
        provider.pay(i, 99'999 + 1'000);
        provider.send(
            "add_service",
            fmt::format(
                R"({{"service":"C{0}-9","customer":"C{0}","plan":"NET","renews_on":"2026-11-20"}})",
                i
            )
        );
    }
    const BillingPreview preview = provider.preview();
    CHECK(preview.invoiced.minor == 99'999 + 2 * 1'000);
    const Result<RenewalReport> report = provider.confirm(preview.preview);
    REQUIRE(report);
    CHECK(report->moved == 0);
    CHECK(report->renewed == preview.charged.services + preview.invoiced.services);
    CHECK(report->charged_minor == preview.charged.minor);
    CHECK(report->invoiced_minor == preview.invoiced.minor);
}

TEST_CASE("billing run: each order comes to the runner as it was given") {
    ApiFixture api;
    const std::string key = api.bearer("savanna", Role::finance);
    const std::string base = "/v1/tenants/savanna";
    const auto run = [&](Services services, const Request& request) {
        RunOrder seen;
        services.run = [&](const RunOrder& order, const Reply& reply) {
            seen = order;
            reply(Response{});
        };
        auto app = std::make_unique<App>(std::move(services), Limits{});
        auto verdict = app->admit(request);
        if (auto* refusal = std::get_if<Response>(&verdict)) return std::pair(seen, *refusal);
        auto caught = std::make_shared<Catcher>();
        app->handle(request, std::get<Admitted>(std::move(verdict)), Reply{caught, 1});
        app.reset(); // Which finishes what it began.
        return std::pair(seen, caught->answer.value());
    };
    const auto services = [&] {
        return Services{
            .submit = api.submit, .keys = api.keys, .hooks = api.hooks, .metrics = api.metrics};
    };
    const auto [preview, shown] = run(services(), ApiFixture::get(base + "/billing-preview", key));
    CHECK(shown.status == 200);
    CHECK(preview.step == RunStep::preview);
    CHECK(preview.tenant == "savanna");
    const auto [confirmed, done] =
        run(services(), ApiFixture::post(base + "/billing-runs", key, R"({"preview":"abc"})"));
    CHECK(done.status == 200);
    CHECK(confirmed.step == RunStep::confirm);
    CHECK(confirmed.preview == "abc");
    const auto [none, refused] =
        run(services(), ApiFixture::post(base + "/billing-runs", key, R"({"previw":"abc"})"));
    CHECK(refused.status == 422);
    CHECK(none.tenant.empty());
    const std::string migrations = base + "/plan-migrations";
    const std::string migration = R"({"plan":"H","to_plan":"I"})";
    Request look = ApiFixture::post(migrations + "/preview", key, migration);
    look.headers.idempotency_key.reset(); // It is not asked for.
    CHECK(run(services(), look).first.step == RunStep::migration_preview);
    CHECK(run(services(), look).first.body == migration);
    look.target = migrations;
    CHECK(run(services(), look).second.status == 400);
    const Request migrate = ApiFixture::post(migrations, key, migration);
    CHECK(run(services(), migrate).first.step == RunStep::migrate);
    const std::string tariffs = base + "/tariff-corrections";
    look = ApiFixture::post(
        tariffs + "/preview", key, R"({"plan":"H","from_version":1,"from":"2026-11-01"})"
    );
    CHECK(run(services(), look).second.status == 422); // No reason.
    look = ApiFixture::post(
        tariffs, key, R"({"plan":"H","from_version":1,"from":"2026-11-01","reason":"mistyped"})"
    );
    CHECK(run(services(), look).second.status == 503); // No read models here.
    look.headers.idempotency_key.reset();
    CHECK(run(services(), look).second.status == 400);
    const std::string cashier = api.bearer("savanna", Role::cashier);
    CHECK(
        run(services(), ApiFixture::get(base + "/billing-preview", cashier)).second.status == 403
    );

    Request trial =
        ApiFixture::post(base + "/wallets/C1/charge?dry_run=true", key, R"({"charge":"F"})");
    trial.headers.idempotency_key.reset(); // It is not asked for.
    const auto [tried, told] = run(services(), trial);
    CHECK(told.status == 200);
    CHECK(tried.step == RunStep::dry_run);
    CHECK(tried.command == "charge_wallet");
    CHECK(tried.body == R"({"customer":"C1","charge":"F"})");
    CHECK(api.submit.count() == 0);
    trial.target = base + "/wallets/C1/charge?dry_run=perhaps";
    CHECK(run(services(), trial).second.status == 422);
    trial.target = base + "/wallets/C1/charge?dry_run=false";
    CHECK(run(services(), trial).second.status == 400); // Then the key is missing.
    trial.headers.authorization = cashier;
    trial.target = base + "/wallets/C1/charge?dry_run=true";
    CHECK(run(services(), trial).second.status == 403);
}

TEST_CASE("billing run: a service that was to end is told, and ends; nobody else is charged for it"
) {
    DueProvider provider;
    provider.send("end_service", R"({"service":"C1-1","reason":"moves"})"); // It is due: at once.
    provider.send(
        "add_service",
        R"({"service":"C3-3","customer":"C3","plan":"HOME","renews_on":"2026-11-21"})"
    );
    provider.send("end_service", R"({"service":"C3-3","reason":"moves"})");
    provider.send("advance_test_clock", R"({"to":"2026-11-21T09:00:00Z"})");
    const BillingPreview preview = provider.preview();
    CHECK(preview.due == 2 * customers); // One less, one more.
    CHECK(preview.ended.services == 1);
    const Result<RenewalReport> report = provider.confirm(preview.preview);
    REQUIRE(report);
    CHECK(report->ended == 1);
    CHECK(report->cut == preview.cut.services);
    CHECK(report->renewed == preview.charged.services);
    CHECK(report->failed + report->moved + report->parked + report->settled == 0);
}

TEST_CASE("billing run: what lapsed in wallets is booked first, and a wallet is told once") {
    DueProvider provider;
    provider.send("register_customer", R"({"customer":"X","name":"N","phone":"","references":[]})");
    provider.send(
        "grant_credit",
        R"({"customer":"X","grant":"G1","minor":100,"expires_on":"2026-11-21","reason":""})"
    );
    provider.send("advance_test_clock", R"({"to":"2026-11-21T09:00:00Z"})");
    const RunOrder order{"due", "test", {}, RunStep::renew, {}, {}, {}};
    CHECK(run_renewals(provider.partition(), order).value().lapsed == 1);
    CHECK(run_renewals(provider.partition(), order).value().lapsed == 0);
}

TEST_CASE("dry run: a command is told, or refused, as it would be, and appends nothing") {
    DueProvider provider;
    const std::uint64_t before = provider.head();
    RunOrder order{"due", "test", {}, RunStep::dry_run, {}};
    order.command = "charge_wallet";
    order.body =
        R"({"customer":"C0","charge":"F1","lines":[{"component":"visit","net":200,"tax":0}]})";
    const Result<std::string> told = run_order(provider.partition(), order);
    REQUIRE(told);
    CHECK(told->starts_with(R"({"object":"dry_run","position":"0:)"));
    CHECK(told->find(R"("wallets":[{"customer":"C0","minor":-200}])") != std::string::npos);
    CHECK(
        told->find(R"("events":[{"type":"wallet_charged","stream":"wallet:C0")") !=
        std::string::npos
    );
    CHECK(run_order(provider.partition(), order) == told);

    order.body =
        R"({"customer":"C1","charge":"F1","lines":[{"component":"visit","net":200,"tax":0}]})";
    CHECK(run_order(provider.partition(), order).error().code == Errc::insufficient_funds);
    order.body = "{}";
    CHECK(run_order(provider.partition(), order).error().code == Errc::missing_field);
    order.command = "no_such_command";
    CHECK(run_order(provider.partition(), order).error().code == Errc::not_found);
    order.tenant = "nobody";
    order.command = "settle_wallet";
    order.body = R"({"customer":"C1"})";
    CHECK(run_order(provider.partition(), order).error().code == Errc::tenant_unknown);
    CHECK(provider.head() == before);
}

TEST_CASE("billing run: two at once issue each invoice once, and neither calls that a failure") {
    DueProvider provider;
    for (int i = 0; i < customers; ++i)
        provider.send(
            "set_billing_mode", fmt::format(R"({{"customer":"C{}","mode":"invoiced"}})", i)
        );
    const auto run = [&] {
        const RunOrder order{"due", "test", {}, RunStep::renew, {}};
        return run_renewals(provider.partition(), order).value();
    };
    auto other = std::async(std::launch::async, run);
    const RenewalReport first = run();
    const RenewalReport second = other.get();
    const RenewalReport last = run(); // What came between them.
    CHECK(first.failed + second.failed + last.failed == 0);
    std::uint64_t numbers = 0;
    std::size_t drafts = 1;
    REQUIRE(provider.partition().read([&](const Decider& decider, const Head&) {
        const auto& books = static_cast<const BookDecider&>(decider);
        numbers = books.book().invoicing.find("due")->invoices;
        drafts = books.drafts_to_issue("due").value().size();
    }));
    CHECK(numbers >= customers);
    CHECK(first.invoices + second.invoices + last.invoices == numbers);
    CHECK(drafts == 0);
}
