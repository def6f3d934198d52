#include "projections/arrivals.hpp"

#include "ledger/match.hpp"

namespace tollbook {

namespace {

ArrivalView blank(const Fact& fact, const std::string& arrival, std::string kind) {
    ArrivalView row;
    row.tenant = fact.tenant();
    row.arrival = arrival;
    row.kind = std::move(kind);
    row.recorded_at = fact.recorded_at();
    row.effective_at = fact.record.effective_at;
    row.seq = fact.record.seq;
    return row;
}

} // namespace

void Arrivals::touch(const Fact& fact) {
    if (const auto* resolved = std::get_if<ArrivalResolved>(&fact.event))
        rows_.want(row_key(fact.tenant(), resolved->arrival));
}

void Arrivals::apply(const Fact& fact) {
    match(
        fact.event,
        [&](const CallbackReceived& e) { receive(fact, e); },
        [&](const DeskEntryReceived& e) { receive(fact, e); },
        [&](const ArrivalResolved& e) { resolve(fact, e); },
        [](const auto&) {}
    );
}

void Arrivals::receive(const Fact& fact, const CallbackReceived& e) {
    ArrivalView row = blank(fact, e.arrival, "callback");
    row.provider = e.provider;
    row.source = e.source;
    row.body_hash = e.body_hash;
    rows_.put(std::move(row));
}

void Arrivals::receive(const Fact& fact, const DeskEntryReceived& e) {
    ArrivalView row = blank(fact, e.arrival, "desk");
    row.channel = e.channel;
    row.receipt = e.receipt;
    row.minor = e.minor;
    row.customer = e.customer;
    row.typed_by = e.user;
    rows_.put(std::move(row));
}

void Arrivals::resolve(const Fact& fact, const ArrivalResolved& e) {
    const std::string kind(boost::describe::enum_to_string(e.kind, ""));
    ArrivalView& row =
        rows_.edit_or_put(row_key(fact.tenant(), e.arrival), blank(fact, e.arrival, kind));
    row.outcome = boost::describe::enum_to_string(e.outcome, "");
    row.payment = e.payment;
    row.reason = e.reason;
    row.resolved_seq = fact.record.seq;
    if (e.channel) row.channel = e.channel;
    if (e.receipt) row.receipt = e.receipt;
    if (e.minor) row.minor = e.minor;
}

} // namespace tollbook
