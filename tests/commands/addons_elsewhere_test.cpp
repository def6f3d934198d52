// Add-ons where other rules meet them: merges, dunning, migrations, payments that are taken away.
#include "commands/catalogue/plan_migration.hpp"
#include "tests/support/dunning_builders.hpp"

using namespace tollbook;

namespace {

// TV costs 600.00 a month and 100.00 once.
PlanDefined tv() {
    PlanDefined defined = plan("TV", 600'00);
    defined.kind = PlanKind::addon;
    defined.setup_minor = 100'00;
    return defined;
}

Story provider() { return world() + Story{tv()}; }

const AddAddon with_tv{"A-1", "TV", {}, {}, {}};

std::string components(const WalletCharged& charged) {
    std::string text;
    for (const ChargeLine& line : charged.lines)
        text += (text.empty() ? "" : " ") + line.component + ":" + *line.plan;
    return text;
}

} // namespace

TEST_CASE("merge_customers: the add-ons go with their service, and what comes back too") {
    Spec book(
        provider() + Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 10'000'00)}
    );
    book.when(RenewService{"A-1"}).when(with_tv).wallet("A", 10'000'00 - 1'500'00 - 700'00);
    book.when(MergeCustomers{"A", "B", "one person"}).wallet("B", 7'800'00);
    book.when(AdvanceTestClock{at("2026-12-20T09:00:00Z")}).when(RenewService{"A-1"});
    CHECK(components(book.event<WalletCharged>(0)) == "period:HOME10 addon:TV");
    book.wallet("B", 5'700'00);
    book.when(RemoveAddon{"A-1", "TV", ChangeTime::now, {}}).wallet("B", 6'300'00);
}

TEST_CASE("dunning: what is owed counts the add-ons, and each period that passed its own") {
    DefineDunning define = policy(usual_steps());
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, provider());
    book.when(with_tv).then_types("addon_added");
    book.run_to().then_types("dunning_step_taken");
    CHECK(book.event<DunningStepTaken>(0).owed_minor == 2'200'00);
    book.on("2026-11-25").run_to();
    book.blocked("A-1", "unpaid");
    // Cut, and due for three periods: the set-up fee is in the first of them.
    book.on("2027-01-25").when(AddAddon{"A-1", "TV", {}, {}, {}}).refused(Errc::addon_exists);
    book.when(typed("T1", "A", 3 * 2'100'00 + 100'00 + 200'00)).wallet("A", 0);
    std::vector<std::string> charged;
    for (const Fact& fact : book.made())
        if (const auto* charge = std::get_if<WalletCharged>(&fact.event))
            if (charge->lines.front().component == "period") charged.push_back(components(*charge));
    CHECK(
        charged ==
        std::vector<std::string>{
            "period:HOME10 addon:TV setup:TV", "period:HOME10 addon:TV", "period:HOME10 addon:TV"}
    );
}

TEST_CASE("dunning: an add-on that ends is in none of the periods that passed") {
    DefineDunning define = policy(usual_steps());
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, provider() + Story{received("R1", "A", 2'200'00)});
    book.when(with_tv).when(RenewService{"A-1"}).wallet("A", 0);
    book.when(RemoveAddon{"A-1", "TV", {}, {}}).then_types("addon_end_scheduled");
    book.on("2026-12-26").run_to();
    book.on("2027-01-25").when(typed("T1", "A", 2 * 1'500'00 + 200'00));
    const auto removed = std::ranges::count_if(book.made(), [](const Fact& fact) {
        return std::holds_alternative<AddonRemoved>(fact.event);
    });
    CHECK(removed == 1);
    book.wallet("A", 0).renews_on("A-1", "2027-02-20");
}

TEST_CASE(
    "migration: a plan of other periods, or of another kind, is not for a service with add-ons"
) {
    PlanDefined year = plan("YEAR", 14'600'00);
    year.period = BillingPeriod::year;
    Spec book(provider() + Story{year, service("A-1", "A", "2026-12-01")});
    book.when(with_tv).then_types("addon_added");
    const auto preview = [&](const std::string& to) {
        const PlanMigration migration{"HOME10", {}, to, {}, {}, {}};
        const auto services = services_to_migrate(book.run().book(), tenant_id, migration);
        if (!services) return std::string(info(services.error().code).slug);
        const auto items = preview_migration(
            book.run().book(), tenant_id, book.run().recorded_at, migration, *services
        );
        REQUIRE(items.size() == 1);
        return items.front().reason.value_or("");
    };
    CHECK(preview("YEAR") == "addon-period-differs");
    CHECK(preview("BIZ50").empty());
    CHECK(preview("TV") == "plan-kind-unfit");
}

TEST_CASE("a payment that is taken away unwinds what it paid of an add-on") {
    Spec book(provider() + Story{service("A-1", "A", "2026-11-20")});
    book.when(typed("T1", "A", 1'500'00)).when(RenewService{"A-1"});
    book.when(typed("T2", "A", 700'00)).when(with_tv).wallet("A", 0);
    book.when(ReversePayment{"till:main:T2", {}, "bounced"}).wallet("A", -700'00);
    const auto& reversed = book.event<PaymentReversed>(0);
    CHECK(
        reversed.debits.front().unwound ==
        std::vector<Unwound>{{"A-1~TV:addon:2026-11-20:0", 700'00}}
    );
    // What comes back repays the debt: it cannot be spent twice.
    book.when(RemoveAddon{"A-1", "TV", ChangeTime::now, {}}).wallet("A", -100'00);
}
