#include "commands/evolve_parts.hpp"
#include "ledger/match.hpp"

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::string_view wallet_account = "wallet:";

bool is_reached(const TopUpRule& rule, std::int64_t available_minor) {
    return !rule.armed && rule.terms.below_minor && available_minor >= *rule.terms.below_minor;
}

void arm(Book& book, std::string_view tenant, std::string_view customer) {
    const std::string key = book_key(tenant, customer);
    const TopUpRow* row = book.top_ups.find(key);
    const WalletRow* wallet = row == nullptr ? nullptr : book.wallets.find(key);
    if (wallet == nullptr) return;
    const std::int64_t minor = available(*wallet);
    if (std::ranges::none_of(row->rules, [&](const auto& rule) { return is_reached(rule, minor); }))
        return;
    for (TopUpRule& rule : book.top_ups.edit(key).rules)
        if (is_reached(rule, minor)) rule.armed = true;
}

// Once more in the month of that day.
template <class Top>
void note_taken(TopUpRule& rule, const Top& e) {
    const CivilDay day = civil(e.on);
    const Date month = date_of({day.year, day.month, 1});
    rule.in_month = rule.month == month ? rule.in_month + 1 : 1;
    rule.month = month;
    rule.armed = false;
    if (!e.due_on) return;
    rule.dealt_on = e.due_on;
    rule.next_on = e.next_on;
}

} // namespace

TopUpRule& EvolveTopUps::changed(const std::string& customer, const std::string& rule) {
    TopUpRow& row = book().top_ups.edit(key(customer));
    ++row.changes;
    const auto found = std::ranges::find(row.rules, rule, &TopUpRule::rule);
    if (found != row.rules.end()) return *found;
    row.rules.push_back({rule, {}});
    return row.rules.back();
}

void EvolveTopUps::operator()(const BillingScheduleSet& e) {
    book().tenants.edit(tenant()).billing_from_hour = e.from_hour;
}

void EvolveTopUps::operator()(const BillingRunStarted& e) {
    book().runs.edit(key(e.run)).started = e;
}

void EvolveTopUps::operator()(const BillingRunInterrupted& e) { book().runs.erase(key(e.run)); }

void EvolveTopUps::operator()(const BillingRunFinished& e) { book().runs.erase(key(e.run)); }

void EvolveTopUps::operator()(const TopUpRuleSet& e) {
    TopUpRule& rule = changed(e.customer, e.rule);
    rule.terms = e.terms;
    rule.next_on = e.next_on;
    rule.armed = true;
}

void EvolveTopUps::operator()(const TopUpRuleEnded& e) {
    TopUpRow& row = book().top_ups.edit(key(e.customer));
    ++row.changes;
    std::erase_if(row.rules, [&](const TopUpRule& rule) { return rule.rule == e.rule; });
}

void EvolveTopUps::operator()(const TopUpGranted& e) { note_taken(changed(e.customer, e.rule), e); }

void EvolveTopUps::operator()(const TopUpRequested& e) {
    TopUpRule& rule = changed(e.customer, e.rule);
    note_taken(rule, e);
    rule.open = OpenTopUp{e.top_up, e.minor};
}

void EvolveTopUps::operator()(const TopUpPassed& e) {
    TopUpRule& rule = changed(e.customer, e.rule);
    rule.dealt_on = e.due_on;
    rule.next_on = e.next_on;
}

// Who paid less than was asked for may be asked again.
void EvolveTopUps::operator()(const TopUpRequestEnded& e) {
    TopUpRule& rule = changed(e.customer, e.rule);
    rule.open.reset();
    if (e.outcome == TopUpOutcome::paid) rule.armed = true;
}

void note_top_ups(Book& book, std::string_view tenant, const Event& event) {
    if (book.top_ups.rows_in_memory() == 0) return;
    if (const Postings* postings = postings_of(event))
        for (const Posting& posting : *postings)
            if (posting.account.starts_with(wallet_account))
                arm(book, tenant, std::string_view(posting.account).substr(wallet_account.size()));
    match(
        event,
        [&](const HoldCaptured& e) { arm(book, tenant, e.customer); },
        [&](const HoldReleased& e) { arm(book, tenant, e.customer); },
        [&](const RefundRejected& e) { arm(book, tenant, e.customer); },
        [](const auto&) {}
    );
}

} // namespace tollbook
