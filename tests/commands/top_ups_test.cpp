#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

// When less than 500.00 is available: so much is granted, three times a month at most.
TopUpTerms below_500(std::int64_t amount_minor) {
    TopUpTerms terms;
    terms.trigger = TopUpTrigger::threshold;
    terms.below_minor = 500'00;
    terms.amount_minor = amount_minor;
    terms.at_most = 3;
    return terms;
}

TopUpTerms every(BillingPeriod period, std::string_view from, std::int64_t amount_minor) {
    TopUpTerms terms;
    terms.trigger = TopUpTrigger::interval;
    terms.every = period;
    terms.from = day(from);
    terms.amount_minor = amount_minor;
    terms.at_most = 31;
    return terms;
}

TopUpTerms asking(TopUpTerms terms) {
    terms.action = TopUpAction::request;
    return terms;
}

const TakeTopUp take_it{"A", "low"};

// A provider in which the wallet of A has the rule "low".
struct Ruled : Spec {
    explicit Ruled(const TopUpTerms& terms, const Story& more = {}) : Spec(world() + more) {
        set(terms);
    }

    Spec& set(const TopUpTerms& terms) {
        return when(SetTopUpRule{"A", "low", terms}).then_types("top_up_rule_set");
    }

    Ruled& on(std::string_view day) {
        when(AdvanceTestClock{at(std::string(day) + "T09:00:00Z")})
            .then_types("test_clock_advanced");
        return *this;
    }

    // What a run would find.
    std::size_t due() { return run().decider().due_top_ups(tenant_id, {}).value().size(); }
};

ChargeWallet spend(const std::string& charge, std::int64_t minor) {
    return {"A", charge, {}, {{"visit", {}, {}, minor, {}, 0, {}, {}}}};
}

} // namespace

TEST_CASE("top-up: a threshold grants once for each time that the wallet falls below it") {
    Ruled book(below_500(200'00));
    book.when(typed("R1", "A", 500'00));
    CHECK(book.due() == 0);
    book.when(take_it).refused(Errc::top_up_not_due, "low");
    book.when(spend("F1", 1));
    CHECK(book.due() == 1);
    book.when(take_it).then_types("top_up_granted credit_granted").wallet("A", 699'99);
    const TopUpGranted granted = book.event<TopUpGranted>(0);
    CHECK(granted.top_up == "A~2");
    CHECK(granted.available_minor == 499'99);
    CHECK(granted.grant == "topup~A~2");
    CHECK(granted.on == day("2026-11-20"));
    const CreditGranted& credit = book.event<CreditGranted>(1);
    CHECK(credit.lot == "grant#topup~A~2");
    CHECK(credit.postings == legs({{"granted", 200'00}, {"wallet:A", -200'00}}));
    book.when(take_it).refused(Errc::top_up_not_due);

    // It falls again, further than one grant goes: it is not taken again before it stood above.
    book.when(spend("F2", 600'00)).wallet("A", 99'99);
    book.when(take_it).then_types("top_up_granted credit_granted").wallet("A", 299'99);
    CHECK(book.due() == 0);
    book.when(take_it).refused(Errc::top_up_not_due);
    book.when(typed("R2", "A", 200'01)).when(spend("F3", 1)).wallet("A", 499'99);
    CHECK(book.due() == 1);
}

TEST_CASE("top-up: what holds keep back is not available, and what is let go is again") {
    Ruled book(below_500(100'00));
    book.when(typed("R1", "A", 900'00));
    book.when(HoldFunds{"A", "H1", 450'00, at("2026-11-21T09:00:00Z"), ""});
    book.when(take_it).then_types("top_up_granted credit_granted");
    CHECK(book.event<TopUpGranted>(0).available_minor == 450'00);
    book.when(HoldFunds{"A", "H2", 200'00, {}, ""});
    CHECK(book.due() == 1); // It stood at 550.00 between the two.
    book.when(take_it).then_types("top_up_granted credit_granted");
    CHECK(book.due() == 0);
    book.when(ReleaseHold{"H2"}).when(HoldFunds{"A", "H3", 200'00, {}, ""});
    CHECK(book.due() == 1);
    book.on("2026-11-21"); // The first hold is over.
    CHECK(book.due() == 0);
    book.when(take_it).refused(Errc::top_up_not_due);
}

TEST_CASE("top-up: up to a target, on the terms of an ordinary grant, at most so often a month") {
    TopUpTerms terms = below_500(0);
    terms.amount_minor.reset();
    terms.target_minor = 800'00;
    terms.at_most = 1;
    terms.priority = 10;
    terms.expires_after_days = 12;
    Ruled book(terms);
    book.when(typed("R1", "A", 120'00)).when(take_it).wallet("A", 800'00);
    const CreditGranted credit = book.event<CreditGranted>(1);
    CHECK(credit.minor == 680'00);
    CHECK(credit.priority == 10);
    CHECK(credit.expires_on == day("2026-12-02"));
    book.when(spend("F1", 600'00)).when(take_it).refused(Errc::top_up_not_due);
    book.on("2026-11-30").when(take_it).refused(Errc::top_up_not_due);
    CHECK(book.due() == 0);
    // In the next month again; what expired that day is not there any more.
    book.on("2026-12-02");
    CHECK(book.due() == 1);
    book.when(take_it).then_types("lot_expired top_up_granted credit_granted").wallet("A", 800'00);
}

TEST_CASE("top-up: a target counts what the wallet is overdrawn, and repays it first") {
    TopUpTerms terms = below_500(0);
    terms.amount_minor.reset();
    terms.target_minor = 500'00;
    Ruled book(terms);
    book.when(SetOverdraftLimit{"A", 300'00}).when(spend("F1", 250'00)).wallet("A", -250'00);
    book.when(take_it).wallet("A", 500'00);
    CHECK(book.event<TopUpGranted>(0).minor == 750'00);
    CHECK(book.event<CreditGranted>(1).debt_repaid == 250'00);
}

TEST_CASE("top-up: a grant brings back what it covers, in the same decision") {
    Ruled book(below_500(1'500'00), {service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(take_it)
        .then_types("top_up_granted credit_granted wallet_charged service_renewed "
                    "service_reinstated")
        .blocked("A-1", "")
        .wallet("A", 0);
    CHECK(book.due() == 1); // It stood above, and fell below again.
}

TEST_CASE("top-up: an interval is taken once for each of its days, however late") {
    Ruled book(every(BillingPeriod::month, "2026-10-31", 100'00));
    CHECK(book.event<TopUpRuleSet>(0).next_on == day("2026-11-30"));
    CHECK(book.due() == 0);
    book.when(take_it).refused(Errc::top_up_not_due);
    book.on("2026-11-30").when(take_it).then_types("top_up_granted credit_granted");
    CHECK(book.event<TopUpGranted>(0).due_on == day("2026-11-30"));
    CHECK(book.event<TopUpGranted>(0).next_on == day("2026-12-31"));
    book.when(take_it).refused(Errc::top_up_not_due);
    book.on("2027-03-01"); // Nobody looked for three months.
    for (const std::string_view due : {"2026-12-31", "2027-01-31", "2027-02-28"}) {
        CHECK(book.due() == 1);
        book.when(take_it).then_types("top_up_granted credit_granted");
        CHECK(book.event<TopUpGranted>(0).due_on == day(due));
    }
    CHECK(book.event<TopUpGranted>(0).next_on == day("2027-03-31"));
    book.when(take_it).refused(Errc::top_up_not_due).wallet("A", 400'00);
}

TEST_CASE("top-up: the days of an interval, by its length") {
    const auto next_on = [](BillingPeriod period, std::string_view from) {
        Ruled book(every(period, from, 1));
        return to_string(*book.event<TopUpRuleSet>(0).next_on);
    };
    CHECK(next_on(BillingPeriod::day, "2026-11-01") == "2026-11-20");
    CHECK(next_on(BillingPeriod::week, "2026-11-06") == "2026-11-20");
    CHECK(next_on(BillingPeriod::week, "2026-11-07") == "2026-11-21");
    CHECK(next_on(BillingPeriod::month, "2026-11-20") == "2026-11-20");
    CHECK(next_on(BillingPeriod::month, "2025-12-19") == "2026-12-19");
    CHECK(next_on(BillingPeriod::quarter, "2026-02-28") == "2026-11-28");
    CHECK(next_on(BillingPeriod::year, "2024-02-29") == "2027-02-28");
    CHECK(next_on(BillingPeriod::year, "2026-12-01") == "2026-12-01");
}

TEST_CASE("top-up: a day of an interval passes when nothing lacks, or it was taken often enough") {
    TopUpTerms terms = every(BillingPeriod::week, "2026-11-20", 0);
    terms.amount_minor.reset();
    terms.target_minor = 300'00;
    terms.at_most = 1;
    Ruled book(terms);
    book.when(typed("R1", "A", 300'00)).when(take_it).then_types("top_up_passed");
    CHECK(book.event<TopUpPassed>(0).why == TopUpPassing::full);
    CHECK(book.event<TopUpPassed>(0).next_on == day("2026-11-27"));
    book.when(take_it).refused(Errc::top_up_not_due);
    book.when(spend("F1", 100'00));
    book.on("2026-11-27").when(take_it).wallet("A", 300'00);
    book.when(spend("F2", 100'00));
    book.on("2026-12-04").when(take_it).wallet("A", 300'00);
    book.when(spend("F3", 100'00));
    book.on("2026-12-11").when(take_it).then_types("top_up_passed");
    CHECK(book.event<TopUpPassed>(0).why == TopUpPassing::limit);
    book.wallet("A", 200'00);
}

TEST_CASE("top-up: a request is open until a payment comes, of whatever sum, and one at most") {
    Ruled book(asking(below_500(600'00)));
    book.when(take_it).then_types("top_up_requested").wallet("A", 0);
    const TopUpRequested asked = book.event<TopUpRequested>(0);
    CHECK(asked.top_up == "A~2");
    CHECK(asked.minor == 600'00);
    CHECK(book.due() == 0);
    book.when(take_it).refused(Errc::top_up_not_due);
    book.when(GrantCredit{"A", "G1", 100'00, {}, {}, ""}).then_types("credit_granted");
    book.when(typed("R1", "A", 250'00)).wallet("A", 350'00);
    const auto& ended = book.event<TopUpRequestEnded>(book.made().size() - 1);
    CHECK(ended.top_up == "A~2");
    CHECK(ended.outcome == TopUpOutcome::paid);
    CHECK(ended.payment == "till:main:R1");
    // It is still below: the payer may be asked once more.
    CHECK(book.due() == 1);
    book.when(take_it).then_types("top_up_requested");
    book.when(typed("R2", "A", 600'00)).wallet("A", 950'00);
    CHECK(book.due() == 0);
}

TEST_CASE("top-up: money that comes out of suspense, or from another wallet, is a payment") {
    Ruled book(asking(below_500(600'00)));
    book.when(take_it).when(typed("R1", "B", 300'00));
    book.when(MovePayment{"till:main:R1", "B", "A", 300'00, "hers"});
    CHECK(book.event<TopUpRequestEnded>(1).payment == "till:main:R1");
    book.when(take_it).then_types("top_up_requested");
    book.when(told(Callback{"UKK9", "100.00", "nobody"}));
    book.when(AssignSuspense{"mpesa:UKK9", {{"A", 50'00}, {"A", 50'00}}, "hers"})
        .then_types("suspense_assigned top_up_request_ended");
}

TEST_CASE("top-up: a request that is cancelled is not made again before the next crossing") {
    Ruled book(asking(below_500(600'00)));
    book.when(CancelTopUp{"A", "low", ""}).refused(Errc::top_up_unknown, "low");
    book.when(take_it);
    book.when(CancelTopUp{"A", "low", "a\nb"}).refused(Errc::value_out_of_range, "reason");
    book.when(CancelTopUp{"A", "low", "pays cash"}).then_types("top_up_request_ended");
    CHECK(book.event<TopUpRequestEnded>(0).outcome == TopUpOutcome::cancelled);
    CHECK(book.event<TopUpRequestEnded>(0).reason == "pays cash");
    book.when(CancelTopUp{"A", "low", ""}).refused(Errc::top_up_unknown);
    book.when(take_it).refused(Errc::top_up_not_due);
    book.when(typed("R1", "A", 500'00)).when(spend("F1", 10'00));
    book.when(take_it).then_types("top_up_requested");
    book.when(EndTopUpRule{"A", "low"}).then_types("top_up_request_ended top_up_rule_ended");
    CHECK(book.event<TopUpRequestEnded>(0).outcome == TopUpOutcome::rule_ended);
    book.when(take_it).refused(Errc::top_up_rule_unknown, "low");
    book.when(typed("R2", "A", 10'00))
        .then_types("desk_entry_received arrival_resolved "
                    "payment_received");
}

TEST_CASE("top-up: while a request is open, the days of its interval pass") {
    Ruled book(asking(every(BillingPeriod::month, "2026-11-20", 700'00)));
    book.when(take_it).then_types("top_up_requested");
    book.on("2026-12-20").when(take_it);
    CHECK(book.event<TopUpPassed>(0).why == TopUpPassing::open);
    book.when(typed("R1", "A", 700'00));
    book.on("2027-01-20");
    book.when(take_it).then_types("top_up_requested");
}

TEST_CASE("top-up: other terms take the place of a rule's; a day is not dealt with twice") {
    Ruled book(every(BillingPeriod::month, "2026-11-20", 100'00));
    book.when(take_it).wallet("A", 100'00);
    book.set(every(BillingPeriod::week, "2026-11-20", 50'00));
    CHECK(book.event<TopUpRuleSet>(0).next_on == day("2026-11-27"));
    book.when(take_it).refused(Errc::top_up_not_due);
    book.set(every(BillingPeriod::week, "2026-12-01", 50'00));
    book.set(every(BillingPeriod::day, "2026-11-21", 50'00)); // The other one was a slip.
    CHECK(book.event<TopUpRuleSet>(0).next_on == day("2026-11-21"));
    TopUpTerms once = below_500(1);
    once.at_most = 1;
    book.set(once);
    book.when(take_it).refused(Errc::top_up_not_due); // The month's count goes on.
    once.at_most = 2;
    book.set(once);
    book.when(take_it).then_types("top_up_granted credit_granted");
}

TEST_CASE("set_top_up_rule: what cannot be is refused") {
    Spec book = given(world());
    const auto refused = [&](const TopUpTerms& terms, Errc why, std::string_view detail = {}) {
        book.when(SetTopUpRule{"A", "low", terms}).refused(why, detail);
    };
    book.when(SetTopUpRule{"Z", "low", below_500(1)}).refused(Errc::customer_unknown, "Z");
    book.when(SetTopUpRule{"A", "l~w", below_500(1)}).refused(Errc::value_out_of_range, "rule");
    refused(below_500(0), Errc::amount_not_positive);
    refused(below_500(-5), Errc::amount_not_positive);
    refused(below_500(amount_minor_max + 1), Errc::amount_overflow);
    TopUpTerms terms = below_500(1);
    terms.below_minor = 0;
    refused(terms, Errc::amount_not_positive);
    terms.below_minor.reset();
    refused(terms, Errc::value_out_of_range, "below_minor");
    terms = below_500(1);
    terms.every = BillingPeriod::week;
    refused(terms, Errc::value_out_of_range, "every, from");
    terms = below_500(1);
    terms.target_minor = 900'00;
    refused(terms, Errc::value_out_of_range, "amount_minor, target_minor");
    terms.amount_minor.reset();
    terms.target_minor = 499'99;
    refused(terms, Errc::value_out_of_range, "target_minor: not less");
    terms.target_minor.reset();
    refused(terms, Errc::value_out_of_range, "amount_minor, target_minor");
    terms = below_500(1);
    for (const std::uint32_t times : {0U, 32U}) {
        terms.at_most = times;
        refused(terms, Errc::value_out_of_range, "at_most");
    }
    terms = below_500(1);
    terms.priority = 51;
    refused(terms, Errc::value_out_of_range, "priority");
    terms.priority.reset();
    terms.expires_after_days = 0;
    refused(terms, Errc::value_out_of_range, "expires_after_days");
    terms.expires_after_days = 5;
    refused(asking(terms), Errc::value_out_of_range, "priority, expires_after_days");
    terms = every(BillingPeriod::month, "2026-11-20", 1);
    terms.below_minor = 1;
    refused(terms, Errc::value_out_of_range, "below_minor");
    terms = every(BillingPeriod::month, "2010-01-01", 1);
    refused(terms, Errc::value_out_of_range, "from");
    terms.from.reset();
    refused(terms, Errc::value_out_of_range, "every, from");
}

TEST_CASE("top-up: a wallet has twenty rules at most, and no rule is left behind by a merge") {
    Spec book = given(world());
    for (int i = 1; i <= 20; ++i)
        book.when(SetTopUpRule{"A", "r" + std::to_string(i), below_500(1)})
            .then_types("top_up_rule_set");
    book.when(SetTopUpRule{"A", "r21", below_500(1)}).refused(Errc::value_out_of_range, "a wallet");
    book.when(SetTopUpRule{"A", "r20", below_500(2)}).then_types("top_up_rule_set");
    book.when(MergeCustomers{"A", "B", "twice"}).refused(Errc::customer_busy, "the top-up rule r1");
    for (int i = 1; i <= 20; ++i)
        book.when(EndTopUpRule{"A", "r" + std::to_string(i)}).then_types("top_up_rule_ended");
    book.when(EndTopUpRule{"A", "r1"}).refused(Errc::top_up_rule_unknown, "r1");
    book.when(EndTopUpRule{"Z", "r1"}).refused(Errc::customer_unknown, "Z");
    book.when(TakeTopUp{"Z", "r1"}).refused(Errc::customer_unknown, "Z");
    book.when(MergeCustomers{"A", "B", "twice"}).then_types("customer_merged");
    book.when(SetTopUpRule{"A", "r1", below_500(1)}).refused(Errc::customer_merged);
}

TEST_CASE("top-up: one that would be too much for a wallet is refused and leaves no trace") {
    Ruled book(every(BillingPeriod::month, "2026-11-20", amount_minor_max));
    book.when(typed("R1", "A", 1)).when(take_it).refused(Errc::amount_overflow, "the wallet of A");
    CHECK(book.due() == 1);
}

TEST_CASE("top-up: any number of runs takes the same, in any order") {
    Ruled book(below_500(200'00));
    book.when(SetTopUpRule{"A", "weekly", every(BillingPeriod::week, "2026-11-20", 50'00)});
    for (int run = 0; run < 5; ++run)
        for (const DueTopUp& due : book.run().decider().due_top_ups(tenant_id, {}).value())
            book.when(TakeTopUp{due.customer, due.rule});
    book.wallet("A", 250'00);
}
