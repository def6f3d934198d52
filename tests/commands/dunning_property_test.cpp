// Dunning over random policies, days and payments.
#include "tests/support/book_proofs.hpp"
#include "tests/support/dunning_builders.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <span>

using namespace tollbook;

namespace {

constexpr std::array services{"A-1", "A-2", "B-1", "C-1", "D-1"};

// A policy, a provider and what happens to it, the same for the same seed.
class Life {
public:
    explicit Life(std::uint64_t seed) : dice_(seed), book_(provider()) {
        book_.when(random_policy()).then_types("dunning_defined");
        book_.when(AssignDunning{"P", {}, {}});
    }

    std::uint64_t roll(std::uint64_t n) { return dice_() % n; }

    void live_a_day() {
        today_ = today_ + static_cast<int>(roll(20) == 0 ? 40 : roll(3));
        now_ = std::max(now_, today_.days * hours_of_day + static_cast<std::int64_t>(roll(24)));
        book_.when(AdvanceTestClock{Timestamp{now_ * micros_per_hour}});
        if (roll(4) == 0)
            book_.when(typed(
                "T" + std::to_string(++receipts_),
                std::string(1, static_cast<char>('A' + roll(3))),
                static_cast<std::int64_t>(roll(3'000'00) + 1)
            ));
        if (roll(8) == 0)
            book_.when(typed(
                "T" + std::to_string(++receipts_), "D", static_cast<std::int64_t>(roll(30'00) + 1)
            ));
        if (roll(12) == 0)
            book_.when(PromisePayment{service(), day_now() + 1 + static_cast<int>(roll(9))});
        if (roll(20) == 0) book_.when(SuspendService{service(), "abuse"});
        if (roll(6) == 0) book_.when(ReinstateService{service(), "abuse"});
        if (roll(20) == 0)
            book_.when(SettleBacklog{
                service(), roll(2) == 0 ? BacklogChoice::bill : BacklogChoice::forgive});
        if (roll(40) == 0) book_.when(random_policy());
    }

    std::vector<BillingItem> preview() {
        const BookDecider& decider = book_.run().decider();
        const auto due = decider.due_services(tenant_id, {});
        return preview_billing(decider.book(), tenant_id, {}, due.value());
    }

    Spec& book() { return book_; }

    const Book& rows() { return book_.run().book(); }

    Date day_now() { return local_day(Timestamp{now_ * micros_per_hour}, "Africa/Nairobi"); }

private:
    static constexpr std::int64_t micros_per_hour = 3'600'000'000;
    static constexpr std::int64_t hours_of_day = 24;

    Story provider() {
        Story story = (roll(2) == 0 ? world() : fixed_world()) + dollar_customer();
        for (const char* service : std::span(services).first(services.size() - 1)) {
            ServiceAdded added = tollbook::service(
                service, std::string(service, 1), "2026-11-" + std::to_string(18 + roll(9))
            );
            if (roll(3) == 0) added.plan = "BIZ50";
            story.push_back(added);
        }
        return story;
    }

    std::string service() { return services.at(roll(services.size())); }

    DefineDunning random_policy() {
        DefineDunning define = policy({});
        std::uint32_t days = 0;
        const std::uint64_t count = 1 + roll(6);
        for (std::uint64_t i = 0; i < count; ++i) {
            days += static_cast<std::uint32_t>(roll(6));
            const std::string name = "s" + std::to_string(i);
            DunningStep step = roll(2) == 0 ? remind(name, days) : fee(name, days, 10'00);
            if (roll(4) == 0) step.min_owed_minor = 1 + static_cast<std::int64_t>(roll(2'000'00));
            if (roll(2) == 0) step = random_dollars(std::move(step));
            define.steps.push_back(step);
        }
        if (roll(4) != 0)
            define.steps.push_back(suspend(days + static_cast<std::uint32_t>(roll(9))));
        if (roll(3) == 0) define.steps.push_back(terminate(120));
        if (roll(2) == 0) {
            define.calendar.emplace();
            define.calendar->weekdays = {{static_cast<Weekday>(roll(7))}};
            define.calendar->from_hour = static_cast<std::uint32_t>(roll(9));
            define.calendar->to_hour = static_cast<std::uint32_t>(12 + roll(12));
        }
        define.suspended_time = roll(2) == 0 ? SuspendedTime::free : SuspendedTime::charged;
        define.catch_up = static_cast<CatchUp>(roll(3));
        return define;
    }

    DunningStep random_dollars(DunningStep step) {
        std::optional<std::int64_t> fee_minor;
        std::optional<std::int64_t> min_owed_minor;
        if (step.fee_minor && roll(4) != 0) fee_minor = 10;
        if (roll(2) == 0) min_owed_minor = 1 + static_cast<std::int64_t>(roll(20'00));
        return in_dollars(std::move(step), fee_minor, min_owed_minor);
    }

    std::mt19937_64 dice_;
    Spec book_;
    Date today_{day("2026-11-20")};
    std::int64_t now_{today_.days * hours_of_day + 6};
    int receipts_{};
};

RenewService expecting(const BillingItem& item) {
    const bool covered = item.outcome == BillingOutcome::charged;
    return {item.service, ExpectedRenewal{item.from, item.minor, covered, item.steps}};
}

// What the last command did to a service, as a preview names it.
BillingItem done_to(const Spec& book, const BillingItem& told) {
    BillingItem done = told;
    done.outcome = BillingOutcome::waiting;
    done.steps.reset();
    const auto is_same = [&](const auto& e) { return e.service == told.service; };
    for (const tollbook::Fact& fact : book.made()) {
        if (const auto* taken = std::get_if<DunningStepTaken>(&fact.event))
            if (is_same(*taken)) {
                if (!done.steps) done.steps.emplace();
                done.steps->push_back(taken->step);
                if (done.outcome == BillingOutcome::waiting) done.outcome = BillingOutcome::dunned;
            }
        if (const auto* renewed = std::get_if<ServiceRenewed>(&fact.event))
            if (is_same(*renewed)) done.outcome = BillingOutcome::charged;
        if (const auto* cut = std::get_if<ServiceSuspended>(&fact.event))
            if (is_same(*cut)) done.outcome = BillingOutcome::cut;
        if (const auto* ended = std::get_if<ServiceEnded>(&fact.event))
            if (is_same(*ended)) done.outcome = BillingOutcome::ended;
    }
    return done;
}

bool does_nothing(const BillingItem& item) {
    return item.outcome == BillingOutcome::parked || item.outcome == BillingOutcome::waiting;
}

// What a step comes to for the customers, D of dollars and the others of shillings.
DunningAmounts amounts_for(const std::string& customer, const DunningStep& step) {
    if (customer != "D") return {kes(), step.fee_minor, step.min_owed_minor};
    return step.others ? step.others->front() : DunningAmounts{usd()};
}

// A fee that the run took may be what another step was waiting for, or the periods that passed: one
// that was cut owes them all.
bool waited_for_more(Life& life, const BillingItem& item) {
    const auto& steps = life.rows().dunning_policies.find(book_key(tenant_id, "P"))->steps;
    return item.outcome == BillingOutcome::dunned &&
           std::ranges::all_of(*item.steps, [&](const std::string& name) {
               const auto step = std::ranges::find(steps, name, &DunningStep::step);
               return amounts_for(item.customer, *step).min_owed_minor.has_value();
           });
}

// Whether a service that the wallet pays for before it is due again: it was charged one period of
// several, or cut, and owes as much now as a step was waiting for.
bool waits_for_another(Life& life, std::span<const BillingItem> before, const BillingItem& item) {
    const auto is_due_again = [&](const BillingItem& other) {
        if (other.outcome == BillingOutcome::charged)
            return life.rows().services.find(book_key(tenant_id, other.service))->renews_on <=
                   life.day_now();
        if (other.outcome != BillingOutcome::cut) return false;
        return std::ranges::any_of(life.preview(), [&](const BillingItem& now) {
            return now.service == other.service && waited_for_more(life, now);
        });
    };
    return std::ranges::any_of(before, [&](const BillingItem& other) {
        return other.customer == item.customer && is_due_again(other);
    });
}

// A run does to each service what the preview of it said, and nothing is left to be done then, but
// for those that were charged one period of several, or wait for another service.
void run_as_previewed(Life& life) {
    const std::vector<BillingItem> items = life.preview();
    bool goes_on = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const BillingItem& item = items[i];
        CAPTURE(item.service);
        const bool waits = waits_for_another(life, std::span(items).first(i), item);
        goes_on = goes_on || waits || item.outcome == BillingOutcome::charged;
        if (waits) continue;
        if (does_nothing(item)) {
            const std::size_t facts = life.book().run().facts().size();
            life.book().when(RenewService{item.service});
            REQUIRE(life.book().run().facts().size() == facts);
            continue;
        }
        life.book().when(expecting(item));
        const BillingItem done = done_to(life.book(), item);
        REQUIRE(done.outcome == item.outcome);
        REQUIRE(done.steps == item.steps);
    }
    for (const BillingItem& left : life.preview())
        CHECK((goes_on || does_nothing(left) || waited_for_more(life, left)));
}

// No step of a due date is taken twice, none before its day; every fee is charged once at most, and
// every charged one was owed.
void check_steps(const std::vector<tollbook::Fact>& facts) {
    std::set<std::string> taken;
    std::map<std::string, std::int64_t> owed;
    std::map<std::string, DunningDefined> policies;
    for (const tollbook::Fact& fact : facts) {
        if (const auto* defined = std::get_if<DunningDefined>(&fact.event))
            policies[defined->policy] = *defined;
        if (const auto* step = std::get_if<DunningStepTaken>(&fact.event)) {
            const std::string id = step->service + "/" + to_string(step->due_since) + "/";
            REQUIRE_MESSAGE(taken.insert(id + step->step).second, id << step->step);
            const auto& steps = policies[step->policy].steps;
            const auto rule = std::ranges::find(steps, step->step, &DunningStep::step);
            REQUIRE(rule != steps.end());
            REQUIRE(step->due_since + static_cast<int>(rule->after_days) <= step->on);
            const DunningAmounts amounts = amounts_for(step->customer, *rule);
            REQUIRE(step->fee_minor == amounts.fee_minor);
            REQUIRE(amounts.min_owed_minor.value_or(0) <= step->owed_minor);
            if (step->charge) REQUIRE(owed.emplace(*step->charge, *step->fee_minor).second);
        }
        const auto* charged = std::get_if<WalletCharged>(&fact.event);
        if (charged == nullptr || charged->lines.front().component != "late_fee") continue;
        REQUIRE(owed.contains(charged->charge));
        REQUIRE(owed.at(charged->charge) == charged->minor);
        owed.at(charged->charge) = -1;
    }
}

// What is lifted is what was blocked, and nothing with it.
void check_blocks(const std::vector<tollbook::Fact>& facts) {
    std::map<std::string, std::vector<std::string>> blocks;
    for (const tollbook::Fact& fact : facts) {
        if (const auto* cut = std::get_if<ServiceSuspended>(&fact.event))
            blocks[cut->service] = cut->blocks;
        const auto* back = std::get_if<ServiceReinstated>(&fact.event);
        if (back == nullptr) continue;
        std::vector<std::string>& held = blocks[back->service];
        REQUIRE(std::erase(held, back->reason) == 1);
        REQUIRE(held == back->blocks);
    }
}

// What is paid for beyond today is dunned no more, and dunning blocks it no more.
void check_rows(Life& life) {
    for (const char* service : services) {
        CAPTURE(service);
        const ServiceRow& row = *life.rows().services.find(book_key(tenant_id, service));
        if (row.renews_on <= life.day_now()) continue;
        REQUIRE(std::ranges::find(row.blocks, "unpaid") == row.blocks.end());
        REQUIRE(life.rows().dunning.find(book_key(tenant_id, service)) == nullptr);
    }
}

} // namespace

TEST_CASE("property: dunning does what its preview says, and nothing twice, whatever happens") {
    std::map<BillingOutcome, std::size_t> outcomes;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Life life(seed);
        for (int i = 0; i < 120; ++i) {
            life.live_a_day();
            for (const BillingItem& item : life.preview())
                ++outcomes[item.outcome];
            if (life.roll(5) != 0) run_as_previewed(life);
            check_rows(life);
        }
        check_steps(life.book().run().facts());
        check_blocks(life.book().run().facts());
        CHECK(first_fault(life.book().run(), tenant_id) == "");
    }
    CHECK(outcomes.size() == 6); // Each kind was met.
}

TEST_CASE("property: runs that come again and again come to an end, and take no step twice") {
    for (std::uint64_t seed = 100; seed < 120; ++seed) {
        CAPTURE(seed);
        Life life(seed);
        const auto facts = [&] { return life.book().run().facts().size(); };
        for (int i = 0; i < 60; ++i) {
            life.live_a_day();
            constexpr int runs_max = 20; // Each charges one of the periods that passed.
            int runs = 0;
            for (std::size_t before = 0; before != facts(); ++runs) {
                before = facts();
                for (const char* service : services)
                    life.book().when(RenewService{service});
            }
            REQUIRE(runs < runs_max);
        }
        check_steps(life.book().run().facts());
        BookRun replayed;
        for (const tollbook::Fact& fact : life.book().run().facts())
            replayed.replay(fact);
        CHECK(replayed.decider().state_hash() == life.book().run().decider().state_hash());
    }
}
