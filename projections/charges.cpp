#include "projections/charges.hpp"

#include "ledger/match.hpp"

namespace tollbook {

namespace {

// The period that the lines cover together.
void cover(ChargeView& row, const ChargeLine& line) {
    if (line.service_from && (!row.service_from || *line.service_from < *row.service_from))
        row.service_from = line.service_from;
    if (line.service_to && (!row.service_to || *row.service_to < *line.service_to))
        row.service_to = line.service_to;
}

} // namespace

Projection::Keys Charges::keys(const Fact& fact) const {
    Projection::Keys keys;
    const auto add = [&](const std::string& charge) { keys.push_back("charge:" + charge); };
    match(
        fact.event,
        [&](const WalletCharged& e) { add(e.charge); },
        [&](const ServiceRenewed& e) { add(e.charge); },
        [&](const ChargeCredited& e) { add(e.charge); },
        [&](const PaymentReversed& e) {
            for (const WalletDebit& debit : e.debits)
                for (const Unwound& unwound : debit.unwound)
                    add(unwound.charge);
        },
        [&](const PaymentMoved& e) {
            for (const Unwound& unwound : e.debit.unwound)
                add(unwound.charge);
        },
        [](const auto&) {}
    );
    return keys;
}

void Charges::touch(const Fact& fact) {
    const auto want = [&](const std::string& charge) {
        charges_.want(row_key(fact.tenant(), charge));
    };
    match(
        fact.event,
        [&](const ServiceRenewed& e) { want(e.charge); },
        [&](const ChargeCredited& e) { want(e.charge); },
        [&](const PaymentReversed& e) {
            for (const WalletDebit& debit : e.debits)
                for (const Unwound& unwound : debit.unwound)
                    want(unwound.charge);
        },
        [&](const PaymentMoved& e) {
            for (const Unwound& unwound : e.debit.unwound)
                want(unwound.charge);
        },
        [](const auto&) {}
    );
}

void Charges::apply(const Fact& fact) {
    match(
        fact.event,
        [&](const WalletCharged& e) { charge(fact, e); },
        [&](const ServiceRenewed& e) { renew(fact, e); },
        [&](const ChargeCredited& e) { credit(fact, e); },
        [&](const PaymentReversed& e) {
            for (const WalletDebit& debit : e.debits)
                unwind(fact, debit.unwound);
        },
        [&](const PaymentMoved& e) { unwind(fact, e.debit.unwound); },
        [](const auto&) {}
    );
}

void Charges::charge(const Fact& fact, const WalletCharged& e) {
    ChargeView row;
    row.tenant = fact.tenant();
    row.charge = e.charge;
    row.customer = e.customer;
    row.service = e.service;
    if (!e.postings.empty()) row.currency = e.postings.front().currency.code();
    row.minor = e.minor;
    for (const ChargeLine& line : e.lines) {
        row.net_minor += line.net;
        row.tax_minor += line.tax;
        cover(row, line);
    }
    row.lines.text = to_json(e.lines);
    row.lots.text = to_json(e.lots);
    row.effective_at = fact.record.effective_at;
    row.recorded_at = fact.recorded_at();
    row.booked_on = fact.record.booked_on;
    row.charged_seq = fact.record.seq;
    row.seq = fact.record.seq;
    charges_.put(std::move(row));
}

void Charges::renew(const Fact& fact, const ServiceRenewed& e) {
    renewals_.add(
        {fact.tenant(),
         fact.record.seq,
         e.service,
         e.customer,
         e.charge,
         e.from,
         e.to,
         e.payment,
         fact.record.effective_at,
         fact.record.booked_on}
    );
    if (!e.payment) return;
    ChargeView* row = charges_.edit(row_key(fact.tenant(), e.charge));
    if (row == nullptr) return;
    row->payment = e.payment;
    row->seq = fact.record.seq;
}

void Charges::credit(const Fact& fact, const ChargeCredited& e) {
    ChargeView* row = charges_.edit(row_key(fact.tenant(), e.charge));
    if (row == nullptr) return;
    row->credited_minor += e.minor;
    row->seq = fact.record.seq;
}

void Charges::unwind(const Fact& fact, const std::vector<Unwound>& unwound) {
    for (const Unwound& part : unwound) {
        ChargeView* row = charges_.edit(row_key(fact.tenant(), part.charge));
        if (row == nullptr) continue;
        row->unwound_minor += part.minor;
        row->seq = fact.record.seq;
    }
}

} // namespace tollbook
