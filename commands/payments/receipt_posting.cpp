#include "commands/payments/receipt_posting.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/customers/merging.hpp"
#include "commands/payments/channels.hpp"

#include <utility>

namespace tollbook {

void post_receipt(Decision& decision, const NewReceipt& news, std::optional<Personal> payer) {
    PaymentReceived received;
    received.payment = news.payment;
    received.channel = news.channel;
    received.receipt = news.receipt;
    received.minor = news.minor;
    received.currency = currency_of_payment(decision, news.customer);
    received.reference_hash = news.reference_hash;
    received.occurred_at = news.occurred_at;
    received.reported_by = news.reported_by;
    std::string credited = suspense_account(news.channel);
    if (news.customer.empty()) {
        received.suspense_reason = news.suspense_reason;
    } else {
        received.customer = news.customer;
        received.debt_repaid = credit(decision.wallet(news.customer), news.payment, news.minor);
        credited = "wallet:" + news.customer;
    }
    received.postings = {
        leg(decision, "cash:" + news.channel, news.minor), leg(decision, credited, -news.minor)};
    const Timestamp at = decision.not_after_now(news.occurred_at);
    decision.add_at(
        at, decision.day_of(at), "payment:" + news.payment, std::move(received), std::move(payer)
    );
    if (!news.customer.empty()) reconnect_paid(decision, news.customer, Cause{news.payment, at});
}

void resolve_arrival(
    Decision& decision, const Arrival& arrival, Outcome outcome, const std::string& reason
) {
    ArrivalResolved resolved;
    resolved.arrival = arrival.id;
    resolved.kind = arrival.kind;
    resolved.outcome = outcome;
    if (!arrival.payment.empty()) resolved.payment = arrival.payment;
    if (!arrival.receipt.empty()) {
        resolved.channel = arrival.channel;
        resolved.receipt = arrival.receipt;
        resolved.minor = arrival.minor;
    }
    if (!reason.empty()) resolved.reason = reason;
    decision.add("arrival:" + arrival.id, std::move(resolved));
}

std::string customer_of(const Decision& decision, const std::string& reference) {
    const NameRow* row = decision.book().references.find(decision.key(reference));
    return row == nullptr ? std::string{} : owner_of(decision, row->name);
}

} // namespace tollbook
