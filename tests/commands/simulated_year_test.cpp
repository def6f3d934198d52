// A year of a provider with everything that goes wrong in one: runs that stop half-way and runs
// that come twice, clocks that jump, late payments, reversals, closed periods. A naive reading of
// the calendar says what each service owes.
#include "ledger/match.hpp"
#include "tests/support/book_proofs.hpp"
#include "tests/support/currency_examples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

using namespace tollbook;

namespace {

constexpr int services_each = 4;

// The same day of the next month, or its last one: counted by hand.
Date month_after(Date from, int anchor) {
    CivilDay next = civil(from);
    next.month = next.month % 12 + 1;
    next.year += next.month == 1 ? 1 : 0;
    next.day = 1;
    const Date first = date_of(next);
    Date last = first;
    for (int i = 0; i < 31 && civil(last + 1).month == next.month; ++i)
        last = last + 1;
    return std::min(first + (anchor - 1), last);
}

struct Charge {
    Date from;
    Date to;
    std::int64_t minor{};
};

std::string shown(const std::vector<Charge>& charges) {
    std::string text;
    for (const Charge& charge : charges)
        text +=
            fmt::format("{}-{} {}\n", to_string(charge.from), to_string(charge.to), charge.minor);
    return text;
}

// What a service that always pays is charged for: every month from its first day on, once.
struct Naive {
    Date due;
    int anchor{};
    std::string plan;
    std::string next_plan;
    std::int64_t units{1}; // What one unit of money comes to in shillings.
    std::vector<Charge> charges;

    void live_to(Date today) {
        while (due <= today) {
            plan = next_plan;
            const Date to = month_after(due, anchor);
            charges.push_back({due, to, (plan == "HOME10" ? 1'500'00 : 6'500'00) / units});
            due = to;
        }
    }
};

constexpr std::int64_t shillings_per_dollar = 100;

// Plans cost dollars too, and D has these.
Story dollar_world() {
    Story story = fixed_world();
    for (Event& event : story)
        if (auto* plan = std::get_if<PlanDefined>(&event))
            plan->prices = {{usd(), plan->price_minor / shillings_per_dollar, {}}};
    story.push_back(in_dollars(customer("D")));
    return story;
}

class Year {
public:
    explicit Year(std::uint64_t seed) : dice_(seed), book_(given(dollar_world())) {
        for (const char* customer : {"A", "B", "C", "D"})
            for (int i = 0; i < services_each; ++i)
                add_service(customer, i);
        book_.when(typed("DEPOSIT", "A", 90'000'000'00)); // A pays for everything in advance.
        book_.when(typed("DOLLARS", "D", 90'000'000'00)); // So does D.
        book_.when(SetBillingMode{"B", BillingMode::invoiced}
        ); // B pays each invoice. C may not pay.
    }

    void step() {
        live();
        run();
        const std::string fault = first_fault(book_.run(), tenant_id);
        REQUIRE_MESSAGE(fault.empty(), fault);
    }

    // Every period of those who pay was charged once, and none was left out.
    void check_charges() {
        settle();
        std::map<std::string, std::vector<Charge>> charged;
        for (const Fact& fact : book_.run().facts())
            match(
                fact.event,
                [&](const WalletCharged& e) {
                    if (e.service && e.lines.front().component == "period")
                        charged[*e.service].push_back(
                            {*e.lines.front().service_from, *e.lines.front().service_to, e.minor}
                        );
                },
                [&](const PeriodDrafted& e) {
                    const DraftLine& line = e.lines.front();
                    charged[e.service].push_back({*line.service_from, *line.service_to, line.minor}
                    );
                },
                [](const auto&) {}
            );
        for (auto& [service, naive] : expected_) {
            CAPTURE(service);
            naive.live_to(today());
            CHECK(shown(charged[service]) == shown(naive.charges));
        }
    }

    // The facts alone make the same book.
    void check_replay() {
        BookRun again;
        for (const Fact& fact : book_.run().facts())
            again.replay(fact);
        CHECK(again.decider().state_hash() == book_.run().decider().state_hash());
    }

    Date today() {
        const TenantRow& row = *book_.run().book().tenants.find(tenant_id);
        return local_day(*row.test_clock, row.timezone);
    }

private:
    std::uint64_t roll(std::uint64_t n) { return dice_() % n; }

    void add_service(const std::string& customer, int i) {
        const std::string id = fmt::format("{}-{}", customer, i + 1);
        const Date first = day("2026-11-25") + static_cast<int>(roll(40));
        const int anchor = roll(3) == 0 ? 31 : civil(first).day;
        book_.when(AddService{id, customer, "HOME10", {}, {}, first, anchor, {}});
        REQUIRE_MESSAGE(!book_.made().empty(), id);
        const std::int64_t units = customer == "D" ? shillings_per_dollar : 1;
        if (customer != "C") expected_[id] = {first, anchor, "HOME10", "HOME10", units, {}};
    }

    void live() {
        const std::int64_t hours = roll(12) == 0 ? 24 * 40 : static_cast<std::int64_t>(roll(220));
        const TenantRow& row = *book_.run().book().tenants.find(tenant_id);
        book_.when(AdvanceTestClock{Timestamp{row.test_clock->micros + hours * 3'600'000'000}});
        for (std::uint64_t i = roll(4); i > 0; --i)
            trouble();
        if (roll(5) == 0) change_plan();
        if (roll(6) == 0) book_.when(ClosePeriod{today() - static_cast<int>(roll(20))});
    }

    // C pays late, too little, twice, and has it reversed.
    void trouble() {
        RecordPayment paid = typed(fmt::format("T{}", roll(60)), "C", 1 + amount());
        const TenantRow& row = *book_.run().book().tenants.find(tenant_id);
        const auto late = static_cast<std::int64_t>(roll(900)) * 3'600'000'000;
        paid.occurred_at = Timestamp{row.test_clock->micros - late};
        switch (roll(5)) {
        case 0:
            book_.when(ReversePayment{fmt::format("till:main:T{}", roll(60)), {}, "bounced"});
            break;
        case 1:
            book_.when(GrantCredit{"C", fmt::format("G{}", roll(99)), amount(), {}, {}, "sorry"});
            break;
        default:
            book_.when(paid);
        }
    }

    std::int64_t amount() { return 1 + static_cast<std::int64_t>(roll(4'000'00)); }

    void change_plan() {
        auto service = expected_.begin();
        std::advance(service, static_cast<std::ptrdiff_t>(roll(expected_.size())));
        settle(); // Before it, what is due is due on the old plan.
        service->second.live_to(today());
        const std::string to = roll(2) == 0 ? "HOME10" : "BIZ50";
        book_.when(ChangePlan{service->first, to, {}, ChangeTime::period_end, {}});
        if (!book_.made().empty())
            service->second.next_plan = to;
        else if (service->second.next_plan != to) // On it already: what was scheduled goes.
            if (!book_.when(CancelSchedule{service->first}).made().empty())
                service->second.next_plan = service->second.plan;
    }

    // A run that may stop half-way, and one that comes late with what another saw.
    void run() {
        const std::vector<DueService> due =
            book_.run().decider().due_services(tenant_id, {}).value();
        const std::size_t reached = roll(3) == 0 ? roll(due.size() + 1) : due.size();
        for (std::size_t times = 1 + roll(2); times > 0; --times)
            for (std::size_t i = 0; i < reached; ++i)
                book_.when(RenewService{due[i].service});
        if (roll(3) != 0) issue();
    }

    void issue() {
        const auto drafts = book_.run().decider().drafts_to_issue(tenant_id).value();
        for (const std::string& invoice : drafts) {
            book_.when(IssueInvoice{invoice, {}, {}});
            REQUIRE(book_.made().size() == 1);
            const std::int64_t minor = book_.event<InvoiceIssued>(0).minor;
            book_.when(typed(fmt::format("P{}", ++paid_), "B", minor)).wallet("B", 0);
        }
    }

    // Runs until nothing is due, as a scheduler does that comes every day.
    void settle() {
        for (;;) {
            const auto due = book_.run().decider().due_services(tenant_id, {}).value();
            for (const DueService& service : due)
                book_.when(RenewService{service.service});
            if (due.empty()) break;
        }
        issue();
    }

    std::mt19937_64 dice_;
    int paid_{};
    Spec book_;
    std::map<std::string, Naive> expected_;
};

} // namespace

TEST_CASE("a year: nobody who pays is charged twice or left out, whatever happens") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        CAPTURE(seed);
        Year year(seed);
        const Date end = day("2027-12-20");
        int steps = 0;
        for (; year.today() < end; ++steps) {
            year.step();
            if (steps % 10 == 0) year.check_charges();
        }
        year.check_charges();
        year.check_replay();
        CHECK(steps > 40);
    }
}
