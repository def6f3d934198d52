// What a rule does when it is due.
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/wallets/grants.hpp"
#include "commands/wallets/top_ups.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

Date month_of(Date day) {
    const CivilDay in = civil(day);
    return date_of({in.year, in.month, 1});
}

bool is_spent(const Decision& decision, const TopUpRule& rule) {
    return rule.month == month_of(decision.today()) && rule.in_month >= rule.terms.at_most;
}

bool is_asking(const TopUpRule& rule) {
    return rule.terms.action == TopUpAction::request && rule.open;
}

// So much is to be added; zero or less: nothing is lacking.
std::int64_t lacking(const TopUpTerms& terms, std::int64_t available_minor) {
    return terms.amount_minor ? *terms.amount_minor : *terms.target_minor - available_minor;
}

struct Taking {
    std::string customer;
    const TopUpRule& rule;
    std::int64_t minor{};
    std::int64_t available_minor{};
    std::optional<Date> due_on; // Of an interval.
    std::optional<Date> next_on;
};

void pass(Decision& decision, const Taking& taking, TopUpPassing why) {
    decision.add(
        "wallet:" + taking.customer,
        TopUpPassed{taking.customer, taking.rule.rule, why, *taking.due_on, *taking.next_on}
    );
}

// "<customer>~<n>": no id that a person chose holds a tilde.
std::string next_name(const Decision& decision, const std::string& customer) {
    const TopUpRow& row = *decision.book().top_ups.find(decision.key(customer));
    return fmt::format("{}~{}", customer, row.changes + 1);
}

void give(Decision& decision, const Taking& taking) {
    const TopUpTerms& terms = taking.rule.terms;
    const std::string top_up = next_name(decision, taking.customer);
    const std::string grant = "topup~" + top_up;
    decision.add(
        "wallet:" + taking.customer,
        TopUpGranted{
            top_up,
            taking.customer,
            taking.rule.rule,
            taking.minor,
            taking.available_minor,
            grant,
            decision.today(),
            taking.due_on,
            taking.next_on}
    );
    std::optional<Date> expires_on;
    if (terms.expires_after_days)
        expires_on = decision.today() + static_cast<int>(*terms.expires_after_days);
    add_grant(
        decision,
        {taking.customer,
         grant,
         taking.minor,
         terms.priority.value_or(priority_plain),
         expires_on,
         "top-up by the rule " + taking.rule.rule}
    );
}

void ask(Decision& decision, const Taking& taking) {
    decision.add(
        "wallet:" + taking.customer,
        TopUpRequested{
            next_name(decision, taking.customer),
            taking.customer,
            taking.rule.rule,
            taking.minor,
            taking.available_minor,
            decision.today(),
            taking.due_on,
            taking.next_on}
    );
}

} // namespace

bool is_due(Decision& decision, const std::string& customer, const TopUpRule& rule) {
    if (rule.terms.trigger == TopUpTrigger::interval) return *rule.next_on <= decision.today();
    if (!rule.armed || is_asking(rule) || is_spent(decision, rule)) return false;
    settle(decision, customer);
    return available(decision.wallet(customer)) < *rule.terms.below_minor;
}

Status decide(Decision& decision, const TakeTopUp& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    const TopUpRule* rule = find_rule(decision, command.customer, command.rule);
    if (rule == nullptr) return Error{Errc::top_up_rule_unknown, command.rule.substr(0, 64)};
    if (!is_due(decision, command.customer, *rule))
        return Error{Errc::top_up_not_due, command.rule};
    settle(decision, command.customer);
    Taking taking{command.customer, *rule, 0, available(decision.wallet(command.customer)), {}, {}};
    taking.minor = lacking(rule->terms, taking.available_minor);
    if (rule->terms.trigger == TopUpTrigger::interval) {
        taking.due_on = rule->next_on;
        taking.next_on = first_due(rule->terms, *rule->next_on + 1);
        std::optional<TopUpPassing> why;
        if (is_asking(*rule)) why = TopUpPassing::open;
        if (!why && taking.minor <= 0) why = TopUpPassing::full;
        if (!why && is_spent(decision, *rule)) why = TopUpPassing::limit;
        if (why) {
            pass(decision, taking, *why);
            return Done{};
        }
    }
    if (const Status status = check_amount(taking.minor); !status) return status;
    if (rule->terms.action == TopUpAction::grant)
        give(decision, taking);
    else
        ask(decision, taking);
    return Done{};
}

} // namespace tollbook
