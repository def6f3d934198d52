#include "tests/support/book_builders.hpp"
#include "tests/support/book_clerk.hpp"
#include "tests/support/book_proofs.hpp"
#include "tests/support/entity_examples.hpp"

using namespace tollbook;

namespace {

const DefineLegalEntity define_coast{
    "coast", "Kiota Coast Ltd", "P051234567X", "Moi Avenue\nMombasa", {{"mpesa:600902"}}};

// "main cash:till:main 5 coast wallet:K -5": every leg of the n-th event, in whole shillings.
std::string legs_of(const Spec& book, std::size_t n) {
    REQUIRE(book.made().size() > n);
    const Postings* postings = postings_of(book.made()[n].event);
    REQUIRE(postings != nullptr);
    std::string text;
    for (const Posting& leg : *postings)
        text += (text.empty() ? "" : " ") + leg.entity.value_or("main") + " " + leg.account + " " +
                std::to_string(leg.minor / 100);
    return text;
}

// 300.00 of what main owes coast.
SettleEntities settle_three_hundred() {
    return {"S1", "main", "coast", "till:main", "mpesa:600902", 300'00};
}

// A payment that was made at noon of that day.
RecordPayment paid_at_noon(
    std::string_view on,
    const std::string& receipt,
    const std::string& customer,
    const std::string& channel = "till:main"
) {
    RecordPayment payment = typed(receipt, customer, 10'00, channel);
    payment.occurred_at = at(std::string(on) + "T09:00:00Z");
    return payment;
}

// "effective booked": the days of the payment that was received last.
std::string payment_days(const Spec& book) {
    for (const Fact& fact : book.made())
        if (std::holds_alternative<PaymentReceived>(fact.event))
            return to_string(local_day(fact.effective_at, "Africa/Nairobi")) + " " +
                   to_string(fact.booked_on);
    return {};
}

} // namespace

TEST_CASE("define_legal_entity: it is told as it was said, and its channels stay until they are") {
    Spec book = given(world());
    book.when(define_coast)
        .then({LegalEntityDefined{
            "coast", "Kiota Coast Ltd", "P051234567X", "Moi Avenue\nMombasa", {"mpesa:600902"}}});
    book.when(DefineLegalEntity{"coast", "Coast", {}, {}, {}}
    ).then({LegalEntityDefined{"coast", "Coast", {}, {}, {"mpesa:600902"}}});
    book.when(DefineLegalEntity{"coast", "Coast", {}, {}, std::vector<std::string>{}}
    ).then({LegalEntityDefined{"coast", "Coast", {}, {}, {}}});
    book.when(DefineLegalEntity{"main", "Kiota Networks Ltd", "P000000001A", {}, {}}
    ).then({LegalEntityDefined{"main", "Kiota Networks Ltd", "P000000001A", {}, {}}});
}

TEST_CASE("define_legal_entity: what it refuses, in this order") {
    Spec book = given(two_entities());
    DefineLegalEntity define = define_coast;
    define.entity = "the coast";
    book.when(define).refused(Errc::value_out_of_range, "entity");
    define.entity = "hills";
    define.name = "";
    book.when(define).refused(Errc::missing_field, "name");
    define.name = std::string(201, 'x');
    book.when(define).refused(Errc::value_out_of_range, "name");
    define.name = "Hills";
    define.tax_registration = std::string(65, 'P');
    book.when(define).refused(Errc::value_out_of_range, "tax_registration");
    define.tax_registration = "P1";
    define.address = "a\tb";
    book.when(define).refused(Errc::value_out_of_range, "address");
    define.address = "a\nb";
    define.channels = {"mpesa:600903"};
    book.when(define).refused(Errc::channel_unknown, "mpesa:600903");
    define.channels = {"till:main", "till:main"};
    book.when(define).refused(Errc::value_out_of_range, "channels: each one once");
    define.channels = {"till:main", "mpesa:600902"};
    book.when(define).refused(Errc::channel_taken, "mpesa:600902 is of coast");
    define.entity = "main";
    book.when(define).refused(Errc::value_out_of_range, "main has the channels");
    for (int i = 0; i < 48; ++i)
        book.when(DefineLegalEntity{"e" + std::to_string(i), "E", {}, {}, {}}
        ).then_types("legal_entity_defined");
    book.when(DefineLegalEntity{"e48", "E", {}, {}, {}}
    ).refused(Errc::value_out_of_range, "at most 50 legal entities");
    book.when(DefineLegalEntity{"e47", "E again", {}, {}, {}}).then_types("legal_entity_defined");
}

TEST_CASE("register_customer: an entity is known, and the tenant's own is not said") {
    Spec book = given(two_entities());
    RegisterCustomer customer{"N", "Nia", "2547", {}, {"N"}, "hills"};
    book.when(customer).refused(Errc::legal_entity_unknown, "hills");
    customer.entity = "main";
    book.when(customer).then({CustomerRegistered{"N", {{"N", "N"}}, {}}});
    customer = {"M", "Max", "2547", {}, {"M"}, "coast"};
    book.when(customer).then({CustomerRegistered{"M", {{"M", "M"}}, "coast"}});
    book.when(OpenLead{"L1", "Lea", "2547", {}, {}, {}, "HOME10"});
    ConvertLead convert{"L1", "P", "Lea", "2547", {}, {"P"}, "P-1", {}, {}, {}, {}, {}, "hills"};
    book.when(convert).refused(Errc::legal_entity_unknown, "hills");
    convert.entity = "coast";
    book.when(convert).then_types("customer_registered service_added lead_converted");
    CHECK(book.event<CustomerRegistered>(0).entity == "coast");
    book.when(typed("R1", "P", 5'00));
    CHECK(legs_of(book, 2).ends_with("coast due_entity:main 5 main due_entity:coast -5"));
}

TEST_CASE("entities: a tenant with one posts as it always did, also when it is described") {
    Spec book = given(world());
    book.when(DefineLegalEntity{"main", "Kiota Networks Ltd", {}, {}, {}});
    book.when(typed("R1", "A", 700'00));
    CHECK(
        book.event<PaymentReceived>(2).postings ==
        legs({{"cash:till:main", 700'00}, {"wallet:A", -700'00}})
    );
}

TEST_CASE("entities: money for a customer of another entity is due to it") {
    Spec book = given(two_entities());
    book.when(typed("R1", "K", 700'00));
    CHECK(
        legs_of(book, 2) == "main cash:till:main 700 coast wallet:K -700 "
                            "coast due_entity:main 700 main due_entity:coast -700"
    );
    book.when(typed("R2", "K", 50'00, "mpesa:600902"));
    CHECK(legs_of(book, 2) == "coast cash:mpesa:600902 50 coast wallet:K -50");
    book.when(typed("R3", "A", 60'00, "mpesa:600902"));
    CHECK(
        legs_of(book, 2) == "coast cash:mpesa:600902 60 main wallet:A -60 "
                            "main due_entity:coast 60 coast due_entity:main -60"
    );
    book.when(ReversePayment{"till:main:R1", 100'00, "wrong"});
    CHECK(
        legs_of(book, 0) == "coast wallet:K 100 main cash:till:main -100 "
                            "coast due_entity:main -100 main due_entity:coast 100"
    );
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: revenue, taxes and expenses stand with the customer's entity") {
    Spec book = given(two_entities() + Story{service("K-1", "K", "2026-11-20", {"unpaid"})});
    book.when(typed("R1", "K", 9'000'00, "mpesa:600902"));
    CHECK(legs_of(book, 3) == "coast wallet:K 1500 coast revenue:HOME10 -1500");
    book.when(GrantCredit{"K", "G1", 50'00, {}, {}, "welcome"});
    CHECK(legs_of(book, 0) == "coast granted 50 coast wallet:K -50");
    book.when(TakeDeposit{"D1", "K", "ONT", 100'00});
    CHECK(legs_of(book, 0) == "coast wallet:K 100 coast deposit:K -100");
    book.when(KeepDeposit{"D1", {}, "broken"});
    CHECK(legs_of(book, 0) == "coast deposit:K 100 coast fee -100");
    book.when(RequestRefund{"K", "B1", 40'00, "moved", "ann"}).when(ApproveRefund{"B1", "ben"});
    CHECK(legs_of(book, 0) == "coast wallet:K 40 coast refund_payable:K -40");
    book.when(PayRefund{"B1", "till:main", "V1"});
    CHECK(
        legs_of(book, 0) == "coast refund_payable:K 40 main cash:till:main -40 "
                            "coast due_entity:main -40 main due_entity:coast 40"
    );
    issue_to(book, "I1", "K");
    CHECK(legs_of(book, 0) == "coast receivable:K 200 coast fee -200");
    CHECK(legs_of(book, 1) == "coast wallet:K 200 coast receivable:K -200");
    book.when(CreditInvoice{"I1", "C1", {}, "wrong", {}});
    CHECK(legs_of(book, 0) == "coast fee 200 coast wallet:K -200");
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: a transfer or a moved payment between two leaves one owing the other") {
    Spec book = given(two_entities());
    book.when(typed("R1", "K", 700'00, "mpesa:600902"));
    book.when(TransferFunds{"K", "A", "T1", 70'00, "brothers"});
    CHECK(
        legs_of(book, 0) == "coast wallet:K 70 main wallet:A -70 "
                            "main due_entity:coast 70 coast due_entity:main -70"
    );
    book.when(MovePayment{"mpesa:R1", "K", "A", 100'00, "wrong customer"});
    CHECK(
        legs_of(book, 0) == "coast wallet:K 100 main wallet:A -100 "
                            "main due_entity:coast 100 coast due_entity:main -100"
    );
    book.when(MovePayment{"mpesa:R1", "K", "L", 100'00, "wrong customer"});
    CHECK(legs_of(book, 0) == "coast wallet:K 100 coast wallet:L -100");
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: suspense stays with who had the channel when the money came") {
    Spec book = given(two_entities());
    book.when(told({.receipt = "UKX1", .amount = "900.00", .reference = "?", .shortcode = "600902"})
    );
    CHECK(legs_of(book, 2) == "coast cash:mpesa:600902 900 coast suspense:mpesa -900");
    book.when(DefineLegalEntity{"coast", "Coast", {}, {}, std::vector<std::string>{}});
    book.when(AssignSuspense{"mpesa:UKX1", {{"K", 100'00}, {"A", 200'00}}, "called"});
    CHECK(
        legs_of(book, 0) == "coast suspense:mpesa 300 coast wallet:K -100 main wallet:A -200 "
                            "main due_entity:coast 200 coast due_entity:main -200"
    );
    book.when(ReversePayment{"mpesa:UKX1", {}, "reversed"});
    CHECK(
        legs_of(book, 0) == "coast suspense:mpesa 600 coast wallet:K 100 main wallet:A 200 "
                            "coast cash:mpesa:600902 -900 main due_entity:coast -200 "
                            "coast due_entity:main 200"
    );
    book.when(typed("R1", "K", 50'00, "mpesa:600902"));
    CHECK(legs_of(book, 2).starts_with("main cash:mpesa:600902 50 coast wallet:K -50"));
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: each of three balances with who has the cash") {
    Spec book = given(two_entities() + Story{LegalEntityDefined{"hills", "Hills", {}, {}, {}}, [] {
                                                 CustomerRegistered registered = customer("H");
                                                 registered.entity = "hills";
                                                 return registered;
                                             }()});
    book.when(told({.receipt = "UKX1", .amount = "900.00", .reference = "?"}));
    book.when(AssignSuspense{"mpesa:UKX1", {{"K", 100'00}, {"H", 200'00}}, "called"});
    CHECK(
        legs_of(book, 0) == "main suspense:mpesa 300 coast wallet:K -100 hills wallet:H -200 "
                            "coast due_entity:main 100 main due_entity:coast -100 "
                            "hills due_entity:main 200 main due_entity:hills -200"
    );
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: each opens against its own opening account") {
    Spec book = given(two_entities());
    const PostOpeningBalances opening{
        day("2026-11-19"),
        {{"A", 300'00}, {"K", 100'00}, {"L", -20'00}},
        {{"till:main", 400'00}, {"mpesa:600902", 50'00}},
        false};
    book.when(opening).then_types("opening_balances_posted");
    CHECK(
        legs_of(book, 0) == "main wallet:A -300 coast wallet:K -100 coast wallet:L 20 "
                            "main cash:till:main 400 coast cash:mpesa:600902 50 "
                            "main opening -100 coast opening 30"
    );
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: invoices and credit notes are counted by each, under its own prefixes") {
    Spec book = given(two_entities());
    issue_to(book, "I1", "A");
    CHECK(issued_number(book) == "INV-000001");
    issue_to(book, "I2", "K");
    CHECK(issued_number(book) == "coast-INV-000001");
    CHECK(book.event<InvoiceIssued>(0).entity == "coast");
    SetInvoicing terms;
    terms.valid_from = day("2026-11-20");
    terms.number_prefix = "C/";
    terms.credit_prefix = "CC/";
    terms.due_days = 30;
    terms.entity = "hills";
    book.when(terms).refused(Errc::legal_entity_unknown, "hills");
    terms.entity = "coast";
    book.when(terms).then_types("invoicing_set");
    CHECK(book.event<InvoicingSet>(0).entity == "coast");
    issue_to(book, "I3", "L");
    CHECK(issued_number(book) == "C/000002");
    CHECK(book.event<InvoiceIssued>(0).due_on == day("2026-12-20"));
    issue_to(book, "I4", "B");
    CHECK(issued_number(book) == "INV-000002");
    CHECK(book.event<InvoiceIssued>(0).due_on == day("2026-12-04"));
    book.when(CreditInvoice{"I3", "N1", {}, "wrong", {}});
    CHECK(book.event<CreditNoteIssued>(0).number == "CC/000001");
    CHECK(book.event<CreditNoteIssued>(0).entity == "coast");
    book.when(CreditInvoice{"I4", "N2", {}, "wrong", {}});
    CHECK(book.event<CreditNoteIssued>(0).number == "CN-000001");
    terms.entity = "main";
    terms.number_prefix = "M/";
    terms.credit_prefix = "MC/";
    book.when(terms);
    CHECK(book.event<InvoicingSet>(0).entity == std::nullopt);
    issue_to(book, "I5", "A");
    CHECK(issued_number(book) == "M/000003");
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: each has its own fiscal device, which counts its own documents") {
    Spec book = given(two_entities());
    SetFiscalDevice device{true, "coast", {}, "https://etims.example.org/", "K1", {}};
    book.when(device).then_types("fiscal_device_set");
    issue_to(book, "I1", "A").then_types("invoice_issued");
    book.when(VoidInvoice{"I1", "wrong"}).then_types("invoice_voided");
    issue_to(book, "I2", "K").then_types("invoice_issued fiscal_transmission_requested");
    CHECK(book.event<FiscalTransmissionRequested>(1).entity == "coast");
    CHECK(book.event<FiscalTransmissionRequested>(1).place == 1);
    book.when(VoidInvoice{"I2", "wrong"}).refused(Errc::invoice_at_device, "coast-INV-000001");
    device.from_number = 1;
    device.device = "K2";
    book.when(device).then_types("fiscal_device_set");
    device.entity = "main";
    book.when(device).refused(Errc::value_out_of_range, "from_number: the next invoice is 2");
}

TEST_CASE("merge_customers: customers of two entities are not one") {
    Spec book = given(two_entities());
    book.when(MergeCustomers{"K", "A", "one"})
        .refused(Errc::legal_entity_differs, "K is of coast, A of main");
    book.when(MergeCustomers{"K", "L", "one"}).then_types("customer_merged");
    book.when(typed("R1", "L", 10'00));
    CHECK(legs_of(book, 2).starts_with("main cash:till:main 10 coast wallet:L -10"));
}

TEST_CASE("close_period: of one entity, or of all of them, and never back") {
    Spec book = given(two_entities());
    book.when(ClosePeriod{day("2026-11-17"), "hills"}).refused(Errc::legal_entity_unknown, "hills");
    book.when(ClosePeriod{day("2026-11-17"), "coast"})
        .then({PeriodClosed{day("2026-11-17"), "coast"}})
        .booked_on("2026-11-20");
    for (const char* again : {"2026-11-17", "2026-11-01"})
        book.when(ClosePeriod{day(again), "coast"})
            .refused(Errc::period_already_closed, "closed through 2026-11-17");
    book.when(ClosePeriod{day("2026-11-15"), "main"})
        .then({PeriodClosed{day("2026-11-15"), "main"}});
    book.when(ClosePeriod{day("2026-11-16"), {}}).then({PeriodClosed{day("2026-11-16")}});
    book.when(ClosePeriod{day("2026-11-16"), "main"})
        .refused(Errc::period_already_closed, "closed through 2026-11-16");
    book.when(ClosePeriod{day("2026-11-17"), "coast"})
        .refused(Errc::period_already_closed, "closed through 2026-11-17");
    book.when(ClosePeriod{day("2026-11-16"), {}}
    ).refused(Errc::period_already_closed, "closed through 2026-11-16");
    book.when(ClosePeriod{day("2026-11-20"), "coast"}).refused(Errc::period_not_over);
    book.when(ClosePeriod{day("2026-11-19"), {}}).then_types("period_closed");
    book.when(ClosePeriod{day("2026-11-19"), "coast"})
        .refused(Errc::period_already_closed, "closed through 2026-11-19");
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("close_period: a tenant's only entity is closed with the tenant") {
    Spec book = given(world());
    book.when(ClosePeriod{day("2026-11-17"), "main"}).then({PeriodClosed{day("2026-11-17")}});
    CHECK(payload_of(book.made()[0].event) == R"({"through":"2026-11-17"})");
    book.when(ClosePeriod{day("2026-11-17"), {}}).refused(Errc::period_already_closed);
    book.when(define_coast)
        .when(ClosePeriod{day("2026-11-17"), "coast"})
        .refused(Errc::period_already_closed, "closed through 2026-11-17");
}

TEST_CASE("entities: an event is booked on the first day that is open to all that it touches") {
    Spec book = given(two_entities());
    book.when(ClosePeriod{day("2026-11-18"), "coast"});
    book.when(paid_at_noon("2026-11-17", "R1", "A"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-17");
    book.when(paid_at_noon("2026-11-17", "R2", "K", "mpesa:600902"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-19");
    book.when(paid_at_noon("2026-11-17", "R3", "K"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-19");
    book.when(paid_at_noon("2026-11-19", "R4", "K"));
    CHECK(payment_days(book) == "2026-11-19 2026-11-19");
    book.when(ClosePeriod{day("2026-11-19"), "main"});
    book.when(paid_at_noon("2026-11-17", "R5", "A"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-20");
    book.when(paid_at_noon("2026-11-17", "R6", "L", "mpesa:600902"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-19");
    book.when(paid_at_noon("2026-11-17", "R7", "B", "mpesa:600902"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-20");
    book.when(ClosePeriod{day("2026-11-19"), {}});
    book.when(paid_at_noon("2026-11-17", "R8", "L", "mpesa:600902"));
    CHECK(payment_days(book) == "2026-11-17 2026-11-20");
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("entities: nothing opens on a day that is closed to its entity") {
    Spec book = given(two_entities());
    book.when(ClosePeriod{day("2026-11-18"), "coast"});
    PostOpeningBalances opening{day("2026-11-18"), {{"A", 300'00}, {"K", 100'00}}, {}, false};
    book.when(opening).refused(Errc::period_already_closed, "2026-11-18");
    opening.wallets.pop_back();
    book.when(opening).then_types("opening_balances_posted").booked_on("2026-11-18");
}

TEST_CASE("settle_entities: money that one paid is owed no more") {
    Spec book = given(two_entities());
    book.when(typed("R1", "K", 700'00));
    book.when(settle_three_hundred()).then_types("entities_settled");
    CHECK(
        legs_of(book, 0) == "main cash:till:main -300 coast cash:mpesa:600902 300 "
                            "main due_entity:coast 300 coast due_entity:main -300"
    );
    CHECK(book.event<EntitiesSettled>(0).remaining == 400'00);
    CHECK(book.made()[0].stream == "legal_entity:main");
    book.when(settle_three_hundred()).refused(Errc::settlement_exists, "S1");
    SettleEntities rest = settle_three_hundred();
    rest.reference = "S2";
    rest.minor = 400'01;
    book.when(rest).refused(Errc::exceeds_due, "main owes coast 40000");
    rest.minor.reset();
    book.when(rest).then_types("entities_settled");
    CHECK(book.event<EntitiesSettled>(0).minor == 400'00);
    CHECK(book.event<EntitiesSettled>(0).remaining == 0);
    rest.reference = "S3";
    book.when(rest).refused(Errc::exceeds_due, "main owes coast nothing");
    book.when(typed("R2", "A", 60'00, "mpesa:600902"));
    book.when(rest).refused(Errc::exceeds_due, "main owes coast nothing");
    book.when(SettleEntities{"S3", "coast", "main", "mpesa:600902", "till:main", {}});
    CHECK(book.event<EntitiesSettled>(0).minor == 60'00);
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("settle_entities: what it refuses, in this order") {
    Spec book = given(two_entities());
    book.when(typed("R1", "K", 700'00));
    SettleEntities settle{"S 1", "hills", "hills", "till:none", "till:none", -1};
    book.when(settle).refused(Errc::legal_entity_unknown, "hills");
    settle.from = "main";
    book.when(settle).refused(Errc::legal_entity_unknown, "hills");
    settle.to = "main";
    book.when(settle).refused(Errc::value_out_of_range, "to: the same entity");
    settle.to = "coast";
    book.when(settle).refused(Errc::value_out_of_range, "reference");
    settle.reference = "S1";
    book.when(settle).refused(Errc::channel_unknown, "till:none");
    settle.from_channel = "mpesa:600902";
    book.when(settle).refused(Errc::channel_taken, "mpesa:600902 is of coast");
    settle.from_channel = "till:main";
    book.when(settle).refused(Errc::channel_unknown, "till:none");
    settle.to_channel = "till:main";
    book.when(settle).refused(Errc::channel_taken, "till:main is of main");
    settle.to_channel = "mpesa:600902";
    book.when(settle).refused(Errc::amount_not_positive);
    settle.minor = 700'01;
    book.when(settle).refused(Errc::exceeds_due, "main owes coast 70000");
    std::swap(settle.from, settle.to);
    std::swap(settle.from_channel, settle.to_channel);
    book.when(settle).refused(Errc::exceeds_due, "coast owes main nothing");
    given(world()).when(settle).refused(Errc::legal_entity_unknown, "coast");
}

TEST_CASE("property: whatever happens, each entity balances and owes what the other has coming") {
    std::map<std::string, int> issued;
    int due = 0;
    int settled = 0;
    int closed = 0; // Books of one alone.
    for (const std::uint64_t seed : {4U, 5U, 6U}) {
        CAPTURE(seed);
        BookRun run;
        BookClerk clerk(run, seed);
        clerk.set_up();
        for (int i = 0; i < 4'000; ++i)
            clerk.step();
        CHECK(first_fault(run, clerk_tenant) == "");
        for (const Fact& fact : run.facts()) {
            if (const auto* invoice = std::get_if<InvoiceIssued>(&fact.event))
                ++issued[invoice->entity];
            settled += std::holds_alternative<EntitiesSettled>(fact.event) ? 1 : 0;
            if (const auto* period = std::get_if<PeriodClosed>(&fact.event))
                closed += period->entity ? 1 : 0;
            if (const Postings* postings = postings_of(fact.event))
                due += postings->back().account.starts_with("due_entity:") ? 1 : 0;
        }
    }
    CHECK(issued["main"] > 5);
    CHECK(issued["coast"] > 5);
    CHECK(due > 100);
    CHECK(settled > 5);
    CHECK(closed > 5);
}
