// What finance is told, against computations that know nothing of the SQL.
#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <deque>
#include <map>
#include <random>

using namespace tollbook;

namespace {

const Date first_day = day("2026-09-01");

struct Movement {
    std::string customer;
    std::int64_t minor{}; // Of the wallet.
    Date booked_on;
};

// Any movement of a wallet, as far as the ledger goes.
Told moved(const Movement& movement, int number) {
    OpeningBalancesPosted e;
    e.wallets = {{movement.customer, movement.minor, fmt::format("lot{}", number)}};
    e.postings = {
        {"wallet:" + movement.customer, -movement.minor, Currency{}, std::nullopt},
        {"opening", movement.minor, Currency{}, std::nullopt}};
    return {std::move(e), at("2026-11-20T06:00:00Z"), movement.booked_on, {}};
}

// A wallet as a person with a pencil keeps it: debts in a queue, money repays the first of them.
struct Pencil {
    std::int64_t money{};
    std::deque<std::pair<Date, std::int64_t>> debts;

    void move(Date booked_on, std::int64_t minor) {
        if (minor < 0) {
            const std::int64_t covered = std::min(money, -minor);
            money -= covered;
            if (-minor > covered) debts.emplace_back(booked_on, -minor - covered);
            return;
        }
        while (minor > 0 && !debts.empty()) {
            const std::int64_t repaid = std::min(minor, debts.front().second);
            minor -= repaid;
            debts.front().second -= repaid;
            if (debts.front().second == 0) debts.pop_front();
        }
        money += minor;
    }
};

std::string written_debts(const std::vector<Movement>& movements, Date through) {
    std::multimap<Date, const Movement*> in_order; // Of a day, as they came.
    for (const Movement& movement : movements)
        in_order.emplace(movement.booked_on, &movement);
    std::map<std::string, Pencil> wallets;
    for (const auto& [booked_on, movement] : in_order)
        if (booked_on <= through) wallets[movement->customer].move(booked_on, movement->minor);
    std::map<std::pair<std::string, Date>, std::int64_t> debts;
    for (const auto& [customer, wallet] : wallets)
        for (const auto& [arose_on, minor] : wallet.debts)
            debts[{customer, arose_on}] += minor;
    std::string text;
    for (const auto& [key, minor] : debts)
        text += fmt::format("{} {} {}\n", key.first, to_string(key.second), minor);
    return text;
}

std::string told_debts(SqlSession& db, Date through, const std::string& known_seq) {
    return ask(
        db,
        fmt::format(
            "SELECT coalesce(string_agg(customer || ' ' || arose_on || ' ' || minor || E'\\n', '' "
            "ORDER BY customer COLLATE \"C\", arose_on), '') FROM wallet_debts('{}', {})",
            to_string(through),
            known_seq
        )
    );
}

} // namespace

TEST_CASE("finance: debts are repaid oldest first, as of any day and as known at any record") {
    std::mt19937 chance(7);
    std::vector<Movement> movements;
    MemorySource source;
    source.add(tenant_opened()); // 1
    for (int i = 0; i < 400; ++i) {
        const int size = static_cast<int>(chance() % 2'000) - 1'100;
        movements.push_back(
            {fmt::format("C{}", chance() % 5),
             size == 0 ? 1 : size,
             first_day + static_cast<int>(chance() % 120)}
        );
        source.add(moved(movements.back(), i)); // i + 2
    }
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    std::size_t lines = 0;
    for (int days = -1; days <= 120; days += 7) {
        const std::string told = told_debts(*db, first_day + days, "NULL");
        CHECK(told == written_debts(movements, first_day + days));
        lines += static_cast<std::size_t>(std::ranges::count(told, '\n'));
        for (const int known : {40, 250})
            CHECK(
                told_debts(*db, first_day + days, std::to_string(known + 1)) ==
                written_debts({movements.begin(), movements.begin() + known}, first_day + days)
            );
    }
    CHECK(lines > 50);
}

TEST_CASE("finance: an amount is earned day by day, and no unit is lost or earned twice") {
    const TestDatabase database;
    const auto db = database.prepared();
    const Date from = day("2027-02-20");
    for (const std::int64_t net : {0, 1, 27, 28, 29, 100, 129'310, -100}) {
        for (const int length : {1, 28, 31, 365}) {
            // Each day alone: the whole units, and one more for as many of the first days as
            // remain.
            std::vector<std::int64_t> days(static_cast<std::size_t>(length), net / length);
            for (std::int64_t i = 0; i < std::abs(net % length); ++i)
                days[static_cast<std::size_t>(i)] += net < 0 ? -1 : 1;
            std::int64_t earned = 0;
            std::string expected = "0,";
            for (const std::int64_t one : days)
                expected += std::to_string(earned += one) + ",";
            REQUIRE(earned == net);
            expected += std::to_string(net);
            CHECK(
                ask(*db,
                    fmt::format(
                        "SELECT string_agg(recognised_minor({0}, '{1}', '{1}'::date + {2}, "
                        "'{1}'::date + i)::text, ',' ORDER BY i) "
                        "FROM generate_series(-1, {2}) i",
                        net,
                        to_string(from),
                        length
                    )) == expected
            );
        }
    }
    CHECK(ask(*db, "SELECT recognised_minor(5, NULL, NULL, '2020-01-01')") == "5");
    CHECK(ask(*db, "SELECT recognised_minor(5, '2026-01-02', '2026-01-02', '2020-01-01')") == "5");
    CHECK(ask(*db, "SELECT recognised_minor(5, '2026-01-02', '2026-01-01', '2020-01-01')") == "5");
}

TEST_CASE("finance: a price is one of a month, halves up") {
    const TestDatabase database;
    const auto db = database.prepared();

    struct Period {
        std::string_view name;
        std::int64_t numerator;
        std::int64_t denominator;
    };

    for (const Period& period :
         {Period{"day", 365, 12},
          Period{"week", 365, 84},
          Period{"month", 1, 1},
          Period{"quarter", 1, 3},
          Period{"year", 1, 12}})
        for (const std::int64_t price :
             {std::int64_t{1},
              std::int64_t{6},
              std::int64_t{150'000},
              std::int64_t{9'000'000'000'000'000}})
            for (const std::int64_t count : {1, 2, 5}) {
                const std::int64_t expected =
                    multiply_half_up(price, period.numerator, period.denominator * count);
                CHECK(
                    ask(*db,
                        fmt::format("SELECT monthly_minor({}, '{}', {})", price, period.name, count)
                    ) == std::to_string(expected)
                );
            }
    for (const std::int64_t price : {1, 58, 116, 150'000})
        for (const std::int64_t percent : {0, 8, 16, 100})
            CHECK(
                ask(*db, fmt::format("SELECT net_of_price({}, {}0000000000)", price, percent)) ==
                std::to_string(split_tax_included(price, percent).net)
            );
}

TEST_CASE("finance: a service recurs while it runs, and in a trial when it was charged") {
    MemorySource source;
    open_isp(source); // 9 records; ACC1-1 and ACC2-1 at 150000 since 2026-11-20.
    PlanDefined tried{"TRY", 1, "Try", 1'200'000, {}, "vat16", 16, BillingPeriod::year, 1, 1};
    tried.trial_days = 14;
    source.add({std::move(tried), at("2026-11-20T06:00:00Z"), {}, {}}); // 10
    ServiceAdded added{"T-1", "ACC2", "TRY", 1, "T-1", day("2026-12-04"), 4, {}};
    source.add({std::move(added), at("2026-11-20T08:00:00Z"), {}, {}});  // 11
    source.add(suspended("ACC1-1", "ACC1", at("2026-11-25T21:30:00Z"))); // 12, in Nairobi the 26th
    Told first = renewed("T-1", "ACC2");
    first.at = at("2026-12-04T06:00:00Z");
    source.add(std::move(first)); // 13
    ServiceReinstated back{"ACC1-1", "ACC1", "ACC1-1", "unpaid", {}, std::nullopt, std::nullopt};
    source.add({std::move(back), at("2026-12-10T06:00:00Z"), {}, {}}); // 14
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto recurring = [&](const std::string& of) {
        return ask(
            *db,
            "SELECT coalesce(string_agg(service || '=' || monthly_minor, ' ' ORDER BY service), "
            "'') FROM recurring_services(" +
                of + ")"
        );
    };
    CHECK(recurring("'2026-11-19', NULL").empty());
    CHECK(recurring("'2026-11-25', NULL") == "ACC1-1=150000 ACC2-1=150000");
    CHECK(recurring("'2026-11-26', NULL") == "ACC2-1=150000");
    CHECK(recurring("'2026-12-04', NULL") == "ACC2-1=150000 T-1=86207"); // 1034483 / 12
    CHECK(recurring("'2026-12-04', 12") == "ACC2-1=150000");
    CHECK(recurring("'2026-12-10', NULL") == "ACC1-1=150000 ACC2-1=150000 T-1=86207");
    const auto changes = [&](const std::string& of) {
        return ask(
            *db,
            "SELECT coalesce(string_agg(service || '=' || movement, ' ' ORDER BY service), '') "
            "FROM recurring_changes(" +
                of + ")"
        );
    };
    CHECK(changes("NULL, '2026-11-25', NULL") == "ACC1-1=new ACC2-1=new");
    CHECK(changes("'2026-11-26', '2026-11-30', NULL") == "ACC1-1=churned ACC2-1=kept");
    CHECK(changes("'2026-12-01', '2026-12-31', NULL") == "ACC1-1=reactivated ACC2-1=kept T-1=new");
    CHECK(changes("'2026-11-26', '2026-12-31', NULL") == "ACC1-1=kept ACC2-1=kept T-1=new");
}

TEST_CASE("finance: what other events post to revenue is not lost between the charges") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 500));
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 70}}));
    Told other = moved({"ACC1", 30, day("2026-11-21")}, 1);
    std::get<OpeningBalancesPosted>(other.event).postings.back().account = "revenue:HOME10";
    source.add(std::move(other));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(ask(*db, "SELECT sum(net) FROM charge_lines(NULL, NULL, NULL)") == "70");
    CHECK(ask(*db, "SELECT count(*) FROM charge_lines('2026-11-21', NULL, NULL)") == "0");
    CHECK(ask(*db, "SELECT count(*) FROM charge_lines(NULL, '2026-11-19', NULL)") == "0");
    CHECK(ask(*db, "SELECT count(*) FROM charge_lines(NULL, NULL, 10)") == "0");
    CHECK(
        ask(*db,
            "SELECT row(part, type, minor)::text FROM other_postings('revenue', NULL, NULL, NULL)"
        ) == "(HOME10,opening_balances_posted,30)"
    );
    CHECK(ask(*db, "SELECT count(*) FROM other_postings('fee', NULL, NULL, NULL)") == "0");
    CHECK(ask(*db, "SELECT count(*) FROM other_postings('revenue', NULL, NULL, 11)") == "0");
}

TEST_CASE("finance: what of a charge was given back is revenue, tax and deferral no more") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 200'000));
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 150'000}}));
    ChargeCredited credited;
    credited.charge = "ACC1-1:period:2026-11-20:0";
    credited.credit = credited.charge + "~1";
    credited.customer = "ACC1";
    credited.service = "ACC1-1";
    credited.minor = 50'000;
    credited.lines = {{"period", "HOME10", 1, 50'000, {}, 0, day("2026-12-10"), day("2026-12-20")}};
    credited.lots = {{"mpesa:R1", 50'000}};
    credited.postings = {
        {"revenue:HOME10", 50'000, Currency{}, {}}, {"wallet:ACC1", -50'000, Currency{}, {}}};
    source.add({std::move(credited), at("2026-12-10T09:00:00Z"), {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto sums = [&](const std::string& last_day) {
        return ask(
            *db,
            "SELECT count(*) || ' ' || sum(net) || ' ' || sum(recognised_minor(net, service_from, "
            "service_to, '" +
                last_day + "')) FROM charge_lines(NULL, '" + last_day + "', NULL)"
        );
    };
    CHECK(sums("2026-12-09") == "1 150000 100000"); // 20 of 30 days.
    CHECK(sums("2026-12-10") == "2 100000 100000"); // The others are not paid for any more.
    CHECK(sums("2026-12-19") == "2 100000 100000");
    CHECK(ask(*db, "SELECT count(*) FROM other_postings('revenue', NULL, NULL, NULL)") == "0");
}

namespace {

// Of the tax "vat16" of the plan TAXED, at 16 %: 15 % excise and VAT on it from December on.
void define_vat(MemorySource& source) {
    PlanDefined plan{"TAXED", 1, "Taxed", 1'334'00, {}, "vat16", 16, BillingPeriod::month, 1, 1};
    source.add({std::move(plan), at("2026-11-20T06:00:00Z"), {}, {}});
    TaxDefined tax{
        "vat16",
        day("2026-12-01"),
        {{"excise", 150'000, false}, {"vat16", 160'000, true}},
        std::nullopt};
    source.add({std::move(tax), at("2026-11-20T06:00:00Z"), {}, {}});
    TaxDefined exempt{"vat16", day("2027-02-01"), {}, "schools"};
    source.add({std::move(exempt), at("2026-11-20T06:00:00Z"), {}, {}});
}

ChargeLine taxed_line(std::int64_t net, std::vector<LineTax> taxes) {
    ChargeLine line{"period", "TAXED", 1, net, {}, 0, day("2026-11-20"), day("2026-12-20"), {}};
    for (const LineTax& tax : taxes)
        line.tax += tax.minor;
    if (taxes.size() == 1) line.tax_code = taxes.front().code;
    line.taxes = std::move(taxes);
    return line;
}

} // namespace

TEST_CASE("finance: a line with several taxes stands once for each, and its net counts once") {
    MemorySource source;
    open_isp(source);
    define_vat(source);
    Told told = charged("ACC1-1", "ACC1", {{"mpesa:R1", 1'900}});
    auto& charge = std::get<WalletCharged>(told.event);
    charge.lines = {
        taxed_line(300, {{"vat16", 160'000, 48}}),
        taxed_line(1'000, {{"excise", 150'000, 150}, {"vat16", 160'000, 184}}),
        taxed_line(50, {}),
        {"period", "TAXED", 1, 100, "vat16", 16, day("2026-11-20"), day("2026-12-20"), {}},
        {"visit", {}, {}, 7, "vat16", 1, {}, {}, {}}};
    ChargeCredited credited;
    credited.charge = charge.charge;
    credited.credit = charge.charge + "~1";
    credited.customer = "ACC1";
    credited.minor = 667;
    credited.lines = {taxed_line(500, {{"excise", 150'000, 75}, {"vat16", 160'000, 92}})};
    source.add({std::move(told), {std::move(credited), at("2026-11-20T09:00:00Z"), {}, {}}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', tax_code, rate_ppm, net, base, tax), ', ' "
            "ORDER BY tax_code, rate_ppm, base) FROM (SELECT coalesce(tax_code, '-') AS tax_code, "
            "rate_ppm, sum(net) AS net, sum(base) AS base, sum(tax) AS tax "
            "FROM charge_lines(NULL, NULL, NULL) GROUP BY 1, 2) l") ==
        "- 0 50 50 0, excise 150000 500 500 75, vat16 0 7 7 1, vat16 160000 400 900 156"
    );
}

TEST_CASE("finance: what recurs is without the taxes of the day") {
    MemorySource source;
    open_isp(source);
    define_vat(source);
    ServiceAdded added{"T-1", "ACC2", "TAXED", 1, "T-1", day("2026-11-20"), 20, {}};
    source.add({std::move(added), at("2026-11-20T08:00:00Z"), {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto net_on = [&](std::string_view day) {
        return ask(
            *db,
            fmt::format(
                "SELECT monthly_minor FROM recurring_parts('{}', NULL) WHERE service = 'T-1'", day
            )
        );
    };
    CHECK(net_on("2026-11-30") == "115000"); // Of 1,334.00 at the plan's own 16 %.
    CHECK(net_on("2026-12-01") == "100000"); // 15 %, and 16 % on all of it.
    CHECK(net_on("2027-01-31") == "100000");
    CHECK(net_on("2027-02-01") == "133400");
}
