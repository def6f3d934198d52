// Fiscal devices: which documents are meant for one, and what becomes of them.
#include "commands/invoicing/fiscal.hpp"

#include "tests/support/book_builders.hpp"
#include "tests/support/fiscal_examples.hpp"

using namespace tollbook;

namespace {

constexpr auto url = "http://127.0.0.1:8088/sales";

SetFiscalDevice device() { return {true, {}, {}, url, "P051234567X:00", {}}; }

SetFiscalDevice no_device() { return {false, {}, {}, {}, {}, {}}; }

Spec& issued(Spec& book, const std::string& invoice, std::int64_t minor = 1'000'00) {
    DraftLine line;
    line.component = "router";
    line.minor = minor;
    return book.when(DraftInvoice{invoice, "A", {line}, {}}).when(IssueInvoice{invoice, {}, {}});
}

CreditInvoice credited(const std::string& note, std::int64_t minor) {
    return {"I1", note, {{{1, minor}}}, "sent back", {}};
}

RecordFiscalReceipt receipt(
    const std::string& invoice, std::optional<std::string> credit_note = std::nullopt
) {
    FiscalReceipt given = fiscal_receipt_example();
    return {
        invoice,
        std::move(credit_note),
        given.control_number,
        given.signature,
        given.qr,
        given.device_time};
}

RecordFiscalRefusal refusal(const std::string& invoice) {
    return {invoice, {}, {}, "910", "not a PIN"};
}

RetryFiscalTransmission retry(const std::string& invoice) { return {invoice, {}, "ann"}; }

// With a device, and I1 waiting for it.
struct Waiting : Spec {
    Waiting() : Spec(world()) {
        when(device()).then_types("fiscal_device_set");
        issued(*this, "I1").then_types("invoice_issued fiscal_transmission_requested");
    }
};

std::vector<FiscalWork> works(Spec& book) {
    return fiscal_work(book.run().book(), tenant_id, "main", 100);
}

FiscalBacklog backlog(Spec& book, std::string_view now) {
    const auto all = fiscal_backlogs(book.run().book(), at(now));
    REQUIRE(all.size() == 1);
    return all.front();
}

std::vector<std::string> numbers(const std::vector<FiscalWork>& works) {
    std::vector<std::string> numbers;
    for (const FiscalWork& work : works)
        numbers.push_back(work.told.number);
    return numbers;
}

using Numbers = std::vector<std::string>;

} // namespace

TEST_CASE("fiscal: without a device nothing but the invoice is made") {
    Spec book = given(world());
    issued(book, "I1").then_types("invoice_issued");
    book.when(credited("N1", 100'00)).then_types("credit_note_issued");
    book.when(VoidInvoice{"I1", "made in error"}).then_types("invoice_voided");
    CHECK(fiscal_backlogs(book.run().book(), at("2026-11-20T06:00:00Z")).empty());
    book.when(receipt("I1")).refused(Errc::invoice_not_open, "I1");
}

TEST_CASE("set_fiscal_device: for what is issued from a number on") {
    Spec book = given(world());
    issued(book, "I1");
    book.when(device()).then({FiscalDeviceSet{
        "main", true, FiscalDeviceKind::etims, url, "P051234567X:00", 2}});
    book.when(receipt("I1")).refused(Errc::fiscal_not_pending, "I1"); // Issued before it.
    SetFiscalDevice later = device();
    later.from_number = 3;
    book.when(later).then_types("fiscal_device_set");
    issued(book, "I2").then_types("invoice_issued");
    issued(book, "I3").then_types("invoice_issued fiscal_transmission_requested");

    // Moved elsewhere, it is the same device: nothing is left out, nothing comes again.
    SetFiscalDevice moved = device();
    moved.url = "https://etims.example.org/sales";
    book.when(moved);
    CHECK(book.event<FiscalDeviceSet>(0).from_number == 3);
    moved.from_number = 2;
    book.when(moved).refused(Errc::value_out_of_range, "from_number: the next invoice is 4");
    book.when(no_device()).then({FiscalDeviceSet{"main", false, {}, "", "", 0}});
    issued(book, "I4").then_types("invoice_issued");
    book.when(device());
    CHECK(book.event<FiscalDeviceSet>(0).from_number == 5);
}

TEST_CASE("set_fiscal_device: what it refuses, in this order") {
    Spec book = given(world());
    SetFiscalDevice set{true, "other", {}, {}, {}, {}};
    book.when(set).refused(Errc::legal_entity_unknown, "other");
    set.entity = "main";
    book.when(set).refused(Errc::missing_field, "url");
    set.url = "ftp://etims.example.org";
    book.when(set).refused(Errc::missing_field, "device");
    set.device = "P 1";
    book.when(set).refused(Errc::value_out_of_range, "url: http:// or https://");
    for (const char* bad :
         {"https://", "https:///x", "https://a b", "https://key@host/", "https://host/?key=1"}) {
        set.url = bad;
        book.when(set).refused(Errc::value_out_of_range, "url");
    }
    for (const char* plain : {"http://etims.example.org/", "http://1270.0.0.1", "http://[::2]/"}) {
        set.url = plain;
        book.when(set).refused(Errc::value_out_of_range, "url: https:// to other machines");
    }
    set.url = "http://[::1]:8088/sales";
    book.when(set).refused(Errc::value_out_of_range, "device");
    set.device = "P1";
    book.when(set).then_types("fiscal_device_set");
}

TEST_CASE("fiscal: what a device is told was fixed when the invoice was issued") {
    Spec book = given(world());
    book.when(DefineTax{"vat", day("2026-01-01"), {{"vat16", 160'000, false}}, {}});
    book.when(DefineTax{"school", day("2026-01-01"), {}, "schools"});
    book.when(device());
    DraftLine plan;
    plan.component = "period";
    plan.minor = 1'160'00;
    plan.plan = "HOME10";
    plan.tax = "vat";
    DraftLine free;
    free.component = "router";
    free.description = "Router, lent";
    free.minor = 40'00;
    free.tax = "school";
    book.when(DraftInvoice{"I1", "A", {plan, free}, {}}).when(IssueInvoice{"I1", {}, {}});
    const FiscalTransmissionRequested told{
        "I1",
        {},
        "main",
        1,
        "INV-000001",
        1,
        kes(),
        day("2026-11-20"),
        at("2026-11-20T06:00:00Z"),
        {{"period HOME10", 1'000'00, {{"vat16", 160'000, 160'00}}, {}},
         {"Router, lent", 40'00, {}, "schools"}},
        1'200'00,
        {}};
    CHECK(book.event<FiscalTransmissionRequested>(1) == told);
    book.when(CreditInvoice{"I1", "N1", {{{1, 116'00}}}, "sent back", {}});
    const auto& note = book.event<FiscalTransmissionRequested>(1);
    CHECK(note.credit_note == "N1");
    CHECK(note.place == 2);
    CHECK(note.number == "CN-000001");
    CHECK(note.reason == "sent back");
    CHECK(
        note.lines ==
        std::vector<FiscalLine>{{"period HOME10", 100'00, {{"vat16", 160'000, 16'00}}, {}}}
    );
}

TEST_CASE("record_fiscal_receipt: once; the same again and another one are told apart") {
    Waiting book;
    book.when(receipt("I1"))
        .then({FiscalReceiptRecorded{"I1", {}, "main", fiscal_receipt_example()}});
    CHECK(works(book).empty());
    book.when(receipt("I1")).refused(Errc::fiscal_receipt_exists, "I1");
    RecordFiscalReceipt other = receipt("I1");
    other.control_number = "KRACU0100000001/153";
    book.when(other).refused(Errc::fiscal_receipt_conflict, "KRACU0100000001/152");
    book.when(refusal("I1")).refused(Errc::fiscal_receipt_exists, "KRACU0100000001/152");
    book.when(retry("I1")).refused(Errc::fiscal_not_refused, "I1");
}

TEST_CASE("record_fiscal_receipt: what it refuses, in this order") {
    Waiting book;
    DraftLine line;
    line.component = "router";
    line.minor = 1;
    book.when(DraftInvoice{"D1", "A", {line}, {}});
    book.when(receipt("I9")).refused(Errc::invoice_unknown, "I9");
    book.when(receipt("D1")).refused(Errc::invoice_not_open, "D1");
    book.when(receipt("I1", "N9")).refused(Errc::fiscal_not_pending, "note#N9");
    RecordFiscalReceipt bad = receipt("I1");
    bad.control_number.clear();
    book.when(bad).refused(Errc::missing_field, "control_number");
    bad.control_number = std::string(101, 'x');
    book.when(bad).refused(Errc::value_out_of_range, "control_number");
    bad = receipt("I1");
    bad.signature = "a\nb";
    book.when(bad).refused(Errc::value_out_of_range, "signature");
    bad.signature.clear();
    bad.qr.clear();
    book.when(bad).refused(Errc::missing_field, "qr");
    bad.qr = std::string(501, 'x');
    book.when(bad).refused(Errc::value_out_of_range, "qr");
}

TEST_CASE("record_fiscal_receipt: a credit note's stands at its own invoice alone") {
    Waiting book;
    issued(book, "I2");
    book.when(credited("N1", 100'00));
    book.when(receipt("I2", "N1")).refused(Errc::fiscal_not_pending, "note#N1");
    book.when(receipt("I1", "N1")).then_types("fiscal_receipt_recorded");
    CHECK(numbers(works(book)) == Numbers{"INV-000001", "INV-000002"});
}

TEST_CASE("record_fiscal_refusal: parks the document, the others go on; a person has it retried") {
    Waiting book;
    issued(book, "I2");
    book.when(retry("I1")).refused(Errc::fiscal_not_refused, "I1");
    book.when(refusal("I1"))
        .then({FiscalTransmissionRefused{"I1", {}, "main", 1, "910", "not a PIN"}});
    book.when(refusal("I1")).refused(Errc::fiscal_not_pending, "I1");
    CHECK(numbers(works(book)) == Numbers{"INV-000002"});
    const FiscalBacklog parked = backlog(book, "2026-11-20T06:00:00Z");
    CHECK(parked.pending == 1);
    CHECK(parked.refused == 1);
    RetryFiscalTransmission anonymous = retry("I1");
    anonymous.user = "";
    book.when(anonymous).refused(Errc::value_out_of_range, "user");
    book.when(retry("I1")).then({FiscalTransmissionRetried{"I1", {}, "main", 2, "ann"}});
    CHECK(numbers(works(book)) == Numbers{"INV-000001", "INV-000002"}); // In its old place.
    CHECK(works(book).front().attempt == 2);

    RecordFiscalRefusal late = refusal("I1");
    late.attempt = 1; // Answered to the attempt before: it says nothing of this one.
    book.when(late).refused(Errc::fiscal_not_pending, "it is attempt 2");
    late.attempt = 2;
    book.when(late).then_types("fiscal_transmission_refused");
    book.when(receipt("I1")).then_types("fiscal_receipt_recorded"); // The device took it after all.
    book.when(RecordFiscalRefusal{"I2", {}, {}, "", ""}).refused(Errc::missing_field, "code");
    book.when(RecordFiscalRefusal{"I2", {}, {}, "1", "a\tb"})
        .refused(Errc::value_out_of_range, "reason");
    book.when(refusal("I9")).refused(Errc::invoice_unknown, "I9");
    book.when(retry("I9")).refused(Errc::invoice_unknown, "I9");
}

TEST_CASE("fiscal: a credit note waits until the device has its invoice") {
    Waiting book;
    book.when(credited("N1", 100'00))
        .then_types("credit_note_issued fiscal_transmission_requested");
    issued(book, "I2");
    CHECK(numbers(works(book)) == Numbers{"INV-000001"}); // The order stays.
    book.when(refusal("I1"));
    CHECK(numbers(works(book)) == Numbers{"INV-000002"});
    book.when(retry("I1")).when(receipt("I1"));
    const std::vector<FiscalWork> next = works(book);
    CHECK(numbers(next) == Numbers{"CN-000001", "INV-000002"});
    CHECK(next.front().credited_number == "INV-000001");
    CHECK(next.front().credited_place == 1);
    CHECK(next.front().credited_control == "KRACU0100000001/152");
    CHECK(fiscal_work(book.run().book(), tenant_id, "main", 1).size() == 1);
    book.when(RecordFiscalRefusal{"I1", "N1", 1, "911", ""})
        .then({FiscalTransmissionRefused{"I1", "N1", "main", 1, "911", ""}});
    CHECK(numbers(works(book)) == Numbers{"INV-000002"});
    book.when(retry("I1")).refused(Errc::fiscal_not_refused, "I1");
    book.when(RetryFiscalTransmission{"I1", "N1", "ann"})
        .then({FiscalTransmissionRetried{"I1", "N1", "main", 2, "ann"}});
    CHECK(numbers(works(book)) == Numbers{"CN-000001", "INV-000002"});
    CHECK(fiscal_work(book.run().book(), tenant_id, "other", 9).empty());
    CHECK(fiscal_work(book.run().book(), "kio", "main", 9).empty());
}

TEST_CASE("void_invoice: not what a device has or may be getting, but what it refused") {
    Waiting book;
    const VoidInvoice voided{"I1", "made in error"};
    book.when(voided).refused(Errc::invoice_at_device, "INV-000001");
    book.when(refusal("I1")).when(retry("I1")).when(voided).refused(Errc::invoice_at_device);
    book.when(refusal("I1")).when(voided).then_types("invoice_voided");
    book.when(receipt("I1")).refused(Errc::invoice_not_open, "I1");
    book.when(retry("I1")).refused(Errc::invoice_not_open, "I1");
    CHECK(backlog(book, "2026-11-20T06:00:00Z").refused == 0);

    issued(book, "I2");
    book.when(receipt("I2")).when(VoidInvoice{"I2", "x"}).refused(Errc::invoice_at_device);
    // A credit note to it waits for it: it is not taken away below that.
    issued(book, "I3");
    book.when(CreditInvoice{"I3", "N3", {{{1, 100'00}}}, "", {}});
    book.when(refusal("I3")).when(VoidInvoice{"I3", "x"}).refused(Errc::invoice_at_device);
}

TEST_CASE("fiscal: a written-off invoice is transmitted all the same") {
    Waiting book;
    book.when(WriteOffInvoice{"I1", "cannot be found", "ann"}).then_types("invoice_written_off");
    CHECK(numbers(works(book)) == Numbers{"INV-000001"});
    book.when(receipt("I1")).then_types("fiscal_receipt_recorded");
}

TEST_CASE("fiscal: what waits stays when the device is taken away, and grows old") {
    Waiting book;
    book.when(AdvanceTestClock{at("2026-11-20T07:00:00Z")});
    issued(book, "I2");
    book.when(no_device());
    book.when(AdvanceTestClock{at("2026-11-20T08:00:00Z")});
    const FiscalBacklog left = backlog(book, "2020-01-01T00:00:00Z"); // Its own clock counts.
    CHECK_FALSE(left.device.enabled);
    CHECK(left.pending == 2);
    CHECK(left.oldest_seconds == 7'200);
    book.when(receipt("I1")).when(receipt("I2"));
    CHECK(fiscal_backlogs(book.run().book(), at("2026-11-20T08:00:00Z")).empty());
    book.when(credited("N1", 1'00)) // The device has its invoice: it must come to know.
        .then_types("credit_note_issued fiscal_transmission_requested");
}
