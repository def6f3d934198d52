// What a fiscal device answers: an HTTP status on the first line, the body after it. Whatever it
// says, the book takes what was made of it.
#include "api/fiscal/etims_message.hpp"
#include "commands/commands.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/book_run.hpp"

#include <charconv>

using namespace tollbook;
using namespace tollbook::api;

namespace {

constexpr const char* tenant = "bahati";

// A book with one invoice that waits for its device.
BookRun& waiting_book() {
    static BookRun book(fuzz::private_hash);
    if (!book.facts().empty()) return book;
    DraftLine line;
    line.component = "router";
    line.minor = 100'00;
    OpenTenant open;
    open.name = "B";
    open.timezone = "Africa/Nairobi";
    for (const Command& command : std::initializer_list<Command>{
             open,
             RegisterCustomer{"A", "N", "2547", {}, {}},
             SetFiscalDevice{true, {}, {}, "http://127.0.0.1:1/", "P051234567X", {}},
             DraftInvoice{"I1", "A", {line}, {}},
             IssueInvoice{"I1", {}, {}}})
        ensure(book.send(tenant, command).has_value());
    return book;
}

// Decides the command and leaves the book as it is.
void ensure_taken(const Command& command) {
    BookRun& book = waiting_book();
    const auto prepared = book.decider().prepare(tenant, type_of(command), canonical_json(command));
    ensure(prepared.has_value());
    ensure(book.decider().decide(**prepared, tenant, book.recorded_at).has_value());
}

void check(const FiscalTaken& taken) {
    const FiscalReceipt& receipt = taken.receipt;
    ensure_taken(RecordFiscalReceipt{
        "I1", {}, receipt.control_number, receipt.signature, receipt.qr, receipt.device_time});
}

void check(const FiscalRefusal& refusal) {
    ensure_taken(RecordFiscalRefusal{"I1", {}, 1, refusal.code, refusal.reason});
}

void check(const FiscalSilence& silence) { ensure(!silence.why.empty()); }

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body = fuzz::text_of(data, size);
    const std::string_view first = fuzz::take_until(body, '\n');
    int status = 0;
    std::from_chars(first.data(), first.data() + first.size(), status);
    const FiscalAnswer answer = etims_answer(etims_taxpayer("P051234567X:00"), status, body);
    std::visit([](const auto& said) { check(said); }, answer);
    return 0;
}
