// What of an invoice is taken back: in part by credit notes, or all of it.
#include "commands/deciders.hpp"
#include "commands/fiscal.hpp"
#include "commands/invoicing.hpp"
#include "commands/merging.hpp"
#include "commands/renewal.hpp"
#include "commands/taxing.hpp"
#include "commands/wallet.hpp"

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

std::int64_t sum_of(const std::vector<std::int64_t>& parts) {
    std::int64_t sum = 0;
    for (const std::int64_t part : parts)
        sum += part;
    return sum;
}

// Its share of what is left of the net and of each tax: all of it takes all of each.
CreditedLine credited(const InvoiceLineRow& line, std::uint32_t place, std::int64_t minor) {
    const std::vector<std::int64_t> left = left_of(line);
    std::vector<Wide> shares;
    for (const std::int64_t part : left)
        shares.push_back(Wide{part} * minor);
    const std::vector<std::int64_t> parts = spread(minor, shares, sum_of(left));
    CreditedLine credited{place, parts.front(), {}};
    for (std::size_t i = 0; i < line.taxes.size(); ++i)
        if (parts[i + 1] != 0)
            credited.taxes.push_back({line.taxes[i].code, line.taxes[i].rate_ppm, parts[i + 1]});
    return credited;
}

// All that is left of every line.
std::vector<LineAmount> whole(const InvoiceRow& row) {
    std::vector<LineAmount> lines;
    for (std::size_t i = 0; i < row.lines.size(); ++i)
        if (const std::int64_t left = sum_of(left_of(row.lines[i])); left > 0)
            lines.push_back({static_cast<std::uint32_t>(i + 1), left});
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
    const LineAmount& wanted,
    TakenBack& taken,
    std::map<std::string, std::int64_t>& debits
) {
    if (wanted.line == 0 || wanted.line > row.lines.size())
        return Error{Errc::value_out_of_range, fmt::format("line: 1 to {}", row.lines.size())};
    if (const Status status = check_amount(wanted.minor); !status) return status;
    const InvoiceLineRow& line = row.lines[wanted.line - 1];
    const std::int64_t left = sum_of(left_of(line));
    const auto same = [&](const CreditedLine& other) { return other.line == wanted.line; };
    if (wanted.minor > left || std::ranges::any_of(taken.lines, same))
        return Error{
            Errc::exceeds_invoice, fmt::format("{} are left of line {}", left, wanted.line)};
    taken.lines.push_back(credited(line, wanted.line, wanted.minor));
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
    const std::vector<LineAmount>& lines,
    std::string lot
) {
    TakenBack taken;
    std::map<std::string, std::int64_t> debits;
    for (const LineAmount& line : lines)
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

Status decide(Decision& decision, const CreditInvoice& command) {
    const Result<const InvoiceRow*> found = find_issued(decision, command.invoice);
    if (!found) return found.error();
    const InvoiceRow& row = **found;
    if (const Status status = check_id("credit_note", command.credit_note); !status) return status;
    const std::string lot = "note#" + command.credit_note;
    if (decision.book().credits.find(decision.key(lot)) != nullptr)
        return Error{Errc::credit_exists, command.credit_note};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    Result<TakenBack> taken =
        take_back(decision, command.invoice, row, command.lines.value_or(whole(row)), lot);
    if (!taken) return taken.error();

    const InvoicingRow& numbers = *decision.book().invoicing.find(decision.tenant());
    const std::uint64_t number = numbers.credit_notes + 1;
    const std::string prefix = invoicing_on(decision, decision.today()).credit_prefix;
    const std::string customer = owner_of(decision, row.customer);
    const std::int64_t back = taken->minor - taken->offset;
    const CreditNoteIssued issued{
        command.credit_note,
        fmt::format("{}{:06}", prefix, number),
        number,
        decision.row().legal_entity,
        command.invoice,
        customer,
        std::move(taken->lines),
        taken->minor,
        taken->offset,
        std::move(taken->lots),
        taken->debt_repaid,
        taken->remaining,
        command.reason,
        std::move(taken->postings)};
    decision.add("invoice:" + command.invoice, issued);
    request_transmission(decision, issued);
    if (const Status status = request_refund(decision, command, customer, back); !status)
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
