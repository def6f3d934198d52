#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"
#include "projections/top_up_views.hpp"

namespace tollbook {

namespace {

struct RuleName {
    std::string customer;
    std::string rule;
};

// The rule that an event is about.
std::optional<RuleName> rule_of(const Event& event) {
    const auto named = [](const auto& e) { return std::optional(RuleName{e.customer, e.rule}); };
    return match(
        event,
        [&](const TopUpRuleSet& e) { return named(e); },
        [&](const TopUpRuleEnded& e) { return named(e); },
        [&](const TopUpGranted& e) { return named(e); },
        [&](const TopUpRequested& e) { return named(e); },
        [&](const TopUpPassed& e) { return named(e); },
        [&](const TopUpRequestEnded& e) { return named(e); },
        [](const auto&) -> std::optional<RuleName> { return std::nullopt; }
    );
}

// The rules by which wallets are filled up, and what came of them.
class TopUps final : public Projection {
public:
    explicit TopUps(std::string_view schema)
        : Projection({"top_ups", 1, "123_top_ups_v1"})
        , rules_(schema, "top_up_rules", 3)
        , top_ups_(schema, "top_ups", 2) {}

    Keys keys(const Fact& fact) const override {
        const std::optional<RuleName> rule = rule_of(fact.event);
        return rule ? Keys{"top_up:" + rule->customer} : Keys{};
    }

    void touch(const Fact& fact) override {
        if (const std::optional<RuleName> rule = rule_of(fact.event)) rules_.want(key(fact, *rule));
        if (const auto* end = std::get_if<TopUpRequestEnded>(&fact.event))
            top_ups_.want(row_key(fact.tenant(), end->top_up));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const TopUpRuleSet& e) { set(fact, e); },
            [&](const TopUpRuleEnded& e) {
                if (TopUpRuleView* row = edit(fact, {e.customer, e.rule})) row->status = "ended";
            },
            [&](const TopUpGranted& e) { take(fact, e, "grant", "granted"); },
            [&](const TopUpRequested& e) { take(fact, e, "request", "open"); },
            [&](const TopUpPassed& e) {
                if (TopUpRuleView* row = edit(fact, {e.customer, e.rule})) row->next_on = e.next_on;
            },
            [&](const TopUpRequestEnded& e) { end(fact, e); },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&rules_, &top_ups_}; }

private:
    static std::string key(const Fact& fact, const RuleName& rule) {
        return row_key(fact.tenant(), rule.customer, rule.rule);
    }

    TopUpRuleView* edit(const Fact& fact, const RuleName& rule) {
        TopUpRuleView* row = rules_.edit(key(fact, rule));
        if (row != nullptr) row->seq = fact.record.seq;
        return row;
    }

    void set(const Fact& fact, const TopUpRuleSet& e) {
        TopUpRuleView fresh;
        fresh.tenant = fact.tenant();
        fresh.customer = e.customer;
        fresh.rule = e.rule;
        TopUpRuleView& row = rules_.edit_or_put(key(fact, {e.customer, e.rule}), std::move(fresh));
        row.status = "active";
        row.trigger = name_of(e.terms.trigger);
        row.action = name_of(e.terms.action);
        row.terms = JsonText{to_json(e.terms)};
        row.next_on = e.next_on;
        row.set_at = fact.record.effective_at;
        row.seq = fact.record.seq;
    }

    template <class Taken>
    void take(const Fact& fact, const Taken& e, const char* action, const char* status) {
        TopUpView row;
        row.tenant = fact.tenant();
        row.top_up = e.top_up;
        row.customer = e.customer;
        row.rule = e.rule;
        row.action = action;
        row.status = status;
        row.minor = e.minor;
        row.available_minor = e.available_minor;
        row.due_on = e.due_on;
        row.taken_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        top_ups_.put(std::move(row));
        TopUpRuleView* rule = edit(fact, {e.customer, e.rule});
        if (rule == nullptr) return;
        ++rule->taken;
        if (e.next_on) rule->next_on = e.next_on;
    }

    void end(const Fact& fact, const TopUpRequestEnded& e) {
        TopUpView* row = top_ups_.edit(row_key(fact.tenant(), e.top_up));
        if (row == nullptr) return;
        row->status = name_of(e.outcome);
        row->payment = e.payment;
        row->reason = e.reason;
        row->ended_at = fact.record.effective_at;
        row->seq = fact.record.seq;
    }

    KeyedRows<TopUpRuleView> rules_;
    KeyedRows<TopUpView> top_ups_;
};

} // namespace

std::unique_ptr<Projection> make_top_ups(std::string_view schema) {
    return std::make_unique<TopUps>(schema);
}

} // namespace tollbook
