#include "commands/entities/prefixes.hpp"
#include "tests/support/entity_examples.hpp"

using namespace tollbook;

namespace {

SetInvoicing under_prefixes(
    std::optional<std::string> entity, const std::string& number, const std::string& credit
) {
    SetInvoicing terms;
    terms.valid_from = day("2026-11-20");
    terms.number_prefix = number;
    terms.credit_prefix = credit;
    terms.entity = std::move(entity);
    return terms;
}

} // namespace

TEST_CASE("prefixes: two entities never have equal numbers") {
    CHECK(make_equal_numbers("INV-", "INV-"));
    CHECK(make_equal_numbers("INV-1", "INV-")); // INV-1000001
    CHECK_FALSE(make_equal_numbers("INV-", "INV-0"));
    CHECK_FALSE(make_equal_numbers("INV-", "INV-1-"));
    CHECK_FALSE(make_equal_numbers("A1", "A2"));
    Spec book = given(two_entities());
    book.when(under_prefixes("coast", "INV-", "CC-"))
        .refused(Errc::prefix_taken, "INV- of coast: INV- is of main");
    book.when(under_prefixes("coast", "C-", "INV-")).refused(Errc::prefix_taken, "INV- of coast");
    book.when(under_prefixes("coast", "CN-", "CC-")).refused(Errc::prefix_taken, "CN- of coast");
    book.when(under_prefixes("coast", "INV-12", "CC-"))
        .refused(Errc::prefix_taken, "INV-12 of coast");
    book.when(under_prefixes({}, "coast-INV-", "M-"))
        .refused(Errc::prefix_taken, "coast-INV- of main: coast-INV- is of coast");
    book.when(under_prefixes("coast", "C-", "CC-")).then_types("invoicing_set");
    book.when(under_prefixes({}, "C-", "CN-"))
        .refused(Errc::prefix_taken, "C- of main: C- is of coast");
    book.when(under_prefixes({}, "coast-INV-", "M-")).then_types("invoicing_set");
    book.when(under_prefixes("main", "INV-", "INV-7"))
        .refused(Errc::value_out_of_range, "credit_prefix");
}

TEST_CASE("prefixes: what stands on a document is never another one's") {
    Spec book = given(two_entities());
    issue_to(book, "I1", "A");
    book.when(under_prefixes({}, "hills-INV-", "M-")).then_types("invoicing_set");
    book.when(under_prefixes("coast", "INV-", "CC-"))
        .refused(Errc::prefix_taken, "INV- of coast: INV- is of main");
    issue_to(book, "I2", "A");
    CHECK(issued_number(book) == "hills-INV-000002");
    book.when(under_prefixes({}, "N-", "M-")).then_types("invoicing_set"); // On no document so far.
    book.when(under_prefixes({}, "INV-", "CN-")).then_types("invoicing_set");
    book.when(under_prefixes("coast", "N-", "M-")).then_types("invoicing_set");
    book.when(DefineLegalEntity{"hills", "Hills", {}, {}, {}}
    ).refused(Errc::prefix_taken, "hills-INV- of hills: hills-INV- is of main");
    book.when(under_prefixes({}, "X-", "CN-")).then_types("invoicing_set");
    book.when(DefineLegalEntity{"hills", "Hills", {}, {}, {}}).then_types("legal_entity_defined");
}
