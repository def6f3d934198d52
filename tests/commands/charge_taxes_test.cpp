// Credits that somebody types, of charges with dated taxes: each code and rate gets back its share.
#include "tests/support/tax_examples.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

using namespace tollbook;

namespace {

// Taxes by code and rate, and the net of the lines that have them.
struct TaxSums {
    std::int64_t net{};
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> taxes;

    void add(const std::vector<ChargeLine>& lines, std::int64_t sign) {
        for (const ChargeLine& line : lines) {
            net += sign * line.net;
            for (const LineTax& tax : line.taxes.value())
                taxes[{tax.code, tax.rate_ppm}] += sign * tax.minor;
        }
    }

    bool is_nothing() const {
        return net == 0 &&
               std::ranges::all_of(taxes, [](const auto& tax) { return tax.second == 0; });
    }
};

ChargeLine line_by_hand(std::int64_t net, std::int64_t tax) {
    return {"period", "NET", 1, net, "vat", tax, {}, {}};
}

std::int64_t tax_of(const std::vector<ChargeLine>& lines) {
    std::int64_t tax = 0;
    for (const ChargeLine& line : lines)
        tax += line.tax;
    return tax;
}

// 16 % until 5 December, and 18 % from then on: half of the days each.
struct SplitCharge : Due {
    SplitCharge() : Due(3'000'00) {
        when(vat(160'000, "2026-01-01")).when(vat(180'000, "2026-12-05"));
        charged = renew();
        REQUIRE(charged.lines.size() == 2);
    }

    WalletCharged charged;
};

} // namespace

TEST_CASE("credit_charge: what is typed without rates gives back those of the charge, in part") {
    SplitCharge book;
    // A tenth of 256429 net and 43571 tax, of which 20690 are at 16 %.
    book.when(CreditCharge{book.charged.charge, {line_by_hand(256'43, 43'57)}, "slow"});
    const auto& credited = book.event<ChargeCredited>(0);
    REQUIRE(credited.lines.size() == 2);
    CHECK(credited.lines[0].taxes == std::vector<LineTax>{{"vat", 160'000, 20'69}});
    CHECK(credited.lines[1].taxes == std::vector<LineTax>{{"vat", 180'000, 22'88}});
    CHECK(credited.lines[0].net == 129'31);
    CHECK(credited.lines[1].net == 127'12);
    CHECK(credited.lines[0].tax_code == "vat");
    CHECK(credited.minor == 300'00);
    CHECK(
        credited.postings == legs(
                                 {{"wallet:A", -300'00},
                                  {"revenue:NET", 129'31},
                                  {"tax:vat", 20'69},
                                  {"revenue:NET", 127'12},
                                  {"tax:vat", 22'88}}
                             )
    );
    book.wallet("A", 100'000'00 - 3'000'00 + 300'00);
}

TEST_CASE("credit_charge: over any number of parts, the last takes what is left of each rate") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        SplitCharge book;
        TaxSums left;
        left.add(book.charged.lines, 1);
        std::int64_t net = left.net;
        std::int64_t tax = tax_of(book.charged.lines);
        for (int turn = 0; net > 0; ++turn) {
            const bool is_last = turn == 12;
            const std::int64_t part =
                is_last
                    ? net
                    : std::min<std::int64_t>(net, static_cast<std::int64_t>(1 + random() % 40'000));
            // About its share, to and fro; at the end all of it.
            std::int64_t of_tax = part == net ? tax : tax * part / net;
            if (part < net && of_tax > 0 && random() % 2 == 0) --of_tax;
            if (of_tax == 0 && part == net) break;
            book.when(CreditCharge{book.charged.charge, {line_by_hand(part, of_tax)}, "slow"});
            const auto& credited = book.event<ChargeCredited>(0);
            CHECK(credited.minor == part + of_tax);
            if (of_tax > 0) left.add(credited.lines, -1);
            if (of_tax == 0) left.net -= part;
            for (const auto& [rate, minor] : left.taxes)
                CHECK(minor >= 0);
            net -= part;
            tax -= of_tax;
        }
        CHECK(left.is_nothing());
    }
}

TEST_CASE("credit_charge: no more tax comes back than the charge has left, and nothing happens") {
    SplitCharge book;
    const std::string& charge = book.charged.charge;
    book.when(CreditCharge{charge, {line_by_hand(100'00, 435'72)}, "slow"})
        .refused(Errc::credit_exceeds_charge, "tax: 43571 of it are left");
    book.when(CreditCharge{
                  charge, {line_by_hand(100'00, 400'00), line_by_hand(1'00, 35'72)}, "slow"})
        .refused(Errc::credit_exceeds_charge, "tax: 3571 of it are left");
    book.when(CreditCharge{
                  charge, {line_by_hand(100'00, 400'00), line_by_hand(1'00, 35'71)}, "slow"})
        .then_types("charge_credited");
    book.when(CreditCharge{charge, {line_by_hand(100'00, 1)}, "slow"})
        .refused(Errc::credit_exceeds_charge, "tax: 0 of it are left");
    book.when(CreditCharge{charge, {line_by_hand(100'00, 0)}, "slow"})
        .then_types("charge_credited");
    CHECK_FALSE(book.event<ChargeCredited>(0).lines.front().taxes); // No tax was wanted back.
}

TEST_CASE("credit_charge: what is exempt has no tax to give back") {
    Due book(1'000'00);
    book.when(exempt("2026-01-01"));
    const std::string charge = book.renew().charge;
    book.when(CreditCharge{charge, {line_by_hand(100'00, 1)}, "slow"})
        .refused(Errc::credit_exceeds_charge, "tax: 0 of it are left");
}

TEST_CASE("credit_charge: rates that are typed count as they are, and lower what is left") {
    SplitCharge book;
    ChargeLine told = line_by_hand(1'000'00, 200'00);
    told.taxes = std::vector<LineTax>{{"vat", 160'000, 200'00}};
    book.when(CreditCharge{book.charged.charge, {told}, "slow"});
    CHECK(book.event<ChargeCredited>(0).lines == std::vector<ChargeLine>{told});
    book.when(CreditCharge{book.charged.charge, {line_by_hand(100'00, 235'71)}, "slow"});
    const auto& lines = book.event<ChargeCredited>(0).lines;
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].taxes == std::vector<LineTax>{{"vat", 160'000, 6'90}}); // The rest of it.
    CHECK(lines[1].taxes == std::vector<LineTax>{{"vat", 180'000, 228'81}});
}

TEST_CASE("credit_charge: several codes of one line share what comes back") {
    Due book(13'340'00);
    book.when(telecom("2026-01-01"));
    const WalletCharged charged = book.renew();
    book.when(CreditCharge{charged.charge, {line_by_hand(1'000'00, 334'00)}, "slow"});
    const auto& lines = book.event<ChargeCredited>(0).lines;
    REQUIRE(lines.size() == 1);
    CHECK(
        lines.front().taxes ==
        std::vector<LineTax>{{"excise", 150'000, 150'00}, {"vat", 160'000, 184'00}}
    );
    CHECK_FALSE(lines.front().tax_code);
}

TEST_CASE("credit_charge: without dated taxes a line stands as it was typed") {
    Due book(1'000'00);
    const std::string charge = book.renew().charge;
    book.when(CreditCharge{charge, {line_by_hand(100'00, 16'00)}, "slow"});
    CHECK(
        book.event<ChargeCredited>(0).lines == std::vector<ChargeLine>{line_by_hand(100'00, 16'00)}
    );
}
