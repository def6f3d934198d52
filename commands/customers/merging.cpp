// Two customers that are one: what one of them has becomes the other's.
#include "commands/customers/merging.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/services/service_end.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

struct Merging {
    std::string from;
    std::string to;
    std::string reason;
};

// A name for a transfer or a grant that no caller can give: "merge~<customer>~<n>".
std::string free_name(
    const Decision& decision, std::string_view kind, const std::string& customer
) {
    for (std::uint32_t n = 1;; ++n) {
        std::string name = fmt::format("merge~{}~{}", customer, n);
        const std::string lot = fmt::format("{}{}", kind, name);
        if (decision.book().credits.find(decision.key(lot)) == nullptr && !decision.named(lot))
            return name;
    }
}

void move_paid(Decision& decision, const Merging& merging) {
    WalletRow& wallet = decision.wallet(merging.from);
    std::int64_t minor = 0;
    for (const LotTaken& lot : wallet.lots)
        if (!lot.lot.starts_with(granted_lots)) minor += lot.minor;
    if (minor == 0) return;
    auto taken = take_paid(wallet, minor);
    const std::string transfer = free_name(decision, "transfer#", merging.from);
    const std::string lot = "transfer#" + transfer;
    const std::int64_t repaid = credit(decision.wallet(merging.to), lot, minor);
    decision.add(
        "wallet:" + merging.from,
        FundsTransferred{
            transfer,
            merging.from,
            merging.to,
            minor,
            std::move(taken.value()),
            lot,
            repaid,
            merging.reason,
            {leg(decision, "wallet:" + merging.from, minor),
             leg(decision, "wallet:" + merging.to, -minor)}}
    );
    decision.name(lot);
}

LotTerms terms_of_lot(const WalletRow& wallet, const std::string& lot) {
    if (wallet.terms)
        for (const LotTerms& terms : wallet.terms->lots)
            if (terms.lot == lot) return terms;
    return {lot, priority_plain, std::nullopt};
}

void move_granted(Decision& decision, const Merging& merging) {
    WalletRow& wallet = decision.wallet(merging.from);
    const auto lots = wallet.lots;
    for (const LotTaken& left : lots) {
        LotTerms terms = terms_of_lot(wallet, left.lot);
        apply_taken(wallet, {left}, 0);
        terms.lot = std::string(granted_lots) + free_name(decision, granted_lots, merging.from);
        const std::int64_t repaid = grant(decision.wallet(merging.to), terms, left.minor);
        decision.add(
            "wallet:" + merging.from,
            CreditMoved{
                merging.from,
                merging.to,
                left.minor,
                left.lot,
                terms.lot,
                terms.priority,
                terms.expires_on,
                repaid,
                {leg(decision, "wallet:" + merging.from, left.minor),
                 leg(decision, "wallet:" + merging.to, -left.minor)}}
        );
        decision.name(terms.lot);
    }
}

void move_debt(Decision& decision, const Merging& merging) {
    WalletRow& wallet = decision.wallet(merging.from);
    const std::int64_t minor = wallet.overdrawn;
    if (minor == 0) return;
    wallet.overdrawn = 0;
    WalletDebit debit = force_take(decision.wallet(merging.to), merging.to, "", minor);
    decision.add(
        "wallet:" + merging.from,
        DebtMoved{
            merging.from,
            merging.to,
            minor,
            std::move(debit),
            {leg(decision, "wallet:" + merging.to, minor),
             leg(decision, "wallet:" + merging.from, -minor)}}
    );
}

void move_wallet(Decision& decision, const Merging& merging) {
    move_debt(decision, merging);
    move_paid(decision, merging);
    move_granted(decision, merging);
}

void move_invoice(
    Decision& decision, const Merging& merging, const std::string& invoice, std::int64_t minor
) {
    decision.add(
        "invoice:" + invoice,
        InvoiceMoved{
            invoice,
            merging.from,
            merging.to,
            minor,
            {leg(decision, receivable(merging.to), minor),
             leg(decision, receivable(merging.from), -minor)}}
    );
}

// What must come to its end before.
Status check_idle(Decision& decision, const std::string& customer) {
    const BillingRow* billing = decision.book().billing.find(decision.key(customer));
    if (billing != nullptr && billing->draft)
        return Error{Errc::customer_busy, "the draft " + *billing->draft};
    settle(decision, customer);
    const WalletRow& wallet = decision.wallet(customer);
    if (wallet.terms && !wallet.terms->holds.empty())
        return Error{Errc::customer_busy, "the hold " + wallet.terms->holds.front().hold};
    const TopUpRow* top_ups = decision.book().top_ups.find(decision.key(customer));
    if (top_ups != nullptr && !top_ups->rules.empty())
        return Error{Errc::customer_busy, "the top-up rule " + top_ups->rules.front().rule};
    return Done{};
}

void move_services(Decision& decision, const Merging& merging) {
    const CustomerRow& customer = *decision.book().customers.find(decision.key(merging.from));
    for (const std::string& service : customer.services) {
        const std::string& site = decision.book().services.find(decision.key(service))->site;
        decision.add("service:" + service, ServiceMoved{service, site, merging.from, merging.to});
    }
}

// The money of both pays what both owe; what was cut and is covered now comes back at once.
void pay(Decision& decision, const Merging& merging) {
    std::vector<OpenInvoice> open = open_invoices(decision, merging.to);
    for (OpenInvoice& moved : open_invoices(decision, merging.from))
        put_open(open, std::move(moved));
    apply_funds(decision, merging.to, due_of(open, decision.today()), std::nullopt);
    reconnect_paid(decision, merging.to, std::nullopt);
    for (const std::string& service : services_in_order(decision, merging.from)) {
        ServiceRow row = *decision.book().services.find(decision.key(service));
        row.customer = merging.to;
        if (!has_ended(row) && only_unpaid(row.blocks))
            reconnect(decision, service, row, std::nullopt);
    }
    apply_funds(decision, merging.to, open, std::nullopt);
}

} // namespace

const std::string& owner_of(const Decision& decision, const std::string& customer) {
    const std::string* owner = &customer;
    while (const NameRow* next = decision.book().merged.find(decision.key(*owner)))
        owner = &next->name;
    return *owner;
}

Status decide(Decision& decision, const MergeCustomers& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_customer(decision, command.into); !status) return status;
    if (command.customer == command.into)
        return Error{Errc::value_out_of_range, "into: the same customer"};
    if (const Status status = check_same_entity(decision, command.customer, command.into); !status)
        return status;
    if (const Status same = check_same_currency(decision, command.customer, command.into); !same)
        return same;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    if (const Status status = check_idle(decision, command.customer); !status) return status;
    const Merging merging{command.customer, command.into, command.reason};
    move_services(decision, merging);
    for (const OpenInvoice& invoice : open_invoices(decision, merging.from))
        move_invoice(decision, merging, invoice.invoice, invoice.open);
    move_wallet(decision, merging);
    decision.add(
        "customer:" + merging.from, CustomerMerged{merging.from, merging.to, merging.reason}
    );
    pay(decision, merging);
    return Done{};
}

void pass_on(Decision& decision) {
    if (decision.book().merged.rows_in_memory() == 0) return;
    constexpr std::string_view reason = "merged";
    for (const std::string& invoice : decision.invoices_touched()) {
        const InvoiceRow* row = decision.book().invoices.find(decision.key(invoice));
        if (row == nullptr) continue;
        const std::string& owner = owner_of(decision, row->customer);
        const std::int64_t open = decision.open(invoice);
        if (owner != row->customer && open > 0)
            move_invoice(decision, {row->customer, owner, std::string(reason)}, invoice, open);
    }
    for (const std::string& customer : decision.wallets_touched()) {
        const std::string& owner = owner_of(decision, customer);
        if (owner != customer) move_wallet(decision, {customer, owner, std::string(reason)});
    }
}

} // namespace tollbook
