// Policies of dunning for the tests, and words for what comes of them.
#pragma once

#include "tests/support/currency_examples.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tollbook {

inline DunningStep remind(const std::string& name, std::uint32_t after_days) {
    return {name, after_days, DunningAction::remind};
}

inline DunningStep fee(const std::string& name, std::uint32_t after_days, std::int64_t minor) {
    return {name, after_days, DunningAction::late_fee, minor};
}

inline DunningStep suspend(std::uint32_t after_days) {
    return {"cut", after_days, DunningAction::suspend};
}

inline DunningStep terminate(std::uint32_t after_days) {
    return {"end", after_days, DunningAction::terminate};
}

inline DefineDunning policy(std::vector<DunningStep> steps) {
    DefineDunning define;
    define.policy = "P";
    define.steps = std::move(steps);
    return define;
}

// A reminder at once, a fee of 200.00 after 3 days, a cut after 5, an end after 60.
inline std::vector<DunningStep> usual_steps() {
    return {remind("r", 0), fee("f", 3, 200'00), suspend(5), terminate(60)};
}

// A provider with the policy for everybody; A-1 on HOME10 (1,500.00 a month) is due since
// 20 November.
struct Dunned : Spec {
    explicit Dunned(const DefineDunning& define, const Story& provider = world())
        : Spec(provider + Story{service("A-1", "A", "2026-11-20")}) {
        when(define).then_types("dunning_defined");
        when(AssignDunning{"P", {}, {}}).then_types("dunning_assigned");
    }

    Dunned& on(std::string_view day, std::string_view time = "09:00:00") {
        when(AdvanceTestClock{at(std::string(day) + "T" + std::string(time) + "Z")});
        return *this;
    }

    // A run comes to the service.
    Spec& run_to(const std::string& service = "A-1") { return when(RenewService{service}); }

    std::size_t due() { return run().decider().due_services(tenant_id, {}).value().size(); }

    const ServiceRow& row(const std::string& service = "A-1") {
        return *run().book().services.find(book_key(tenant_id, service));
    }

    // Null: it is dunned no more.
    const DunningRow* dunning(const std::string& service = "A-1") {
        return run().book().dunning.find(book_key(tenant_id, service));
    }

    BillingItem previewed() {
        const BookDecider& decider = run().decider();
        const auto found = decider.due_services(tenant_id, {});
        const auto items = preview_billing(decider.book(), tenant_id, {}, found.value());
        REQUIRE(items.size() == 1);
        return items.front();
    }
};

// What a step comes to for customers whose money is dollars.
inline DunningStep in_dollars(
    DunningStep step,
    std::optional<std::int64_t> fee_minor,
    std::optional<std::int64_t> min_owed_minor = {}
) {
    step.others = {{usd(), fee_minor, min_owed_minor}};
    return step;
}

// D, whose money is dollars, and D-1 on DUAL: 15.00 dollars a month, or 1,500.00 shillings; it is
// due since 20 November.
inline Story dollar_customer() {
    PlanDefined dual = plan("DUAL", 1'500'00);
    dual.prices = {{usd(), 15'00, {}}};
    ServiceAdded added = service("D-1", "D", "2026-11-20");
    added.plan = "DUAL";
    return {dual, in_dollars(customer("D")), added};
}

// A-1 of shillings and D-1 of dollars, and the policy for both.
struct DunnedInDollars : Dunned {
    explicit DunnedInDollars(const DefineDunning& define)
        : Dunned(define, world() + dollar_customer()) {}

    BillingItem previewed_of(const std::string& service) {
        const BookDecider& decider = run().decider();
        const auto found = decider.due_services(tenant_id, {});
        const auto items = preview_billing(decider.book(), tenant_id, {}, found.value());
        const auto item = std::ranges::find(items, service, &BillingItem::service);
        REQUIRE(item != items.end());
        return *item;
    }
};

} // namespace tollbook
