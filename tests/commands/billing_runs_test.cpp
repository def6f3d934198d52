// Runs of renewals as the book knows them: begun, counted by their records, and ended once.
#include "commands/billing/billing_runs.hpp"

#include "tests/support/dunning_builders.hpp"

using namespace tollbook;

namespace {

const std::string run_name = "9f86d081884c7d65";

StartBillingRun start_of(const std::string& run = run_name) {
    StartBillingRun start;
    start.run = run;
    start.trigger = RunTrigger::schedule;
    start.by = "system:billing";
    start.started_at = at("2026-11-20T05:59:00Z");
    start.due = 7;
    return start;
}

FinishBillingRun finish_of(const std::string& run = run_name) {
    FinishBillingRun finish;
    finish.run = run;
    finish.by = "key:ann";
    finish.started_at = at("2026-11-20T05:58:00Z");
    finish.counts.due = 3;
    finish.counts.renewed = 99; // The book knows better, of one that began.
    finish.counts.parked = 1;
    finish.parked = {{"A-1", "charge-exists"}};
    return finish;
}

// Commands in the name of a run.
template <class Sent>
Spec& in_run(Spec& book, std::string_view prefix, const Sent& command) {
    book.run().cause = {std::string(prefix) + "x", run_stream(run_name)};
    book.when(command);
    book.run().cause = {};
    return book;
}

const OpenRunRow* open_run(Spec& book) {
    return book.run().book().runs.find(book_key(tenant_id, run_name));
}

} // namespace

TEST_CASE("start_billing_run: is a fact, moves nothing, and is told once") {
    Spec book = given(world());
    book.when(start_of())
        .then({BillingRunStarted{
            run_name, RunTrigger::schedule, "system:billing", {}, at("2026-11-20T05:59:00Z"), 7}});
    book.when(start_of()).refused(Errc::value_out_of_range, "run: it is under way");
    const auto refused = [&](std::string_view detail, auto change) {
        StartBillingRun other = start_of("r2");
        change(other);
        book.when(other).refused(Errc::value_out_of_range, detail);
    };
    refused("run", [](auto& run) { run.run = ""; });
    refused("preview", [](auto& run) { run.preview = "abc"; });
    refused("preview", [](auto& run) { run.trigger = RunTrigger::confirmed; });
    refused("by", [](auto& run) { run.by = "a\nb"; });
    StartBillingRun ahead = start_of("r2");
    ahead.started_at = at("2026-11-20T07:00:00Z"); // Its clock was ahead.
    book.when(ahead);
    CHECK(book.event<BillingRunStarted>(0).started_at == at("2026-11-20T06:00:00Z"));
}

TEST_CASE("finish_billing_run: one that did nothing is a fact if something was due") {
    Spec book = given(world());
    book.when(finish_of()).then_types("billing_run_finished");
    const BillingRunFinished made = book.event<BillingRunFinished>(0);
    CHECK(made.currency == kes());
    CHECK(made.counts == finish_of().counts);
    CHECK(made.charged_minor + made.invoiced_minor == 0);
    CHECK(made.parked == finish_of().parked);
    CHECK(made.started_at == finish_of().started_at);
    const auto refused = [&](std::string_view detail, auto change) {
        FinishBillingRun other = finish_of();
        change(other);
        book.when(other).refused(Errc::value_out_of_range, detail);
    };
    refused("run", [](auto& run) { run.run = ""; });
    refused("counts.due", [](auto& run) { run.counts.due = 0; });
    refused("preview", [](auto& run) { run.preview = "abc"; });
    refused("preview", [](auto& run) { run.trigger = RunTrigger::confirmed; });
    refused("preview", [](auto& run) {
        run.trigger = RunTrigger::confirmed;
        run.preview = std::string(65, 'a');
    });
    refused("by", [](auto& run) { run.by = "a\nb"; });
    refused("parked", [](auto& run) { run.parked.resize(201, {"A-1", "x"}); });
    refused("parked.service", [](auto& run) { run.parked = {{"A 1", "x"}}; });
    refused("parked.reason", [](auto& run) { run.parked = {{"A-1", "a\nb"}}; });
}

TEST_CASE("finish_billing_run: what a run did is what its records say, and it ends once") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            service("B-1", "B", "2026-11-20"),
            service("C-1", "C", "2026-11-20"),
            received("R1", "A", 2'000'00),
            received("R3", "C", 2'000'00)}
    );
    book.when(start_of());
    in_run(book, run_key::renew, RenewService{"A-1", {}}).wallet("A", 500'00);
    in_run(book, run_key::renew, RenewService{"B-1", {}}).blocked("B-1", "unpaid");
    book.when(RenewService{"C-1", {}}).wallet("C", 500'00); // Somebody else's.
    REQUIRE(open_run(book) != nullptr);
    CHECK(open_run(book)->charged_minor == 1'500'00);
    book.when(finish_of()).then_types("billing_run_finished");
    const BillingRunFinished made = book.event<BillingRunFinished>(0);
    CHECK(made.trigger == RunTrigger::schedule); // As it began.
    CHECK(made.by == "system:billing");
    CHECK(made.started_at == at("2026-11-20T05:59:00Z"));
    CHECK(made.counts.due == 3);
    CHECK(made.counts.renewed == 1);
    CHECK(made.counts.cut == 1);
    CHECK(made.counts.parked == 1);
    CHECK(made.charged_minor == 1'500'00);
    CHECK(made.invoiced_minor == 0);
    CHECK(open_run(book) == nullptr);
    book.when(InterruptBillingRun{run_name}).refused(Errc::billing_run_unknown, run_name);
}

namespace {

// A has shillings, D dollars and E euros; their services are due, E's go on an invoice. All can
// pay.
Story three_currencies() {
    PlanDefined dual = plan("DUAL", 1'500'00);
    dual.prices = {{eur(), 14'00, {}}, {usd(), 15'00, {}}};
    CustomerRegistered euros = customer("E");
    euros.currency = eur();
    Story story = world() + Story{dual, in_dollars(customer("D")), euros};
    for (const char* id : {"A", "D", "E"}) {
        ServiceAdded added = service(std::string(id) + "-1", id, "2026-11-20");
        added.plan = "DUAL";
        story.push_back(added);
    }
    return story;
}

void renew_all(Spec& book) {
    book.when(SetBillingMode{"E", BillingMode::invoiced});
    book.when(typed("R1", "A", 2'000'00)).when(typed("R2", "D", 20'00));
    book.when(start_of());
    for (const char* service : {"D-1", "A-1", "E-1"})
        in_run(book, run_key::renew, RenewService{service, {}});
}

const std::vector<RunSums> in_other_currencies{{eur(), 0, 14'00}, {usd(), 15'00, 0}};

} // namespace

TEST_CASE("finish_billing_run: what was taken in other currencies is told by currency, not added") {
    Spec book = given(three_currencies());
    renew_all(book);
    CHECK(open_run(book)->charged_minor == 1'500'00);
    CHECK(open_run(book)->others == in_other_currencies);
    book.when(finish_of()).then_types("billing_run_finished");
    const BillingRunFinished made = book.event<BillingRunFinished>(0);
    CHECK(made.currency == kes());
    CHECK(made.charged_minor == 1'500'00);
    CHECK(made.invoiced_minor == 0);
    CHECK(made.others == in_other_currencies);
    book.wallet("A", 500'00).wallet("D", 5'00);
    // Of a run that takes nothing in another currency, none is told.
    book.when(AdvanceTestClock{at("2026-12-20T06:00:00Z")}).when(typed("R3", "A", 1'000'00));
    book.when(start_of());
    in_run(book, run_key::renew, RenewService{"A-1", {}});
    book.when(finish_of());
    CHECK(book.event<BillingRunFinished>(0).charged_minor == 1'500'00);
    CHECK_FALSE(book.event<BillingRunFinished>(0).others);
}

TEST_CASE("interrupt_billing_run: what a dead run took is told by currency too") {
    Spec book = given(three_currencies());
    renew_all(book);
    book.when(InterruptBillingRun{run_name});
    const BillingRunInterrupted made = book.event<BillingRunInterrupted>(0);
    CHECK(made.charged_minor == 1'500'00);
    CHECK(made.invoiced_minor == 0);
    CHECK(made.others == in_other_currencies);
    CHECK(made.counts.renewed == 3);
}

TEST_CASE("finish_billing_run: one that began is a fact even if nothing was due in the end") {
    Spec book = given(world());
    FinishBillingRun finish = finish_of();
    finish.counts = {};
    finish.parked.clear();
    book.when(start_of()).when(finish).then_types("billing_run_finished");
}

TEST_CASE("interrupt_billing_run: a run that died is told as its records tell it") {
    Dunned book(policy(usual_steps()));
    book.when(InterruptBillingRun{run_name}).refused(Errc::billing_run_unknown, run_name);
    book.when(InterruptBillingRun{"a b"}).refused(Errc::value_out_of_range, "run");
    book.when(start_of());
    on(book, "2026-11-23");
    in_run(book, run_key::renew, RenewService{"A-1", {}}); // A step that does not cut it.
    CHECK(open_run(book)->done.dunned == 1);
    on(book, "2026-11-25");
    in_run(book, run_key::renew, RenewService{"A-1", {}}).blocked("A-1", "unpaid");
    book.when(SetBillingMode{"B", BillingMode::invoiced});
    book.when(AddService{"B-1", "B", "HOME10", 1, {}, day("2026-11-25"), {}, {}});
    in_run(book, run_key::renew, RenewService{"B-1", {}});
    const std::string draft = book.run().decider().drafts_to_issue(tenant_id).value().front();
    in_run(book, run_key::issue, IssueInvoice{draft, {}, {}});
    in_run(book, run_key::overdue, SuspendCustomer{"C", "unpaid"});
    const auto before = book.run().book().tenants.find(tenant_id)->test_clock;
    book.when(InterruptBillingRun{run_name});
    const BillingRunInterrupted made = book.event<BillingRunInterrupted>(0);
    RunCounts counts;
    counts.due = 7; // When it began.
    counts.dunned = 1;
    counts.cut = 1;
    counts.renewed = 1;
    counts.invoices = 1;
    CHECK(made.counts == counts);
    CHECK(made.charged_minor == 0);
    CHECK(made.invoiced_minor == 1'500'00);
    CHECK(made.currency == kes());
    CHECK(made.trigger == RunTrigger::schedule);
    CHECK(made.started_at < *before);
    CHECK(open_run(book) == nullptr);
    book.when(InterruptBillingRun{run_name}).refused(Errc::billing_run_unknown);
}
