#include "commands/billing/renewal.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/payments/channels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace tollbook {

namespace {

constexpr std::size_t parts_max = 100;

// The lot of a payment's n-th wallet credit.
std::string lot_of(const std::string& payment, std::size_t parts_before) {
    return parts_before == 0 ? payment : fmt::format("{}#{}", payment, parts_before + 1);
}

std::int64_t standing_with(const PaymentRow& row, const std::string& customer) {
    std::int64_t sum = 0;
    for (const PaymentPart& part : row.parts)
        if (part.customer == customer) sum += part.standing;
    return sum;
}

// Money that paid an invoice is back in its lot; the invoice is owed again. What of it repaid a
// debt.
std::int64_t release(
    Decision& decision, const PaymentPart& part, const std::string& invoice, std::int64_t minor
) {
    std::vector<LotTaken> lots{{part.lot, minor}};
    const std::int64_t repaid = give_back(decision.wallet(part.customer), lots);
    std::int64_t& open = decision.open(invoice);
    open += minor;
    const std::string& owner = decision.book().invoices.find(decision.key(invoice))->customer;
    decision.add(
        "invoice:" + invoice,
        FundsReleased{
            invoice,
            part.customer,
            minor,
            std::move(lots),
            repaid,
            open,
            part.lot.substr(0, part.lot.find('#')),
            {leg(decision, receivable(owner), minor),
             leg(decision, "wallet:" + part.customer, -minor)}}
    );
    return repaid;
}

std::int64_t taken_from(std::span<const LotTaken> lots, const std::string& lot) {
    std::int64_t sum = 0;
    for (const LotTaken& taken : lots)
        if (taken.lot == lot) sum += taken.minor;
    return sum;
}

// Part of a payment that is taken back out of its wallet.
struct TakingBack {
    const PaymentPart& part;
    std::int64_t minor{};
    std::int64_t repaid{}; // Of a debt, by what was released for it.
};

// Releases the invoices that the part's lot had paid, as far as it lacks the money: of its uses the
// newest ones, among which charges count too. Before anything is taken, as the events tell it.
void release_invoices(Decision& decision, const PaymentRow& row, TakingBack& taking) {
    const PaymentPart& part = taking.part;
    const WalletRow& wallet = decision.wallet(part.customer);
    std::int64_t left = taking.minor - taken_from(wallet.lots, part.lot);
    for (auto use = row.uses.rbegin(); use != row.uses.rend() && left > 0; ++use) {
        if (use->lot != part.lot) continue;
        const std::int64_t used = std::min(use->minor, left);
        left -= used;
        if (const auto invoice = invoice_of_use(use->charge))
            taking.repaid += release(decision, part, *invoice, used);
    }
}

// The charges that the payment's lots in this wallet had paid for, newest first, up to `minor`.
std::vector<Unwound> unwind(const PaymentRow& row, const PaymentPart& part, std::int64_t minor) {
    std::vector<Unwound> unwound;
    for (auto use = row.uses.rbegin(); use != row.uses.rend() && minor > 0; ++use) {
        if (use->lot != part.lot || invoice_of_use(use->charge)) continue;
        const std::int64_t taken = std::min(use->minor, minor);
        unwound.push_back({use->charge, taken});
        minor -= taken;
    }
    return unwound;
}

// Takes up to `minor` of one part back out of its wallet: its own lot first, and what that lot had
// paid for is named.
WalletDebit debit_part(Decision& decision, const PaymentRow& row, const TakingBack& taking) {
    const PaymentPart& part = taking.part;
    WalletDebit debit =
        force_take(decision.wallet(part.customer), part.customer, part.lot, taking.minor);
    const std::int64_t own = taken_from(debit.lots, part.lot);
    debit.unwound = unwind(row, part, taking.minor - own - taking.repaid);
    return debit;
}

struct Moving {
    std::int64_t minor{};
    std::string lot; // That it opens in the other wallet.
};

void move_part(
    Decision& decision, const MovePayment& command, const PaymentPart& part, const Moving& moving
) {
    const PaymentRow& row = *decision.book().payments.find(decision.key(command.payment));
    TakingBack taking{part, moving.minor};
    release_invoices(decision, row, taking);
    WalletDebit debit = debit_part(decision, row, taking);
    const std::int64_t repaid = credit(decision.wallet(command.to), moving.lot, moving.minor);
    decision.add(
        "payment:" + command.payment,
        PaymentMoved{
            command.payment,
            moving.minor,
            std::move(debit),
            {command.to, moving.minor, moving.lot, repaid},
            decision.currency_of(command.to),
            command.reason,
            {leg(decision, "wallet:" + command.from, moving.minor),
             leg(decision, "wallet:" + command.to, -moving.minor)}}
    );
}

Result<const PaymentRow*> find_payment(const Decision& decision, const std::string& payment) {
    const PaymentRow* row = decision.book().payments.find(decision.key(payment));
    if (row == nullptr) return Error{Errc::payment_unknown, payment};
    return row;
}

Status check_parts(const Decision& decision, const AssignSuspense& command) {
    if (command.parts.empty() || command.parts.size() > parts_max)
        return Error{Errc::value_out_of_range, "parts: 1 to 100"};
    for (const WalletAmount& part : command.parts) {
        if (const Status status = check_customer(decision, part.customer); !status) return status;
        const Currency currency = decision.currency_of(part.customer);
        if (currency != decision.row().currency)
            return Error{
                Errc::currency_mismatch, fmt::format("{} has {}", part.customer, currency.code())};
        if (const Status status = check_amount(part.minor); !status) return status;
    }
    return Done{};
}

} // namespace

Status decide(Decision& decision, const AssignSuspense& command) {
    const Result<const PaymentRow*> row = find_payment(decision, command.payment);
    if (!row) return row.error();
    if ((*row)->suspended == 0) return Error{Errc::payment_not_in_suspense, command.payment};
    if (const Status status = check_parts(decision, command); !status) return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;

    SuspenseAssigned assigned{
        command.payment, {}, (*row)->suspended, decision.row().currency, command.reason, {}};
    std::int64_t moved = 0;
    for (const WalletAmount& part : command.parts) {
        if (part.minor > assigned.remaining)
            return Error{
                Errc::split_exceeds_remaining, fmt::format("{} remain", assigned.remaining)};
        const std::string lot =
            lot_of(command.payment, (*row)->parts.size() + assigned.parts.size());
        const std::int64_t repaid = credit(decision.wallet(part.customer), lot, part.minor);
        assigned.parts.push_back({part.customer, part.minor, lot, repaid});
        assigned.postings.push_back(leg(decision, "wallet:" + part.customer, -part.minor));
        assigned.remaining -= part.minor;
        moved += part.minor;
    }
    assigned.postings.insert(
        assigned.postings.begin(), leg(decision, suspense_account((*row)->channel), moved)
    );
    decision.add("payment:" + command.payment, std::move(assigned));
    std::vector<std::string> paid;
    for (const WalletAmount& part : command.parts) {
        if (std::ranges::find(paid, part.customer) != paid.end()) continue;
        paid.push_back(part.customer);
        const Timestamp paid_at = decision.not_after_now((*row)->occurred_at);
        reconnect_paid(decision, part.customer, Cause{command.payment, paid_at});
    }
    return Done{};
}

Status decide(Decision& decision, const ReversePayment& command) {
    const Result<const PaymentRow*> found = find_payment(decision, command.payment);
    if (!found) return found.error();
    const PaymentRow& row = **found;
    std::int64_t standing = row.suspended;
    for (const PaymentPart& part : row.parts)
        standing += part.standing;
    if (standing == 0) return Error{Errc::payment_already_reversed, command.payment};
    const std::int64_t minor = command.minor.value_or(standing);
    if (const Status status = check_amount(minor); !status) return status;
    if (minor > standing)
        return Error{Errc::split_exceeds_remaining, fmt::format("{} stand", standing)};
    if (const Status status = check_text("reason", command.reason); !status) return status;

    PaymentReversed reversed{
        command.payment,
        row.channel,
        minor,
        std::min(minor, row.suspended),
        {},
        currency_of_payment(decision, row.customer),
        command.reason,
        {}};
    if (reversed.from_suspense != 0)
        reversed.postings.push_back(
            leg(decision, suspense_account(row.channel), reversed.from_suspense)
        );
    std::int64_t left = minor - reversed.from_suspense;
    std::vector<TakingBack> takings;
    for (const PaymentPart& part : row.parts) {
        const std::int64_t taken = std::min(left, part.standing);
        if (taken == 0) continue;
        takings.push_back({part, taken});
        release_invoices(decision, row, takings.back());
        left -= taken;
    }
    for (const TakingBack& taking : takings) {
        reversed.debits.push_back(debit_part(decision, row, taking));
        reversed.postings.push_back(leg(decision, "wallet:" + taking.part.customer, taking.minor));
    }
    reversed.postings.push_back(leg(decision, "cash:" + row.channel, -minor));
    decision.add("payment:" + command.payment, std::move(reversed));
    return Done{};
}

Status decide(Decision& decision, const MovePayment& command) {
    const Result<const PaymentRow*> found = find_payment(decision, command.payment);
    if (!found) return found.error();
    const PaymentRow& row = **found;
    if (const Status status = check_customer(decision, command.to); !status) return status;
    const std::int64_t standing = standing_with(row, command.from);
    if (standing == 0 || command.from == command.to)
        return Error{Errc::payment_not_posted, command.from};
    if (const Status same = check_same_currency(decision, command.from, command.to); !same)
        return same;
    const std::int64_t minor = command.minor.value_or(standing);
    if (const Status status = check_amount(minor); !status) return status;
    if (minor > standing)
        return Error{Errc::split_exceeds_remaining, fmt::format("{} stand", standing)};
    if (const Status status = check_text("reason", command.reason); !status) return status;

    std::int64_t left = minor;
    std::size_t parts = row.parts.size();
    for (const PaymentPart& part : row.parts) {
        if (part.customer != command.from || part.standing == 0 || left == 0) continue;
        const std::int64_t taken = std::min(left, part.standing);
        move_part(decision, command, part, {taken, lot_of(command.payment, parts++)});
        left -= taken;
    }
    const Timestamp paid_at = decision.not_after_now(row.occurred_at);
    reconnect_paid(decision, command.to, Cause{command.payment, paid_at});
    return Done{};
}

} // namespace tollbook
