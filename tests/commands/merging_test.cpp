#include "tests/support/book_builders.hpp"
#include "tests/support/book_proofs.hpp"

using namespace tollbook;

namespace {

const MergeCustomers merge{"B", "A", "the same person"};

void owe(Spec& book, const std::string& invoice, std::int64_t minor) {
    DraftLine line;
    line.component = "router";
    line.minor = minor;
    book.when(DraftInvoice{invoice, "B", {line}, {}}).when(IssueInvoice{invoice, {}, {}});
}

const InvoiceRow& invoice(Spec& book, const std::string& id) {
    return *book.run().book().invoices.find(book_key(tenant_id, id));
}

const ServiceRow& row(Spec& book, const std::string& service) {
    return *book.run().book().services.find(book_key(tenant_id, service));
}

} // namespace

TEST_CASE("merge_customers: services, money, credit and open invoices become the other's") {
    Spec book = given(world() + Story{service("B-1", "B", "2026-12-20")});
    book.when(typed("R1", "B", 700'00));
    book.when(GrantCredit{"B", "G1", 50'00, 10, day("2027-01-31"), "welcome"});
    owe(book, "I1", 2'000'00);
    book.when(typed("R0", "A", 250'00));
    book.when(merge)
        .then_types("service_moved invoice_moved customer_merged funds_applied")
        .wallet("B", 0)
        .wallet("A", 0);
    CHECK(row(book, "B-1").customer == "A");
    CHECK(invoice(book, "I1").customer == "A");
    CHECK(
        book.event<InvoiceMoved>(1).postings ==
        legs({{"receivable:A", 1'250'00}, {"receivable:B", -1'250'00}})
    );
    book.when(typed("R2", "A", 1'000'00))
        .then_types("desk_entry_received arrival_resolved payment_received funds_applied");
    CHECK(invoice(book, "I1").open == 0);
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("merge_customers: lots go on with their terms") {
    Spec book = given(world());
    book.when(typed("R1", "B", 700'00));
    book.when(GrantCredit{"B", "G1", 50'00, 10, day("2027-01-31"), "welcome"});
    book.when(merge)
        .then_types("funds_transferred credit_moved customer_merged")
        .wallet("B", 0)
        .wallet("A", 750'00);
    const auto& moved = book.event<CreditMoved>(1);
    CHECK(moved.lot == "grant#merge~B~1");
    CHECK(moved.priority == 10);
    CHECK(moved.postings == legs({{"wallet:B", 50'00}, {"wallet:A", -50'00}}));
    on(book, "2027-02-01").when(SettleWallet{"A"}).then_types("lot_expired").wallet("A", 700'00);
}

TEST_CASE("merge_customers: a debt is borne by the other wallet") {
    Spec book = given(world());
    book.when(SetOverdraftLimit{"B", 500'00});
    book.when(ChargeWallet{"B", "F1", {}, {{"fee", {}, {}, 300'00, {}, 0, {}, {}}}});
    book.when(typed("R1", "A", 200'00));
    book.when(merge).then_types("debt_moved customer_merged").wallet("B", 0).wallet("A", -100'00);
    const auto& moved = book.event<DebtMoved>(0);
    CHECK(moved.debit.lots == std::vector<LotTaken>{{"till:main:R1", 200'00}});
    CHECK(moved.debit.overdrawn == 100'00);
}

TEST_CASE("merge_customers: what was cut comes back when the money of both covers it") {
    Spec book = given(world() + Story{service("B-1", "B", "2026-11-20", {"unpaid"})});
    book.when(typed("R1", "A", 1'000'00)).when(typed("R2", "B", 500'00));
    book.when(merge)
        .then_types(
            "service_moved funds_transferred customer_merged wallet_charged service_renewed "
            "service_reinstated"
        )
        .blocked("B-1", "")
        .wallet("A", 0);
}

TEST_CASE("merge_customers: what cannot be is refused, and nothing moves") {
    Spec book = given(world() + Story{service("B-1", "B", "2026-12-20")});
    book.when(MergeCustomers{"Z", "A", ""}).refused(Errc::customer_unknown, "Z");
    book.when(MergeCustomers{"B", "Z", ""}).refused(Errc::customer_unknown, "Z");
    book.when(MergeCustomers{"A", "A", ""}).refused(Errc::value_out_of_range, "into");
    book.when(MergeCustomers{"B", "A", "a\nb"}).refused(Errc::value_out_of_range, "reason");
    book.when(typed("R1", "B", 700'00)).when(HoldFunds{"B", "H1", 1'00, {}, "visit"});
    book.when(merge).refused(Errc::customer_busy, "the hold H1").wallet("B", 700'00);
    book.when(ReleaseHold{"H1"}).when(RequestRefund{"B", "F1", 1'00, "", "ann"});
    book.when(merge).refused(Errc::customer_busy, "the hold refund#F1");
    book.when(RejectRefund{"F1", "", "ben"});
    book.when(SetBillingMode{"B", BillingMode::invoiced});
    on(book, "2026-12-20").when(RenewService{"B-1"}).then_types("period_drafted service_renewed");
    book.when(merge).refused(Errc::customer_busy, "the draft bill~B~2026-12-20");
    book.when(IssueInvoice{"bill~B~2026-12-20", {}, {}}).when(merge);
    book.when(merge).refused(Errc::customer_merged, "into A");
    book.when(MergeCustomers{"C", "B", ""}).refused(Errc::customer_merged, "into A");
}

TEST_CASE("merge_customers: a receipt that was typed before is confirmed by its callback after") {
    Spec book = given(world());
    book.when(typed("QK1", "B", 400'00, "mpesa:600901")).when(merge);
    book.when(told({"QK1", "400.00", "B"}))
        .then_types("callback_received arrival_resolved payment_confirmed");
}

TEST_CASE("edge_55: a merged customer is a stone that leads on to the other one") {
    Spec book = given(world() + Story{service("B-1", "B", "2026-12-20")});
    book.when(typed("R1", "B", 2'000'00)).when(typed("R2", "A", 100'00));
    book.when(TakeDeposit{"D1", "B", "ONT", 400'00});
    owe(book, "I1", 600'00);
    owe(book, "I2", 1'500'00); // 1,000.00 of it is paid.
    DraftLine line;
    line.component = "router";
    line.minor = 1;
    book.when(DraftInvoice{"I3", "B", {line}, {}});
    book.when(merge).wallet("B", 0).wallet("A", 0); // I2 took the 100.00, too.
    CHECK(invoice(book, "I2").open == 400'00);

    SUBCASE("nothing is done for the stone itself") {
        book.when(typed("R3", "B", 1)).refused(Errc::customer_merged, "into A");
        book.when(GrantCredit{"B", "G1", 1, {}, {}, ""}).refused(Errc::customer_merged);
        book.when(SuspendCustomer{"B", "abuse"}).refused(Errc::customer_merged);
        book.when(IssueInvoice{"I3", {}, {}}).refused(Errc::customer_merged);
        book.when(SuspendCustomer{"A", "abuse"}).then_types("service_suspended");
    }
    SUBCASE("its payment references lead to the other wallet") {
        book.when(told({"QK1", "400.00", "B"}))
            .then_types("callback_received arrival_resolved payment_received funds_applied");
        CHECK(*book.event<PaymentReceived>(2).customer == "A");
        CHECK(invoice(book, "I2").open == 0);
    }
    SUBCASE("a payment that bounces takes back what it paid, from who stands for it") {
        book.when(ReversePayment{"till:main:R1", {}, "bounced"}).wallet("B", 0);
        CHECK(invoice(book, "I1").open == 600'00);
        CHECK(invoice(book, "I1").customer == "A");
        CHECK(invoice(book, "I2").customer == "A");
        CHECK(invoice(book, "I2").open == 1'400'00);
    }
    SUBCASE("what a cashier had typed for it is confirmed, and is no other payment") {
        book.when(typed("R1", "A", 2'000'00));
        CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::duplicate);
    }
    SUBCASE("a deposit comes back to who stands for it") {
        book.when(ReturnDeposit{"D1", {}, "back"});
        const auto& returned = book.event<DepositReturned>(0);
        CHECK(returned.customer == "A");
        CHECK(returned.postings == legs({{"deposit:B", 400'00}, {"wallet:A", -400'00}}));
    }
    SUBCASE("an invoice that is void gives back to who stands for it") {
        book.when(VoidInvoice{"I1", "made in error"}).wallet("B", 0);
    }
    CHECK(first_fault(book.run(), tenant_id) == "");
}
