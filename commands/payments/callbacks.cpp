// Receipts that a provider tells.
#include "commands/customers/currencies.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/payments/channels.hpp"
#include "commands/payments/mpesa.hpp"
#include "commands/payments/receipt_posting.hpp"
#include "commands/payments/receipts.hpp"

#include <utility>

namespace tollbook {

namespace {

struct Told { // A callback that was read.
    C2bConfirmation c2b;
    Timestamp occurred_at;
    std::string customer; // Empty: no such reference.
};

// Against the callback that stands: same money, same words, same time.
bool repeats(
    const PaymentRow& standing, const Arrival& arrival, const Told& told, const Derived& derived
) {
    return standing.channel == arrival.channel && standing.minor == arrival.minor &&
           standing.reference_hash == derived.reference_hash &&
           standing.occurred_at == told.occurred_at;
}

void resolve_again(
    Decision& decision,
    const PaymentRow& standing,
    const Arrival& arrival,
    const Told& told,
    const Derived& derived
) {
    if (!standing.typed) {
        const bool same = repeats(standing, arrival, told, derived);
        resolve_arrival(decision, arrival, same ? Outcome::duplicate : Outcome::conflict);
        return;
    }
    const bool confirms = standing.channel == arrival.channel && standing.minor == arrival.minor &&
                          owner_of(decision, standing.customer) == told.customer;
    if (!confirms) {
        resolve_arrival(
            decision, arrival, Outcome::conflict, "differs from what the cashier typed"
        );
        return;
    }
    if (taken_back(standing)) {
        resolve_arrival(
            decision, arrival, Outcome::conflict, "what the cashier typed was reversed"
        );
        return;
    }
    resolve_arrival(decision, arrival, Outcome::confirmed);
    decision.add(
        "payment:" + arrival.payment,
        PaymentConfirmed{arrival.payment, arrival.id, derived.reference_hash, told.occurred_at}
    );
}

// `is_foreign`: its customer has another currency than M-Pesa.
std::string suspense_reason(const Told& told, bool is_foreign) {
    if (is_foreign) return "other_currency";
    if (!told.customer.empty()) return "limit_reached";
    return normalise_reference(told.c2b.reference).empty() ? "empty_reference"
                                                           : "unknown_reference";
}

void resolve_told(
    Decision& decision, Arrival arrival, const Told& told, const Derived& derived, Landing landing
) {
    const NewestPosting newest =
        newest_posting(decision, payment_id(arrival.channel, arrival.receipt));
    if (landing == Landing::nowhere)
        return resolve_arrival(decision, arrival, Outcome::conflict, "no account can take so much");
    arrival.payment = newest.payment;
    if (newest.row != nullptr) return resolve_again(decision, *newest.row, arrival, told, derived);
    resolve_arrival(decision, arrival, Outcome::accepted);
    const bool is_foreign = currency_of_payment(decision, told.customer) != decision.row().currency;
    const bool is_credited = landing == Landing::wallet && !is_foreign;
    const NewReceipt news{
        arrival.payment,
        arrival.channel,
        arrival.receipt,
        arrival.minor,
        told.occurred_at,
        is_credited ? told.customer : std::string{},
        suspense_reason(told, is_foreign),
        derived.reference_hash,
        ArrivalKind::callback};
    const PayerPersonal payer{told.c2b.payer, told.c2b.payer_name, told.c2b.reference};
    post_receipt(decision, news, Personal{derived.payer_subject, to_json(payer)});
}

} // namespace

Status decide(
    Decision& decision, const RecordCallback& command, const Derived& derived, Landing landing
) {
    if (const Status status = check_id("arrival", command.arrival); !status) return status;
    if (command.provider != "mpesa") return Error{Errc::value_out_of_range, "provider: mpesa"};
    if (const Status status = check_text("source", command.source, 64); !status) return status;

    const std::string id = delivery_id(decision, command.arrival);
    decision.add(
        "arrival:" + id,
        CallbackReceived{id, command.provider, command.source, derived.body_hash},
        Personal{derived.payer_subject, to_json(CallbackBody{command.raw_base64})}
    );
    Arrival arrival{id, ArrivalKind::callback, {}, {}, 0, {}};
    Result<C2bConfirmation> c2b = parse_c2b(derived.raw);
    if (!c2b) {
        resolve_arrival(decision, arrival, Outcome::malformed, c2b.error().detail);
        return Done{};
    }
    arrival.channel = "mpesa:" + c2b->shortcode;
    arrival.receipt = c2b->receipt;
    arrival.minor = c2b->minor;
    if (!channel_exists(decision.row(), arrival.channel)) {
        resolve_arrival(decision, arrival, Outcome::foreign);
        return Done{};
    }
    const Result<Timestamp> at =
        parse_local_compact(c2b->local_time, decision.timezone_at(decision.now()));
    if (!at) {
        resolve_arrival(decision, arrival, Outcome::malformed, "TransTime");
        return Done{};
    }
    const std::string customer = customer_of(decision, normalise_reference(c2b->reference));
    resolve_told(decision, arrival, {std::move(*c2b), *at, customer}, derived, landing);
    return Done{};
}

} // namespace tollbook
