#include "tests/support/dunning_builders.hpp"

using namespace tollbook;

namespace {

DefineDunning usual() { return policy(usual_steps()); }

DefineDunning with(SuspendedTime suspended_time, CatchUp catch_up) {
    DefineDunning define = policy({suspend(5)});
    define.suspended_time = suspended_time;
    define.catch_up = catch_up;
    return define;
}

} // namespace

TEST_CASE("dunning: each step is taken when its day has come, once") {
    Dunned book(usual());
    book.run_to().then_types("dunning_step_taken").blocked("A-1", "");
    const auto reminded = book.event<DunningStepTaken>(0);
    CHECK(reminded.step == "r");
    CHECK(reminded.due_since == day("2026-11-20"));
    CHECK(reminded.on == day("2026-11-20"));
    CHECK(reminded.owed_minor == 1'500'00);
    CHECK_FALSE(reminded.charge);
    book.run_to().refused(Errc::dunning_waits);
    book.on("2026-11-22").run_to().refused(Errc::dunning_waits);
    book.on("2026-11-23").run_to().then_types("dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).charge == "A-1:late_fee:2026-11-20:1");
    book.on("2026-11-24").run_to().refused(Errc::dunning_waits);
    book.on("2026-11-25").run_to().then_types("dunning_step_taken service_suspended");
    book.blocked("A-1", "unpaid");
    book.run_to().refused(Errc::insufficient_funds);
    CHECK(book.due() == 0);
    book.on("2027-01-18");
    CHECK(book.due() == 0);
    book.on("2027-01-19");
    CHECK(book.due() == 1);
    book.run_to().then_types("dunning_step_taken service_suspended service_ended");
    CHECK(book.event<ServiceEnded>(2).reason == "dunning");
    book.blocked("A-1", "ended+unpaid");
    book.run_to().refused(Errc::service_ended);
    CHECK(book.dunning() == nullptr);
}

TEST_CASE("dunning: without a policy for it a service is cut on the day it is due") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(usual()).when(RenewService{"A-1"}).then({cut("A-1", "A")});
}

TEST_CASE("dunning: a run that slept takes the steps that came, in their order") {
    Dunned book(usual());
    book.on("2026-11-27")
        .run_to()
        .then_types("dunning_step_taken dunning_step_taken dunning_step_taken service_suspended");
    CHECK(book.event<DunningStepTaken>(0).step == "r");
    CHECK(book.event<DunningStepTaken>(1).step == "f");
    CHECK(book.event<DunningStepTaken>(2).owed_minor == 1'700'00);
    Dunned slept(usual());
    slept.on("2027-03-01")
        .run_to()
        .then_types("dunning_step_taken dunning_step_taken dunning_step_taken service_suspended "
                    "dunning_step_taken service_suspended service_ended");
}

TEST_CASE("dunning: the steps of one day are all taken") {
    Dunned book(policy({remind("a", 2), remind("b", 2), suspend(2)}));
    book.on("2026-11-22")
        .run_to()
        .then_types("dunning_step_taken dunning_step_taken dunning_step_taken service_suspended");
}

TEST_CASE("dunning: a late fee is paid with the period, by a charge of its own, and once") {
    Dunned book(usual());
    book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
    book.when(typed("T1", "A", 1'699'99)).blocked("A-1", "unpaid").wallet("A", 1'699'99);
    book.when(typed("T2", "A", 1)).wallet("A", 0).blocked("A-1", "");
    book.then_types(
        "desk_entry_received arrival_resolved payment_received wallet_charged periods_forgiven "
        "wallet_charged service_renewed service_reinstated"
    );
    const auto& charged = book.event<WalletCharged>(3);
    CHECK(charged.charge == "A-1:late_fee:2026-11-20:1");
    CHECK(charged.minor == 200'00);
    CHECK(charged.lines.size() == 1);
    CHECK(charged.lines.front().component == "late_fee");
    CHECK(charged.postings == legs({{"wallet:A", 200'00}, {"fee", -200'00}}));
    CHECK(book.dunning() == nullptr);
    book.on("2026-12-25").when(typed("T3", "A", 1'500'00)).wallet("A", 0);
    book.renews_on("A-1", "2027-01-25");
}

TEST_CASE("dunning: who pays while the line is on pays from the day it fell due, at once") {
    Dunned book(usual());
    book.on("2026-11-23").run_to().blocked("A-1", "");
    book.when(typed("T1", "A", 1'700'00)).wallet("A", 0).renews_on("A-1", "2026-12-20");
    CHECK(book.event<ServiceRenewed>(5).from == day("2026-11-20"));
    CHECK(book.dunning() == nullptr);
    book.on("2026-12-20").run_to().then_types("dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).due_since == day("2026-12-20"));
}

TEST_CASE("dunning: a run charges what is covered before any step") {
    Dunned book(usual(), world() + Story{received("R1", "A", 1'500'00)});
    book.on("2026-11-25").run_to().then_types("wallet_charged service_renewed");
    book.renews_on("A-1", "2026-12-20");
}

TEST_CASE("dunning: what it blocked is restored, and nothing else") {
    Dunned book(usual());
    book.on("2026-11-25").run_to().when(SuspendService{"A-1", "abuse"});
    book.blocked("A-1", "abuse+unpaid");
    book.when(typed("T1", "A", 1'700'00)).blocked("A-1", "abuse+unpaid").wallet("A", 1'700'00);
    book.when(ReinstateService{"A-1", "abuse"}).blocked("A-1", "").wallet("A", 0);
    CHECK(book.dunning() == nullptr);
}

TEST_CASE("dunning: while something else blocks a service no step is taken") {
    Dunned book(usual());
    book.run_to().when(SuspendService{"A-1", "abuse"});
    book.on("2026-12-20").run_to().refused(Errc::service_blocked);
    CHECK(book.due() == 0);
    book.when(ReinstateService{"A-1", "abuse"});
    book.run_to().then_types("dunning_step_taken dunning_step_taken service_suspended");
}

TEST_CASE("dunning: a promise holds steps back and ages nothing") {
    Dunned book(usual());
    book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
    book.when(PromisePayment{"A-1", day("2026-12-01")}).blocked("A-1", "");
    book.on("2026-11-30").run_to().refused(Errc::insufficient_funds);
    CHECK(book.due() == 0);
    book.on("2026-12-01").run_to().then_types("service_suspended").blocked("A-1", "unpaid");
    CHECK(book.dunning()->due_since == day("2026-11-20"));
    book.on("2027-01-19").run_to().blocked("A-1", "ended+unpaid");
}

TEST_CASE("dunning: a step waits while too little is owed; those behind it do not") {
    DefineDunning define = policy({fee("f", 1, 200'00), suspend(2)});
    define.steps[0].min_owed_minor = 500'00;
    Dunned book(define);
    book.when(typed("T1", "A", 1'100'00));
    book.on("2026-11-22").run_to().then_types("dunning_step_taken service_suspended");
    CHECK(book.event<DunningStepTaken>(0).owed_minor == 400'00);
    CHECK(book.due() == 1);
    book.run_to().refused(Errc::insufficient_funds);
    book.when(TransferFunds{"A", "B", "T", 100'00, ""});
    book.run_to().then_types("dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).step == "f");
}

TEST_CASE("dunning: a new version counts at once, and takes no step again") {
    Dunned book(usual());
    book.run_to();
    book.when(policy({remind("r", 0), remind("r2", 1), suspend(2)}));
    CHECK(book.event<DunningDefined>(0).version == 2);
    book.on("2026-11-22")
        .run_to()
        .then_types("dunning_step_taken dunning_step_taken service_suspended");
    CHECK(book.event<DunningStepTaken>(0).step == "r2");
    CHECK(book.event<DunningStepTaken>(0).policy_version == 2);
}

TEST_CASE("dunning: the most specific policy counts") {
    Dunned book(policy({remind("all", 0)}));
    const auto define = [&](const std::string& name) {
        DefineDunning other = policy({remind(name, 0)});
        other.policy = name;
        book.when(other);
    };
    const auto taken = [&](const std::string& service) {
        book.when(AddService{service, "A", "HOME10", {}, {}, day("2026-11-20"), {}, {}});
        book.when(RenewService{service});
        return book.event<DunningStepTaken>(0).step;
    };
    for (const char* name : {"plan", "group", "both"})
        define(name);
    book.run_to();
    CHECK(taken("A-2") == "all");
    book.when(AssignDunning{"plan", {}, "HOME10"});
    CHECK(taken("A-3") == "plan");
    book.when(AssignDunning{"group", "vip", {}}).when(AssignDunning{"both", "vip", "HOME10"});
    CHECK(taken("A-4") == "plan");
    book.when(SetCustomerGroup{"A", "vip"}).then_types("customer_grouped");
    CHECK(taken("A-5") == "both");
    book.when(AssignDunning{{}, "vip", "HOME10"});
    CHECK(taken("A-6") == "group");
    book.when(SetCustomerGroup{"A", {}});
    CHECK(taken("A-7") == "plan");
    book.when(AssignDunning{{}, {}, "HOME10"}).when(AssignDunning{{}, {}, {}});
    book.when(AddService{"B-1", "B", "HOME10", {}, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"B-1"}).then({cut("B-1", "B")});
}

TEST_CASE("dunning: of one wallet's services the oldest due is paid first, the other is dunned") {
    Dunned book(usual());
    book.when(AddService{"A-2", "A", "HOME10", {}, {}, day("2026-11-19"), {}, {}});
    book.when(typed("T1", "A", 1'600'00)).renews_on("A-2", "2026-12-19").wallet("A", 100'00);
    book.run_to();
    CHECK(book.event<DunningStepTaken>(0).owed_minor == 1'400'00);
}

TEST_CASE("dunning: given days end it; a fee stays owed with the next period") {
    Dunned book(usual());
    book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
    book.when(ExtendServices{{"A-1"}, 10, "outage"}).blocked("A-1", "");
    REQUIRE(book.dunning() != nullptr);
    CHECK(book.dunning()->steps.empty());
    book.on("2026-12-05").when(typed("T1", "A", 1'500'00)).wallet("A", 1'500'00);
    book.when(typed("T2", "A", 200'00)).wallet("A", 0).renews_on("A-1", "2027-01-05");
}

TEST_CASE("suspended time free: the period begins on the day of reactivation, recorded as such") {
    for (const Story& provider : {world(), fixed_world()}) {
        Dunned book(with(SuspendedTime::free, CatchUp::bill), provider);
        book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
        book.on("2027-01-27").when(typed("T1", "A", 1'500'00)).wallet("A", 0);
        const auto& forgiven = book.event<PeriodsForgiven>(3);
        CHECK(forgiven.from == day("2026-11-20"));
        CHECK(forgiven.to == day("2027-01-27"));
        CHECK(forgiven.count == 2);
        CHECK(forgiven.reason == ForgivenTime::suspended);
        book.renews_on("A-1", "2027-02-27");
        CHECK(book.row().anchor_day == 27);
    }
}

TEST_CASE("suspended time charged: what was due is charged from its own start") {
    for (const Story& provider : {world(), fixed_world()}) {
        Dunned book(with(SuspendedTime::charged, CatchUp::bill), provider);
        book.on("2026-11-25").run_to();
        book.on("2026-12-01").when(typed("T1", "A", 1'500'00)).renews_on("A-1", "2026-12-20");
        CHECK(book.event<ServiceRenewed>(4).from == day("2026-11-20"));
    }
}

TEST_CASE("catch up bill: a cut service comes back when every period that passed is covered") {
    Dunned book(with(SuspendedTime::charged, CatchUp::bill), fixed_world());
    book.on("2026-11-25").run_to();
    book.on("2027-01-25").when(typed("T1", "A", 4'000'00)).wallet("A", 4'000'00);
    book.blocked("A-1", "unpaid").when(typed("T2", "A", 500'00)).wallet("A", 0);
    book.blocked("A-1", "").renews_on("A-1", "2027-02-20");
    CHECK(book.event<ServiceRenewed>(4).from == day("2026-11-20"));
    CHECK(book.event<ServiceRenewed>(6).from == day("2026-12-20"));
    CHECK(book.event<ServiceRenewed>(8).from == day("2027-01-20"));
}

TEST_CASE("catch up forgive: whole periods that passed are skipped, as a fact") {
    Dunned book(with(SuspendedTime::charged, CatchUp::forgive), fixed_world());
    book.on("2026-11-25").run_to();
    book.on("2027-01-25").when(typed("T1", "A", 1'500'00)).wallet("A", 0);
    const auto& forgiven = book.event<PeriodsForgiven>(3);
    CHECK(forgiven.to == day("2027-01-20"));
    CHECK(forgiven.count == 2);
    CHECK(forgiven.reason == ForgivenTime::backlog);
    book.renews_on("A-1", "2027-02-20").blocked("A-1", "");
}

TEST_CASE("catch up ask: it is parked until somebody says") {
    for (const BacklogChoice choice : {BacklogChoice::bill, BacklogChoice::forgive}) {
        Dunned book(with(SuspendedTime::charged, CatchUp::ask), fixed_world());
        book.on("2026-11-25").run_to();
        book.on("2027-01-25").when(typed("T1", "A", 4'500'00)).wallet("A", 4'500'00);
        CHECK(book.due() == 1);
        CHECK(book.previewed().outcome == BillingOutcome::parked);
        CHECK(book.previewed().reason == "backlog-undecided");
        book.run_to().refused(Errc::backlog_undecided);
        const bool bills = choice == BacklogChoice::bill;
        book.when(SettleBacklog{"A-1", choice}).wallet("A", bills ? 0 : 3'000'00);
        book.blocked("A-1", "").renews_on("A-1", "2027-02-20");
        book.when(SettleBacklog{"A-1", choice}).refused(Errc::service_not_due);
    }
}

TEST_CASE("catch up of a line that is on: one period with each run, as without a policy") {
    Dunned book(policy({remind("r", 50)}), fixed_world());
    book.on("2027-01-25").when(typed("T1", "A", 4'500'00)).renews_on("A-1", "2026-12-20");
    book.run_to().renews_on("A-1", "2027-01-20");
    book.run_to().renews_on("A-1", "2027-02-20").wallet("A", 0);
}

TEST_CASE("settle_backlog: a line that is on is asked about too") {
    DefineDunning define = policy({remind("r", 50)});
    define.catch_up = CatchUp::ask;
    Dunned book(define, fixed_world());
    book.on("2027-01-25").when(typed("T1", "A", 1'500'00)).wallet("A", 1'500'00);
    book.when(SettleBacklog{"A-1", BacklogChoice::bill}).renews_on("A-1", "2026-12-20");
    CHECK(book.event<BacklogBilled>(0).count == 2);
    book.when(typed("T2", "A", 1'500'00)).renews_on("A-1", "2027-01-20"); // It was said for both.
    book.when(typed("T3", "A", 1'500'00)).renews_on("A-1", "2027-02-20");
    CHECK_FALSE(book.row().billed_to);
}

TEST_CASE("dunning: a late fee is the one of the customer's currency") {
    DefineDunning define = usual();
    define.steps[1] = in_dollars(define.steps[1], 2'00);
    DunnedInDollars book(define);
    book.on("2026-11-23").run_to("D-1").then_types("dunning_step_taken dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).owed_minor == 15'00);
    CHECK(book.event<DunningStepTaken>(1).fee_minor == 2'00);
    CHECK(book.event<DunningStepTaken>(1).charge == "D-1:late_fee:2026-11-20:1");
    CHECK(book.previewed_of("D-1").minor == 17'00);
    CHECK(book.previewed_of("D-1").currency == usd());
    book.when(typed("T1", "D", 17'00)).wallet("D", 0).renews_on("D-1", "2026-12-20");
    const auto& charged = book.event<WalletCharged>(3);
    CHECK(charged.minor == 2'00);
    for (const Posting& leg : charged.postings)
        CHECK(leg.currency == usd());
    book.run_to("A-1");
    CHECK(book.event<DunningStepTaken>(1).fee_minor == 200'00);
    CHECK(book.previewed_of("A-1").minor == 1'700'00);
    CHECK_FALSE(book.previewed_of("A-1").currency);
}

TEST_CASE("dunning: a late fee that a currency has none of is passed over, and asked for later") {
    DefineDunning define = usual();
    DunnedInDollars book(define);
    book.on("2026-11-23").run_to("D-1").then_types("dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).step == "r");
    CHECK(book.previewed_of("D-1").outcome == BillingOutcome::waiting);
    book.run_to("D-1").refused(Errc::dunning_waits);
    book.on("2026-11-25").run_to("D-1").then_types("dunning_step_taken service_suspended");
    CHECK(book.event<DunningStepTaken>(0).step == "cut");
    CHECK(book.dunning("D-1")->fees.empty());
    book.run_to("A-1").blocked("A-1", "unpaid");
    CHECK(book.due() == 0); // Nothing is left to be done for D-1 either.
    define.steps[1] = in_dollars(define.steps[1], 2'00);
    book.when(define);
    CHECK(book.due() == 1);
    book.run_to("D-1").then_types("dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).fee_minor == 2'00);
    book.when(typed("T1", "D", 17'00)).wallet("D", 0).blocked("D-1", "");
}

TEST_CASE("dunning: what must be owed for a step is said in the customer's currency") {
    DunningStep little = remind("little", 0);
    little.min_owed_minor = 1'000'00;
    DunningStep much = remind("much", 0);
    much.min_owed_minor = 1'600'00; // In shillings; nobody said how much it is in dollars.
    const DunningStep dear = in_dollars(remind("dear", 0), {}, 15'01);
    DunnedInDollars book(policy({in_dollars(little, {}, 15'00), much, dear}));
    for (const auto& [service, steps] :
         {std::pair{"A-1", std::vector<std::string>{"little", "dear"}},
          std::pair{"D-1", std::vector<std::string>{"little", "much"}}}) {
        CAPTURE(service);
        const BillingItem item = book.previewed_of(service);
        CHECK(item.steps == steps);
        book.when(RenewService{service, ExpectedRenewal{item.from, item.minor, false, steps}}
        ).then_types("dunning_step_taken dunning_step_taken");
        for (std::size_t i = 0; i < steps.size(); ++i)
            CHECK(book.event<DunningStepTaken>(i).step == steps[i]);
        book.run_to(service).refused(Errc::dunning_waits);
    }
}
