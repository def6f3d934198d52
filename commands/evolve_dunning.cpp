#include "commands/billing/renewal.hpp"
#include "commands/evolve_parts.hpp"
#include "ledger/match.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// The days before are charged no more, or were given: dunning begins again with this due date.
void fall_due(Book& book, const std::string& key, Date due_since) {
    if (book.dunning.find(key) == nullptr) return;
    DunningRow& row = book.dunning.edit(key);
    row.due_since = due_since;
    row.steps.clear();
}

// No row is kept for nothing.
void forget_if_done(Book& book, const std::string& key) {
    const DunningRow* row = book.dunning.find(key);
    if (row != nullptr && row->steps.empty() && row->fees.empty()) book.dunning.erase(key);
}

// What the service owed as that charge, no more; none: it owed no such fee.
std::optional<LateFee> drop_fee(Book& book, const std::string& key, const std::string& charge) {
    const DunningRow* row = book.dunning.find(key);
    if (row == nullptr) return std::nullopt;
    const auto owed = std::ranges::find(row->fees, charge, &LateFee::charge);
    if (owed == row->fees.end()) return std::nullopt;
    LateFee fee = *owed;
    std::erase(book.dunning.edit(key).fees, fee);
    return fee;
}

void pay_fee(Book& book, const std::string& key, const std::string& charge) {
    const std::optional<LateFee> fee = drop_fee(book, key, charge);
    if (!fee) return;
    for (const std::string_view step : {std::string_view(fee->step), any_dunned})
        book.fees_charged.edit(key + "/" + std::string(step)).name = charge;
}

} // namespace

void EvolveDunning::operator()(const DunningDefined& e) {
    book().dunning_policies.edit(key(e.policy)
    ) = {e.version, e.steps, e.calendar, e.suspended_time, e.catch_up};
}

void EvolveDunning::operator()(const DunningAssigned& e) {
    const std::string everybody(any_dunned);
    const std::string at =
        book_key(tenant(), e.group.value_or(everybody), e.plan.value_or(everybody));
    if (e.policy)
        book().dunning_for.edit(at).name = *e.policy;
    else
        book().dunning_for.erase(at);
    book().tenants.edit(tenant()).has_dunning = true;
}

void EvolveDunning::operator()(const CustomerGrouped& e) {
    if (e.group)
        book().customer_groups.edit(key(e.customer)).name = *e.group;
    else
        book().customer_groups.erase(key(e.customer));
}

void EvolveDunning::operator()(const DunningStepTaken& e) {
    DunningRow& row = book().dunning.edit(key(e.service));
    if (row.due_since != e.due_since) row.steps.clear();
    row.due_since = e.due_since;
    row.steps.push_back(e.step);
    if (e.charge) row.fees.push_back({*e.charge, e.fee_minor.value_or(0), e.step});
    if (e.action == DunningAction::remind)
        book().notices.edit(notice_key(tenant(), e.service, {e.due_since, e.step})).value = 0;
    ++book().services.edit(key(e.service)).changes;
}

void EvolveDunning::operator()(const PeriodsForgiven& e) {
    ServiceRow& row = book().services.edit(key(e.service));
    row.renews_on = e.to;
    row.anchor_day = e.anchor_day;
    ++row.changes;
    fall_due(book(), key(e.service), e.to);
}

void EvolveDunning::operator()(const BacklogBilled& e) {
    ServiceRow& row = book().services.edit(key(e.service));
    row.billed_to = e.to;
    ++row.changes;
}

void EvolveDunning::operator()(const LateFeeWaived& e) {
    drop_fee(book(), key(e.service), e.fee);
    forget_if_done(book(), key(e.service));
    ++book().services.edit(key(e.service)).changes;
}

void EvolveDunning::operator()(const NoticeSent& e) {
    book().notices.edit(notice_key(tenant(), e.service, {e.due_since, e.step})).value = 1;
}

void note_dunning(Book& book, std::string_view tenant, const Event& event) {
    match(
        event,
        [&](const WalletCharged& e) {
            if (e.service) pay_fee(book, book_key(tenant, *e.service), e.charge);
        },
        [&](const PeriodDrafted& e) { pay_fee(book, book_key(tenant, e.service), e.charge); },
        [&](const ServiceRenewed& e) {
            const std::string key = book_key(tenant, e.service);
            fall_due(book, key, e.to);
            forget_if_done(book, key);
        },
        [&](const ServiceReinstated& e) {
            if (e.reason == "unpaid") forget_if_done(book, book_key(tenant, e.service));
        },
        [&](const ServiceExtended& e) { fall_due(book, book_key(tenant, e.service), e.renews_on); },
        [&](const ServiceEnded& e) { book.dunning.erase(book_key(tenant, e.service)); },
        [](const auto&) {}
    );
}

} // namespace tollbook
