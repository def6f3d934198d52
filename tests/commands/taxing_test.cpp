#include "commands/taxes/taxing.hpp"

#include "tests/support/book_builders.hpp"

#include <fmt/format.h>

#include <numeric>
#include <random>

using namespace tollbook;

namespace {

DraftLine line(std::int64_t minor, std::optional<std::string> tax, bool included) {
    DraftLine draft;
    draft.component = "router";
    draft.minor = minor;
    draft.tax_included = included;
    draft.tax = std::move(tax);
    return draft;
}

DefineTax tax(const std::string& name, std::int64_t rate_ppm, std::string_view from) {
    return {name, day(from), {{name, rate_ppm, false}}, std::nullopt};
}

void define_taxes(Spec& book) {
    book.when(tax("vat", 160'000, "2026-01-01"));
    book.when(tax("city", 110'000, "2026-01-01"));
    book.when(DefineTax{
        "telecom",
        day("2026-01-01"),
        {{"excise", 150'000, false}, {"vat", 160'000, true}},
        std::nullopt});
    book.when(DefineTax{"school", day("2026-01-01"), {}, "schools pay none"});
}

std::vector<InvoiceLine> told(
    Spec& book,
    const std::vector<DraftLine>& lines,
    TaxRounding rounding = TaxRounding::line,
    Halves halves = Halves::up
) {
    const Decision decision(book.run().book(), tenant_id, {});
    return tax_lines(decision, lines, {rounding, halves, day("2026-11-20")}).value();
}

std::int64_t net_of(const std::vector<InvoiceLine>& lines) {
    return std::accumulate(
        lines.begin(),
        lines.end(),
        std::int64_t{0},
        [](std::int64_t sum, const InvoiceLine& l) { return sum + l.net; }
    );
}

std::int64_t gross_of(const std::vector<InvoiceLine>& lines) {
    return std::accumulate(
        lines.begin(),
        lines.end(),
        std::int64_t{0},
        [](std::int64_t sum, const InvoiceLine& l) { return sum + gross(l); }
    );
}

} // namespace

TEST_CASE("taxes: 11 % of 100000 is 11000") {
    Spec book = given(world());
    define_taxes(book);
    const auto lines = told(book, {line(100'000, "city", false)});
    CHECK(lines.front().net == 100'000);
    CHECK(lines.front().taxes == std::vector<LineTax>{{"city", 110'000, 11'000}});
}

TEST_CASE("taxes: a price that includes its tax keeps its sum") {
    Spec book = given(world());
    define_taxes(book);
    const auto lines = told(book, {line(116'00, "vat", true), line(100'01, "vat", true)});
    CHECK(lines[0].net == 100'00);
    CHECK(lines[0].taxes.front().minor == 16'00);
    CHECK(lines[1].net == 86'22); // 86.2155...
    CHECK(gross(lines[1]) == 100'01);
}

TEST_CASE("taxes: VAT falls on what excise has made dearer, both ways round") {
    Spec book = given(world());
    define_taxes(book);
    const std::vector<LineTax> both{{"excise", 150'000, 1'500'00}, {"vat", 160'000, 1'840'00}};
    const auto added = told(book, {line(10'000'00, "telecom", false)});
    CHECK(added.front().taxes == both);
    const auto included = told(book, {line(13'340'00, "telecom", true)});
    CHECK(included.front().net == 10'000'00);
    CHECK(included.front().taxes == both);
}

TEST_CASE("taxes: exempt and untaxed lines carry none, and an exempt one its reason") {
    Spec book = given(world());
    define_taxes(book);
    const auto lines = told(book, {line(5'00, "school", true), line(5'00, {}, false)});
    CHECK(lines[0].net == 5'00);
    CHECK(lines[0].taxes.empty());
    CHECK(lines[0].exempt_reason == "schools pay none");
    CHECK(lines[1].net == 5'00);
    CHECK_FALSE(lines[1].exempt_reason);
}

TEST_CASE("taxes: halves go up, or to the even neighbour") {
    CHECK(rounded(5, 2, Halves::up) == 3);
    CHECK(rounded(5, 2, Halves::even) == 2);
    CHECK(rounded(7, 2, Halves::even) == 4);
    CHECK(rounded(51, 20, Halves::even) == 3);
    CHECK(rounded(49, 20, Halves::up) == 2);
    Spec book = given(world());
    book.when(tax("half", 500'000, "2026-01-01"));
    CHECK(told(book, {line(1, "half", false)}).front().taxes.front().minor == 1);
    CHECK(
        told(book, {line(1, "half", false)}, TaxRounding::line, Halves::even)
            .front()
            .taxes.front()
            .minor == 0
    );
}

TEST_CASE("taxes: rounded by line, or once for all lines of a tax") {
    Spec book = given(world());
    book.when(tax("vat", 160'000, "2026-01-01"));
    const std::vector<DraftLine> three{
        line(1'03, "vat", false), line(1'03, "vat", false), line(1'03, "vat", false)};
    // 16.48 each: 16 by line, 49.44 together.
    CHECK(gross_of(told(book, three)) == 3 * 1'03 + 3 * 16);
    const auto together = told(book, three, TaxRounding::invoice);
    CHECK(gross_of(together) == 3 * 1'03 + 49);
    CHECK(together[0].taxes.front().minor == 17);
    CHECK(together[1].taxes.front().minor == 16);
}

TEST_CASE("taxes: parts add up to their whole, whatever they are") {
    std::mt19937_64 dice(7);
    const auto roll = [&](std::uint64_t sides) { return dice() % sides; };
    for (int round = 0; round < 400; ++round) {
        CAPTURE(round);
        Spec book = given(world());
        std::vector<TaxRate> rates;
        for (std::uint64_t i = 0; i <= roll(4); ++i) {
            const auto rate_ppm = 1 + static_cast<std::int64_t>(roll(400'000));
            rates.push_back({fmt::format("t{}", i), rate_ppm, roll(2) == 0});
        }
        book.when(DefineTax{"any", day("2026-01-01"), rates, std::nullopt});
        REQUIRE(book.made().size() == 1);
        std::vector<DraftLine> lines;
        std::int64_t wanted = 0;
        const bool included = roll(2) == 0;
        for (std::uint64_t i = 0; i <= roll(9); ++i) {
            const auto minor = 1 + static_cast<std::int64_t>(roll(roll(2) == 0 ? 100 : 9'000'000));
            lines.push_back(line(minor, "any", included));
            wanted += minor;
        }
        for (const TaxRounding rounding : {TaxRounding::line, TaxRounding::invoice})
            for (const Halves halves : {Halves::up, Halves::even}) {
                const auto taxed = told(book, lines, rounding, halves);
                CHECK((included ? gross_of(taxed) : net_of(taxed)) == wanted);
                for (const InvoiceLine& one : taxed)
                    for (const LineTax& part : one.taxes)
                        CHECK(part.minor >= 0);
            }
    }
}

TEST_CASE("taxes: what is no rate is refused, and versions only follow each other") {
    Spec book = given(world());
    book.when(tax("v#t", 1, "2026-01-01")).refused(Errc::value_out_of_range, "tax");
    book.when(tax("vat", 0, "2026-01-01")).refused(Errc::value_out_of_range, "rate_ppm");
    book.when(tax("vat", 1'000'001, "2026-01-01")).refused(Errc::value_out_of_range, "rate_ppm");
    book.when(DefineTax{"vat", day("2026-01-01"), {}, {}}
    ).refused(Errc::value_out_of_range, "exempt_reason");
    book.when(DefineTax{"vat", day("2026-01-01"), {{"a", 1, false}}, "why"})
        .refused(Errc::value_out_of_range, "exempt_reason");
    book.when(DefineTax{"vat", day("2026-01-01"), {{"a", 1, false}, {"a", 2, false}}, {}}
    ).refused(Errc::value_out_of_range, "rates");
    book.when(DefineTax{"vat", day("2026-01-01"), std::vector<TaxRate>(5, {"a", 1, false}), {}}
    ).refused(Errc::value_out_of_range, "rates");
    book.when(tax("vat", 160'000, "2026-01-01")).then_types("tax_defined");
    book.when(tax("vat", 180'000, "2025-12-31")).refused(Errc::value_out_of_range, "valid_from");
    book.when(tax("vat", 170'000, "2026-01-01")).then_types("tax_defined"); // In its place.
    CHECK(told(book, {line(100'00, "vat", false)}).front().taxes.front().minor == 17'00);
}
