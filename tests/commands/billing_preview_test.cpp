#include "commands/billing/billing_preview.hpp"

#include "tests/support/dunning_builders.hpp"
#include "tests/support/tax_examples.hpp"

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

PaymentReceived in_dollars(PaymentReceived payment) {
    payment.currency = usd();
    for (Posting& leg : payment.postings)
        leg.currency = usd();
    return payment;
}

// A customer with up to four services, some of them dear, due or blocked, and some money. D's is
// dollars.
void add_customer(std::mt19937_64& random, const std::string& customer, Story& story) {
    const bool has_dollars = customer == "D";
    const auto services = random() % 5;
    for (std::uint64_t i = 1; i <= services; ++i) {
        const std::string name = customer + "-" + std::to_string(i);
        const std::string renews_on = "2026-11-" + std::to_string(17 + random() % 5);
        ServiceAdded added = service(name, customer, renews_on);
        if (random() % 3 == 0) added.plan = "BIZ50";
        if (has_dollars) added.plan = "DUAL";
        if (random() % 4 == 0) added.setup_minor = 500'00;
        if (random() % 5 == 0) added.blocks = {random() % 2 == 0 ? "abuse" : "unpaid"};
        story.push_back(added);
    }
    if (random() % 4 == 0) return;
    const std::uint64_t most = has_dollars ? 60'00 : 12'000'00;
    const PaymentReceived payment =
        received("R" + customer, customer, static_cast<std::int64_t>(random() % most + 1));
    story.push_back(has_dollars ? in_dollars(payment) : payment);
}

// What the last command did to the item's service; what it did to others does not count.
bool did(const Spec& book, const BillingItem& item) {
    for (const Fact& fact : book.made()) {
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
            if (charged->service == item.service && charged->minor == item.minor &&
                charged->postings.front().currency == item.currency.value_or(kes()) &&
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
        PlanDefined dual = plan("DUAL", 1'500'00);
        dual.prices = {{usd(), 15'00, {}}};
        Story story = world() + Story{dual, in_dollars(customer("D"))};
        for (const char* customer : {"A", "B", "D"})
            add_customer(random, customer, story);
        Spec book = given(story);
        const std::vector<BillingItem> items = preview(book);
        CHECK(preview(book) == items); // It changes nothing.
        for (const BillingItem& item : items)
            CHECK((item.currency == usd()) == (item.customer == "D"));
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

namespace {

// What the last command charged for a service, or put on its customer's draft: the gross of it.
std::int64_t charged_for(const Spec& book, const std::string& service) {
    std::int64_t minor = 0;
    for (const Fact& fact : book.made()) {
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
            if (charged->service == service)
                for (const ChargeLine& line : charged->lines)
                    minor += line.net + line.tax;
        if (const auto* drafted = std::get_if<PeriodDrafted>(&fact.event))
            for (const DraftLine& line : drafted->lines)
                minor += line.service == service ? line.minor : 0;
    }
    return minor;
}

// Three customers with services and an add-on by a tax that changes twice within the period; one
// of them pays by invoice.
class TaxedProvider {
public:
    explicit TaxedProvider(std::mt19937_64& random) : random_(random), book(past()) {
        book.when(terms(
            some(2) == 0 ? TaxRounding::line : TaxRounding::invoice,
            some(2) == 0 ? Halves::up : Halves::even
        ));
        book.when(some(3) == 0 ? telecom("2026-01-01") : vat(1 + some(300'000), "2026-01-01"));
        book.when(vat(1 + some(300'000), "2026-11-" + std::to_string(21 + some(9))));
        book.when(some(4) == 0 ? exempt("2026-12-10") : telecom("2026-12-10"));
        book.when(SetBillingMode{"C", BillingMode::invoiced});
        for (const char* id : {"A", "B", "C"})
            for (std::int64_t i = 0; i <= some(3); ++i)
                add_service(id, std::string(id) + "-" + std::to_string(i));
    }

private:
    std::int64_t some(std::int64_t most) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most));
    }

    Story past() {
        PlanDefined net = vat_plan("NET", 1 + some(5'000'00));
        net.setup_minor = some(2) * some(300'00);
        Story story = world() + Story{net, vat_addon("TV", 1 + some(900'00))};
        for (const char* id : {"A", "B", "C"})
            story.push_back(received(std::string("R") + id, id, 1 + some(12'000'00)));
        return story;
    }

    void add_service(const char* customer, const std::string& name) {
        book.when(AddService{name, customer, "NET", 1, {}, day("2026-11-20"), {}, {}});
        if (some(2) == 0) book.when(AddAddon{name, "TV", {}, 2, {}});
    }

    std::mt19937_64& random_;

public:
    Spec book;
};

} // namespace

TEST_CASE("billing preview: taxes whose rates change within the period add up to what was told") {
    std::size_t split = 0;
    for (std::uint64_t seed = 1; seed <= 80; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        TaxedProvider provider(random);
        Spec& book = provider.book;
        std::int64_t invoiced = 0;
        for (const BillingItem& item : preview(book)) {
            CAPTURE(item.service);
            book.when(RenewService{
                item.service, ExpectedRenewal{item.from, item.minor, is_covered(item.outcome)}});
            CHECK(charged_for(book, item.service) == (is_covered(item.outcome) ? item.minor : 0));
            if (item.outcome == BillingOutcome::invoiced) invoiced += item.minor;
            for (const Fact& fact : book.made())
                if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
                    split += charged->lines.size() > 2 ? 1U : 0U;
        }
        CHECK(preview(book).empty());
        for (const std::string& draft : book.run().decider().drafts_to_issue(tenant_id).value()) {
            book.when(IssueInvoice{draft, {}, {}});
            CHECK(book.event<InvoiceIssued>(0).minor == invoiced);
            invoiced = 0;
        }
        CHECK(invoiced == 0);
    }
    CHECK(split > 40);
}

TEST_CASE("billing preview: a line is in its customer's currency, told if it is not the tenant's") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")} + dollar_customer());
    const std::string short_of_money = preview_hash(preview(book));
    book.when(typed("R1", "D", 15'00));
    const std::vector<BillingItem> items = preview(book);
    REQUIRE(items.size() == 2);
    CHECK(items[0].minor == 1'500'00);
    CHECK_FALSE(items[0].currency);
    CHECK(items[1].service == "D-1");
    CHECK(items[1].minor == 15'00);
    CHECK(items[1].currency == usd());
    CHECK(items[1].outcome == BillingOutcome::charged);
    CHECK(preview_hash(items) != short_of_money);
    std::vector<BillingItem> others = items;
    others[1].currency = eur();
    CHECK(preview_hash(others) != preview_hash(items));
    book.when(expecting(items[1])).then_types("wallet_charged service_renewed").wallet("D", 0);
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
