// Commands as they are submitted, one "type body" a line, to the book of one tenant.
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/book_proofs.hpp"
#include "tests/support/book_run.hpp"

using namespace tollbook;

namespace {

constexpr const char* tenant = "bahati";
constexpr std::size_t lines_max = 200;

void check_codec(std::string_view type, std::string_view body) {
    const Result<Command> command = read_command(type, body);
    if (!command) {
        ensure(info(command.error().code).http_status < 500);
        return;
    }
    ensure(type_of(*command) == type);
    const std::string canonical = canonical_json(*command);
    const Result<Command> again = read_command(type, canonical);
    ensure(again && canonical_json(*again) == canonical);
}

// A refusal leaves nothing behind; what was accepted is read from its stored bytes again.
void submit(BookRun& book, std::string_view type, std::string_view body) {
    const std::size_t before = book.facts().size();
    const Result<std::vector<Fact>> made = book.send(tenant, type, body);
    if (!made) {
        ensure(info(made.error().code).http_status < 500);
        ensure(book.facts().size() == before);
        return;
    }
    ensure(book.facts().size() > before);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    BookRun book(fuzz::private_hash);
    const Hash empty = book.decider().state_hash();
    const std::uint64_t mark = book.decider().mark();
    std::string_view text = fuzz::text_of(data, size);
    for (std::size_t i = 0; i < lines_max && !text.empty(); ++i) {
        std::string_view body = fuzz::take_until(text, '\n');
        const std::string_view type = fuzz::take_until(body, ' ');
        check_codec(type, body);
        submit(book, type, body);
    }
    if (book.facts().empty()) return 0;
    ensure(first_fault(book, tenant).empty());
    BookRun second(fuzz::private_hash);
    for (const Fact& fact : book.facts())
        second.replay(fact);
    ensure(second.decider().state_hash() == book.decider().state_hash());
    book.decider().undo_to(mark);
    ensure(book.decider().state_hash() == empty);
    return 0;
}
