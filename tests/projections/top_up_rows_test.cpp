#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"
#include "support/top_up_examples.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

TEST_CASE("top-ups: what the rules are, what they gave, and what they ask for") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const std::vector<Event> examples = top_up_example_events();
    source.add(told(monthly_rule()));
    for (std::size_t i = 0; i < 3; ++i)
        source.add(told(examples[i]));
    REQUIRE(project_all(*db, source));
    const std::string rules = "rule, status, trigger, action, next_on, taken";
    CHECK(
        ask_lines(*db, rules, "top_up_rules") ==
        "low active threshold grant 1, monthly active interval request 2026-12-20 1"
    );
    CHECK(
        ask(*db, "SELECT terms->>'target_minor' FROM top_up_rules WHERE rule = 'low'") == "80000"
    );
    const std::string top_ups =
        "top_up, rule, action, status, minor, available_minor, due_on, payment, "
        "to_char(ended_at AT TIME ZONE 'UTC', 'HH24:MI')";
    CHECK(
        ask_lines(*db, top_ups, "top_ups") == "ACC1~2 low grant granted 30000 49999, "
                                              "ACC1~3 monthly request open 150000 0 2026-11-20"
    );
    for (std::size_t i = 3; i < 6; ++i)
        source.add(told(examples[i], "2026-11-21T10:00:00Z"));
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, rules, "top_up_rules") ==
        "low ended threshold grant 1, monthly active interval request 2027-01-20 1"
    );
    CHECK(
        ask_lines(*db, top_ups, "top_ups WHERE action = 'request'") ==
        "ACC1~3 monthly request paid 150000 0 2026-11-20 mpesa:UKK1 10:00"
    );
}

TEST_CASE("billing runs: which are under way, what each came to, and where a person should look") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const std::vector<Event> examples = top_up_example_events();
    const auto begun = std::get<BillingRunStarted>(examples[examples.size() - 3]);
    source.add(told(begun));
    const std::string columns =
        "run, state, trigger, by_whom, due, charged_minor, invoiced_minor, currency, "
        "counts->>'renewed', preview IS NOT NULL, jsonb_array_length(parked), "
        "finished_at IS NOT NULL";
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, columns, "billing_runs") ==
        "60303ae22b998861 running schedule system:billing 12 0 0  0 f 0 f"
    );
    const std::string seq = ask(*db, "SELECT seq FROM billing_runs");
    source.add(told(examples[examples.size() - 2], "2026-11-20T10:00:00Z"));
    auto run = std::get<BillingRunFinished>(examples.back());
    source.add(told(run));
    run.run = std::string(16, 'a');
    run.trigger = RunTrigger::schedule;
    run.preview.reset();
    run.parked.clear();
    source.add(told(run, "2026-11-21T09:00:00Z"));
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, columns, "billing_runs") ==
        "60303ae22b998861 interrupted schedule system:billing 12 450000 0 KES 3 f 0 t, "
        "9f86d081884c7d65 finished confirmed key:ann 9 600000 150000 KES 4 t 2 t, "
        "aaaaaaaaaaaaaaaa finished schedule key:ann 9 600000 150000 KES 4 f 0 t"
    );
    CHECK(ask(*db, "SELECT seq FROM billing_runs WHERE state = 'interrupted'") == seq);
    CHECK(
        ask(*db, "SELECT parked->0->>'reason' FROM billing_runs WHERE preview IS NOT NULL") ==
        "charge-exists"
    );
}

TEST_CASE("dunning: reminders wait until they were sent, and a waived fee is owed no more") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    DunningStepTaken taken;
    taken.service = "ACC1-1";
    taken.customer = "ACC1";
    taken.policy = "slow";
    taken.policy_version = 1;
    taken.step = "mail";
    taken.due_since = day("2026-11-20");
    taken.on = day("2026-11-20");
    taken.owed_minor = 1'500'00;
    source.add(told(taken));
    taken.step = "fee";
    taken.action = DunningAction::late_fee;
    taken.fee_minor = 200'00;
    taken.charge = "ACC1-1:late_fee:2026-11-20:1";
    source.add(told(taken));
    REQUIRE(project_all(*db, source));
    const std::string notices = "step, customer, owed_minor, status, channel, message, "
                                "to_char(sent_at AT TIME ZONE 'UTC', 'HH24:MI')";
    CHECK(ask_lines(*db, notices, "dunning_notices") == "mail ACC1 150000 pending");
    CHECK(ask_lines(*db, "status, fees_minor", "dunning_services") == "open 20000");
    source.add(told(
        LateFeeWaived{"ACC1-1", "ACC1", "fee", *taken.charge, 200'00, "a power cut"},
        "2026-11-20T10:00:00Z"
    ));
    source.add(told(
        NoticeSent{"ACC1-1", "ACC1", "mail", taken.due_since, "sms", "m-17"}, "2026-11-20T11:00:00Z"
    ));
    REQUIRE(project_all(*db, source));
    CHECK(ask_lines(*db, notices, "dunning_notices") == "mail ACC1 150000 sent sms m-17 11:00");
    CHECK(ask_lines(*db, "status, fees_minor", "dunning_services") == "open 0");
    CHECK(
        ask(*db,
            "SELECT reason FROM service_history WHERE kind = 'late_fee_waived' "
            "AND service = 'ACC1-1'") == "a power cut"
    );
}
