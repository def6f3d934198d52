// A price that was wrong since a day, of customers that pay by invoice.
#include "commands/invoicing/fiscal.hpp"
#include "commands/simulation/simulated_commands.hpp"
#include "tests/support/corrections.hpp"

#include <random>
#include <set>

using namespace tollbook;

namespace {

PlanDefined version(std::uint32_t number, std::int64_t price_minor, std::int64_t tax_percent = 0) {
    PlanDefined defined = plan("HOME10", price_minor, tax_percent);
    defined.version = number;
    return defined;
}

constexpr auto november = "bill~A~2026-11-20";
constexpr auto december = "bill~A~2026-12-20";

// A pays by invoice; A-1 (1,500.00 a month) is on the draft of November.
class Drafted : public Spec {
public:
    explicit Drafted(const Story& more) : Spec(world() + more) {
        SetInvoicing terms;
        terms.valid_from = day("2026-01-01");
        terms.due_days = 300; // Nothing is overdue.
        when(terms).when(SetBillingMode{"A", BillingMode::invoiced});
        when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
    }
};

// That invoice is issued, and nothing of it paid.
class Issued : public Drafted {
public:
    explicit Issued(const Story& more) : Drafted(more) {
        when(IssueInvoice{november, {}, {}}).then_types("invoice_issued");
    }
};

const InvoiceRow& invoice(Spec& book, const std::string& name) {
    const InvoiceRow* row = book.run().book().invoices.find(book_key(tenant_id, name));
    REQUIRE(row != nullptr);
    return *row;
}

const ServiceRow& service_row(Spec& book) {
    return *book.run().book().services.find(book_key(tenant_id, "A-1"));
}

CorrectTariff command(Spec& book, std::string_view from, WrongVersion version = {}) {
    return command_for(book, "A-1", wrong_since(from, version));
}

// All that A owes for invoices and drafts, less what is in the wallet.
std::int64_t owes(Spec& book) {
    std::set<std::string> names;
    for (const Fact& fact : book.run().facts())
        if (const auto* drafted = std::get_if<PeriodDrafted>(&fact.event))
            names.insert(drafted->invoice);
    const WalletRow* wallet = book.run().book().wallets.find(book_key(tenant_id, "A"));
    std::int64_t minor = -balance(*wallet);
    for (const std::string& name : names) {
        minor += invoice(book, name).open;
        for (const DraftLine& line : invoice(book, name).draft)
            minor += line.minor;
    }
    return minor;
}

} // namespace

TEST_CASE("tariff: an issued invoice gets a credit note, and the next one a line of the same days"
) {
    Issued book({version(2, 1'200'00)});
    book.when(command(book, "2026-11-20"))
        .then_types("credit_note_issued period_drafted tariff_corrected");
    const auto note = book.event<CreditNoteIssued>(0);
    CHECK(note.credit_note == "bill~A~2026-11-20~tariff~1");
    CHECK(note.number == "CN-000001");
    CHECK(note.minor == 1'500'00);
    CHECK(note.offset == 1'500'00);
    CHECK(note.reason == "tariff: a wrong price list");
    CHECK(note.lines.front().service_from == day("2026-11-20"));
    CHECK(note.lines.front().service_to == day("2026-12-20"));
    const auto drafted = book.event<PeriodDrafted>(1);
    CHECK(drafted.charge == "A-1:period:2026-11-20:1");
    CHECK(drafted.lines.front().minor == 1'200'00);
    CHECK(drafted.lines.front().plan_version == 2);
    CHECK(drafted.lines.front().service_from == day("2026-11-20"));
    CHECK(drafted.lines.front().service_to == day("2026-12-20"));
    const auto corrected = book.event<TariffCorrected>(2);
    CHECK(corrected.minor == -300'00);
    CHECK(corrected.charges.empty());
    REQUIRE(corrected.invoices);
    CHECK(corrected.invoices->front().credit_note == note.credit_note);
    CHECK(corrected.invoices->front().by == drafted.charge);
    CHECK(corrected.invoices->front().on == drafted.invoice);
    CHECK(invoice(book, november).open == 0);
    CHECK(preview(book, wrong_since("2026-11-20")).empty()); // Once.

    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
    CHECK(book.event<PeriodDrafted>(0).invoice == drafted.invoice);
    book.when(IssueInvoice{drafted.invoice, {}, {}}).then_types("invoice_issued");
    CHECK(book.event<InvoiceIssued>(0).minor == 2 * 1'200'00);
}

TEST_CASE("tariff: only the days from then on are credited, and taxed by their own days") {
    Story taxed{version(2, 1'160'00, 16)};
    Issued book(taxed);
    book.when(DefineTax{"vat16", day("2026-01-01"), {{"vat16", 160'000, false}}, {}});
    book.when(DefineTax{"vat16", day("2026-12-01"), {{"vat16", 250'000, false}}, {}});
    on(book, "2026-12-10").when(command(book, "2026-11-25"));
    const auto note = book.event<CreditNoteIssued>(0);
    CHECK(note.minor == 1'250'00); // 25 of 30 days.
    CHECK(invoice(book, november).open == 250'00);
    const auto line = book.event<PeriodDrafted>(1).lines.front();
    CHECK(line.minor == 966'67);
    book.when(IssueInvoice{book.event<PeriodDrafted>(1).invoice, {}, {}});
    const auto issued = book.event<InvoiceIssued>(0);
    REQUIRE(issued.lines.size() == 2); // Six days at 16 %, nineteen at 25 %.
    CHECK(issued.lines[0].service_to == day("2026-12-01"));
    CHECK(issued.lines[0].taxes.front().rate_ppm == 160'000);
    CHECK(issued.lines[1].taxes.front().rate_ppm == 250'000);
    CHECK(issued.minor == 966'67);

    // Back again: both pieces come back, and together cost what they did.
    book.when(command(book, "2026-11-25", {2, 1}))
        .then_types("credit_note_issued period_drafted period_drafted tariff_corrected");
    CHECK(book.event<CreditNoteIssued>(0).lines.size() == 2);
    CHECK(book.event<TariffCorrected>(3).minor == 1'250'00 - 966'67);
    CHECK(owes(book) == 1'500'00);
}

TEST_CASE("tariff: what had been paid comes back, and pays what else is owed") {
    Issued book({version(2, 900'00)});
    DraftLine router;
    router.component = "router";
    router.minor = 400'00;
    book.when(typed("R1", "A", 1'500'00)).wallet("A", 0);
    book.when(DraftInvoice{"I2", "A", {router}, {}}).when(IssueInvoice{"I2", {}, {}});
    book.when(command(book, "2026-11-20"))
        .then_types("credit_note_issued period_drafted tariff_corrected funds_applied")
        .wallet("A", 1'100'00);
    CHECK(book.event<CreditNoteIssued>(0).lots.front().minor == 1'500'00);
    CHECK(invoice(book, "I2").open == 0);
    book.when(IssueInvoice{book.event<PeriodDrafted>(1).invoice, {}, {}}).wallet("A", 200'00);
}

TEST_CASE("tariff: a draft is corrected in place") {
    Drafted book({version(2, 1'200'00)});
    on(book, "2026-11-25");
    book.when(command(book, "2026-11-25")).then_types("draft_corrected tariff_corrected");
    const auto lines = book.event<DraftCorrected>(0).lines;
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].minor == 250'00); // 5 of 30 days as they were.
    CHECK(lines[0].plan_version == 1);
    CHECK(lines[0].service_to == day("2026-11-25"));
    CHECK(lines[1].minor == 1'000'00);
    CHECK(lines[1].plan_version == 2);
    CHECK(lines[1].service_from == day("2026-11-25"));
    CHECK(lines[1].service_to == day("2026-12-20"));
    const auto corrected = book.event<TariffCorrected>(1);
    CHECK(corrected.minor == -250'00);
    CHECK(!corrected.invoices->front().credit_note);
    CHECK(!corrected.invoices->front().by);
    CHECK(preview(book, wrong_since("2026-11-25")).empty());
    book.when(IssueInvoice{november, {}, {}});
    CHECK(book.event<InvoiceIssued>(0).minor == 1'250'00);
    on(book, "2026-12-20").when(RenewService{"A-1"});
    CHECK(book.event<PeriodDrafted>(0).lines.front().minor == 1'200'00);
}

TEST_CASE("tariff: a draft that nothing is left on is discarded, and the next one is another") {
    Drafted book({version(2, 0), version(3, 1'000'00)});
    const auto items = preview(book, wrong_since("2026-11-20"));
    REQUIRE(items.size() == 1);
    CHECK(items[0].minor == -1'500'00);
    book.when(command(book, "2026-11-20"))
        .then_types("draft_corrected draft_discarded tariff_corrected");
    book.when(IssueInvoice{november, {}, {}}).refused(Errc::invoice_not_open);
    CHECK(owes(book) == 0);
    book.when(ChangePlan{"A-1", "HOME10", 3, ChangeTime::period_end, {}, {}});
    on(book, "2026-12-20").when(RenewService{"A-1"});
    CHECK(book.event<PeriodDrafted>(1).invoice == december);
}

TEST_CASE("tariff: several invoices get a credit note each, numbered without gaps") {
    Issued book({version(2, 1'200'00)});
    on(book, "2026-12-20").when(RenewService{"A-1"}).when(IssueInvoice{december, {}, {}});
    on(book, "2027-01-20").when(RenewService{"A-1"}); // On a draft still.
    book.when(command(book, "2026-12-05"))
        .then_types("draft_corrected credit_note_issued period_drafted credit_note_issued "
                    "period_drafted tariff_corrected");
    CHECK(book.event<CreditNoteIssued>(1).number_seq == 1);
    CHECK(book.event<CreditNoteIssued>(1).minor == 750'00);
    CHECK(book.event<CreditNoteIssued>(3).number_seq == 2);
    CHECK(book.event<CreditNoteIssued>(3).minor == 1'500'00);
    CHECK(book.event<TariffCorrected>(5).minor == -150'00 - 300'00 - 300'00);
    // The days that are paid for are still those of January.
    CHECK(service_row(book).paid->from == day("2027-01-20"));
    book.when(IssueInvoice{"bill~A~2027-01-20", {}, {}});
    CHECK(book.event<InvoiceIssued>(0).minor == 600'00 + 1'200'00 + 1'200'00);
}

TEST_CASE("tariff: each credit note is told to the device, in its order") {
    Drafted book({version(2, 1'200'00)});
    book.when(SetFiscalDevice{true, {}, {}, "http://127.0.0.1:8088/sales", "P051:00", {}});
    book.when(IssueInvoice{november, {}, {}});
    on(book, "2026-12-20").when(RenewService{"A-1"}).when(IssueInvoice{december, {}, {}});
    book.when(command(book, "2026-11-20"));
    std::vector<std::uint64_t> places;
    for (const Fact& fact : book.made())
        if (const auto* told = std::get_if<FiscalTransmissionRequested>(&fact.event))
            places.push_back(told->place);
    CHECK(places == std::vector<std::uint64_t>{3, 4});
    book.when(CreditInvoice{november, "N9", {}, "all of it", {}}).refused(Errc::exceeds_invoice);
}

TEST_CASE("tariff: days on an invoice of who pays from the wallet by now are charged there") {
    Issued book({version(2, 2'000'00)});
    book.when(SetBillingMode{"A", BillingMode::prepaid});
    book.when(typed("R1", "A", 1'600'00)).wallet("A", 100'00);
    const auto items = preview(book, wrong_since("2026-11-20"));
    REQUIRE(items.size() == 1);
    CHECK(items[0].owed_minor == 400'00);
    book.when(command(book, "2026-11-20"))
        .then_types("credit_note_issued wallet_charged tariff_corrected")
        .wallet("A", -400'00);
    CHECK(book.event<WalletCharged>(1).charge == "A-1:period:2026-11-20:1");
    CHECK(!book.event<TariffCorrected>(2).invoices->front().on);
    on(book, "2026-12-10").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(book.event<ChargeCredited>(0).charge == "A-1:period:2026-11-20:1");
}

TEST_CASE("tariff: months from the wallet and on invoices are corrected in one") {
    Spec book = given(world() + Story{version(2, 1'200'00)});
    book.when(typed("R1", "A", 1'500'00));
    book.when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"A-1"}).when(SetBillingMode{"A", BillingMode::invoiced});
    on(book, "2026-12-20").when(RenewService{"A-1"}).when(IssueInvoice{december, {}, {}});
    book.when(command(book, "2026-11-20"))
        .then_types("credit_note_issued period_drafted charge_credited wallet_charged "
                    "tariff_corrected");
    CHECK(book.event<TariffCorrected>(4).minor == -600'00);
    CHECK(owes(book) == 1'200'00 - 300'00);
}

TEST_CASE("tariff: tax that was withheld stays the payer's: it comes back as money") {
    Issued book({version(2, 1'200'00)});
    book.when(RecordWithholding{november, "W1", "wht", 90'00});
    book.when(typed("R1", "A", 1'410'00)).wallet("A", 0);
    book.when(command(book, "2026-11-20")).wallet("A", 1'500'00);
    book.when(IssueInvoice{book.event<PeriodDrafted>(1).invoice, {}, {}}).wallet("A", 300'00);
}

TEST_CASE(
    "tariff: what was taken back before is not taken back again, and what is unclear not at all"
) {
    Issued book({version(2, 1'200'00)});
    const CorrectTariff before = command(book, "2026-11-20");
    book.when(CreditInvoice{november, "N1", {{{1, 100'00}}}, "slow", {}});
    CHECK(preview(book, wrong_since("2026-11-20"))[0].reason == "tariff-unclear");
    book.when(before).refused(Errc::tariff_unclear, "bill~A~2026-11-20: line 1");
    book.when(CreditInvoice{november, "N2", {}, "all of it", {}});
    book.when(before).refused(Errc::value_out_of_range, "bill~A~2026-11-20: none of these days");
    const auto items = preview(book, wrong_since("2026-11-20"));
    REQUIRE(items.size() == 1); // It is still on the version.
    CHECK(items[0].outcome == TariffOutcome::moved);
}

TEST_CASE("tariff: what was written off or is void is refused, or nothing stands on it") {
    Issued book({version(2, 1'200'00)});
    const CorrectTariff before = command(book, "2026-11-20");
    Issued other({version(2, 1'200'00)});
    other.when(VoidInvoice{november, "mistyped"});
    CHECK(preview(other, wrong_since("2026-11-20"))[0].outcome == TariffOutcome::moved);
    other.when(before).refused(Errc::invoice_not_open);
    book.when(WriteOffInvoice{november, "gone", "ann"});
    CHECK(preview(book, wrong_since("2026-11-20"))[0].reason == "invoice-not-open");
    book.when(before).refused(Errc::invoice_not_open, november);
}

TEST_CASE("tariff: invoices that cannot be corrected are refused, and nothing happens") {
    Issued book({version(2, 1'200'00)});
    const CorrectTariff good = command(book, "2026-11-20");
    CorrectTariff bad = good;
    bad.invoices = {{november, november}};
    book.when(bad).refused(Errc::value_out_of_range, "invoices: one is named twice");
    bad.invoices = {{"I9"}};
    book.when(bad).refused(Errc::invoice_unknown, "I9");
    bad.invoices = std::vector<std::string>(1'001, "I9");
    book.when(bad).refused(Errc::value_out_of_range, "invoices: at most");
    DraftLine typed_line;
    typed_line.component = "period";
    typed_line.minor = 5'00;
    book.when(DraftInvoice{"I2", "A", {typed_line}, {}}); // A person's: a person changes it.
    bad.invoices = {{"I2"}};
    book.when(bad).refused(Errc::value_out_of_range, "I2: none of these days");
    bad = good;
    bad.expected_minor = -1;
    book.when(bad).refused(Errc::figures_moved, "it comes to -30000");
    TariffCharge charge;
    charge.charge = "A-1:period:2026-11-20:0";
    charge.from = day("2026-11-20");
    charge.to = day("2026-12-20");
    bad = good;
    bad.charges.push_back(charge); // It is no wallet's.
    book.when(bad).refused(Errc::charge_unknown);
    book.when(good).then_types("credit_note_issued period_drafted tariff_corrected");
}

TEST_CASE("tariff: days of an invoice that moved are corrected as a whole, or not at all") {
    Issued book({version(2, 1'200'00)});
    book.when(ExtendServices{{"A-1"}, 10, "outage"});
    on(book, "2026-12-10");
    CHECK(preview(book, wrong_since("2026-12-05"))[0].reason == "tariff-unclear");
    book.when(command(book, "2026-11-20"))
        .then_types("credit_note_issued period_drafted tariff_corrected");
}

TEST_CASE("tariff: a preview names credit notes and drafts, and lags behind no invoice") {
    Issued book({version(2, 1'200'00)});
    const TariffCorrection correction = wrong_since("2026-11-20");
    const auto items = preview(book, correction);
    REQUIRE(items.size() == 1);
    CHECK(items[0].outcome == TariffOutcome::corrected);
    CHECK(items[0].credited_minor == 1'500'00);
    CHECK(items[0].charged_minor == 1'200'00);
    CHECK(items[0].minor == -300'00);
    CHECK(items[0].owed_minor == 0);
    REQUIRE(items[0].invoices);
    CHECK(items[0].invoices->front().credit_note == "bill~A~2026-11-20~tariff~1");
    CHECK(items[0].invoices->front().on == "bill~A~2026-11-20~2");
    const std::string hash = preview_hash(correction, items);
    auto other = items;
    other[0].invoices->front().credit_note = "another";
    CHECK(preview_hash(correction, other) != hash);
    // The invoice has not arrived there.
    const auto cases = tariff_cases(book.run().book(), tenant_id, {correction, {}});
    CHECK(cases.error().code == Errc::projection_lag);
    CHECK(cases.error().detail == november);
}

TEST_CASE("tariff: two services on one invoice get a credit note each") {
    Drafted book({version(2, 1'200'00)});
    book.when(AddService{"A-2", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"A-2"}).when(IssueInvoice{november, {}, {}});
    const TariffCorrection correction = wrong_since("2026-11-20");
    const auto items = preview(book, correction);
    REQUIRE(items.size() == 2);
    for (const TariffItem& item : items) {
        book.when(command_for(book, item.service, correction));
        CHECK(book.event<CreditNoteIssued>(0).credit_note == item.invoices->front().credit_note);
    }
    CHECK(owes(book) == 2 * 1'200'00);
    CHECK(invoice(book, november).open == 0);
}

TEST_CASE("tariff: a credit note has the next number of the entity that issued the invoice") {
    CustomerRegistered of_coast = customer("K");
    of_coast.entity = "coast";
    Issued book(
        {LegalEntityDefined{"coast", "Kiota Coast Ltd", {}, {}, {}},
         of_coast,
         version(2, 1'200'00),
         service("K-1", "K", "2026-11-20")}
    );
    book.when(SetBillingMode{"K", BillingMode::invoiced}).when(RenewService{"K-1"});
    book.when(IssueInvoice{"bill~K~2026-11-20", {}, {}});
    for (const char* service : {"A-1", "K-1"}) {
        book.when(command_for(book, service, wrong_since("2026-11-20")));
        const auto note = book.event<CreditNoteIssued>(0);
        CHECK(note.number == (note.customer == "K" ? "coast-CN-000001" : "CN-000001"));
        CHECK(note.entity == (note.customer == "K" ? "coast" : "main"));
    }
}

TEST_CASE("tariff: lived again, it is one correction of the same invoices") {
    Issued book({version(2, 1'200'00)});
    book.when(command(book, "2026-11-20"));
    std::vector<Event> facts;
    for (const Fact& fact : book.made())
        facts.push_back(fact.event);
    const std::vector<Command> commands = commands_of(book.run().book(), tenant_id, facts);
    REQUIRE(commands.size() == 1);
    const auto* again = std::get_if<CorrectTariff>(&commands.front());
    REQUIRE(again != nullptr);
    CHECK(again->charges.empty());
    CHECK(again->invoices == std::vector<std::string>{november});
}

TEST_CASE("tariff: a service corrected there and back owes what it did, whatever was issued") {
    std::mt19937_64 dice(20'261'201);
    for (int i = 0; i < 60; ++i) {
        const auto price = static_cast<std::int64_t>(1 + dice() % 300'000);
        Drafted book({version(2, price, static_cast<std::int64_t>(dice() % 30))});
        for (const char* renewal : {"2026-12-20", "2027-01-20"}) {
            if (dice() % 2 == 0)
                if (const auto& draft = book.run().book().billing.find("kiota/A")->draft)
                    book.when(IssueInvoice{*draft, {}, {}});
            on(book, renewal).when(RenewService{"A-1"});
        }
        CHECK(owes(book) == 3 * 1'500'00);
        book.when(command(book, "2026-11-20"));
        CHECK(owes(book) == 3 * price);
        book.when(command(book, "2026-11-20", {2, 1}));
        CHECK(owes(book) == 3 * 1'500'00);
    }
}
