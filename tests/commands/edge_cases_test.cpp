// The acceptance list of billing: what goes wrong in the field, and what happens here instead. One
// test for each row, named by its number; edge_cases.py says which rows have none yet.
#include "tests/support/book_builders.hpp"
#include "tests/support/book_proofs.hpp"

using namespace tollbook;

namespace {

PlanDefined plan_of(
    const std::string& code, BillingPeriod period, std::optional<std::uint32_t> count = {}
) {
    PlanDefined defined = plan(code, 1'500'00);
    defined.period = period;
    defined.period_count = count;
    return defined;
}

ServiceAdded service_on(
    const std::string& code, std::string_view renews_on, std::optional<std::int32_t> anchor = {}
) {
    ServiceAdded added = service("A-1", "A", renews_on);
    added.plan = code;
    added.anchor_day = anchor.value_or(added.anchor_day);
    return added;
}

// Renews on each of these days, and ends on the one after it.
void check_renewals(Spec& book, const std::vector<std::string_view>& days) {
    book.when(typed("MONEY", "A", 1'000'000'00));
    for (std::size_t i = 0; i + 1 < days.size(); ++i) {
        on(book, days[i]);
        book.when(RenewService{"A-1"}).renews_on("A-1", days[i + 1]);
    }
}

std::size_t charges_of(Spec& book) {
    return static_cast<std::size_t>(std::ranges::count_if(book.run().facts(), [](const Fact& fact) {
        return std::holds_alternative<WalletCharged>(fact.event);
    }));
}

} // namespace

TEST_CASE("edge_01: an anchor of 29 to 31 is clamped in short months and comes back") {
    Spec monthly = given(fixed_world() + Story{service_on("HOME10", "2027-01-31")});
    check_renewals(monthly, {"2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"});
    Spec quarterly = given(
        fixed_world() +
        Story{plan_of("Q", BillingPeriod::quarter), service_on("Q", "2027-02-28", 30)}
    );
    check_renewals(
        quarterly, {"2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30", "2028-02-29"}
    );
    Spec half_yearly = given(
        fixed_world() +
        Story{plan_of("H", BillingPeriod::month, 6), service_on("H", "2027-02-28", 31)}
    );
    check_renewals(half_yearly, {"2027-02-28", "2027-08-31", "2028-02-29", "2028-08-31"});
}

TEST_CASE("edge_02: a year from 29 February ends on the 28th, and on the 29th when there is one") {
    Spec book = given(
        fixed_world() + Story{plan_of("Y", BillingPeriod::year), service_on("Y", "2028-02-29")}
    );
    check_renewals(book, {"2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"});
}

TEST_CASE("edge_04: days are the provider's, not the server's") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-21")});
    book.when(typed("T1", "A", 1'500'00));
    book.when(AdvanceTestClock{at("2026-11-20T20:59:59Z")}); // A second before midnight in Nairobi.
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    book.when(AdvanceTestClock{at("2026-11-20T21:00:00Z")});
    book.when(RenewService{"A-1"}).booked_on("2026-11-21").renews_on("A-1", "2026-12-21");
}

TEST_CASE("edge_06: a run that slept over billing days finds them all due, whatever day it is") {
    Spec book = given(
        fixed_world() + Story{plan_of("W", BillingPeriod::week), service_on("W", "2026-11-02")}
    );
    book.when(typed("T1", "A", 9'000'00));
    for (const char* until : {"2026-11-09", "2026-11-16", "2026-11-23"})
        book.when(RenewService{"A-1"}).renews_on("A-1", until);
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    CHECK(charges_of(book) == 3);
}

TEST_CASE("edge_07: however many schedulers run, a period is charged once") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 9'000'00));
    book.when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    CHECK(charges_of(book) == 1);
    book.wallet("A", 7'500'00);
}

TEST_CASE("edge_13: a new price is for those who come; each charge names the version that it used"
) {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 9'000'00));
    book.when(DefinePlan{"HOME10", {}, "Home 10", 1'800'00, kes(), {}, {}, 10, 10});
    book.when(RenewService{"A-1"}).wallet("A", 7'500'00);
    CHECK(book.event<WalletCharged>(0).lines.front().plan_version == 1);
    AddService later;
    later.service = "A-2";
    later.customer = "A";
    later.plan = "HOME10";
    book.when(later).when(RenewService{"A-2"}).wallet("A", 5'700'00);
    CHECK(book.event<WalletCharged>(0).lines.front().plan_version == 2);
}

TEST_CASE("edge_17: what is paid too much stays in the wallet and pays the next period") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(told({.receipt = "R1", .amount = "3100.00", .reference = "A"}));
    book.wallet("A", 1'600'00).renews_on("A-1", "2026-12-20");
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 100'00);
}

TEST_CASE("edge_20: money that comes before anything is due waits in the wallet") {
    Spec book = given(world());
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}));
    book.wallet("A", 1'500'00);
    AddService first;
    first.service = "A-1";
    first.customer = "A";
    first.plan = "HOME10";
    book.when(first).when(RenewService{"A-1"}).wallet("A", 0).renews_on("A-1", "2026-12-20");
}

TEST_CASE("edge_21: the same delivery again is kept, counted, and moves nothing") {
    const Callback paid{.receipt = "R1", .amount = "1500.00", .reference = "A"};
    Spec book = given(world());
    book.when(told(paid)).wallet("A", 1'500'00);
    for (const char* arrival : {"a2", "a3"}) {
        Callback copy = paid;
        copy.arrival = arrival;
        book.when(told(copy)).then_types("callback_received arrival_resolved");
        CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::duplicate);
        book.wallet("A", 1'500'00);
    }
}

TEST_CASE("edge_22: the same receipt with another amount waits for a person; the first one stands"
) {
    Spec book = given(world());
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}));
    book.when(told({.receipt = "R1", .amount = "15000.00", .reference = "A", .arrival = "a2"}));
    book.then_types("callback_received arrival_resolved").wallet("A", 1'500'00);
    CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::conflict);
}

TEST_CASE(
    "edge_24: a callback behind the cashier's entry confirms it; another receipt is more money"
) {
    Spec book = given(world());
    book.when(typed("R1", "A", 1'500'00, "mpesa:600901")).wallet("A", 1'500'00);
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}));
    book.then_types("callback_received arrival_resolved payment_confirmed").wallet("A", 1'500'00);
    book.when(told({.receipt = "R2", .amount = "1500.00", .reference = "A", .arrival = "a2"}));
    book.wallet("A", 3'000'00);
}

TEST_CASE("edge_30: money with a reference that nobody has waits in suspense, and is assigned") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "AA"}));
    book.then_types("callback_received arrival_resolved payment_received").blocked("A-1", "unpaid");
    book.when(AssignSuspense{"mpesa:R1", {{"A", 1'500'00}}, "typed twice"});
    book.blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("edge_33: a reversal takes the money back from the wallet and says what it had paid for"
) {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"})).wallet("A", 0);
    book.when(ReversePayment{"mpesa:R1", {}, "reversed by Safaricom"}).wallet("A", -1'500'00);
    const std::vector<WalletDebit> debits = book.event<PaymentReversed>(0).debits;
    REQUIRE(debits.size() == 1);
    CHECK(debits.front().unwound == std::vector<Unwound>{{"A-1:period:2026-11-20:0", 1'500'00}});
}

TEST_CASE("edge_37: a cashier who types the same amount again that day is warned") {
    Spec book = given(world());
    const auto reason = [&book] { return book.event<ArrivalResolved>(1).reason; };
    book.when(typed("R1", "A", 1'500'00));
    CHECK_FALSE(reason());
    book.when(typed("R1", "A", 1'500'00)).then_types("desk_entry_received arrival_resolved");
    CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::duplicate);
    book.when(typed("R2", "A", 1'500'00)).wallet("A", 3'000'00);
    CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::accepted);
    CHECK(*reason() == "the same amount as till:main:R1 of the same day");
    book.when(typed("R3", "B", 1'500'00));
    CHECK_FALSE(reason());
    book.when(typed("R4", "A", 1'400'00));
    CHECK_FALSE(reason());
    book.when(ReversePayment{"till:main:R2", {}, "typed in error"});
    book.when(typed("R5", "A", 1'500'00)); // The money of the first twin alone stands.
    CHECK_FALSE(reason());
    on(book, "2026-11-21").when(typed("R6", "A", 1'500'00));
    CHECK_FALSE(reason());
}

TEST_CASE("edge_40: of two debits that want the same money one gets it, whole") {
    const auto fee = [](const std::string& number) {
        ChargeLine line;
        line.component = "visit";
        line.net = 1'000'00;
        return ChargeWallet{"A", number, std::nullopt, {line}};
    };
    Spec book = given(world() + Story{received("R1", "A", 1'500'00)});
    book.when(fee("1")).wallet("A", 500'00);
    book.when(fee("2")).refused(Errc::insufficient_funds).wallet("A", 500'00);
}

TEST_CASE("edge_44: a payment and a cut at the same moment are ordered by the log alone") {
    const Story due = world() + Story{service("A-1", "A", "2026-11-20")};
    const RecordCallback money = told({.receipt = "R1", .amount = "1500.00", .reference = "A"});
    Spec paid_first = given(due);
    paid_first.when(money).when(RenewService{"A-1"}).blocked("A-1", "").wallet("A", 0);
    Spec cut_first = given(due);
    cut_first.when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    cut_first.when(money).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("edge_49: a service that is not paid is cut; another one of the customer runs on") {
    Spec book = given(
        world() + Story{service("A-1", "A", "2026-11-20"), service("A-2", "A", "2026-12-05")}
    );
    book.when(RenewService{"A-1"}).then({cut("A-1", "A")});
    book.blocked("A-1", "unpaid").blocked("A-2", "").renews_on("A-2", "2026-12-05");
}

TEST_CASE("edge_50: a line that several reasons hold comes back when the last one falls") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(SuspendService{"A-1", "abuse"}).blocked("A-1", "abuse+unpaid");
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}));
    book.blocked("A-1", "abuse+unpaid").wallet("A", 1'500'00);
    book.when(ReinstateService{"A-1", "abuse"}).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("edge_51: a late fact of a closed day is booked on the first open one, its time kept") {
    Spec book = given(world() + Story{PeriodClosed{day("2026-11-19")}});
    book.when(
        told({.receipt = "R1", .amount = "1500.00", .reference = "A", .time = "20261118120000"})
    );
    book.booked_on("2026-11-20");
    CHECK(book.event<PaymentReceived>(2).occurred_at == at("2026-11-18T09:00:00Z"));
}

TEST_CASE("edge_03: a period is civil days, whatever the clocks of its zone do") {
    Story berlin = fixed_world();
    std::get<TenantOpened>(berlin.front()).timezone = "Europe/Berlin";
    Spec spring = given(berlin + Story{service_on("HOME10", "2027-03-28")});
    spring.when(typed("T1", "A", 9'000'00));
    spring.when(AdvanceTestClock{at("2027-03-27T22:59:59Z")});
    spring.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    spring.when(AdvanceTestClock{at("2027-03-27T23:00:00Z")}); // Midnight; at 02:00 it is 03:00.
    spring.when(RenewService{"A-1"}).renews_on("A-1", "2027-04-28");
    Spec autumn = given(berlin + Story{service_on("HOME10", "2027-10-31")});
    autumn.when(typed("T1", "A", 9'000'00));
    autumn.when(AdvanceTestClock{at("2027-10-30T21:59:59Z")});
    autumn.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    autumn.when(AdvanceTestClock{at("2027-10-30T22:00:00Z")}); // Midnight, an hour from UTC still.
    autumn.when(RenewService{"A-1"}).renews_on("A-1", "2027-11-30");
}

TEST_CASE("edge_08: a clock that steps back is refused, and so is what is told to lie ahead") {
    Spec book = given(world());
    book.when(AdvanceTestClock{at("2026-11-20T05:59:59Z")}).refused(Errc::clock_moves_backwards);
    RecordPayment ahead = typed("T1", "A", 100'00);
    ahead.occurred_at = at("2026-11-20T06:05:01Z");
    book.when(ahead).refused(Errc::value_out_of_range, "occurred_at");
    // What a provider tells has happened: it is kept, and takes effect now.
    book.when(told({.receipt = "R1", .amount = "100.00", .reference = "A", .time = "20301231000000"}
    ));
    book.wallet("A", 100'00).booked_on("2026-11-20");
}

TEST_CASE("edge_09: an upgrade within a period reverses the unused days and charges the new ones") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 9'000'00)).when(RenewService{"A-1"});
    on(book, "2026-11-30").when(ChangePlan{"A-1", "BIZ50", {}, {}, {}});
    CHECK(book.event<ChargeCredited>(0).minor == 1'000'00);    // 20 of 30 days.
    CHECK(book.event<WalletCharged>(2).minor == 4'333'33);     // The same of 6,500.00.
    book.wallet("A", 4'166'67).renews_on("A-1", "2026-12-20"); // The day of billing stays.
}

TEST_CASE(
    "edge_10: a cheaper plan waits for the period's end, a dearer one does not; or as it is said"
) {
    const Story provider = world() + Story{plan("MINI", 300'00), service("A-1", "A", "2026-11-20")};
    Spec usual = given(provider);
    usual.when(typed("T1", "A", 9'000'00)).when(RenewService{"A-1"});
    usual.when(ChangePlan{"A-1", "MINI", {}, {}, {}}).then_types("plan_change_scheduled");
    usual.wallet("A", 7'500'00);
    on(usual, "2026-12-20");
    usual.when(RenewService{"A-1"})
        .then_types("plan_changed wallet_charged service_renewed")
        .wallet("A", 7'200'00);
    usual.when(ChangePlan{"A-1", "HOME10", {}, {}, {}}
    ).then_types("charge_credited plan_changed wallet_charged");
    Spec said = given(provider);
    said.when(typed("T1", "A", 9'000'00)).when(RenewService{"A-1"});
    said.when(ChangePlan{"A-1", "MINI", {}, ChangeTime::now, {}})
        .then_types("charge_credited plan_changed wallet_charged")
        .wallet("A", 8'700'00);
}

TEST_CASE("edge_11: of two changes on a day the last wins; both stand, and the day is paid once") {
    Spec book = given(world() + Story{plan("MINI", 300'00), service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 9'000'00)).when(RenewService{"A-1"});
    on(book, "2026-12-05");
    book.when(ChangePlan{"A-1", "BIZ50", {}, ChangeTime::now, {}}).wallet("A", 5'000'00);
    book.when(ChangePlan{"A-1", "MINI", {}, ChangeTime::now, {}});
    CHECK(book.event<ChargeCredited>(0).charge == "A-1:period:2026-12-05:0");
    CHECK(book.event<ChargeCredited>(0).minor == 3'250'00);
    CHECK(book.event<WalletCharged>(2).charge == "A-1:period:2026-12-05:1");
    book.wallet("A", 8'100'00); // 9,000.00 less half a month of each of HOME10 and MINI.
    book.when(ChangePlan{"A-1", "HOME10", {}, ChangeTime::now, {}}).wallet("A", 7'500'00);
}

TEST_CASE(
    "edge_12: a change that is scheduled posts nothing, and nothing is left of it when cancelled"
) {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 9'000'00)).when(RenewService{"A-1"});
    const auto before = accounts_of(book.run().facts());
    book.when(ChangePlan{"A-1", "BIZ50", {}, ChangeTime::period_end, {}});
    book.when(CancelSchedule{"A-1"}).then_types("plan_change_cancelled");
    CHECK(accounts_of(book.run().facts()) == before);
    on(book, "2026-12-20");
    book.when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
    book.wallet("A", 6'000'00);
}

TEST_CASE("edge_14: a first period that is cut short costs all, its part, or nothing") {
    const auto with = [](FirstPeriod how) {
        PlanDefined part = plan_of("PART", BillingPeriod::month);
        part.first_period = how;
        return fixed_world() + Story{part};
    };
    const auto begin = [](Spec& book) {
        AddService add;
        add.service = "A-1";
        add.customer = "A";
        add.plan = "PART";
        add.anchor_day = 1;
        book.when(typed("T1", "A", 9'000'00)).when(add);
    };
    Spec full = given(with(FirstPeriod::full));
    begin(full);
    full.when(RenewService{"A-1"}).wallet("A", 7'500'00).renews_on("A-1", "2026-12-01");
    Spec prorated = given(with(FirstPeriod::prorated));
    begin(prorated);
    prorated.when(RenewService{"A-1"}).renews_on("A-1", "2026-12-01");
    prorated.wallet("A", 8'450'00); // 11 of the 30 days of November.
    on(prorated, "2026-12-01").when(RenewService{"A-1"}).wallet("A", 6'950'00);
    Spec free = given(with(FirstPeriod::free));
    begin(free);
    free.renews_on("A-1", "2026-12-01").when(RenewService{"A-1"}).refused(Errc::service_not_due);
}

TEST_CASE("edge_15: a price that is split adds up, to the minor unit, whatever the days") {
    for (std::int64_t price = 1; price < 2'000; price += 37)
        for (const char* changed : {"2026-11-21", "2026-11-27", "2026-12-03", "2026-12-19"}) {
            CAPTURE(price);
            CAPTURE(changed);
            PlanDefined odd = plan("ODD", price, 16);
            Spec book =
                given(world() + Story{odd, plan("OTHER", 99'99), service_on("ODD", "2026-11-20")});
            book.when(typed("T1", "A", 1'000'00)).when(RenewService{"A-1"});
            on(book, changed).when(ChangePlan{"A-1", "OTHER", {}, ChangeTime::now, {}});
            const auto accounts = accounts_of(book.run().facts());
            const auto of = [&](const std::string& account) {
                const auto found = accounts.find(account);
                return found == accounts.end() ? 0 : -found->second;
            };
            CHECK(
                of("wallet:A") + of("revenue:ODD") + of("tax:vat16") + of("revenue:OTHER") ==
                1'000'00
            );
            CHECK(of("revenue:ODD") + of("tax:vat16") <= price);
            on(book, "2026-12-20").when(RenewService{"A-1"});
            CHECK(book.event<WalletCharged>(0).minor == 99'99);
        }
}

TEST_CASE("edge_16: parts of a month are priced by its days, or by thirty, as the plan says") {
    const auto dearer = [](std::optional<Proration> proration) {
        PlanDefined from = plan("FROM", 3'100'00);
        from.proration = proration;
        Spec book = given(fixed_world() + Story{from, service_on("FROM", "2026-12-01", 1)});
        book.when(typed("T1", "A", 9'000'00));
        on(book, "2026-12-01").when(RenewService{"A-1"});
        on(book, "2026-12-22");
        DefinePlan next{"FROM", {}, "From", 6'200'00, kes(), {}, {}, 10, 10};
        next.proration = proration;
        book.when(next).when(ChangePlan{"A-1", "FROM", {}, ChangeTime::now, {}});
        CHECK(book.event<ChargeCredited>(0).minor == 1'000'00); // 10 of the 31 days that it paid.
        return book.event<WalletCharged>(2).minor;
    };
    CHECK(dearer({}) == 2'000'00);                     // 10 of 31 days.
    CHECK(dearer(Proration::thirty_days) == 2'066'67); // 10 of 30.
}

TEST_CASE("edge_18: part of the money keeps the service due; the rest, or a promise, brings it back"
) {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(typed("T1", "A", 1'000'00)).blocked("A-1", "unpaid").wallet("A", 1'000'00);
    book.when(PromisePayment{"A-1", day("2026-11-27")}).blocked("A-1", "").wallet("A", 1'000'00);
    book.when(typed("T2", "A", 500'00)).wallet("A", 0).renews_on("A-1", "2026-12-20");
}

TEST_CASE("edge_31: an amount that is short is accepted, and the service stays due") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(told({.receipt = "R1", .amount = "1499.00", .reference = "A"}));
    book.wallet("A", 1'499'00).blocked("A-1", "unpaid").renews_on("A-1", "2026-11-20");
    book.when(told({.receipt = "R2", .amount = "1.00", .reference = "A", .arrival = "a2"}));
    book.wallet("A", 0).blocked("A-1", "").renews_on("A-1", "2026-12-20");
}

TEST_CASE("edge_41: a wallet that lacks cents renews within the grace that it was given") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 1'499'50));
    book.when(SetOverdraftLimit{"A", 1'00}).when(RenewService{"A-1"});
    book.wallet("A", -50).renews_on("A-1", "2026-12-20");
    on(book, "2026-12-20").when(RenewService{"A-1"}).blocked("A-1", "unpaid").wallet("A", -50);
}

TEST_CASE("edge_42: a renewal asks no router: the money first, the line when its router is back") {
    Spec book =
        given(world() + Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 1'500'00)});
    book.when(ProvisionSite{"A-1", "ppp", "rtr-01", "a1", "secret", {}});
    book.when(ReportSite{"A-1", SiteOutcome::failed, 99, false, {}, "device-refused", "down"});
    book.when(RenewService{"A-1"}).then_types("wallet_charged service_renewed").wallet("A", 0);
}

TEST_CASE("edge_48: a promise is a fact of its own: what is due stays due, and as old as it was") {
    Spec book = given(fixed_world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    const auto before = accounts_of(book.run().facts());
    book.when(PromisePayment{"A-1", day("2026-11-30")});
    book.blocked("A-1", "").renews_on("A-1", "2026-11-20");
    CHECK(accounts_of(book.run().facts()) == before);
    on(book, "2026-11-29").when(typed("T1", "A", 1'500'00)).renews_on("A-1", "2026-12-20");
}
