// What wallets pay, by the dated taxes of its plans.
#include "commands/tariffs/tariff_preview.hpp"
#include "tests/support/charged_services.hpp"
#include "tests/support/tax_examples.hpp"

using namespace tollbook;

namespace {

struct Told {
    std::string from; // "2026-11-20"; none: no days.
    std::int64_t net{};
    std::vector<LineTax> taxes;

    friend bool operator==(const Told&, const Told&) = default;
};

std::vector<Told> told(const std::vector<ChargeLine>& lines) {
    std::vector<Told> all;
    for (const ChargeLine& line : lines)
        all.push_back(
            {line.service_from ? to_string(*line.service_from) : "",
             line.net,
             line.taxes.value_or(std::vector<LineTax>{})}
        );
    return all;
}

std::vector<Told> told(const std::vector<InvoiceLine>& lines) {
    std::vector<Told> all;
    for (const InvoiceLine& line : lines)
        all.push_back({line.service_from ? to_string(*line.service_from) : "", line.net, line.taxes}
        );
    return all;
}

bool has_row_of_taxes(Spec& book) {
    return book.run().book().paid_taxes.find(book_key(tenant_id, "A-1")) != nullptr;
}

} // namespace

TEST_CASE("wallet taxes: a tax that nobody defined is the plan's percentage, as it always was") {
    Due book(1'000'00);
    const WalletCharged& charged = book.renew();
    CHECK(charged.lines.front().net == 862'07);
    CHECK(charged.lines.front().tax == 137'93);
    CHECK(charged.lines.front().tax_code == "vat");
    CHECK_FALSE(charged.lines.front().taxes);
    CHECK(paid_parts(book).empty());
}

TEST_CASE("wallet taxes: a defined rate holds, whatever percentage the plan has") {
    Due book(1'110'00);
    book.when(vat(110'000, "2026-01-01"));
    const WalletCharged& charged = book.renew();
    REQUIRE(charged.lines.size() == 1);
    CHECK(charged.minor == 1'110'00);
    CHECK(charged.lines.front().net == 1'000'00); // 11 % of 100000 is 11000.
    CHECK(charged.lines.front().tax == 110'00);
    CHECK(charged.lines.front().tax_code == "vat");
    CHECK(charged.lines.front().taxes == std::vector<LineTax>{{"vat", 110'000, 110'00}});
    CHECK(
        charged.postings ==
        legs({{"wallet:A", 1'110'00}, {"revenue:NET", -1'000'00}, {"tax:vat", -110'00}})
    );
    CHECK_FALSE(has_row_of_taxes(book)); // The service's row tells it.
    CHECK(paid_parts(book) == std::vector<TaxedDays>{{30, 1'000'00, {{"vat", 110'000, 110'00}}}});
}

TEST_CASE("wallet taxes: a rate that changes within the period splits it, by days") {
    Due book(3'000'00);
    book.when(vat(160'000, "2026-01-01")).when(vat(180'000, "2026-12-05"));
    const WalletCharged& charged = book.renew();
    CHECK(charged.minor == 3'000'00);
    CHECK(
        told(charged.lines) ==
        std::vector<Told>{
            {"2026-11-20", 1'293'10, {{"vat", 160'000, 206'90}}},
            {"2026-12-05", 1'271'19, {{"vat", 180'000, 228'81}}}}
    );
    CHECK(charged.lines[0].service_to == day("2026-12-05"));
    CHECK(charged.lines[1].service_to == day("2026-12-20"));
    CHECK(
        charged.postings == legs(
                                {{"wallet:A", 3'000'00},
                                 {"revenue:NET", -1'293'10},
                                 {"tax:vat", -206'90},
                                 {"revenue:NET", -1'271'19},
                                 {"tax:vat", -228'81}}
                            )
    );
    book.renews_on("A-1", "2026-12-20");
}

TEST_CASE("wallet taxes: days of a split period come back at the taxes that they were charged at") {
    Due book(3'000'00);
    book.when(vat(160'000, "2026-01-01")).when(vat(180'000, "2026-12-05"));
    book.renew();
    on(book, "2026-11-30").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    const auto& credited = book.event<ChargeCredited>(0);
    // 5 of 15 days of the first part, and the whole second one.
    CHECK(
        told(credited.lines) ==
        std::vector<Told>{
            {"2026-11-30", 431'03, {{"vat", 160'000, 68'97}}},
            {"2026-12-05", 1'271'19, {{"vat", 180'000, 228'81}}}}
    );
    CHECK(credited.minor == 2'000'00);
    CHECK(
        credited.postings == legs(
                                 {{"wallet:A", -2'000'00},
                                  {"revenue:NET", 431'03},
                                  {"tax:vat", 68'97},
                                  {"revenue:NET", 1'271'19},
                                  {"tax:vat", 228'81}}
                             )
    );
    CHECK(
        paid_parts(book) ==
        std::vector<TaxedDays>{
            {10, 1'293'10 - 431'03, {{"vat", 160'000, 206'90 - 68'97}}},
            {0, 0, {{"vat", 180'000, 0}}}}
    );
    book.wallet("A", 100'000'00 - 1'000'00);
}

TEST_CASE("wallet taxes: VAT falls on what excise has made dearer, and each comes back") {
    Due book(13'340'00);
    book.when(telecom("2026-01-01"));
    const WalletCharged& charged = book.renew();
    CHECK(charged.lines.front().tax == 3'340'00);
    CHECK_FALSE(charged.lines.front().tax_code);
    CHECK(
        told(charged.lines) ==
        std::vector<Told>{
            {"2026-11-20", 10'000'00, {{"excise", 150'000, 1'500'00}, {"vat", 160'000, 1'840'00}}}}
    );
    CHECK(
        charged.postings == legs(
                                {{"wallet:A", 13'340'00},
                                 {"revenue:NET", -10'000'00},
                                 {"tax:excise", -1'500'00},
                                 {"tax:vat", -1'840'00}}
                            )
    );
    on(book, "2026-12-10").when(ChangePlan{"A-1", "HOME10", {}, ChangeTime::now, {}});
    const auto& credited = book.event<ChargeCredited>(0);
    CHECK(
        told(credited.lines) ==
        std::vector<Told>{
            {"2026-12-10", 3'333'33, {{"excise", 150'000, 500'00}, {"vat", 160'000, 613'33}}}}
    );
    CHECK_FALSE(has_row_of_taxes(book)); // HOME10 has no tax.
}

TEST_CASE("wallet taxes: what is exempt has none, and says that it was by a defined tax") {
    Due book(1'000'00);
    book.when(exempt("2026-01-01"));
    const WalletCharged& charged = book.renew();
    CHECK(charged.lines.front().net == 1'000'00);
    CHECK(charged.lines.front().tax == 0);
    CHECK_FALSE(charged.lines.front().tax_code);
    CHECK(charged.lines.front().taxes == std::vector<LineTax>{});
    CHECK(charged.postings == legs({{"wallet:A", 1'000'00}, {"revenue:NET", -1'000'00}}));
    on(book, "2026-12-05").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(book.event<ChargeCredited>(0).lines.front().taxes == std::vector<LineTax>{});
    book.wallet("A", 100'000'00 - 500'00);
}

TEST_CASE("wallet taxes: days before the first version have the plan's percentage") {
    Due book(3'000'00);
    book.when(exempt("2026-12-05"));
    CHECK(
        told(book.renew().lines) ==
        std::vector<Told>{
            {"2026-11-20", 1'293'10, {{"vat", 160'000, 206'90}}}, {"2026-12-05", 1'500'00, {}}}
    );
}

TEST_CASE("wallet taxes: what has no days is taxed by the day of the charge") {
    PlanDefined cable = vat_plan("CABLE", 118'00);
    cable.kind = PlanKind::one_time;
    PlanDefined with_setup = vat_plan("FIRST", 3'000'00);
    with_setup.setup_minor = 118'00;
    Due book(3'000'00, {cable, with_setup});
    book.when(vat(160'000, "2026-01-01")).when(vat(180'000, "2026-11-21"));
    on(book, "2026-11-22").when(SellProduct{"A", "s1", "CABLE", 1, {}, {}});
    CHECK(
        told(book.event<WalletCharged>(0).lines) ==
        std::vector<Told>{{"", 100'00, {{"vat", 180'000, 18'00}}}}
    );
    book.when(AddService{"A-2", "A", "FIRST", 1, {}, {}, {}, {}});
    book.when(RenewService{"A-2"});
    for (const Fact& fact : book.made())
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event)) {
            if (charged->service != "A-2") continue;
            CHECK(told(charged->lines).back() == Told{"", 100'00, {{"vat", 180'000, 18'00}}});
        }
}

TEST_CASE("wallet taxes: a charge is rounded line by line, or once for each tax") {
    const Story addons{vat_addon("IP", 1'03), vat_addon("TV", 1'03)};
    for (const TaxRounding rounding : {TaxRounding::line, TaxRounding::invoice}) {
        Due book(1'03, addons);
        book.when(vat(160'000, "2026-01-01")).when(terms(rounding, Halves::up));
        book.when(AddAddon{"A-1", "IP", {}, {}, {}}).when(AddAddon{"A-1", "TV", {}, {}, {}});
        const WalletCharged& charged = book.renew();
        REQUIRE(charged.lines.size() == 3);
        CHECK(charged.lines[0].net == 89); // 88.79...
        CHECK(charged.lines[1].net == 89);
        CHECK(charged.lines[2].net == (rounding == TaxRounding::line ? 89 : 88)); // 266.37...
        CHECK(charged.minor == 3'09);
    }
}

TEST_CASE("wallet taxes: halves go up, or to the even neighbour") {
    for (const Halves halves : {Halves::up, Halves::even}) {
        Due book(5);
        book.when(vat(1'000'000, "2026-01-01")).when(terms(TaxRounding::line, halves));
        CHECK(book.renew().lines.front().net == (halves == Halves::up ? 3 : 2)); // Of 2.5.
    }
}

TEST_CASE("wallet taxes: days that come to less than one unit stay with the others") {
    Due book(1);
    book.when(vat(10'000, "2026-01-01")).when(vat(20'000, "2026-11-22"));
    const WalletCharged charged = book.renew();
    REQUIRE(charged.lines.size() == 1);
    CHECK(charged.lines.front().service_from == day("2026-11-20"));
    CHECK(charged.lines.front().service_to == day("2026-12-20"));
    book.when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(book.event<ChargeCredited>(0).charge == charged.charge);
}

TEST_CASE("wallet taxes: a rate under another code than the plan's is kept beside the service") {
    Due book(1'160'00);
    book.when(DefineTax{"vat", day("2026-01-01"), {{"vat16", 160'000, false}}, std::nullopt});
    CHECK(book.renew().lines.front().tax_code == "vat16");
    CHECK(has_row_of_taxes(book));
    on(book, "2026-12-05").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(
        told(book.event<ChargeCredited>(0).lines) ==
        std::vector<Told>{{"2026-12-05", 500'00, {{"vat16", 160'000, 80'00}}}}
    );
}

TEST_CASE("wallet taxes: a tax that is defined anew leaves charges, and what comes back of them") {
    Due book(1'160'00);
    book.when(vat(160'000, "2026-01-01"));
    book.renew();
    book.when(vat(200'000, "2026-01-01")); // In place of the same day's.
    on(book, "2026-12-05").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(
        told(book.event<ChargeCredited>(0).lines) ==
        std::vector<Told>{{"2026-12-05", 500'00, {{"vat", 160'000, 80'00}}}}
    );
}

TEST_CASE("wallet taxes: a plan of another tax code leaves what is paid for at its own") {
    PlanDefined second = vat_plan("NET", 1'000'00);
    second.version = 2;
    second.tax_code = "gst";
    Due book(1'160'00, {second});
    book.when(vat(160'000, "2026-01-01"));
    book.renew();
    book.when(CorrectTariff{"A-1", "NET", 1, 2, day("2026-11-20"), {}, "as it is", {}}
    ).then_types("tariff_corrected");
    on(book, "2026-12-05").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(
        told(book.event<ChargeCredited>(0).lines) ==
        std::vector<Told>{{"2026-12-05", 500'00, {{"vat", 160'000, 80'00}}}}
    );
}

TEST_CASE("wallet taxes: days of a split period cost another price since a day") {
    PlanDefined second = vat_plan("NET", 1'500'00);
    second.version = 2;
    Due book(3'000'00, {second});
    book.when(vat(160'000, "2026-01-01")).when(vat(180'000, "2026-12-05"));
    const std::vector<ChargeLine> before = book.renew().lines;
    on(book, "2026-12-10");
    const TariffCorrection since{"NET", 1, 2, day("2026-11-30"), "a wrong price list", {}};
    const auto cases = tariff_cases(
        book.run().book(), tenant_id, {since, charged_services(book.run().facts(), since)}
    );
    REQUIRE(cases);
    REQUIRE(cases->size() == 1);
    book.when(cases->front().command).then_types("charge_credited wallet_charged tariff_corrected");
    CHECK(
        told(book.event<ChargeCredited>(0).lines) ==
        std::vector<Told>{
            {"2026-11-30", 431'03, {{"vat", 160'000, 68'97}}},
            {"2026-12-05", 1'271'19, {{"vat", 180'000, 228'81}}}}
    );
    CHECK(
        told(book.event<WalletCharged>(1).lines) ==
        std::vector<Told>{
            {"2026-11-30", 215'52, {{"vat", 160'000, 34'48}}},
            {"2026-12-05", 635'59, {{"vat", 180'000, 114'41}}}}
    );
    book.wallet("A", 100'000'00 - 2'000'00);
    on(book, "2026-12-10").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(
        told(book.event<ChargeCredited>(0).lines) ==
        std::vector<Told>{{"2026-12-10", 423'73, {{"vat", 180'000, 76'27}}}}
    );
}

TEST_CASE("wallet taxes: parts of a charge that do not add up are refused") {
    PlanDefined second = vat_plan("NET", 1'500'00);
    second.version = 2;
    Due book(1'160'00, {second});
    book.when(vat(160'000, "2026-01-01"));
    const std::string charge = book.renew().charge;
    TariffCharge told{
        charge, day("2026-11-20"), day("2026-12-20"), 1'000'00, 160'00, {}, std::nullopt};
    const auto refused = [&](std::vector<TaxedDays> parts) {
        told.parts = std::move(parts);
        book.when(CorrectTariff{"A-1", "NET", 1, 2, day("2026-11-20"), {told}, "wrong", {}});
        book.refused(Errc::value_out_of_range, charge + ": parts");
    };
    refused({});
    refused({{29, 1'000'00, {{"vat", 160'000, 160'00}}}});
    refused({{30, 1'000'01, {{"vat", 160'000, 160'00}}}});
    refused({{30, 1'000'00, {{"vat", 160'000, 159'99}}}});
    refused({{15, 1'000'01, {{"vat", 160'000, 160'00}}}, {15, -1, {}}});
    refused({{30, 1'000'00, {{"vat", 160'000, 160'01}, {"b", 1, -1}}}});
}

TEST_CASE("wallet taxes: an add-on's days come back at its own taxes") {
    Due book(3'000'00, {vat_addon("IP", 300'00)});
    book.when(vat(160'000, "2026-01-01")).when(vat(180'000, "2026-12-05"));
    book.when(AddAddon{"A-1", "IP", {}, 2, {}});
    const WalletCharged& charged = book.renew();
    REQUIRE(charged.lines.size() == 4);
    CHECK(charged.lines[2].component == "addon");
    on(book, "2026-12-10").when(RemoveAddon{"A-1", "IP", ChangeTime::now, {}});
    // 10 of the 15 days that cost 300.00: 254.24 and 45.76.
    CHECK(
        told(book.event<ChargeCredited>(0).lines) ==
        std::vector<Told>{{"2026-12-10", 169'49, {{"vat", 180'000, 30'51}}}}
    );
    CHECK(book.event<ChargeCredited>(0).lines.front().plan == "IP");
}

TEST_CASE("wallet taxes: a person's own lines stay as they are told, if they agree") {
    Due book(1'000'00);
    book.when(vat(110'000, "2026-01-01"));
    ChargeLine line;
    line.component = "visit";
    line.net = 100'00;
    line.tax = 16'00;
    line.tax_code = "old";
    const auto charge = [&](const ChargeLine& told) {
        book.when(ChargeWallet{"A", "c1", {}, {told}});
    };
    ChargeLine taxed = line;
    taxed.taxes = std::vector<LineTax>{{"old", 160'000, 15'00}};
    charge(taxed);
    book.refused(Errc::value_out_of_range, "tax: the sum of taxes");
    taxed.taxes = std::vector<LineTax>{{"vat", 160'000, 16'00}};
    charge(taxed);
    book.refused(Errc::value_out_of_range, "tax_code");
    taxed.taxes = std::vector<LineTax>{{"vat", 0, 16'00}};
    charge(taxed);
    book.refused(Errc::value_out_of_range, "rate_ppm");
    taxed.taxes = std::vector<LineTax>{{"vat", 160'000, 8'00}, {"vat", 160'000, 8'00}};
    charge(taxed);
    book.refused(Errc::value_out_of_range, "taxes: each code once");
    taxed.taxes = std::vector<LineTax>{{"vat", 160'000, -16'00}};
    charge(taxed);
    book.refused(Errc::amount_overflow, "taxes");
    taxed.taxes = std::vector<LineTax>(5, {"vat", 160'000, 0});
    charge(taxed);
    book.refused(Errc::value_out_of_range, "taxes: at most 4");
    charge(line);
    CHECK(book.event<WalletCharged>(0).lines == std::vector<ChargeLine>{line});
}

namespace {

// The lines of the invoice that B gets for the same service, from the same day on.
std::vector<Told> invoiced(Spec& book) {
    book.when(SetBillingMode{"B", BillingMode::invoiced});
    book.when(AddService{"B-1", "B", "NET", 1, {}, day("2026-11-20"), {}, {}});
    book.when(AddAddon{"B-1", "IP", {}, 3, {}});
    book.when(RenewService{"B-1"}).then_types("period_drafted service_renewed");
    book.when(IssueInvoice{book.event<PeriodDrafted>(0).invoice, {}, {}});
    return told(book.event<InvoiceIssued>(0).lines);
}

} // namespace

TEST_CASE("wallet taxes: who pays in advance comes to the taxes of who pays by invoice") {
    const std::vector<std::vector<DefineTax>> histories{
        {vat(160'000, "2026-01-01")},
        {vat(160'000, "2026-01-01"), vat(180'000, "2026-12-01")},
        {telecom("2026-11-25"), exempt("2026-12-01"), vat(75'000, "2026-12-13")},
        {exempt("2026-01-01"), telecom("2026-12-19")},
        {vat(160'000, "2026-12-19")}};
    for (const std::vector<DefineTax>& history : histories)
        for (const TaxRounding rounding : {TaxRounding::line, TaxRounding::invoice})
            for (const Halves halves : {Halves::up, Halves::even}) {
                Due book(2'777'77, {vat_addon("IP", 333'33)});
                for (const DefineTax& version : history)
                    book.when(version);
                book.when(terms(rounding, halves));
                book.when(AddAddon{"A-1", "IP", {}, 3, {}});
                const std::vector<Told> prepaid = told(book.renew().lines);
                CHECK(prepaid == invoiced(book));
            }
}
