// A customer has one currency, and a plan has a price in each: whose money is in which.
#include "commands/billing/billing_preview.hpp"
#include "tests/support/corrections.hpp"
#include "tests/support/currency_examples.hpp"

using namespace tollbook;

namespace {

PlanDefined priced(PlanDefined defined, std::vector<PlanPrice> prices) {
    defined.prices = std::move(prices);
    return defined;
}

PlanDefined of_kind(PlanDefined defined, PlanKind kind) {
    defined.kind = kind;
    return defined;
}

CustomerRegistered customer_of(const std::string& id, Currency currency) {
    CustomerRegistered registered = customer(id);
    registered.currency = currency;
    return registered;
}

// What costs 15.00 dollars and 2.00 once; in shillings it costs 1,800.00, without a fee.
PlanDefined both() { return priced(plan("BOTH", 1'800'00), {{usd(), 15'00, 2'00}}); }

// Beside it a plan of 40.00 dollars with 16 % tax, an add-on of 3.00 and a product of 5.00; U and
// V pay in dollars, E in euros. HOME10 and BIZ50 have prices in shillings alone.
Story abroad() {
    return world() +
           Story{
               both(),
               priced(plan("PRO", 5'000'00, 16), {{usd(), 40'00, {}}}),
               of_kind(priced(plan("IP", 300'00), {{usd(), 3'00, {}}}), PlanKind::addon),
               of_kind(plan("TV", 600'00), PlanKind::addon),
               of_kind(priced(plan("CABLE", 250'00), {{usd(), 5'00, {}}}), PlanKind::one_time),
               customer_of("U", usd()),
               customer_of("V", usd()),
               customer_of("E", eur())};
}

Postings in(Currency currency, const std::vector<Leg>& of) {
    Postings postings = legs(of);
    for (Posting& leg : postings)
        leg.currency = currency;
    return postings;
}

AddService service_of(const std::string& customer, const std::string& plan) {
    return {customer + "-1", customer, plan, {}, {}, {}, {}, {}};
}

// U-1 on BOTH is paid from 20 November to 20 December; 50.00 dollars are left.
struct PaidInDollars : Spec {
    PaidInDollars() : Spec(abroad()) {
        when(typed("R1", "U", 67'00));
        when(service_of("U", "BOTH"));
        when(RenewService{"U-1"});
    }
};

DefinePlan plan_with(std::vector<PlanPrice> prices) {
    DefinePlan define{"NEW", {}, "New", 100'00, kes(), {}, {}, 10, 10};
    define.prices = std::move(prices);
    return define;
}

} // namespace

TEST_CASE("define_plan: prices in other currencies are told as they were said") {
    Spec book = given(world());
    book.when(plan_with({{usd(), 1'00, {}}, {eur(), 90, 10}})).then_types("plan_defined");
    const std::vector<PlanPrice> told{{usd(), 1'00, {}}, {eur(), 90, 10}};
    CHECK(book.event<PlanDefined>(0).prices == told);
}

TEST_CASE("define_plan: what its prices cannot be") {
    Spec book = given(world());
    book.when(plan_with({})).refused(Errc::value_out_of_range, "prices: 1 to 20");
    book.when(plan_with({{kes(), 1'00, {}}})).refused(Errc::value_out_of_range, "prices: KES");
    book.when(plan_with({{usd(), 1'00, {}}, {usd(), 2'00, {}}})
    ).refused(Errc::value_out_of_range, "prices: USD");
    book.when(plan_with({{usd(), 0, {}}})).refused(Errc::amount_not_positive);
    book.when(plan_with({{usd(), 1'00, 0}})).refused(Errc::amount_not_positive);
    book.when(plan_with({{usd(), amount_minor_max + 1, {}}})).refused(Errc::amount_overflow);
    DefinePlan product = plan_with({{usd(), 1'00, 1'00}});
    product.kind = PlanKind::one_time;
    book.when(product).refused(Errc::plan_kind_unfit, "prices.setup_minor");
    DefinePlan other = plan_with({{eur(), 1'00, {}}});
    other.currency = usd();
    book.when(other).refused(Errc::currency_mismatch);
}

TEST_CASE("register_customer: the tenant's own currency is not said, another is") {
    Spec book = given(world());
    book.when(RegisterCustomer{"N", "Nia", "2547", {}, {"N"}, {}, kes()})
        .then({CustomerRegistered{"N", {{"N", "N"}}, {}, {}}});
    book.when(RegisterCustomer{"M", "Max", "2547", {}, {"M"}, {}, usd()})
        .then({CustomerRegistered{"M", {{"M", "M"}}, {}, usd()}});
}

TEST_CASE("currencies: a service begins, is renewed and invoiced at the price in its currency") {
    Spec book = given(abroad());
    book.when(service_of("U", "BOTH")).then_types("service_added");
    CHECK(book.event<ServiceAdded>(0).setup_minor == 2'00);
    book.when(typed("R1", "U", 20'00))
        .then_types("desk_entry_received arrival_resolved payment_received");
    const auto& received = book.event<PaymentReceived>(2);
    CHECK(received.currency == usd());
    CHECK(received.postings == in(usd(), {{"cash:till:main", 20'00}, {"wallet:U", -20'00}}));
    book.when(RenewService{"U-1"}).then_types("wallet_charged service_renewed");
    CHECK(book.event<WalletCharged>(0).minor == 17'00);
    CHECK(
        book.event<WalletCharged>(0).postings ==
        in(usd(), {{"wallet:U", 17'00}, {"revenue:BOTH", -15'00}, {"revenue:BOTH", -2'00}})
    );
    book.wallet("U", 3'00).renews_on("U-1", "2026-12-20");

    book.when(SetBillingMode{"U", BillingMode::invoiced});
    on(book, "2026-12-20").when(RenewService{"U-1"}).then_types("period_drafted service_renewed");
    book.when(IssueInvoice{book.event<PeriodDrafted>(0).invoice, {}, {}});
    const auto& issued = book.event<InvoiceIssued>(0);
    CHECK(issued.currency == usd());
    CHECK(issued.minor == 15'00);
    CHECK(issued.postings == in(usd(), {{"receivable:U", 15'00}, {"revenue:BOTH", -15'00}}));
}

TEST_CASE("currencies: shillings go on as they did, at the price in shillings") {
    Spec book = given(abroad());
    book.when(typed("R1", "A", 2'000'00));
    book.when(service_of("A", "BOTH")).then_types("service_added");
    CHECK(!book.event<ServiceAdded>(0).setup_minor);
    book.when(RenewService{"A-1"}).wallet("A", 200'00);
    CHECK(
        book.event<WalletCharged>(0).postings ==
        legs({{"wallet:A", 1'800'00}, {"revenue:BOTH", -1'800'00}})
    );
}

TEST_CASE("plan-not-priced: nothing is sold to a customer without a price in its currency") {
    PaidInDollars book;
    book.when(service_of("V", "HOME10")).refused(Errc::plan_not_priced, "HOME10 1: in USD");
    book.when(service_of("E", "BOTH")).refused(Errc::plan_not_priced, "BOTH 1: in EUR");
    book.when(ChangePlan{"U-1", "BIZ50", {}, {}}).refused(Errc::plan_not_priced, "BIZ50");
    book.when(ChangePlan{"U-1", "BIZ50", {}, ChangeTime::period_end})
        .refused(Errc::plan_not_priced, "BIZ50");
    book.when(AddAddon{"U-1", "TV", {}, {}, {}}).refused(Errc::plan_not_priced, "TV");
    book.when(SellProduct{"E", "S1", "CABLE", {}, {}, {}}).refused(Errc::plan_not_priced, "CABLE");
    book.when(OpenLead{"L1", "Lea", "2547", {}, {}, {}, "HOME10"});
    ConvertLead convert{"L1", "P", "Lea", "2547", {}, {"P"}, "P-1", {}, {}, {}, {}, {}, {}, usd()};
    book.when(convert).refused(Errc::plan_not_priced, "HOME10");
    convert.plan = "BOTH";
    book.when(convert).then_types("customer_registered service_added lead_converted");
    CHECK(book.event<CustomerRegistered>(0).currency == usd());
    CHECK(book.event<ServiceAdded>(1).setup_minor == 2'00);
}

TEST_CASE("plan-not-priced: a version that lost its price is for the others alone") {
    PaidInDollars book;
    book.when(DefinePlan{"BOTH", {}, "Both", 2'000'00, kes(), {}, {}, 10, 10});
    book.when(service_of("V", "BOTH")).refused(Errc::plan_not_priced, "BOTH 2: in USD");
    book.when(service_of("A", "BOTH")).then_types("service_added");
    AddService older = service_of("V", "BOTH");
    older.plan_version = 1;
    book.when(older).then_types("service_added");
    on(book, "2026-12-20").when(RenewService{"U-1"}).wallet("U", 35'00); // As it is on version 1.
}

TEST_CASE("currencies: changes of plan and add-ons are priced in the customer's currency") {
    PaidInDollars book;
    on(book, "2026-12-05").when(AddAddon{"U-1", "IP", {}, 2, {}}).wallet("U", 47'00);
    book.when(ChangeAddon{"U-1", "IP", {}, 4, {}}).wallet("U", 44'00);
    book.when(ChangePlan{"U-1", "PRO", {}, {}}).wallet("U", 31'50); // 7.50 came back, 20.00 is new.
    const auto& charged = book.event<WalletCharged>(2);
    CHECK(
        charged.postings ==
        in(usd(), {{"wallet:U", 20'00}, {"revenue:PRO", -17'24}, {"tax:vat16", -2'76}})
    );
    book.when(SellProduct{"U", "S1", "CABLE", {}, 3, {}}).wallet("U", 16'50);
    on(book, "2026-12-20").when(typed("R2", "U", 35'50)).wallet("U", 52'00);
    book.when(RenewService{"U-1"}).wallet("U", 0);
}

TEST_CASE("currencies: money of one never becomes the other's") {
    PaidInDollars book;
    book.when(typed("R2", "A", 900'00));
    book.when(TransferFunds{"U", "A", "T1", 1'00, "x"})
        .refused(Errc::currency_mismatch, "U has USD");
    book.when(TransferFunds{"U", "V", "T1", 1'00, "x"}).wallet("U", 49'00).wallet("V", 1'00);
    book.when(MergeCustomers{"U", "A", "x"})
        .refused(Errc::currency_mismatch, "U has USD, A has KES");
    book.when(MergeCustomers{"E", "U", "x"}).refused(Errc::currency_mismatch, "E has EUR");
    book.when(MovePayment{"till:main:R2", "A", "U", {}, "x"}).refused(Errc::currency_mismatch);
    book.when(MovePayment{"till:main:R1", "U", "V", 2'00, "x"}).wallet("V", 3'00);
    CHECK(book.event<PaymentMoved>(0).currency == usd());
    book.when(ReversePayment{"till:main:R1", {}, "bounced"}).then_types("payment_reversed");
    CHECK(book.event<PaymentReversed>(0).currency == usd());
    CHECK(
        book.event<PaymentReversed>(0).postings.back() ==
        Posting{"cash:till:main", -67'00, usd(), {}}
    );
}

TEST_CASE("currencies: two customers of one become one, services and all") {
    PaidInDollars book;
    book.when(MergeCustomers{"U", "V", "the same"}).wallet("V", 50'00);
    on(book, "2026-12-20").when(RenewService{"U-1"}).wallet("V", 35'00);
    CHECK(
        book.event<WalletCharged>(0).postings ==
        in(usd(), {{"wallet:V", 15'00}, {"revenue:BOTH", -15'00}})
    );
}

TEST_CASE("record_payment: the currency that is named is the customer's, and M-Pesa's the tenant's"
) {
    Spec book = given(abroad());
    RecordPayment payment = typed("R1", "U", 5'00);
    payment.currency = kes();
    book.when(payment).refused(Errc::currency_mismatch, "U has USD");
    payment.currency = usd();
    book.when(payment).wallet("U", 5'00);
    book.when(typed("QWE1", "U", 5'00, "mpesa:600901")).refused(Errc::currency_mismatch, "mpesa");
    book.when(typed("QWE2", "A", 5'00, "mpesa:600901")).wallet("A", 5'00);
}

TEST_CASE("record_callback: shillings for a wallet in dollars wait in suspense, in shillings") {
    Spec book = given(abroad());
    book.when(told({"QWE1", "500.00", "U"}))
        .then_types("callback_received arrival_resolved payment_received")
        .wallet("U", 0);
    const auto& received = book.event<PaymentReceived>(2);
    CHECK(received.suspense_reason == "other_currency");
    CHECK(received.currency == kes());
    CHECK(received.postings == legs({{"cash:mpesa:600901", 500'00}, {"suspense:mpesa", -500'00}}));
    book.when(AssignSuspense{"mpesa:QWE1", {{"U", 500'00}}, "x"})
        .refused(Errc::currency_mismatch, "U has USD");
    book.when(AssignSuspense{"mpesa:QWE1", {{"A", 300'00}}, "x"}).wallet("A", 300'00);
    book.when(ReversePayment{"mpesa:QWE1", {}, "sent back"}).then_types("payment_reversed");
    CHECK(book.event<PaymentReversed>(0).currency == kes());
}

TEST_CASE("post_opening_balances: each wallet in its own currency, against one leg for each") {
    Spec book = given(abroad());
    book.when(PostOpeningBalances{
        day("2026-11-20"),
        {{"A", 100'00}, {"U", 7'00}, {"E", -2'00}},
        {{"till:main", 500'00, {}}, {"till:main", 9'00, usd()}},
        false});
    const Postings shillings =
        legs({{"wallet:A", -100'00}, {"cash:till:main", 500'00}, {"opening", -400'00}});
    Postings wanted{shillings[0]};
    wanted.push_back(in(usd(), {{"wallet:U", -7'00}})[0]);
    wanted.push_back(in(eur(), {{"wallet:E", 2'00}})[0]);
    wanted.push_back(shillings[1]);
    wanted.push_back(in(usd(), {{"cash:till:main", 9'00}})[0]);
    wanted.push_back(in(eur(), {{"opening", -2'00}})[0]);
    wanted.push_back(shillings[2]);
    wanted.push_back(in(usd(), {{"opening", -2'00}})[0]);
    CHECK(book.event<OpeningBalancesPosted>(0).postings == wanted);
    book.wallet("U", 7'00).wallet("E", -2'00);
    const auto again = [](std::optional<Currency> currency) {
        return PostOpeningBalances{day("2026-11-20"), {}, {{"till:main", 1'00, currency}}, false};
    };
    book.when(again(usd())).refused(Errc::opening_already_posted, "till:main");
    book.when(again(kes())).refused(Errc::opening_already_posted, "till:main");
    book.when(again(eur())).then_types("opening_balances_posted");
    book.when(PostOpeningBalances{day("2026-11-20"), {}, {{"mpesa:600901", 1'00, usd()}}, false})
        .refused(Errc::currency_mismatch, "mpesa:600901");
}

TEST_CASE("refunds: dollars are not paid back by M-Pesa") {
    PaidInDollars book;
    book.when(RequestRefund{"U", "F1", 10'00, "x", "ann"});
    book.when(ApproveRefund{"F1", "bea"});
    CHECK(
        book.event<RefundApproved>(0).postings ==
        in(usd(), {{"wallet:U", 10'00}, {"refund_payable:U", -10'00}})
    );
    book.when(PayRefund{"F1", "mpesa:600901", "Q1"}).refused(Errc::currency_mismatch, "mpesa");
    book.when(PayRefund{"F1", "till:main", "Q1"}).then_types("refund_paid");
    CHECK(
        book.event<RefundPaid>(0).postings.back() == Posting{"cash:till:main", -10'00, usd(), {}}
    );
}

TEST_CASE("correct_tariff: days in dollars are charged anew at the other price in dollars") {
    PaidInDollars book;
    DefinePlan version = plan_with({{usd(), 12'00, {}}});
    version.plan = "BOTH";
    book.when(version);
    version.prices.reset();
    book.when(version);
    CorrectTariff correct{"U-1", "BOTH", 1, 2, day("2026-11-20"), {}, "x"};
    correct.charges = {{"U-1:period:2026-11-20:0", day("2026-11-20"), day("2026-12-20"), 15'00, 0}};
    correct.to_version = 3;
    book.when(correct).refused(Errc::plan_not_priced, "BOTH");
    correct.to_version = 2;
    book.when(correct)
        .then_types("charge_credited wallet_charged tariff_corrected")
        .wallet("U", 53'00);
    CHECK(book.event<TariffCorrected>(2).minor == -3'00);
}
