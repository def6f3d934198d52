#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "projections/parking_fold.hpp"
#include "small_isp.hpp"
#include "support/addon_examples.hpp"
#include "support/fiscal_examples.hpp"
#include "support/invoice_examples.hpp"
#include "support/merging_examples.hpp"
#include "support/relation_examples.hpp"
#include "support/show_result.hpp"
#include "support/top_up_examples.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

using namespace tollbook;

namespace {

void change_services(MemorySource& source) {
    const std::string s = "ACC1-1";
    const std::string c = "ACC1";
    for (Event& event : std::vector<Event>{
             PlanChangeScheduled{s, c, "BIZ", 1, day("2026-12-20")},
             PlanChangeCancelled{s, c, "BIZ", 1},
             PlanChanged{s, c, "HOME10", 1, "BIZ", 1, day("2026-12-20"), {}},
             SiteProfileChanged{s, "rtr-01", "BIZ"},
             TariffCorrected{s, c, "BIZ", 1, 2, day("2026-12-20"), {}, 0, "a wrong price list"},
             DraftCorrected{"bill~ACC1~2026-12-20", c, s, {}},
             ServicePaused{s, c, day("2026-12-20"), 3},
             ServiceResumed{s, c, day("2026-12-21"), day("2026-12-24"), 24},
             ServiceExtended{s, c, 1, day("2026-12-25"), 25, "outage"},
             PaymentPromised{s, c, day("2026-12-28")},
             ServiceEndScheduled{s, c, day("2026-12-25"), "moves"},
             ServiceEndCancelled{s, c},
             ServiceEnded{s, c, day("2026-12-25"), "moves"}})
        source.add({std::move(event), noon, {}, {}});
}

void dun(MemorySource& source) {
    const std::string s = "ACC1-1";
    const std::string c = "ACC1";
    const DunningStep step{"fee", 0, DunningAction::late_fee, 20, {}};
    for (Event& event : std::vector<Event>{
             DunningDefined{"P", 1, {step}, {}, SuspendedTime::free, CatchUp::bill},
             DunningDefined{"P", 2, {step}, {}, SuspendedTime::free, CatchUp::bill},
             DunningAssigned{"P", {}, {}},
             DunningAssigned{{}, {}, {}},
             CustomerGrouped{c, "vip"},
             CustomerGrouped{c, {}},
             DunningStepTaken{
                 s,
                 c,
                 "P",
                 2,
                 "fee",
                 DunningAction::late_fee,
                 day("2026-12-20"),
                 day("2026-12-20"),
                 50,
                 20,
                 "fee-1"},
             BacklogBilled{s, c, day("2026-12-20"), day("2027-01-20"), 1},
             PeriodsForgiven{
                 s, c, day("2026-12-20"), day("2027-01-20"), 1, ForgivenTime::backlog, 20}})
        source.add({std::move(event), noon, {}, {}});
}

Postings legs(const std::string& debit, const std::string& credit, std::int64_t minor) {
    return {{debit, minor, {}, {}}, {credit, -minor, {}, {}}};
}

void set_terms(MemorySource& source) {
    const std::string c = "ACC1";
    const std::string wallet = "wallet:ACC1";
    const std::string charge = "ACC1-1:period:2026-11-20:0";
    for (Event& event : std::vector<Event>{
             ChargeCredited{
                 charge,
                 charge + "~1",
                 c,
                 "ACC1-1",
                 90,
                 {},
                 {{"mpesa:R1", 90}},
                 0,
                 "wrong",
                 legs("fee", wallet, 90)},
             CreditGranted{
                 "G", c, 50, "grant#G", 10, day("2026-12-31"), 0, "", legs("granted", wallet, 50)},
             LotExpired{c, "grant#G", 50, day("2026-12-31"), legs(wallet, "granted", 50)},
             FundsHeld{"H", c, 30, {}, ""},
             HoldCaptured{"H", c, charge, 10, 20},
             HoldReleased{"H", c, 20, "released"},
             OverdraftLimitSet{c, 100},
             FundsTransferred{
                 "T",
                 c,
                 "ACC2",
                 40,
                 {{"mpesa:R1", 40}},
                 "transfer#T",
                 0,
                 "",
                 legs(wallet, "wallet:ACC2", 40)},
             RefundRequested{"B", c, 20, "", "ann"},
             RefundApproved{
                 "B", c, 20, {{"mpesa:R1", 20}}, "ben", legs(wallet, "refund_payable:ACC1", 20)},
             RefundPaid{
                 "B", c, 20, "till:main", "V", legs("refund_payable:ACC1", "cash:till:main", 20)},
             RefundRequested{"B2", c, 20, "", "ann"},
             RefundRejected{"B2", c, 20, "", "ben"}})
        source.add({std::move(event), noon, {}, {}});
}

// Every event that moves rows of more than one thing, and many that do not.
void live_a_day(MemorySource& source) {
    open_isp(source);
    run_business(source, 4, 2);
    OpeningBalancesPosted opening;
    opening.wallets = {{"ACC1", 40, "opening"}, {"ACC2", -40, "opening"}};
    opening.postings = {{"wallet:ACC1", -40, {}, {}}, {"wallet:ACC2", 40, {}, {}}};
    source.add({std::move(opening), noon, {}, {}});
    source.add(into_suspense("S1", 70));
    SuspenseAssigned assigned;
    assigned.payment = "mpesa:S1";
    assigned.parts = {{"B0", 30, "mpesa:S1#1", 0}, {"B1", 40, "mpesa:S1#2", 0}};
    assigned.postings = {
        {"suspense:mpesa", 70, {}, {}}, {"wallet:B0", -30, {}, {}}, {"wallet:B1", -40, {}, {}}};
    source.add({std::move(assigned), noon, {}, {}});
    PaymentMoved moved;
    moved.payment = "mpesa:BR0X2";
    moved.minor = 50;
    moved.debit = {"B2", 50, {{"mpesa:BR0X2", 50}}, 0, {{"manual:BR0X2", 10}}};
    moved.credit = {"B3", 50, "mpesa:BR0X2#2", 0};
    moved.postings = {{"wallet:B2", 50, {}, {}}, {"wallet:B3", -50, {}, {}}};
    source.add({std::move(moved), noon, {}, {}});
    PaymentReversed reversed;
    reversed.payment = "mpesa:BR0X1";
    reversed.channel = "mpesa:600901";
    reversed.minor = 250;
    reversed.debits = {{"B1", 250, {}, 250, {{"manual:BR0X1", 100}}}};
    reversed.postings = {{"wallet:B1", 250, {}, {}}, {"cash:mpesa:600901", -250, {}, {}}};
    source.add({std::move(reversed), noon, {}, {}});
    source.add(suspended("ACC1-1", "ACC1", noon));
    source.add(paid("R1", "ACC1", 150'000));
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 150'000}}));
    Told renewal = renewed("ACC1-1", "ACC1");
    std::get<ServiceRenewed>(renewal.event).payment = "mpesa:R1";
    source.add(std::move(renewal));
    source.add(
        {ServiceReinstated{"ACC1-1", "ACC1", "ACC1-1", "unpaid", {}, "mpesa:R1", noon},
         noon,
         {},
         {}}
    );
    source.add({SiteProvisioned{"ACC1-1", "rtr-01", 6, true}, noon, {}, {}});
    source.add({SiteStateApplied{"ACC1-1", "rtr-01", 6, true, true}, noon, {}, {}});
    source.add({SiteFailed{"ACC2-1", "rtr-01", 6, "refused", "no"}, noon, {}, {}});
    source.add({SiteRemovalRequested{"ACC2-1", "rtr-01"}, noon, {}, {}});
    source.add({SiteRemoved{"ACC2-1", "rtr-01", 7}, noon, {}, {}});
    source.add({PaymentReferenceAdded{"ACC1", {"NEW 1", "NEW1"}}, noon, {}, {}});
    source.add({CallbackReceived{"in-1", "mpesa", "196.201.214.200", "aa"}, noon, {}, "raw"});
    ArrivalResolved resolved;
    resolved.arrival = "in-1";
    resolved.payment = "mpesa:R1";
    source.add({std::move(resolved), noon, {}, {}});
    source.add({DeskEntryReceived{}, noon, {}, {}});
    source.add({PaymentConfirmed{"mpesa:R1", "in-1", "00ff", noon}, noon, {}, {}});
    source.add({PeriodClosed{day("2026-11-19")}, noon, {}, {}});
    source.add({TestClockAdvanced{noon}, noon, {}, {}});
    source.add({BillingScheduleSet{6}, noon, {}, {}});
    source.add({LegalEntityDefined{"coast", "Coast", {}, {}, {}}, noon, {}, {}});
    source.add({LegalEntityDefined{"coast", "Coast Ltd", {}, {}, {}}, noon, {}, {}});
    source.add({PeriodClosed{day("2026-11-19"), "coast"}, noon, {}, {}});
    source.add({EntitiesSettled{}, noon, {}, {}});
    source.add({CustomerRegistered{"K", {}, "coast"}, noon, {}, {}});
    source.add({OverdraftLimitSet{"K", 100}, noon, {}, {}});
    source.add({CustomerRegistered{"U", {}, {}, Currency::parse("USD").value()}, noon, {}, {}});
    source.add({FundsHeld{"HU", "U", 100, {}, ""}, noon, {}, {}});
    source.add({TimezoneChanged{"Africa/Kampala", day("2026-11-19")}, noon, {}, {}});
    dun(source);
    change_services(source);
    set_terms(source);
    for (Event& event : invoice_example_events())
        source.add({std::move(event), noon, {}, {}});
    for (Event& event : lead_example_events())
        source.add({std::move(event), noon, {}, {}});
    for (Event& event : ticket_example_events())
        source.add({std::move(event), noon, {}, {}});
    for (Event& event : fiscal_example_events())
        source.add({std::move(event), noon, {}, {}});
    for (Event& event : deposit_example_events())
        source.add({std::move(event), noon, {}, {}});
    for (Event& event : addon_example_events())
        source.add({std::move(event), noon, {}, {}});
    source.add({monthly_rule(), noon, {}, {}});
    for (Event& event : top_up_example_events())
        source.add({std::move(event), noon, {}, {}});
    for (Event& event : merging_example_events())
        source.add({std::move(event), noon, {}, {}});
}

// A projection whose fold throws at one receipt, and counts what it folded.
class Throwing final : public Projection {
public:
    Throwing() : Projection({"throwing", 1, "none"}) {}

    Keys keys(const Fact& fact) const override { return {fact.record.stream}; }

    void apply(const Fact& fact) override {
        if (fact.record.seq == bad) throw std::runtime_error("no such thing");
        folded.push_back(fact.record.seq);
    }

    std::vector<RowSet*> tables() override { return {}; }

    std::uint64_t bad{};
    std::vector<std::uint64_t> folded;
};

std::vector<Fact> facts_of(const Batch& batch) { return decode(batch, 0, &open_told).value(); }

Batch all_of(MemorySource& source) {
    return source.read(source.start(), 64U << 20U, std::chrono::milliseconds{0}).value();
}

bool share(const Projection::Keys& a, const Projection::Keys& b) {
    for (const std::string& key : a) {
        if (key == Projection::whole_tenant && !b.empty()) return true;
        if (std::ranges::find(b, key) != b.end()) return true;
    }
    return std::ranges::find(b, Projection::whole_tenant) != b.end() && !a.empty();
}

} // namespace

TEST_CASE("keys: records that write one row share a key, in every projection") {
    MemorySource source;
    live_a_day(source);
    const Batch batch = all_of(source);
    const std::vector<Fact> facts = facts_of(batch);
    std::set<std::size_t> types;
    for (const Fact& fact : facts)
        types.insert(fact.event.index());
    CHECK(types.size() == std::variant_size_v<EventVariant>); // None is left out.
    const TestDatabase database;
    const auto db = database.prepared();
    std::size_t shared = 0;
    for (const auto& projection : make_projections(live_schema)) {
        INFO(projection->name());
        REQUIRE(open_tables(*db, *projection, true));
        const Fact* current = nullptr;
        std::map<std::string, const Fact*> last; // Who wrote the row last.
        for (RowSet* table : projection->tables())
            table->watch([&, name = table->shape().table](const std::string& key) {
                const Fact*& before = last[name + key];
                const Projection::Keys keys = projection->keys(*current);
                CHECK_FALSE(keys.empty());
                if (before != nullptr && before != current) {
                    INFO(before->record.type, " and ", current->record.type);
                    CHECK(share(projection->keys(*before), keys));
                    ++shared;
                }
                before = current;
            });
        for (const Fact& fact : facts) {
            current = &fact;
            REQUIRE(fold(*db, *projection, {&fact}));
        }
    }
    CHECK(shared > 100);
}

TEST_CASE("keys: a fold that throws parks the stream of its record, and those before are folded") {
    MemorySource source;
    open_isp(source);
    run_business(source, 4, 2);
    const Batch batch = all_of(source);
    const std::vector<Fact> facts = facts_of(batch);
    const TestDatabase database;
    const auto db = database.prepared();
    Throwing projection;
    projection.bad = 9;
    ParkedKeys parked;
    ParkingFold fold(*db, projection, parked);
    const Status whole = fold.fold_whole(facts_in(facts, {}), source.start());
    REQUIRE_FALSE(whole);
    CHECK(is_poison(whole.error()));
    CHECK(whole.error().detail == "seq 9: no such thing");
    CHECK(parked.empty());

    REQUIRE(db->begin());
    projection.folded.clear();
    REQUIRE(fold.fold_and_park(facts_in(facts, {}), source.start()));
    REQUIRE(db->commit());
    REQUIRE(parked.list().size() == 1);
    const ParkedKey key = parked.list().front();
    CHECK(key.key == facts[8].record.stream);
    CHECK(key.first_seq == 9);
    std::uint64_t waiting = 0;
    for (const Fact& fact : facts)
        if (fact.record.seq >= 9 && fact.record.stream == key.key) ++waiting;
    CHECK(key.waiting == waiting);
    const std::set<std::uint64_t> folded(projection.folded.begin(), projection.folded.end());
    CHECK(folded.size() == facts.size() - waiting);
}

TEST_CASE("keys: a tenant with too many parked keys is parked whole, in one group") {
    MemorySource source;
    open_isp(source);
    const Batch batch = all_of(source);
    const std::vector<Fact> facts = facts_of(batch);
    ParkedKeys parked;
    for (std::size_t i = 0; i < ParkedKeys::keys_max + 5; ++i)
        parked.park(facts[3 + i % 2], {fmt::format("key:{}", i)}, "bad", source.start());
    const std::vector<ParkedKey> keys = parked.list();
    CHECK(keys.size() == ParkedKeys::keys_max + 1);
    CHECK(keys.front().key == Projection::whole_tenant);
    CHECK(keys.front().waiting == 5);
    std::set<std::uint64_t> groups;
    for (const ParkedKey& key : keys)
        groups.insert(key.group_seq);
    CHECK(groups.size() == 1);
    CHECK(parked.hold(facts[5], {"key:never seen"}, source.start()));
    CHECK_FALSE(parked.hold(facts[5], {}, source.start()));
    CHECK_FALSE(parked.waits(facts[2], {"key:never seen"})); // It came before.
}
