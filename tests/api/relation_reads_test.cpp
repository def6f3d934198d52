// Leads, tickets, deposits and merged customers over HTTP from a whole node.
#include "tests/api/seeded_node.hpp"

using namespace tollbook;
using namespace tollbook::api;

TEST_CASE("reads: leads are the pipeline unless a stage is asked for, and tell their way") {
    CHECK(page_of(body("/leads"), "lead").values == std::vector<std::string>{"L1"});
    CHECK(page_of(body("/leads?stage=lost"), "lead").values == std::vector<std::string>{"L2"});
    CHECK(page_of(body("/leads?source=web"), "name").values == std::vector<std::string>{"Dan"});
    CHECK(page_of(body("/leads?source=walk-in"), "lead").values.empty());
    const std::string lead = body("/leads/L1");
    CHECK(has(lead, R"("address":"plot 7")"));
    CHECK(has(lead, R"("stage":"open","note":"")"));
    CHECK(has(lead, R"("stage":"surveyed","note":"a pole is near")"));
    CHECK(node().get("/leads/none").error().code == Errc::lead_unknown);
}

TEST_CASE("reads: tickets by what they are about, and one with all its texts") {
    const std::vector<std::string> one{"T1"};
    const std::vector<std::string> other{"T2"};
    CHECK(page_of(body("/tickets"), "ticket").values.size() == 2);
    CHECK(page_of(body("/tickets?customer=ACC1&status=open"), "ticket").values == one);
    CHECK(page_of(body("/tickets?priority=high"), "ticket").values == one);
    CHECK(page_of(body("/tickets?customer=ACC4"), "ticket").values.empty());
    CHECK(page_of(body("/tickets?service=ACC1-1"), "ticket").values.empty()); // Not any more.
    CHECK(page_of(body("/tickets?status=closed"), "ticket").values == other);
    CHECK(page_of(body("/tickets?customer=ACC3"), "ticket").values == other);
    CHECK(page_of(body("/tickets?customer=ACC2"), "ticket").values == other); // Merged into it.
    const std::string ticket = body("/tickets/T1");
    CHECK(has(ticket, R"("subject":"No internet","status":"open","priority":"high")"));
    CHECK(has(ticket, R"("number":1,"author":"customer","written_by":null,"text":"Since today.")"));
    CHECK(has(ticket, R"("number":2,"author":"staff","written_by":"ann","text":"Is it on?")"));
    CHECK(has(ticket, R"("number":3,"author":"customer","written_by":null,"text":"It is.")"));
    CHECK(node().get("/tickets/none").error().code == Errc::ticket_unknown);
}

TEST_CASE("reads: deposits, and a customer that turned out to be another") {
    const std::string deposits = body("/deposits?customer=ACC2&status=kept");
    CHECK(has(deposits, R"("deposit":"D1","customer":"ACC2","equipment":"ONT 7")"));
    CHECK(has(deposits, R"("returned_minor":200,"kept_minor":100)"));
    CHECK(page_of(body("/deposits?status=held"), "deposit").values.empty());
    CHECK(has(body("/customers/ACC3"), R"("merged_into":"ACC2")"));
    CHECK(has(body("/customers/ACC2"), R"("merged":["ACC3"])"));
}

TEST_CASE("reads: the rules by which wallets are filled up, and what payers are to be asked for") {
    const std::string rules = body("/top-up-rules?customer=ACC4");
    CHECK(has(rules, R"("rule":"low","status":"active","trigger":"threshold","action":"request")"));
    CHECK(has(rules, R"("below_minor": 500)"));
    CHECK(page_of(body("/top-up-rules?status=ended"), "rule").values.empty());
    const std::string asked = body("/top-ups?status=open");
    CHECK(page_of(asked, "customer").values == std::vector<std::string>{"ACC4"});
    CHECK(has(asked, R"("action":"request","status":"open","minor":900,"available_minor":0)"));
    CHECK(page_of(body("/top-ups?customer=ACC1"), "top_up").values.empty());
}

TEST_CASE("reads: billing runs, the newest first, and one with what is parked") {
    const std::string runs = body("/billing-runs");
    const std::vector<std::string> names = page_of(runs, "run").values;
    REQUIRE(names.size() == 1);
    CHECK(has(runs, R"("state":"finished","trigger":"manual")"));
    CHECK(has(runs, R"("currency":"KES","charged_minor":)"));
    const std::string run = body("/billing-runs/" + names.front());
    CHECK(has(run, R"("parked":[])"));
    CHECK(has(run, R"("dunned": 1)"));
    CHECK(node().get("/billing-runs/none").error().code == Errc::billing_run_unknown);
}

TEST_CASE("reads: reminders wait until somebody tells that they were sent") {
    const std::string waiting = body("/notices");
    CHECK(page_of(waiting, "service").values == std::vector<std::string>{"ACC7-1"});
    CHECK(has(waiting, R"("step":"mail","due_since":"2026-11-20")"));
    CHECK(page_of(body("/notices?status=sent"), "service").values.empty());
    CHECK(page_of(body("/notices?customer=ACC1"), "service").values.empty());
}
