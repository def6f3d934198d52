#include "commands/billing/billing_preview.hpp"

#include "tests/support/book_builders.hpp"

#include <algorithm>
#include <random>

using namespace tollbook;

namespace {

std::vector<BillingItem> preview(Spec& book) {
    const BookDecider& decider = book.run().decider();
    const auto due = decider.due_services(tenant_id, {});
    return preview_billing(decider.book(), tenant_id, {}, due.value());
}

RenewService expecting(const BillingItem& item) {
    return {
        item.service,
        ExpectedRenewal{item.from, item.minor, item.outcome == BillingOutcome::charged}};
}

Story two_services(std::int64_t minor) {
    return world() + Story{
                         service("A-1", "A", "2026-11-20"),
                         service("A-2", "A", "2026-11-19"),
                         received("R1", "A", minor)};
}

// A customer with up to four services, some of them dear, due or blocked, and some money.
void add_customer(std::mt19937_64& random, const std::string& customer, Story& story) {
    const auto services = random() % 5;
    for (std::uint64_t i = 1; i <= services; ++i) {
        const std::string name = customer + "-" + std::to_string(i);
        const std::string renews_on = "2026-11-" + std::to_string(17 + random() % 5);
        ServiceAdded added = service(name, customer, renews_on);
        if (random() % 3 == 0) added.plan = "BIZ50";
        if (random() % 4 == 0) added.setup_minor = 500'00;
        if (random() % 5 == 0) added.blocks = {random() % 2 == 0 ? "abuse" : "unpaid"};
        story.push_back(added);
    }
    if (random() % 4 != 0)
        story.push_back(
            received("R" + customer, customer, static_cast<std::int64_t>(random() % 12'000'00 + 1))
        );
}

// What the last command did to the item's service; what it did to others does not count.
bool did(const Spec& book, const BillingItem& item) {
    for (const Fact& fact : book.made()) {
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
            if (charged->service == item.service && charged->minor == item.minor &&
                charged->lines.front().service_from == item.from &&
                charged->lines.front().service_to == item.to)
                return item.outcome == BillingOutcome::charged;
        if (const auto* cut = std::get_if<ServiceSuspended>(&fact.event))
            if (cut->service == item.service) return item.outcome == BillingOutcome::cut;
    }
    return false;
}

} // namespace

TEST_CASE("billing preview: a line for each due service, in the order in which a wallet pays") {
    Spec book = given(two_services(1'600'00));
    const std::vector<BillingItem> items = preview(book);
    REQUIRE(items.size() == 2);
    CHECK(
        items[0] ==
        BillingItem{
            "A-2",
            "A",
            "HOME10",
            1,
            day("2026-11-20"),
            day("2026-12-20"),
            1'500'00,
            BillingOutcome::charged,
            1}
    );
    CHECK(items[1].service == "A-1");
    CHECK(items[1].outcome == BillingOutcome::cut);
}

TEST_CASE("billing preview: what it says is what the run does, over random providers") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        Story story = world();
        for (const char* customer : {"A", "B"})
            add_customer(random, customer, story);
        Spec book = given(story);
        const std::vector<BillingItem> items = preview(book);
        CHECK(preview(book) == items); // It changes nothing.
        const auto due = book.run().decider().due_services(tenant_id, {});
        for (const DueService& service : due.value()) {
            const bool is_told =
                std::ranges::find(items, service.service, &BillingItem::service) != items.end();
            // What would bring back one that is cut pays for another one.
            if (!is_told) book.blocked(service.service, "unpaid");
        }
        for (const BillingItem& item : items) {
            book.when(expecting(item));
            CHECK(did(book, item));
        }
        CHECK(preview(book).empty());
    }
}

TEST_CASE("billing preview: any other due set, figure or outcome has another hash") {
    Spec book = given(two_services(1'600'00));
    const std::string before = preview_hash(preview(book));
    CHECK(before.size() == 64);
    CHECK(preview_hash(preview(book)) == before);
    book.when(typed("R2", "A", 1'00));
    CHECK(preview_hash(preview(book)) == before); // No outcome moved.
    book.when(typed("R3", "A", 1'500'00));
    const std::string covered = preview_hash(preview(book));
    CHECK(covered != before);
    book.when(SuspendService{"A-1", "abuse"});
    const std::string smaller = preview_hash(preview(book));
    CHECK(smaller != covered);
    book.when(ReinstateService{"A-1", "abuse"});
    CHECK(preview_hash(preview(book)) != covered); // The service has changed twice.
}

TEST_CASE("billing preview: a period that was charged already is parked, and its neighbours are not"
) {
    Spec book = given(
        two_services(9'000'00) + Story{month("A-2", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}})}
    );
    const std::vector<BillingItem> items = preview(book);
    REQUIRE(items.size() == 2);
    CHECK(items[0].outcome == BillingOutcome::parked);
    CHECK(items[1].outcome == BillingOutcome::charged);
    book.when(RenewService{"A-2"}).refused(Errc::charge_exists);
    book.when(expecting(items[1])).then_types("wallet_charged service_renewed");
}

TEST_CASE("renew_service: with expected figures it is done just so, or not at all") {
    Spec book = given(two_services(1'600'00));
    const BillingItem first = preview(book).at(0);
    const BillingItem second = preview(book).at(1);
    book.when(expecting(second)).refused(Errc::figures_moved, "A-2 comes first");

    RenewService other = expecting(first);
    other.expected->from = day("2026-11-19");
    book.when(other).refused(Errc::figures_moved, "the period begins on 2026-11-20");
    other = expecting(first);
    other.expected->minor = 1'499'99;
    book.when(other).refused(Errc::figures_moved, "the price is 150000");
    other = expecting(first);
    other.expected->covered = false;
    book.when(other).refused(Errc::figures_moved, "the wallet covers it");
    book.when(expecting(first)).then_types("wallet_charged service_renewed");
    book.when(expecting(first)).refused(Errc::service_not_due);

    other = expecting(second);
    other.expected->covered = true;
    book.when(other).refused(Errc::figures_moved, "the wallet is short");
    book.when(expecting(second)).then({cut("A-1", "A")});
    book.when(expecting(second)).refused(Errc::service_blocked);
    book.wallet("A", 100'00);
}
