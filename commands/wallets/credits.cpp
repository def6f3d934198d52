#include "commands/wallets/credits.hpp"

#include "commands/billing/charge_lines.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/wallets/charge_taxes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// What the charge still consumes of a lot: no more than its payment says it does. A payment that
// was taken away paid for nothing.
std::int64_t consumed(const Decision& decision, const std::string& charge, const LotTaken& taken) {
    const PaymentRow* payment =
        decision.book().payments.find(decision.key(taken.lot.substr(0, taken.lot.find('#'))));
    if (payment == nullptr) return taken.minor;
    const auto use = std::ranges::find_if(payment->uses, [&](const PaymentUse& u) {
        return u.charge == charge && u.lot == taken.lot;
    });
    return use == payment->uses.end() ? 0 : std::min(taken.minor, use->minor);
}

// Where it comes back: what cannot be traced first, then lot by lot, the last consumed first.
std::vector<LotTaken> sources_of(
    const Decision& decision,
    const std::string& charge,
    const ChargeRow& row,
    const LotTaken& credited
) {
    std::vector<LotTaken> traced;
    std::int64_t untraced = row.minor - row.credited_minor.value_or(0);
    for (const LotTaken& lot : row.lots.value_or(std::vector<LotTaken>{})) {
        traced.push_back({lot.lot, consumed(decision, charge, lot)});
        untraced -= traced.back().minor;
    }
    traced.push_back({credited.lot, untraced});
    std::vector<LotTaken> parts;
    std::int64_t left = credited.minor;
    for (auto lot = traced.rbegin(); lot != traced.rend() && left > 0; ++lot) {
        const std::int64_t minor = std::min(lot->minor, left);
        if (minor > 0) parts.push_back({lot->lot, minor});
        left -= minor;
    }
    return parts;
}

} // namespace

Status credit_charge(
    Decision& decision,
    const std::string& charge,
    const std::vector<ChargeLine>& lines,
    const std::string& reason
) {
    const ChargeRow* row = decision.book().charges.find(decision.key(charge));
    if (row == nullptr) return Error{Errc::charge_unknown, charge};
    const Result<LineTotals> totals = total_lines(decision, lines);
    if (!totals) return totals.error();
    const std::int64_t left = row->minor - row->credited_minor.value_or(0);
    if (totals->minor > left)
        return Error{
            Errc::credit_exceeds_charge, fmt::format("{} of {} are left", left, row->minor)};

    const Result<std::vector<ChargeLine>> told = shared_lines(*row, lines);
    if (!told) return told.error();

    ChargeCredited credited;
    credited.charge = charge;
    credited.credit = fmt::format("{}~{}", charge, row->credits.value_or(0) + 1);
    credited.customer = owner_of(decision, row->customer);
    credited.service = row->service;
    credited.minor = totals->minor;
    credited.lines = *told;
    credited.lots = sources_of(decision, charge, *row, {credited.credit, totals->minor});
    credited.debt_repaid = give_back(decision.wallet(credited.customer), credited.lots);
    credited.reason = reason;
    credited.postings = {leg(decision, "wallet:" + credited.customer, totals->minor)};
    for (const ChargeLine& line : credited.lines)
        add_legs(decision, line, credited.postings);
    for (Posting& posting : credited.postings)
        posting.minor = -posting.minor;
    std::string stream = "wallet:" + credited.customer;
    decision.add(std::move(stream), std::move(credited));
    return Done{};
}

Status decide(Decision& decision, const CreditCharge& command) {
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const Status status = credit_charge(decision, command.charge, command.lines, command.reason);
    if (!status) return status;
    const ChargeRow& row = *decision.book().charges.find(decision.key(command.charge));
    reconnect_paid(decision, owner_of(decision, row.customer), std::nullopt);
    return Done{};
}

} // namespace tollbook
