// The rules by which wallets are filled up: what they may say, and when they end.
#include "commands/wallets/top_ups.hpp"

#include "commands/billing/billing_period.hpp"
#include "commands/deciders.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::size_t rules_max = 20; // Of one wallet.
constexpr std::uint32_t at_most_max = 31;
constexpr int from_days_max = 3'660; // Before today, and after it.
constexpr std::uint32_t expiry_days_max = 3'660;

Error rule_out_of_range(std::string text) { return {Errc::value_out_of_range, std::move(text)}; }

Status check_trigger(const Decision& decision, const TopUpTerms& terms) {
    const bool is_threshold = terms.trigger == TopUpTrigger::threshold;
    if (terms.below_minor.has_value() != is_threshold)
        return rule_out_of_range("below_minor: of a threshold, and of nothing else");
    if (terms.every.has_value() == is_threshold || terms.from.has_value() == is_threshold)
        return rule_out_of_range("every, from: of an interval, and of nothing else");
    if (is_threshold) return check_amount(*terms.below_minor);
    const Date today = decision.today();
    if (*terms.from < today - from_days_max || *terms.from > today + from_days_max)
        return rule_out_of_range(fmt::format("from: within {} days of today", from_days_max));
    return Done{};
}

Status check_sum(const TopUpTerms& terms) {
    if (terms.amount_minor.has_value() == terms.target_minor.has_value())
        return rule_out_of_range("amount_minor, target_minor: one of them");
    if (terms.amount_minor) return check_amount(*terms.amount_minor);
    if (const Status status = check_amount(*terms.target_minor); !status) return status;
    if (terms.below_minor && *terms.target_minor < *terms.below_minor)
        return rule_out_of_range("target_minor: not less than below_minor");
    return Done{};
}

Status check_grant(const TopUpTerms& terms) {
    const bool is_grant = terms.action == TopUpAction::grant;
    if (!is_grant && (terms.priority || terms.expires_after_days))
        return rule_out_of_range("priority, expires_after_days: of a grant, and of nothing else");
    if (terms.priority && (*terms.priority == 0 || *terms.priority > priority_plain))
        return rule_out_of_range("priority: 1 to 50");
    if (terms.expires_after_days &&
        (*terms.expires_after_days == 0 || *terms.expires_after_days > expiry_days_max))
        return rule_out_of_range(fmt::format("expires_after_days: 1 to {}", expiry_days_max));
    return Done{};
}

Status check_terms(const Decision& decision, const TopUpTerms& terms) {
    if (const Status status = check_trigger(decision, terms); !status) return status;
    if (const Status status = check_sum(terms); !status) return status;
    if (terms.at_most == 0 || terms.at_most > at_most_max)
        return rule_out_of_range(fmt::format("at_most: 1 to {} in a month", at_most_max));
    return check_grant(terms);
}

const TopUpRow* row_of(const Decision& decision, const std::string& customer) {
    return decision.book().top_ups.find(decision.key(customer));
}

void end_request(
    Decision& decision,
    const std::string& customer,
    const TopUpRule& rule,
    TopUpOutcome outcome,
    const std::optional<std::string>& payment,
    const std::string& reason
) {
    decision.add(
        "wallet:" + customer,
        TopUpRequestEnded{
            rule.open->top_up, customer, rule.rule, rule.open->minor, outcome, payment, reason}
    );
}

// Its rule, or why there is none.
Result<const TopUpRule*> known_rule(
    const Decision& decision, const std::string& customer, const std::string& name
) {
    if (const Status status = check_customer(decision, customer); !status) return status.error();
    const TopUpRule* rule = find_rule(decision, customer, name);
    if (rule == nullptr) return Error{Errc::top_up_rule_unknown, name.substr(0, 64)};
    return rule;
}

} // namespace

Date first_due(const TopUpTerms& terms, Date day) {
    const Date from = *terms.from;
    if (day <= from) return from;
    PlanRow length;
    length.period = *terms.every;
    length.period_count = 1;
    const int months = months_of(length);
    if (months == 0) {
        const int days = period_from(from, length, 1).to.days - from.days;
        return from + (day.days - from.days + days - 1) / days * days;
    }
    const CivilDay first = civil(from);
    const CivilDay last = civil(day);
    const int passed = (last.year - first.year) * 12 + last.month - first.month;
    const int whole = passed / months * months;
    const Date due = add_months(from, whole, first.day);
    return due >= day ? due : add_months(from, whole + months, first.day);
}

const TopUpRule* find_rule(
    const Decision& decision, const std::string& customer, const std::string& rule
) {
    const TopUpRow* row = row_of(decision, customer);
    if (row == nullptr) return nullptr;
    const auto found = std::ranges::find(row->rules, rule, &TopUpRule::rule);
    return found == row->rules.end() ? nullptr : &*found;
}

void end_requests(Decision& decision, const std::string& customer, const std::string& payment) {
    const TopUpRow* row = row_of(decision, customer);
    if (row == nullptr) return;
    for (const TopUpRule& rule : row->rules)
        if (rule.open) end_request(decision, customer, rule, TopUpOutcome::paid, payment, {});
}

Status decide(Decision& decision, const SetTopUpRule& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("rule", command.rule); !status) return status;
    if (const Status status = check_terms(decision, command.terms); !status) return status;
    const TopUpRule* before = find_rule(decision, command.customer, command.rule);
    const TopUpRow* row = row_of(decision, command.customer);
    if (before == nullptr && row != nullptr && row->rules.size() >= rules_max)
        return rule_out_of_range(fmt::format("a wallet has {} rules", rules_max));
    std::optional<Date> next_on;
    if (command.terms.trigger == TopUpTrigger::interval) {
        Date day = decision.today();
        if (before != nullptr && before->dealt_on) day = std::max(day, *before->dealt_on + 1);
        next_on = first_due(command.terms, day);
    }
    decision.add(
        "wallet:" + command.customer,
        TopUpRuleSet{command.customer, command.rule, command.terms, next_on}
    );
    return Done{};
}

Status decide(Decision& decision, const EndTopUpRule& command) {
    const Result<const TopUpRule*> rule = known_rule(decision, command.customer, command.rule);
    if (!rule) return rule.error();
    if ((*rule)->open)
        end_request(decision, command.customer, **rule, TopUpOutcome::rule_ended, {}, {});
    decision.add("wallet:" + command.customer, TopUpRuleEnded{command.customer, command.rule});
    return Done{};
}

Status decide(Decision& decision, const CancelTopUp& command) {
    const Result<const TopUpRule*> rule = known_rule(decision, command.customer, command.rule);
    if (!rule) return rule.error();
    if (!(*rule)->open) return Error{Errc::top_up_unknown, command.rule};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    end_request(decision, command.customer, **rule, TopUpOutcome::cancelled, {}, command.reason);
    return Done{};
}

} // namespace tollbook
