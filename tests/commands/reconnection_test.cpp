// Whatever makes the money for a service that is cut for `unpaid` suffice brings it back.
#include "commands/billing/renewal.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "tests/support/book_builders.hpp"
#include "tests/support/book_clerk.hpp"

#include <set>
#include <span>
#include <string>

using namespace tollbook;

namespace {

bool is_covered(Decision& decision, const std::string& service, const ServiceRow& row) {
    if (is_ending(row, decision.today()) || is_overdue(decision, row.customer)) return false;
    if (row.renews_on > decision.today()) return true;
    const WalletRow& wallet = decision.wallet(row.customer);
    if (has_lapsed(wallet, decision.now(), decision.today())) return false; // The run settles it.
    const DuePrice due = price_of_due(decision, service, row);
    if (due.undecided || charged_before(decision, due) != nullptr) return false;
    return is_invoiced(decision, row.customer) || spendable(wallet) >= due.minor;
}

// Services that only `unpaid` holds, though nothing is missing.
std::set<std::string> covered_but_cut(const BookRun& run) {
    const std::string prefix = std::string(clerk_tenant) + "/";
    std::set<std::string> found;
    run.book().services.for_each([&](std::string_view key, const ServiceRow& row) {
        if (!only_unpaid(row.blocks)) return;
        const std::string service(key.substr(prefix.size()));
        Decision decision(run.book(), clerk_tenant, run.recorded_at);
        if (is_covered(decision, service, row)) found.insert(service);
    });
    return found;
}

// It was cut just then, or what it lacked came otherwise than as money: the next run notices that.
bool explains(const Fact& fact, const std::string& service) {
    if (const auto* added = std::get_if<ServiceAdded>(&fact.event))
        return added->service == service;
    if (const auto* suspended = std::get_if<ServiceSuspended>(&fact.event))
        return suspended->service == service;
    if (const auto* released = std::get_if<HoldReleased>(&fact.event))
        return released->reason == "expired";
    return std::holds_alternative<TestClockAdvanced>(fact.event) ||
           std::holds_alternative<DunningDefined>(fact.event) ||
           std::holds_alternative<DunningAssigned>(fact.event) ||
           std::holds_alternative<CustomerGrouped>(fact.event) ||
           std::holds_alternative<BillingModeSet>(fact.event) ||
           std::holds_alternative<OpeningBalancesPosted>(fact.event);
}

// As a run does.
void renew_all(BookRun& run) {
    for (const DueService& due : run.decider().due_services(clerk_tenant, {}).value())
        static_cast<void>(run.send(clerk_tenant, RenewService{due.service, {}}));
}

std::string told(std::span<const Fact> facts, const std::string& service) {
    std::string text = service + " stays cut after";
    for (const Fact& fact : facts)
        text += " " + std::string(type_of(fact.event));
    return text;
}

// A has paid for a month of A-1, and is cut on its last day with 1,400.00: 100.00 are missing.
class CutService : public Spec {
public:
    CutService() : Spec(world()) {
        when(typed("R1", "A", 1'500'00 + 1'400'00));
        when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        when(RenewService{"A-1"}).wallet("A", 1'400'00);
    }

    void cut(std::string_view on = "2026-12-20T06:00:00Z") {
        when(AdvanceTestClock{at(on)});
        when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    }
};

// A-1 is cut: of 1,900.00 for it and two TVs, 150.00 are missing.
class CutWithAddon : public Spec {
public:
    CutWithAddon() : Spec(past()) {
        when(typed("R1", "A", 1'750'00));
        when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
        when(AddAddon{"A-1", "TV", {}, 2, {}});
        when(RenewService{"A-1", {}}).blocked("A-1", "unpaid");
    }

private:
    static Story past() {
        PlanDefined tv = plan("TV", 200'00);
        tv.kind = PlanKind::addon;
        return world() + Story{tv};
    }
};

} // namespace

TEST_CASE("reconnection: a hold that is released, or captured in part for the last time") {
    CutService book;
    book.when(typed("R2", "A", 300'00));
    for (const char* hold : {"h1", "h2"})
        book.when(HoldFunds{"A", hold, 150'00, {}, "visit"});
    book.cut();
    const ChargeLine visit{"visit", {}, {}, 30'00, {}, 0, {}, {}};
    book.when(CaptureHold{"h1", "c1", {visit}, false}).blocked("A-1", "unpaid");
    book.when(CaptureHold{"h1", "c2", {visit}, true}).blocked("A-1", "unpaid");
    book.when(ReleaseHold{"h2"}).blocked("A-1", "").wallet("A", 1'700'00 - 60'00 - 1'500'00);
    CutService other;
    other.when(typed("R2", "A", 300'00)).when(HoldFunds{"A", "h1", 250'00, {}, "visit"});
    other.cut();
    other.when(CaptureHold{"h1", "c1", {visit}, true}).blocked("A-1", "");
}

TEST_CASE("reconnection: a hold that is over, once it is settled") {
    CutService book;
    book.when(typed("R2", "A", 100'00));
    book.when(HoldFunds{"A", "h1", 50'00, at("2026-12-20T08:00:00Z"), "visit"});
    book.cut();
    book.when(AdvanceTestClock{at("2026-12-20T09:00:00Z")}).blocked("A-1", "unpaid");
    book.when(SettleWallet{"A"}).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("reconnection: a refund that is rejected") {
    CutService book;
    book.when(typed("R2", "A", 100'00));
    book.when(RequestRefund{"A", "b1", 50'00, "moves", "ann"});
    book.cut();
    book.when(RejectRefund{"b1", "stays", "ben"}).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("reconnection: what is given back of a charge") {
    CutService book;
    const ChargeLine visit{"visit", {}, {}, 200'00, {}, 0, {}, {}};
    book.when(typed("R2", "A", 200'00)).when(ChargeWallet{"A", "v1", {}, {visit}});
    book.cut();
    ChargeLine back = visit;
    back.net = 99'99;
    book.when(CreditCharge{"manual#v1", {back}, "late"}).blocked("A-1", "unpaid");
    back.net = 1;
    book.when(CreditCharge{"manual#v1", {back}, "late"}).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("reconnection: another service that ends with credit, and stays ended itself") {
    CutService book;
    book.when(AddService{"A-2", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(typed("R2", "A", 1'500'00)).when(RenewService{"A-2"}).wallet("A", 1'400'00);
    book.when(ExtendServices{{"A-2"}, 10, "outage"});
    book.cut();
    book.when(EndService{"A-2", ChangeTime::now, true, "moves"});
    book.blocked("A-1", "").blocked("A-2", "ended").wallet("A", 1'400'00 + 500'00 - 1'500'00);
}

TEST_CASE("reconnection: a change of plan that is scheduled, and one that is not made after all") {
    const auto with_plans = [](CutService& book) {
        book.when(
            "define_plan",
            R"({"plan":"MINI","name":"M","price_minor":90000,)"
            R"("currency":"KES","down_mbps":1,"up_mbps":1})"
        );
        book.when(
            "define_plan",
            R"({"plan":"MAXI","name":"M","price_minor":900000,)"
            R"("currency":"KES","down_mbps":1,"up_mbps":1})"
        );
    };
    const auto at_end = [](const char* plan, std::optional<Date> not_before = {}) {
        ChangePlan change{"A-1", plan, {}, ChangeTime::period_end, {}};
        change.not_before = not_before;
        return change;
    };
    CutService book;
    with_plans(book);
    book.cut();
    book.when(at_end("MAXI")).then_types("plan_change_scheduled").blocked("A-1", "unpaid");
    book.when(typed("R9", "A", 100'00)).blocked("A-1", "unpaid"); // 1,500.00 are not enough now.
    book.when(CancelSchedule{"A-1", {}}).blocked("A-1", "").wallet("A", 0);

    CutService cheaper;
    with_plans(cheaper);
    cheaper.cut();
    cheaper.when(at_end("MINI")).blocked("A-1", "").wallet("A", 1'400'00 - 900'00);
    cheaper.renews_on("A-1", "2027-01-20");
    CHECK(cheaper.made().size() == 5); // Scheduled, changed, charged, renewed, reinstated.
    CHECK(cheaper.run().book().next_plans.find(book_key(tenant_id, "A-1")) == nullptr);

    CutService later; // What counts from the next period on makes this one no cheaper.
    with_plans(later);
    later.cut();
    later.when(at_end("MINI", day("2027-01-01"))).then_types("plan_change_scheduled");
    later.blocked("A-1", "unpaid").wallet("A", 1'400'00);
}

TEST_CASE("reconnection: a change of an add-on that is scheduled, and one that is not made") {
    ChangeAddon fewer;
    fewer.service = "A-1";
    fewer.addon = "TV";
    fewer.quantity = 1;
    fewer.when = ChangeTime::period_end;
    CutWithAddon book;
    book.when(fewer).blocked("A-1", "").wallet("A", 50'00);

    CutWithAddon kept;
    ChangeAddon more = fewer;
    more.quantity = 9;
    kept.when(more).blocked("A-1", "unpaid");
    kept.when(typed("R2", "A", 150'00)).blocked("A-1", "unpaid");
    kept.when(CancelSchedule{"A-1", "TV"}).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("reconnection: a service that is cut for another reason too, or paid for, stays as it is"
) {
    CutService book;
    book.when(
        "define_plan",
        R"({"plan":"MINI","name":"M","price_minor":90000,)"
        R"("currency":"KES","down_mbps":1,"up_mbps":1})"
    );
    book.when(SuspendService{"A-1", "unpaid"}); // By hand, within its days.
    book.when(ChangePlan{"A-1", "MINI", {}, ChangeTime::period_end, {}});
    book.blocked("A-1", "unpaid");
    CutService other;
    other.when(
        "define_plan",
        R"({"plan":"MINI","name":"M","price_minor":90000,)"
        R"("currency":"KES","down_mbps":1,"up_mbps":1})"
    );
    other.cut();
    other.when(SuspendService{"A-1", "abuse"});
    other.when(ChangePlan{"A-1", "MINI", {}, ChangeTime::period_end, {}});
    other.blocked("A-1", "abuse+unpaid").wallet("A", 1'400'00);
}

TEST_CASE("reconnection: an opening balance, or another way of paying, by the next run") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20", {"unpaid"}),
            service("B-1", "B", "2026-11-20", {"unpaid"})}
    );
    book.when(PostOpeningBalances{day("2026-11-19"), {{"A", 1'500'00}}, {}, true});
    book.when(SetBillingMode{"B", BillingMode::invoiced});
    const auto due = book.run().decider().due_services(tenant_id, {}).value();
    REQUIRE(due.size() == 2);
    book.when(RenewService{"A-1", {}}).blocked("A-1", "").wallet("A", 0);
    book.when(RenewService{"B-1", {}}).blocked("B-1", "");
    CHECK(book.run().decider().due_services(tenant_id, {}).value().empty());
}

TEST_CASE("property: nothing leaves a service cut whose money it made suffice") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 5U, 8U, 13U, 21U, 34U, 600'901U, 77U}) {
        CAPTURE(seed);
        BookRun run;
        BookClerk clerk(run, seed);
        clerk.set_up();
        std::set<std::string> before = covered_but_cut(run);
        for (int i = 0; i < 4'000; ++i) {
            const std::size_t count = run.facts().size();
            clerk.step();
            const auto made = std::span(run.facts()).subspan(count);
            std::set<std::string> after = covered_but_cut(run);
            for (const std::string& service : after) {
                if (before.contains(service)) continue;
                const bool explained = std::ranges::any_of(made, [&](const Fact& fact) {
                    return explains(fact, service);
                });
                if (!explained) FAIL_CHECK(told(made, service));
            }
            before = std::move(after);
        }
        renew_all(run);
        for (const std::string& service : covered_but_cut(run)) {
            const auto row = run.book().services.find(book_key(clerk_tenant, service));
            CAPTURE(service);
            CHECK(row->renews_on > run.decider().today(clerk_tenant, {})); // Cut by hand.
        }
    }
}
