// What of an invoice is taken back: in part by credit notes, or all of it.
#include "commands/invoicing/credit_notes.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/invoicing/fiscal.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/taxes/taxing.hpp"
#include "commands/wallets/wallet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tollbook {

namespace {

// What is left of a line: its net, then its taxes.
std::vector<std::int64_t> left_of(const InvoiceLineRow& line) {
    std::vector<std::int64_t> left{line.net - line.credited_net};
    for (std::size_t i = 0; i < line.taxes.size(); ++i)
        left.push_back(line.taxes[i].minor - line.credited_taxes[i]);
    return left;
}

// Its share of what is left of the net and of each tax: all of it takes all of each.
CreditedLine credited(const InvoiceLineRow& line, const LineBack& wanted) {
    const std::vector<std::int64_t> left = left_of(line);
    std::vector<Wide> shares;
    for (const std::int64_t part : left)
        shares.push_back(Wide{part} * wanted.minor);
    const std::vector<std::int64_t> parts = spread(wanted.minor, shares, sum_of(left));
    CreditedLine credited{wanted.line, parts.front(), {}};
    if (wanted.days) {
        credited.service_from = wanted.days->from;
        credited.service_to = wanted.days->to;
    }
    for (std::size_t i = 0; i < line.taxes.size(); ++i)
        if (parts[i + 1] != 0)
            credited.taxes.push_back({line.taxes[i].code, line.taxes[i].rate_ppm, parts[i + 1]});
    return credited;
}

// All that is left of every line.
std::vector<LineBack> whole(const InvoiceRow& row) {
    std::vector<LineBack> lines;
    for (std::size_t i = 0; i < row.lines.size(); ++i)
        if (const std::int64_t left = left_minor(row.lines[i]); left > 0)
            lines.push_back({static_cast<std::uint32_t>(i + 1), left, {}});
    return lines;
}

std::vector<LineBack> wanted_lines(const CreditInvoice& command, const InvoiceRow& row) {
    if (!command.lines) return whole(row);
    std::vector<LineBack> lines;
    for (const LineAmount& line : *command.lines)
        lines.push_back({line.line, line.minor, {}});
    return lines;
}

// What is taken back, and where that leaves the invoice and the wallet.
struct TakenBack {
    std::vector<CreditedLine> lines;
    std::int64_t minor{};
    std::int64_t offset{};
    std::vector<LotTaken> lots;
    std::int64_t debt_repaid{};
    std::int64_t remaining{};
    Postings postings;
};

Status take_line(
    const InvoiceRow& row,
    const LineBack& wanted,
    TakenBack& taken,
    std::map<std::string, std::int64_t>& debits
) {
    if (wanted.line == 0 || wanted.line > row.lines.size())
        return Error{Errc::value_out_of_range, fmt::format("line: 1 to {}", row.lines.size())};
    if (const Status status = check_amount(wanted.minor); !status) return status;
    const InvoiceLineRow& line = row.lines[wanted.line - 1];
    const std::int64_t left = left_minor(line);
    const auto same = [&](const CreditedLine& other) { return other.line == wanted.line; };
    if (wanted.minor > left || std::ranges::any_of(taken.lines, same))
        return Error{
            Errc::exceeds_invoice, fmt::format("{} are left of line {}", left, wanted.line)};
    taken.lines.push_back(credited(line, wanted));
    taken.minor += wanted.minor;
    debits[line.account] += taken.lines.back().net;
    for (const LineTax& tax : taken.lines.back().taxes)
        debits["tax:" + tax.code] += tax.minor;
    return Done{};
}

// Into the lots that had paid it, the last first; what no lot had paid opens `lot`.
std::vector<LotTaken> sources_of(const InvoiceRow& row, std::int64_t minor, std::string lot) {
    std::vector<LotTaken> lots;
    for (auto used = row.applied.rbegin(); used != row.applied.rend() && minor > 0; ++used) {
        const std::int64_t part = std::min(used->minor, minor);
        lots.push_back({used->lot, part});
        minor -= part;
    }
    if (minor > 0) lots.push_back({std::move(lot), minor});
    return lots;
}

Result<TakenBack> take_back(
    Decision& decision,
    const std::string& invoice,
    const InvoiceRow& row,
    const std::vector<LineBack>& lines,
    std::string lot
) {
    TakenBack taken;
    std::map<std::string, std::int64_t> debits;
    for (const LineBack& line : lines)
        if (const Status status = take_line(row, line, taken, debits); !status)
            return status.error();
    if (taken.lines.empty()) return Error{Errc::exceeds_invoice, "nothing is left of it"};
    std::int64_t& open = decision.open(invoice);
    taken.offset = std::min(taken.minor, open);
    open -= taken.offset;
    taken.remaining = open;
    const std::int64_t back = taken.minor - taken.offset;
    taken.lots = sources_of(row, back, std::move(lot));
    const std::string& owner = owner_of(decision, row.customer);
    if (back > 0) taken.debt_repaid = give_back(decision.wallet(owner), taken.lots);
    for (const auto& [account, minor] : debits)
        if (minor != 0) taken.postings.push_back(leg(decision, account, minor));
    if (taken.offset != 0)
        taken.postings.push_back(leg(decision, receivable(row.customer), -taken.offset));
    if (back != 0) taken.postings.push_back(leg(decision, "wallet:" + owner, -back));
    return taken;
}

// Part of what came back is to be paid out.
Status request_refund(
    Decision& decision, const CreditInvoice& command, const std::string& customer, std::int64_t back
) {
    if (!command.refund) return Done{};
    if (command.refund->minor > back)
        return Error{Errc::exceeds_invoice, fmt::format("{} had been paid of it", back)};
    const auto& [refund, minor, user] = *command.refund;
    return decide(decision, RequestRefund{customer, refund, minor, command.reason, user});
}

} // namespace

std::int64_t left_minor(const InvoiceLineRow& line) { return sum_of(left_of(line)); }

Result<std::int64_t> issue_credit_note(Decision& decision, const CreditNote& note) {
    const InvoiceRow& row = *decision.book().invoices.find(decision.key(note.invoice));
    const std::string lot = "note#" + note.credit_note;
    Result<TakenBack> taken = take_back(decision, note.invoice, row, note.lines, lot);
    if (!taken) return taken.error();
    const std::string& entity = entity_of(decision, row.customer);
    const auto [number, seq] = next_number(decision, entity, DocumentKind::credit_note);
    const std::int64_t back = taken->minor - taken->offset;
    const CreditNoteIssued issued{
        note.credit_note,
        number,
        seq,
        entity,
        note.invoice,
        owner_of(decision, row.customer),
        std::move(taken->lines),
        taken->minor,
        taken->offset,
        std::move(taken->lots),
        taken->debt_repaid,
        taken->remaining,
        note.reason,
        std::move(taken->postings)};
    decision.name(lot);
    decision.add("invoice:" + note.invoice, issued);
    request_transmission(decision, issued);
    return back;
}

Status decide(Decision& decision, const CreditInvoice& command) {
    const Result<const InvoiceRow*> found = find_issued(decision, command.invoice);
    if (!found) return found.error();
    const InvoiceRow& row = **found;
    if (const Status status = check_id("credit_note", command.credit_note); !status) return status;
    if (decision.book().credits.find(decision.key("note#" + command.credit_note)) != nullptr)
        return Error{Errc::credit_exists, command.credit_note};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const Result<std::int64_t> back = issue_credit_note(
        decision, {command.credit_note, command.invoice, wanted_lines(command, row), command.reason}
    );
    if (!back) return back.error();
    const std::string customer = owner_of(decision, row.customer);
    if (const Status status = request_refund(decision, command, customer, *back); !status)
        return status;
    reconnect_paid(decision, customer, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const VoidInvoice& command) {
    const Result<const InvoiceRow*> found = find_issued(decision, command.invoice);
    if (!found) return found.error();
    const InvoiceRow& row = **found;
    if (const Status status = check_not_at_device(decision, command.invoice); !status)
        return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    Result<TakenBack> taken =
        take_back(decision, command.invoice, row, whole(row), "void#" + command.invoice);
    if (!taken) return taken.error();
    const std::string customer = owner_of(decision, row.customer);
    decision.add(
        "invoice:" + command.invoice,
        InvoiceVoided{
            command.invoice,
            customer,
            std::move(taken->lines),
            taken->minor,
            taken->offset,
            std::move(taken->lots),
            taken->debt_repaid,
            command.reason,
            std::move(taken->postings)}
    );
    reconnect_paid(decision, customer, std::nullopt);
    return Done{};
}

} // namespace tollbook
