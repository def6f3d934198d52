// Money that a customer wants back: requested, approved by a second person, paid out.
#include "commands/billing/renewal.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/payments/channels.hpp"
#include "commands/payments/receipts.hpp"

namespace tollbook {

namespace {

std::string hold_of(const std::string& refund) { return "refund#" + refund; }

Result<const RefundRow*> find_refund(
    const Decision& decision, const std::string& refund, RefundPhase phase
) {
    const RefundRow* row = decision.book().refunds.find(decision.key(refund));
    if (row == nullptr) return Error{Errc::refund_unknown, refund};
    if (row->phase != phase) return Error{Errc::refund_not_open, refund};
    return row;
}

} // namespace

Status decide(Decision& decision, const RequestRefund& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("refund", command.refund); !status) return status;
    if (decision.book().refunds.find(decision.key(command.refund)) != nullptr)
        return Error{Errc::refund_exists, command.refund};
    if (const Status status = check_amount(command.minor); !status) return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    if (const Status status = check_id("user", command.user); !status) return status;
    settle(decision, command.customer);
    WalletRow& wallet = decision.wallet(command.customer);
    WalletRow tried = wallet;
    if (!take_paid(tried, command.minor)) return Error{Errc::insufficient_funds, command.customer};
    terms_of(wallet).holds.push_back({hold_of(command.refund), command.minor, std::nullopt});
    decision.add(
        "wallet:" + command.customer,
        RefundRequested{
            command.refund, command.customer, command.minor, command.reason, command.user}
    );
    return Done{};
}

Status decide(Decision& decision, const ApproveRefund& command) {
    const auto found = find_refund(decision, command.refund, RefundPhase::requested);
    if (!found) return found.error();
    const RefundRow& row = **found;
    if (const Status status = check_id("user", command.user); !status) return status;
    if (command.user == row.requested_by) return Error{Errc::second_person_required, command.user};
    WalletRow& wallet = decision.wallet(row.customer);
    set_hold(wallet, hold_of(command.refund), 0);
    auto taken = take_paid(wallet, row.minor);
    if (!taken) return Error{Errc::insufficient_funds, row.customer};
    decision.add(
        "wallet:" + row.customer,
        RefundApproved{
            command.refund,
            row.customer,
            row.minor,
            std::move(*taken),
            command.user,
            {leg(decision, "wallet:" + row.customer, row.minor),
             leg(decision, "refund_payable:" + row.customer, -row.minor)}}
    );
    return Done{};
}

Status decide(Decision& decision, const RejectRefund& command) {
    const auto found = find_refund(decision, command.refund, RefundPhase::requested);
    if (!found) return found.error();
    const RefundRow& row = **found;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    if (const Status status = check_id("user", command.user); !status) return status;
    set_hold(decision.wallet(row.customer), hold_of(command.refund), 0);
    decision.add(
        "wallet:" + row.customer,
        RefundRejected{command.refund, row.customer, row.minor, command.reason, command.user}
    );
    reconnect_paid(decision, row.customer, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const PayRefund& command) {
    const auto found = find_refund(decision, command.refund, RefundPhase::approved);
    if (!found) return found.error();
    const RefundRow& row = **found;
    if (!channel_exists(decision.row(), command.channel))
        return Error{Errc::channel_unknown, command.channel};
    const Currency currency = decision.currency_of(row.customer);
    if (const Status fits = check_channel_currency(decision, command.channel, currency); !fits)
        return fits;
    if (const Status status = check_id("receipt", command.receipt); !status) return status;
    const std::string payout = payout_key(command.channel, command.receipt);
    if (decision.book().credits.find(decision.key(payout)) != nullptr)
        return Error{Errc::refund_exists, command.receipt};
    decision.add(
        "wallet:" + row.customer,
        RefundPaid{
            command.refund,
            row.customer,
            row.minor,
            command.channel,
            command.receipt,
            {leg(decision, "refund_payable:" + row.customer, row.minor),
             leg(decision, "cash:" + command.channel, -row.minor)}}
    );
    return Done{};
}

} // namespace tollbook
