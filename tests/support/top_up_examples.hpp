// One of each event of top-ups, billing runs and reminders, as they might follow each other.
#pragma once

#include "ledger/events.hpp"

#include <vector>

namespace tollbook {

// The rule that asks the payer each month.
inline TopUpRuleSet monthly_rule() {
    TopUpTerms terms;
    terms.trigger = TopUpTrigger::interval;
    terms.every = BillingPeriod::month;
    terms.from = parse_date("2026-11-20").value();
    terms.action = TopUpAction::request;
    terms.amount_minor = 1'500'00;
    terms.at_most = 1;
    return {"ACC1", "monthly", terms, terms.from};
}

inline std::vector<Event> top_up_example_events() {
    const Currency kes = Currency::parse("KES").value();
    const Date first = parse_date("2026-11-20").value();
    const Date second = parse_date("2026-12-20").value();
    const Date third = parse_date("2027-01-20").value();
    TopUpTerms low;
    low.trigger = TopUpTrigger::threshold;
    low.below_minor = 500'00;
    low.action = TopUpAction::grant;
    low.target_minor = 800'00;
    low.at_most = 3;
    low.priority = 10;
    low.expires_after_days = 30;
    RunCounts counts;
    counts.due = 9;
    counts.renewed = 4;
    counts.cut = 2;
    counts.waiting = 1;
    counts.parked = 2;
    counts.top_ups = 1;
    RunCounts died;
    died.due = 12;
    died.renewed = 3;
    return {
        TopUpRuleSet{"ACC1", "low", low, {}},
        TopUpGranted{"ACC1~2", "ACC1", "low", 300'00, 500'00 - 1, "topup~ACC1~2", first, {}, {}},
        TopUpRequested{"ACC1~3", "ACC1", "monthly", 1'500'00, 0, first, first, second},
        TopUpPassed{"ACC1", "monthly", TopUpPassing::open, second, third},
        TopUpRequestEnded{
            "ACC1~3", "ACC1", "monthly", 1'500'00, TopUpOutcome::paid, "mpesa:UKK1", ""},
        TopUpRuleEnded{"ACC1", "low"},
        LateFeeWaived{
            "ACC1-1", "ACC1", "fee", "ACC1-1:late_fee:2026-11-20:0", 200'00, "a power cut"},
        NoticeSent{"ACC1-1", "ACC1", "mail", first, "sms", "m-17"},
        BillingRunStarted{
            "60303ae22b998861",
            RunTrigger::schedule,
            "system:billing",
            {},
            parse_timestamp("2026-11-20T05:00:00Z").value(),
            12},
        BillingRunInterrupted{
            "60303ae22b998861",
            RunTrigger::schedule,
            "system:billing",
            {},
            parse_timestamp("2026-11-20T05:00:00Z").value(),
            died,
            4'500'00,
            0,
            kes},
        BillingRunFinished{
            "9f86d081884c7d65",
            RunTrigger::confirmed,
            "key:ann",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            parse_timestamp("2026-11-20T05:59:00Z").value(),
            counts,
            6'000'00,
            1'500'00,
            kes,
            {{"ACC1-1", "charge-exists"}, {"ACC2-1", "backlog-undecided"}}}};
}

} // namespace tollbook
