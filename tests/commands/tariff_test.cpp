// A price that was wrong since a day: what it says of everybody, and what then happens.
#include "commands/billing/proration.hpp"
#include "tests/support/corrections.hpp"

#include <random>

using namespace tollbook;

namespace {

PlanDefined version_2(std::int64_t price_minor, std::int64_t tax_percent = 0) {
    PlanDefined defined = plan("HOME10", price_minor, tax_percent);
    defined.version = 2;
    return defined;
}

TariffCorrection since(std::string_view from) { return wrong_since(from); }

CorrectTariff command_for(Spec& book, const std::string& service, std::string_view from) {
    return command_for(book, service, since(from));
}

// A-1 is paid from 20 November to 20 December at 1,500.00; version 2 has the other price.
class PaidMonth : public Spec {
public:
    explicit PaidMonth(std::int64_t new_price_minor, std::int64_t tax_percent = 0)
        : Spec(world() + Story{version_2(new_price_minor, tax_percent)}) {
        when(typed("R1", "A", 1'500'00));
        when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        when(RenewService{"A-1"}).wallet("A", 0);
    }
};

} // namespace

TEST_CASE("tariff: what was too much comes back, and the version is the service's from now on") {
    PaidMonth book(1'200'00);
    book.when(command_for(book, "A-1", "2026-11-20"))
        .then_types("charge_credited wallet_charged tariff_corrected")
        .wallet("A", 300'00);
    const auto& credited = book.event<ChargeCredited>(0);
    CHECK(credited.charge == "A-1:period:2026-11-20:0");
    CHECK(credited.minor == 1'500'00);
    CHECK(credited.lines.front().plan_version == 1);
    CHECK(credited.reason == "tariff: a wrong price list");
    const auto& charged = book.event<WalletCharged>(1);
    CHECK(charged.charge == "A-1:period:2026-11-20:1");
    CHECK(charged.minor == 1'200'00);
    CHECK(charged.lines.front().plan_version == 2);
    CHECK(charged.lines.front().service_from == day("2026-11-20"));
    CHECK(charged.lines.front().service_to == day("2026-12-20"));
    const auto& corrected = book.event<TariffCorrected>(2);
    CHECK(corrected.minor == -300'00);
    CHECK(corrected.charges.front().by == charged.charge);
    CHECK(preview(book, since("2026-11-20")).empty()); // Once.

    book.when(typed("R2", "A", 900'00));
    book.when(AdvanceTestClock{at("2026-12-20T06:00:00Z")});
    book.when(RenewService{"A-1"}).wallet("A", 0).renews_on("A-1", "2027-01-20");
}

TEST_CASE("tariff: only the days from then on cost another price, tax and all") {
    PaidMonth book(1'160'00, 16);
    book.when(AdvanceTestClock{at("2026-11-30T06:00:00Z")});
    book.when(command_for(book, "A-1", "2026-11-25")).wallet("A", 1'250'00 - 966'67);
    const auto& credited = book.event<ChargeCredited>(0);
    CHECK(credited.minor == 1'250'00); // 25 of 30 days.
    CHECK(credited.lines.front().service_from == day("2026-11-25"));
    const auto& charged = book.event<WalletCharged>(1);
    CHECK(charged.charge == "A-1:period:2026-11-25:0");
    CHECK(charged.minor == 966'67); // 25 of 30 days of 1,160.00, once rounded.
    CHECK(charged.lines.front().net == 833'34);
    CHECK(charged.lines.front().tax == 133'33);
    // A change of plan now gives back the days that are left at what they cost by now.
    book.when(ChangePlan{"A-1", "HOME10", 1, ChangeTime::now, {}});
    const auto& given_back = book.event<ChargeCredited>(0);
    CHECK(given_back.charge == "A-1:period:2026-11-25:0");
    CHECK(given_back.minor == part_of(833'34, {20, 25}) + part_of(133'33, {20, 25}));
    CHECK(book.event<WalletCharged>(2).minor == 1'000'00); // 20 of 30 days of 1,500.00.
}

TEST_CASE("tariff: what the wallet does not cover is owed, and stays within no limit") {
    PaidMonth book(2'000'00);
    const auto items = preview(book, since("2026-11-20"));
    REQUIRE(items.size() == 1);
    CHECK(items[0].credited_minor == 1'500'00);
    CHECK(items[0].charged_minor == 2'000'00);
    CHECK(items[0].minor == 500'00);
    CHECK(items[0].owed_minor == 500'00);
    book.when(command_for(book, "A-1", "2026-11-20")).wallet("A", -500'00).blocked("A-1", "");
    CHECK(book.event<WalletCharged>(1).overdrawn == 500'00);
    book.when(typed("R2", "A", 700'00)).wallet("A", 200'00);
}

TEST_CASE("tariff: months that are long over are corrected too, and are not the newest charge") {
    PaidMonth book(1'200'00);
    book.when(typed("R2", "A", 3'000'00));
    book.when(AdvanceTestClock{at("2026-12-20T06:00:00Z")}).when(RenewService{"A-1"});
    book.when(AdvanceTestClock{at("2027-01-20T06:00:00Z")}).when(RenewService{"A-1"});
    book.when(AdvanceTestClock{at("2027-01-25T06:00:00Z")}).wallet("A", 0);
    book.when(command_for(book, "A-1", "2026-12-05"))
        .then_types("charge_credited wallet_charged charge_credited wallet_charged "
                    "charge_credited wallet_charged tariff_corrected");
    // 15 of 30 days, and two whole months.
    book.wallet("A", 750'00 - 600'00 + 2 * 300'00);
    CHECK(book.event<TariffCorrected>(6).charges.size() == 3);
    book.when(EndService{"A-1", ChangeTime::now, true, "moved away"});
    CHECK(book.event<ChargeCredited>(0).charge == "A-1:period:2027-01-20:1");
    CHECK(book.event<ChargeCredited>(0).minor == part_of(1'200'00, {26, 31}));
}

TEST_CASE("tariff: who ended or changed since is corrected for the days of that version") {
    Spec book = given(world() + Story{version_2(750'00)});
    book.when(typed("R1", "A", 10'000'00));
    for (const char* service : {"A-1", "A-2"}) {
        book.when(AddService{service, "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        book.when(RenewService{service});
    }
    book.when(AdvanceTestClock{at("2026-11-30T06:00:00Z")});
    book.when(EndService{"A-1", ChangeTime::now, true, "moved away"});
    book.when(ChangePlan{"A-2", "BIZ50", {}, ChangeTime::now, {}});
    const auto items = preview(book, since("2026-11-20"));
    REQUIRE(items.size() == 2);
    for (const TariffItem& item : items) {
        CHECK(item.credited_minor == 500'00); // 10 of 30 days were used.
        CHECK(item.charged_minor == 250'00);
    }
    book.when(command_for(book, "A-2", "2026-11-20"));
    CHECK(book.run().book().services.find(book_key(tenant_id, "A-2"))->plan == "BIZ50");
    // It would give back the days of BIZ50, not those before.
    book.when(EndService{"A-2", ChangeTime::now, true, "moved away"});
    CHECK(book.event<ChargeCredited>(0).minor == part_of(6'500'00, {20, 30}));
}

TEST_CASE("tariff: money that comes back brings back what it covers, at the new price") {
    PaidMonth book(800'00);
    book.when(AdvanceTestClock{at("2026-12-20T06:00:00Z")});
    book.when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    book.when(command_for(book, "A-1", "2026-11-20")).blocked("A-1", "unpaid").wallet("A", 700'00);
    PaidMonth other(700'00);
    other.when(AdvanceTestClock{at("2026-12-20T06:00:00Z")});
    other.when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    other.when(command_for(other, "A-1", "2026-11-20")).blocked("A-1", "").wallet("A", 100'00);
    CHECK(other.renews_on("A-1", "2027-01-20").made().size() == 6);
}

TEST_CASE("tariff: a version that is free now charges nothing anew") {
    PaidMonth book(0);
    book.when(command_for(book, "A-1", "2026-11-20"))
        .then_types("charge_credited tariff_corrected")
        .wallet("A", 1'500'00);
    CHECK(!book.event<TariffCorrected>(1).charges.front().by);
}

TEST_CASE("tariff: a service that was not charged since only gets the version") {
    Spec book = given(world() + Story{version_2(900'00), service("B-1", "B", "2026-12-01")});
    const auto items = preview(book, since("2026-11-20"));
    REQUIRE(items.size() == 1);
    CHECK(items[0].outcome == TariffOutcome::moved);
    CHECK(items[0].charges == 0);
    book.when(command_for(book, "B-1", "2026-11-20")).then_types("tariff_corrected");
    CHECK(preview(book, since("2026-11-20")).empty());
    CHECK(book.run().book().services.find(book_key(tenant_id, "B-1"))->plan_version == 2);

    // Which version it gets is in the hash, though nothing is charged: a newer one is another.
    Spec other = given(world() + Story{version_2(900'00), service("B-1", "B", "2026-12-01")});
    TariffCorrection newest = since("2026-11-20");
    newest.to_version.reset();
    CHECK(preview(other, newest)[0].to_version == 2);
    const std::string before = preview_hash(newest, preview(other, newest));
    other.when(DefinePlan{"HOME10", {}, "H", 800'00, kes(), {}, {}, 10, 10});
    CHECK(preview_hash(newest, preview(other, newest)) != before);
}

TEST_CASE("tariff: a closed period takes no posting; the days that it is for are kept") {
    PaidMonth book(1'200'00);
    book.when(AdvanceTestClock{at("2026-12-03T06:00:00Z")});
    book.when(ClosePeriod{day("2026-12-02")});
    book.when(command_for(book, "A-1", "2026-11-20"));
    book.booked_on("2026-12-03");
    CHECK(book.event<ChargeCredited>(0).lines.front().service_from == day("2026-11-20"));
}

TEST_CASE("tariff: what cannot be is refused, and leaves no trace") {
    PaidMonth book(1'200'00);
    const CorrectTariff good = command_for(book, "A-1", "2026-11-20");
    const auto refused = [&](auto change, Errc reason) {
        CorrectTariff bad = good;
        change(bad);
        book.when(bad).refused(reason);
    };
    refused([](CorrectTariff& c) { c.service = "X-1"; }, Errc::service_unknown);
    refused([](CorrectTariff& c) { c.plan = "NONE"; }, Errc::plan_unknown);
    refused([](CorrectTariff& c) { c.from_version = 0; }, Errc::plan_unknown);
    refused([](CorrectTariff& c) { c.to_version = 3; }, Errc::plan_unknown);
    refused([](CorrectTariff& c) { c.to_version = 1; }, Errc::plan_unchanged);
    refused([](CorrectTariff& c) { c.from = day("2026-11-21"); }, Errc::value_out_of_range);
    refused([](CorrectTariff& c) { c.reason = "a\nb"; }, Errc::value_out_of_range);
    refused([](CorrectTariff& c) { c.charges[0].charge = "none"; }, Errc::charge_unknown);
    refused([](CorrectTariff& c) { c.charges[0].net = -1; }, Errc::value_out_of_range);
    refused(
        [](CorrectTariff& c) { c.charges[0].to = c.charges[0].from; }, Errc::value_out_of_range
    );
    refused([](CorrectTariff& c) { c.charges[0].left_minor = 1; }, Errc::figures_moved);
    refused([](CorrectTariff& c) { c.charges[0].net += 1; }, Errc::credit_exceeds_charge);
    refused([](CorrectTariff& c) { c.charges.push_back(c.charges[0]); }, Errc::value_out_of_range);
    refused([](CorrectTariff& c) { c.expected_minor = -1; }, Errc::figures_moved);
    CorrectTariff other = good;
    other.plan = "BIZ50";
    other.charges.clear();
    book.when(DefinePlan{"BIZ50", {}, "B", 1'00, kes(), {}, {}, 10, 10});
    book.when(other).refused(Errc::plan_unchanged, "A-1");
    DefinePlan week{"HOME10", {}, "W", 1'00, kes(), {}, BillingPeriod::week, 10, 10};
    book.when(week);
    refused([](CorrectTariff& c) { c.to_version = 3; }, Errc::policy_unsupported);
    book.wallet("A", 0).when(good).wallet("A", 300'00);
    PaidMonth free(0); // What was free has no price that another could be held against.
    CorrectTariff back = command_for(free, "A-1", "2026-11-20");
    std::swap(back.from_version, back.to_version);
    free.when(back).refused(Errc::tariff_was_free);
}

TEST_CASE("tariff: a preview says what is unclear, and what it does not know yet") {
    PaidMonth book(1'200'00);
    const TariffCorrection correction = since("2026-11-20");
    const Book& rows = book.run().book();
    TariffCandidates told{correction, charged_services(book.run().facts(), correction)};
    const auto reason = [&] {
        const auto items =
            preview_tariff(rows, tenant_id, {}, *tariff_cases(rows, tenant_id, told));
        REQUIRE(items.size() == 1);
        CHECK(items[0].outcome == TariffOutcome::refused);
        CHECK(items[0].minor == 0);
        return items[0].reason;
    };
    told.services[0].unclear = true;
    CHECK(reason() == "tariff-unclear");
    told.services[0].unclear = false;
    const auto error = [&] {
        const Errc code = tariff_cases(rows, tenant_id, told).error().code;
        refusals_seen().insert(code);
        return code;
    };
    told.services[0].charges[0].left_minor = 5;
    CHECK(error() == Errc::projection_lag);
    told.services[0].charges[0].charge = "unheard of";
    CHECK(error() == Errc::projection_lag);
    told.services.clear(); // The charge has not arrived there.
    CHECK(error() == Errc::projection_lag);
    told.correction.plan = "NONE";
    CHECK(error() == Errc::plan_unknown);
    told.correction = correction;
    told.correction.from_version = 7;
    CHECK(error() == Errc::plan_unknown);
    CHECK(tariff_cases(rows, "nobody", told).error().code == Errc::tenant_unknown);
}

TEST_CASE("tariff: the version that counts is one that is valid since that day") {
    PlanDefined later = version_2(1'200'00);
    later.valid_from = day("2026-11-25");
    Spec book = given(world() + Story{later});
    book.when(typed("R1", "A", 1'500'00));
    book.when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"A-1"});
    book.when(AdvanceTestClock{at("2026-11-30T06:00:00Z")});
    book.when(command_for(book, "A-1", "2026-11-24")).refused(Errc::plan_not_valid, "HOME10: from");
    TariffCorrection any = since("2026-11-24");
    any.to_version.reset();
    CHECK(preview(book, any)[0].reason == "plan-unchanged");
    any.from = day("2026-11-25");
    CHECK(preview(book, any)[0].minor == -250'00);
    book.when(command_for(book, "A-1", "2026-11-25")).wallet("A", 250'00);
}

TEST_CASE("tariff: goodwill without days makes it unclear; its hash names every figure") {
    PaidMonth book(1'200'00);
    const TariffCorrection correction = since("2026-11-20");
    const auto hash = [&](const TariffCorrection& asked) {
        return preview_hash(asked, preview(book, asked));
    };
    const std::string before = hash(correction);
    CHECK(hash(correction) == before);
    TariffCorrection other = correction;
    other.reason = "another";
    CHECK(hash(other) != before);
    other = correction;
    other.preview = before; // The hash itself is no part of it.
    CHECK(hash(other) == before);
    ChargeLine goodwill{"period", "HOME10", 1, 100'00, {}, 0, {}, {}};
    book.when(CreditCharge{"A-1:period:2026-11-20:0", {goodwill}, "slow"});
    CHECK(preview(book, correction)[0].reason == "tariff-unclear");
    CHECK(hash(correction) != before);
}

TEST_CASE("tariff: services of one wallet are paid one after the other") {
    PaidMonth book(2'000'00);
    book.when(typed("R2", "A", 1'500'00 + 700'00));
    book.when(AddService{"A-2", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"A-2"}).wallet("A", 700'00);
    const auto items = preview(book, since("2026-11-20"));
    REQUIRE(items.size() == 2);
    CHECK(items[0].owed_minor == 0);
    CHECK(items[1].owed_minor == 300'00);
    book.when(command_for(book, "A-1", "2026-11-20")).wallet("A", 200'00);
    book.when(command_for(book, "A-2", "2026-11-20")).wallet("A", -300'00);
}

TEST_CASE("tariff: days that moved are corrected as a whole, or not at all") {
    PaidMonth book(1'200'00);
    book.when(ExtendServices{{"A-1"}, 10, "outage"}).renews_on("A-1", "2026-12-30");
    book.when(AdvanceTestClock{at("2026-12-10T06:00:00Z")});
    book.when(command_for(book, "A-1", "2026-12-05")).refused(Errc::tariff_unclear);
    CHECK(preview(book, since("2026-12-05"))[0].reason == "tariff-unclear");
    book.when(command_for(book, "A-1", "2026-11-20")).wallet("A", 300'00);
    // 20 of its 30 days are left, at the new price.
    book.when(EndService{"A-1", ChangeTime::now, true, "moves"}).wallet("A", 300'00 + 800'00);

    PaidMonth paused(1'200'00);
    paused.when(AdvanceTestClock{at("2026-11-25T06:00:00Z")}).when(PauseService{"A-1"});
    paused.when(AdvanceTestClock{at("2026-12-10T06:00:00Z")});
    paused.when(command_for(paused, "A-1", "2026-12-05")).refused(Errc::tariff_unclear);
    paused.when(command_for(paused, "A-1", "2026-11-20")).wallet("A", 300'00);
}

TEST_CASE("tariff: for any two prices a whole period costs the new one to the cent") {
    std::mt19937_64 dice(20'261'130);
    for (int i = 0; i < 200; ++i) {
        const auto price = static_cast<std::int64_t>(1 + dice() % 1'000'000);
        const auto tax = static_cast<std::int64_t>(dice() % 30);
        Spec book = given(world() + Story{version_2(price, tax)});
        book.when(typed("R1", "A", 1'500'00));
        book.when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        book.when(RenewService{"A-1"});
        book.when(command_for(book, "A-1", "2026-11-20")).wallet("A", 1'500'00 - price);
        const ChargeLine& line = book.event<WalletCharged>(1).lines.front();
        CHECK(line.net + line.tax == price);
    }
}
