// A price that was wrong since a day, of add-ons and of bundles.
#include "commands/billing/proration.hpp"
#include "tests/support/corrections.hpp"

using namespace tollbook;

namespace {

PlanDefined addon(std::uint32_t number, std::int64_t price_minor) {
    PlanDefined defined = plan("IP", price_minor);
    defined.version = number;
    defined.kind = PlanKind::addon;
    return defined;
}

PlanDefined bundle(
    std::uint32_t number, std::int64_t price_minor, std::vector<IncludedAddon> includes
) {
    PlanDefined defined = plan("ALL", price_minor);
    defined.version = number;
    defined.kind = PlanKind::bundle;
    defined.includes = std::move(includes);
    return defined;
}

TariffCorrection ip_since(std::string_view from, WrongVersion version = {}) {
    return wrong_since(from, version, "IP");
}

const AddonRow& addon_row(Spec& book) {
    const auto* row = book.run().book().addons.find(book_key(tenant_id, "A-1"));
    REQUIRE(row != nullptr);
    return row->addons.front();
}

constexpr auto first_charge = "A-1:period:2026-11-20:0";
constexpr auto anew = "A-1~IP:addon:2026-11-20:0";

// A-1 (1,500.00) with three IP at 300.00 each is paid from 20 November to 20 December.
class WithAddon : public Spec {
public:
    explicit WithAddon(const Story& versions, BillingMode mode = BillingMode::prepaid)
        : Spec(world() + Story{addon(1, 300'00)} + versions) {
        SetInvoicing terms;
        terms.valid_from = day("2026-01-01");
        terms.due_days = 300; // Nothing is overdue.
        when(terms).when(SetBillingMode{"A", mode});
        if (mode == BillingMode::prepaid) when(typed("R1", "A", 2'400'00));
        when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        when(AddAddon{"A-1", "IP", 1, 3, {}}).when(RenewService{"A-1"}).wallet("A", 0);
    }
};

} // namespace

TEST_CASE("tariff: of an add-on its own line comes back, and is charged anew by itself") {
    WithAddon book({addon(2, 200'00)});
    const auto items = preview(book, ip_since("2026-11-20"));
    REQUIRE(items.size() == 1);
    CHECK(items[0].credited_minor == 900'00);
    CHECK(items[0].charged_minor == 600'00);
    book.when(command_for(book, "A-1", ip_since("2026-11-20")))
        .then_types("charge_credited wallet_charged tariff_corrected")
        .wallet("A", 300'00);
    const auto credited = book.event<ChargeCredited>(0);
    CHECK(credited.charge == first_charge);
    CHECK(credited.lines.front().component == "addon");
    CHECK(credited.lines.front().plan == "IP");
    const auto charged = book.event<WalletCharged>(1);
    CHECK(charged.charge == anew);
    CHECK(charged.lines.front().component == "addon");
    CHECK(charged.lines.front().plan_version == 2);
    CHECK(charged.minor == 600'00);
    CHECK(addon_row(book).plan_version == 2);
    CHECK(addon_row(book).paid->charge == anew);
    CHECK(preview(book, ip_since("2026-11-20")).empty()); // Once.

    // What is left of it comes back at what it costs by now, and the service's days as they were.
    on(book, "2026-12-10").when(RemoveAddon{"A-1", "IP", ChangeTime::now, {}});
    CHECK(book.event<ChargeCredited>(0).minor == part_of(600'00, {10, 30}));
    book.when(EndService{"A-1", ChangeTime::now, true, "moves"});
    CHECK(book.event<ChargeCredited>(0).charge == first_charge);
    CHECK(book.event<ChargeCredited>(0).minor == 500'00);
}

TEST_CASE("tariff: the next period has the add-on at its other version") {
    WithAddon book({addon(2, 200'00)});
    on(book, "2026-12-05");
    book.when(command_for(book, "A-1", ip_since("2026-12-05"))).wallet("A", 450'00 - 300'00);
    book.when(typed("R2", "A", 1'950'00));
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 0);
    CHECK(book.event<WalletCharged>(0).minor == 2'100'00);
}

TEST_CASE("tariff: what brings a service back has the add-on that was to come at its version") {
    WithAddon book({addon(2, 200'00)});
    const ChangeAddon fewer{"A-1", "IP", {}, 2, ChangeTime::period_end};
    book.when(fewer).when(typed("R2", "A", 1'600'00));
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("service_suspended");
    book.when(command_for(book, "A-1", ip_since("2026-11-20")))
        .wallet("A", 0) // 300.00 came back, and two IP cost 400.00.
        .renews_on("A-1", "2027-01-20");
    CHECK(addon_row(book).plan_version == 2);
    CHECK(addon_row(book).quantity == 2);
}

TEST_CASE("tariff: months of an add-on that are over leave its newest days as they are") {
    WithAddon book({addon(2, 200'00)});
    book.when(typed("R2", "A", 2'400'00));
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 0);
    CorrectTariff first = command_for(book, "A-1", ip_since("2026-11-20"));
    REQUIRE(first.charges.size() == 2);
    first.charges.pop_back(); // Of November alone, as a person would have it.
    book.when(first).wallet("A", 300'00);
    CHECK(addon_row(book).paid->charge == "A-1:period:2026-12-20:0");
    book.when(command_for(book, "A-1", ip_since("2026-11-20"))).wallet("A", 600'00);
    CHECK(addon_row(book).paid->charge == "A-1~IP:addon:2026-12-20:0");
}

TEST_CASE("tariff: an add-on that the service gave up and has again is paid for as it is now") {
    WithAddon book({addon(2, 200'00)});
    on(book, "2026-12-10").when(RemoveAddon{"A-1", "IP", ChangeTime::now, {}}).wallet("A", 300'00);
    on(book, "2026-12-20").when(AddAddon{"A-1", "IP", 2, 1, {}});
    book.when(command_for(book, "A-1", ip_since("2026-11-20"))).wallet("A", 300'00 + 200'00);
    CHECK(!addon_row(book).paid);
    CHECK(book.event<WalletCharged>(1).lines.front().service_to == day("2026-12-10"));
}

TEST_CASE("tariff: of an add-on on an invoice, just its line") {
    WithAddon book({addon(2, 200'00)}, BillingMode::invoiced);
    const auto draft = "bill~A~2026-11-20";
    on(book, "2026-11-25");
    book.when(command_for(book, "A-1", ip_since("2026-11-25")))
        .then_types("draft_corrected tariff_corrected");
    const auto lines = book.event<DraftCorrected>(0).lines;
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].component == "period");
    CHECK(lines[1].minor == 150'00);
    CHECK(lines[2].minor == 500'00);
    CHECK(lines[2].description == "3 x IP");
    book.when(IssueInvoice{draft, {}, {}});
    CHECK(book.event<InvoiceIssued>(0).minor == 1'500'00 + 150'00 + 500'00);

    book.when(command_for(book, "A-1", ip_since("2026-11-25", {2, 1})))
        .then_types("credit_note_issued period_drafted tariff_corrected");
    CHECK(book.event<CreditNoteIssued>(0).lines.front().line == 3);
    const auto drafted = book.event<PeriodDrafted>(1);
    CHECK(drafted.charge == "A-1~IP:addon:2026-11-25:0");
    CHECK(drafted.lines.front().minor == 750'00);
    CHECK(drafted.lines.front().description == "3 x IP");
    CHECK(addon_row(book).plan_version == 1);
    // The service is paid for by the charge that it was.
    const auto* row = book.run().book().services.find(book_key(tenant_id, "A-1"));
    CHECK(row->paid->from == day("2026-11-20"));
    CHECK(addon_row(book).paid->charge == drafted.charge);
}

TEST_CASE("tariff: an add-on without days paid for only gets the version") {
    Spec book = given(world() + Story{addon(1, 300'00), addon(2, 200'00)});
    book.when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-12-01"), {}, {}});
    book.when(AddAddon{"A-1", "IP", 1, 1, {}});
    const auto items = preview(book, ip_since("2026-11-20"));
    REQUIRE(items.size() == 1);
    CHECK(items[0].outcome == TariffOutcome::moved);
    book.when(command_for(book, "A-1", ip_since("2026-11-20"))).then_types("tariff_corrected");
    CHECK(addon_row(book).plan_version == 2);
    book.when(CorrectTariff{"A-1", "IP", 1, 2, day("2026-11-20"), {}, "again", {}, {}}
    ).refused(Errc::plan_unchanged);
}

TEST_CASE("tariff: a bundle's price is corrected when both versions include the same") {
    const std::vector<IncludedAddon> ip{{"IP", 1, 1}};
    Spec book = given(
        world() +
        Story{
            addon(1, 300'00),
            bundle(1, 1'800'00, ip),
            bundle(2, 1'600'00, ip),
            bundle(3, 1'500'00, {})}
    );
    book.when(typed("R1", "A", 1'800'00));
    book.when(AddService{"A-1", "A", "ALL", 1, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"A-1"}).wallet("A", 0);
    const auto wrong = wrong_since("2026-11-20", {1, 3}, "ALL");
    book.when(command_for(book, "A-1", wrong)).refused(Errc::tariff_includes_differ, "ALL");
    CHECK(preview(book, wrong)[0].reason == "tariff-includes-differ");
    book.when(command_for(book, "A-1", wrong_since("2026-11-20", {1, 2}, "ALL")))
        .wallet("A", 200'00);
}

TEST_CASE("tariff: what is sold once has no days to correct") {
    PlanDefined cable = plan("CABLE", 250'00);
    cable.kind = PlanKind::one_time;
    PlanDefined second = cable;
    second.version = 2;
    Spec book = given(world() + Story{cable, second, service("A-1", "A", "2026-12-01")});
    book.when(CorrectTariff{"A-1", "CABLE", 1, 2, day("2026-11-20"), {}, "wrong", {}, {}}
    ).refused(Errc::plan_kind_unfit);
    const auto correction = wrong_since("2026-11-20", {}, "CABLE");
    const auto cases = tariff_cases(book.run().book(), tenant_id, {correction, {}});
    CHECK(cases.error().code == Errc::plan_kind_unfit);
}
