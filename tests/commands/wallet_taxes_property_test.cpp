// Whatever happens to services that are charged by dated taxes: everything adds up.
#include "tests/support/tax_examples.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

using namespace tollbook;

namespace {

using Amounts = std::map<std::string, std::int64_t>; // "<charge> <plan> <account>"

void add_to(Amounts& amounts, const std::string& charge, const ChargeLine& line, int sign) {
    const std::string of = charge + ' ' + line.plan.value_or("-") + ' ';
    amounts[of + "net"] += sign * line.net;
    std::int64_t taxes = 0;
    for (const LineTax& tax : line.taxes.value_or(std::vector<LineTax>{})) {
        amounts[of + tax.code] += sign * tax.minor;
        taxes += tax.minor;
    }
    if (line.taxes) CHECK(taxes == line.tax);
}

// Every charge is its lines; nothing comes back of it that is not on it. What is left of each.
Amounts left_of_charges(const std::vector<Fact>& facts) {
    Amounts left;
    for (const Fact& fact : facts) {
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event)) {
            std::int64_t minor = 0;
            for (const ChargeLine& line : charged->lines) {
                add_to(left, charged->charge, line, 1);
                minor += line.net + line.tax;
            }
            CHECK(minor == charged->minor);
        }
        if (const auto* credited = std::get_if<ChargeCredited>(&fact.event))
            for (const ChargeLine& line : credited->lines)
                add_to(left, credited->charge, line, -1);
    }
    for (const auto& [what, minor] : left)
        CHECK_MESSAGE(minor >= 0, what);
    return left;
}

// The row and its parts say the same.
void check_parts(Spec& book) {
    const ServiceRow& row = *book.run().book().services.find(book_key(tenant_id, "A-1"));
    const std::vector<TaxedDays> parts = paid_parts(book);
    if (!row.paid || parts.empty()) return;
    PaidPeriod sum{};
    for (const TaxedDays& part : parts) {
        sum.days += part.days;
        sum.net += part.net;
        for (const LineTax& tax : part.taxes)
            sum.tax += tax.minor;
    }
    CHECK(sum.days == row.paid->days);
    CHECK(sum.net == row.paid->net);
    CHECK(sum.tax == row.paid->tax);
}

class Dice {
public:
    explicit Dice(std::uint64_t seed) : dice_(seed) {}

    std::uint64_t roll(std::uint64_t sides) { return dice_() % sides; }

private:
    std::mt19937_64 dice_;
};

DefineTax any_tax(Dice& dice, Date from) {
    DefineTax tax{"vat", from, {}, std::nullopt};
    const std::array<std::string, 3> codes{"vat", "excise", "levy"};
    for (std::uint64_t i = dice.roll(4); i > 0; --i)
        tax.rates.push_back(
            {codes.at(i - 1), 1 + static_cast<std::int64_t>(dice.roll(300'000)), dice.roll(2) == 0}
        );
    if (tax.rates.empty()) tax.exempt_reason = "exempt";
    return tax;
}

void change_something(Spec& book, Dice& dice) {
    const ServiceRow row = *book.run().book().services.find(book_key(tenant_id, "A-1"));
    const std::array<std::string, 2> plans{"NET", "FAST"};
    switch (dice.roll(7)) {
    case 0:
        book.when(ChangePlan{"A-1", plans.at(dice.roll(2)), {}, ChangeTime::now, {}});
        break;
    case 1:
        book.when(AddAddon{"A-1", "IP", {}, 1 + static_cast<std::uint32_t>(dice.roll(3)), {}});
        break;
    case 2:
        book.when(RemoveAddon{"A-1", "IP", ChangeTime::now, {}});
        break;
    case 3:
        if (row.days_left)
            book.when(ResumeService{"A-1"});
        else
            book.when(PauseService{"A-1"});
        break;
    case 4: {
        const Date now = today(book);
        book.when(any_tax(dice, now + static_cast<int>(dice.roll(30))));
        break;
    }
    default: {
        const Date now = today(book);
        const int days = 1 + static_cast<int>(dice.roll(9));
        on(book, to_string(now + days));
        book.when(RenewService{"A-1"});
    }
    }
}

} // namespace

TEST_CASE("wallet taxes: whatever is changed, net and taxes add up, and so does what comes back") {
    std::size_t split = 0; // Credits of days with several taxes.
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        Dice dice(seed);
        Due book(2'345'67, {vat_plan("FAST", 4'999'99), vat_addon("IP", 77'77)});
        book.when(any_tax(dice, day("2026-01-01")));
        for (int i = 0; i < 80; ++i) {
            change_something(book, dice);
            check_parts(book);
        }
        left_of_charges(book.run().facts());
        split += static_cast<std::size_t>(std::ranges::count_if(
            book.run().facts(),
            [](const Fact& fact) {
                const auto* credited = std::get_if<ChargeCredited>(&fact.event);
                return credited != nullptr && credited->lines.size() > 1;
            }
        ));
    }
    CHECK(split > 20);
}

TEST_CASE("wallet taxes: all that comes back on the first day is all that was charged") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Dice dice(seed);
        Due book(1 + static_cast<std::int64_t>(dice.roll(500'000)), {vat_addon("IP", 123'45)});
        Date from = day("2026-01-01");
        for (int i = 0; i < 4; ++i, from = day("2026-11-20") + static_cast<int>(1 + i * 9))
            book.when(any_tax(dice, from));
        book.when(AddAddon{"A-1", "IP", {}, {}, {}});
        const std::vector<ChargeLine> charged = book.renew().lines;
        book.when(EndService{"A-1", ChangeTime::now, true, "moves"});
        CHECK(book.event<ChargeCredited>(0).lines == charged);
        for (const auto& [what, minor] : left_of_charges(book.run().facts()))
            CHECK_MESSAGE(minor == 0, what);
    }
}
