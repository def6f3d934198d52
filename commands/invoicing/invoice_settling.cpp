// What settles an invoice otherwise than by money of its customer's wallet.
#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/payments/receipts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

std::int64_t applied_to(const InvoiceRow& row) {
    std::int64_t sum = 0;
    for (const LotTaken& lot : row.applied)
        sum += lot.minor;
    return sum;
}

// The last applied first.
std::vector<LotTaken> last_applied(const InvoiceRow& row, std::int64_t minor) {
    std::vector<LotTaken> lots;
    for (auto used = row.applied.rbegin(); used != row.applied.rend() && minor > 0; ++used) {
        const std::int64_t part = std::min(used->minor, minor);
        lots.push_back({used->lot, part});
        minor -= part;
    }
    return lots;
}

} // namespace

Status decide(Decision& decision, const WriteOffInvoice& command) {
    const Result<const InvoiceRow*> found = find_issued(decision, command.invoice);
    if (!found) return found.error();
    const InvoiceRow& row = **found;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    if (const Status status = check_id("user", command.user); !status) return status;
    if (row.open == 0) return Error{Errc::invoice_not_open, "nothing is owed"};
    const std::string customer = row.customer;
    const std::int64_t minor = row.open;
    decision.open(command.invoice) = 0;
    decision.add(
        "invoice:" + command.invoice,
        InvoiceWrittenOff{
            command.invoice,
            customer,
            minor,
            command.reason,
            command.user,
            {leg(decision, "bad_debt", minor), leg(decision, receivable(customer), -minor)}}
    );
    reconnect_paid(decision, customer, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const RecordWithholding& command) {
    const Result<const InvoiceRow*> found = find_issued(decision, command.invoice);
    if (!found) return found.error();
    const InvoiceRow& row = **found;
    if (const Status status = check_id("certificate", command.certificate); !status) return status;
    const std::string proof = withheld_key(command.certificate);
    if (decision.book().credits.find(decision.key(proof)) != nullptr)
        return Error{Errc::certificate_exists, command.certificate};
    if (const Status status = check_id("tax", command.tax); !status) return status;
    if (const Status status = check_amount(command.minor); !status) return status;
    if (command.minor > row.open)
        return Error{Errc::exceeds_invoice, fmt::format("{} are owed", row.open)};
    const std::string customer = row.customer;
    std::int64_t& open = decision.open(command.invoice);
    open -= command.minor;
    decision.add(
        "invoice:" + command.invoice,
        TaxWithheld{
            command.invoice,
            customer,
            command.certificate,
            command.tax,
            command.minor,
            open,
            {leg(decision, "withheld:" + command.tax, command.minor),
             leg(decision, receivable(customer), -command.minor)}}
    );
    reconnect_paid(decision, customer, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const ReallocateFunds& command) {
    const Result<const InvoiceRow*> found = find_issued(decision, command.invoice);
    if (!found) return found.error();
    const std::string customer = (*found)->customer;
    const std::int64_t applied = applied_to(**found);
    const Result<const InvoiceRow*> other = find_issued(decision, command.to);
    if (!other) return other.error();
    if (command.to == command.invoice || (*other)->customer != customer)
        return Error{Errc::value_out_of_range, "to: another invoice of the same customer"};
    const std::int64_t most = std::min(applied, (*other)->open);
    const std::int64_t minor = command.minor.value_or(most);
    if (minor > most || most == 0)
        return Error{Errc::exceeds_invoice, fmt::format("{} can be moved", most)};
    if (const Status status = check_amount(minor); !status) return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;

    std::int64_t& from_open = decision.open(command.invoice);
    std::int64_t& to_open = decision.open(command.to);
    from_open += minor;
    to_open -= minor;
    decision.add(
        "invoice:" + command.invoice,
        FundsReallocated{
            command.invoice,
            command.to,
            customer,
            minor,
            last_applied(*decision.book().invoices.find(decision.key(command.invoice)), minor),
            from_open,
            to_open,
            command.reason}
    );
    return Done{};
}

} // namespace tollbook
