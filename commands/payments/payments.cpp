#include "commands/billing/renewal.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/payments/channels.hpp"
#include "commands/payments/mpesa.hpp"
#include "commands/payments/receipts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// A receipt to be posted, as either way in tells it.
struct NewReceipt {
    std::string payment;
    std::string channel;
    std::string receipt;
    std::int64_t minor{};
    Timestamp occurred_at;
    std::string customer;        // Empty: to suspense ...
    std::string suspense_reason; // ... for this reason.
    std::string reference_hash;
    ArrivalKind reported_by{};
};

// Credits the wallet or suspense; what was cut for `unpaid` comes back if the money covers it.
void post(Decision& decision, const NewReceipt& news, std::optional<Personal> payer) {
    PaymentReceived received;
    received.payment = news.payment;
    received.channel = news.channel;
    received.receipt = news.receipt;
    received.minor = news.minor;
    received.currency = decision.row().currency;
    received.reference_hash = news.reference_hash;
    received.occurred_at = news.occurred_at;
    received.reported_by = news.reported_by;
    std::string credited = suspense_account(news.channel);
    if (news.customer.empty()) {
        received.suspense_reason = news.suspense_reason;
    } else {
        received.customer = news.customer;
        received.debt_repaid = credit(decision.wallet(news.customer), news.payment, news.minor);
        credited = "wallet:" + news.customer;
    }
    received.postings = {
        leg(decision, "cash:" + news.channel, news.minor), leg(decision, credited, -news.minor)};
    const Timestamp at = decision.not_after_now(news.occurred_at);
    decision.add_at(
        at, decision.day_of(at), "payment:" + news.payment, std::move(received), std::move(payer)
    );
    if (!news.customer.empty()) reconnect_paid(decision, news.customer, Cause{news.payment, at});
}

// What an arrival says, for its resolution and for comparing it with what stands.
struct Arrival {
    std::string id;
    ArrivalKind kind{};
    std::string channel;
    std::string receipt;
    std::int64_t minor{};
    std::string payment; // That it tells of; empty: none.
};

void resolve(
    Decision& decision, const Arrival& arrival, Outcome outcome, const std::string& reason = {}
) {
    ArrivalResolved resolved;
    resolved.arrival = arrival.id;
    resolved.kind = arrival.kind;
    resolved.outcome = outcome;
    if (!arrival.payment.empty()) resolved.payment = arrival.payment;
    if (!arrival.receipt.empty()) {
        resolved.channel = arrival.channel;
        resolved.receipt = arrival.receipt;
        resolved.minor = arrival.minor;
    }
    if (!reason.empty()) resolved.reason = reason;
    decision.add("arrival:" + arrival.id, std::move(resolved));
}

std::string customer_of(const Decision& decision, const std::string& reference) {
    const NameRow* row = decision.book().references.find(decision.key(reference));
    return row == nullptr ? std::string{} : owner_of(decision, row->name);
}

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
        resolve(decision, arrival, same ? Outcome::duplicate : Outcome::conflict);
        return;
    }
    const bool confirms = standing.channel == arrival.channel && standing.minor == arrival.minor &&
                          owner_of(decision, standing.customer) == told.customer;
    if (!confirms) {
        resolve(decision, arrival, Outcome::conflict, "differs from what the cashier typed");
        return;
    }
    if (taken_back(standing)) {
        resolve(decision, arrival, Outcome::conflict, "what the cashier typed was reversed");
        return;
    }
    resolve(decision, arrival, Outcome::confirmed);
    decision.add(
        "payment:" + arrival.payment,
        PaymentConfirmed{arrival.payment, arrival.id, derived.reference_hash, told.occurred_at}
    );
}

std::string suspense_reason(const Told& told) {
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
        return resolve(decision, arrival, Outcome::conflict, "no account can take so much");
    arrival.payment = newest.payment;
    if (newest.row != nullptr) return resolve_again(decision, *newest.row, arrival, told, derived);
    resolve(decision, arrival, Outcome::accepted);
    const NewReceipt news{
        arrival.payment,
        arrival.channel,
        arrival.receipt,
        arrival.minor,
        told.occurred_at,
        landing == Landing::wallet ? told.customer : std::string{},
        suspense_reason(told),
        derived.reference_hash,
        ArrivalKind::callback};
    const PayerPersonal payer{told.c2b.payer, told.c2b.payer_name, told.c2b.reference};
    post(decision, news, Personal{derived.payer_subject, to_json(payer)});
}

Result<std::string> desk_customer(const Decision& decision, const RecordPayment& command) {
    const std::string customer =
        command.customer
            ? *command.customer
            : customer_of(decision, normalise_reference(command.reference.value_or("")));
    if (const Status status = check_customer(decision, customer); !status) return status.error();
    return customer;
}

struct Judgement {
    Outcome outcome{};
    std::string reason;
};

// A desk entry of a receipt that was told before. Money that was taken back never returns by
// itself: not with a late callback, nor with an entry that is merely sent once more.
Judgement judge(
    const Decision& decision,
    const PaymentRow& told,
    const RecordPayment& command,
    const std::string& customer
) {
    if (!taken_back(told)) {
        const bool same = told.channel == command.channel && told.minor == command.minor &&
                          owner_of(decision, told.customer) == customer;
        return {same ? Outcome::duplicate : Outcome::conflict, {}};
    }
    if (!command.again.value_or(false))
        return {Outcome::conflict, "it was reversed; if the money is there, post it `again`"};
    if (!told.typed && (told.channel != command.channel || told.minor != command.minor))
        return {Outcome::conflict, "the provider told another amount or channel"};
    return {Outcome::accepted, {}};
}

// Keeps what the desk said, and what was made of it.
void arrive(
    Decision& decision,
    const RecordPayment& command,
    const std::string& customer,
    const std::string& payment,
    const Judgement& judgement
) {
    const PaymentRow* row = decision.book().payments.find(decision.key(payment));
    const std::string id = fmt::format("desk:{}:{}", payment, row == nullptr ? 1 : row->told + 1);
    const Timestamp at = command.occurred_at.value_or(decision.now());
    decision.add(
        "arrival:" + id,
        DeskEntryReceived{
            id, command.channel, command.receipt, customer, command.minor, at, command.user}
    );
    resolve(
        decision,
        {id, ArrivalKind::desk, command.channel, command.receipt, command.minor, payment},
        judgement.outcome,
        judgement.reason
    );
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
        resolve(decision, arrival, Outcome::malformed, c2b.error().detail);
        return Done{};
    }
    arrival.channel = "mpesa:" + c2b->shortcode;
    arrival.receipt = c2b->receipt;
    arrival.minor = c2b->minor;
    if (!channel_exists(decision.row(), arrival.channel)) {
        resolve(decision, arrival, Outcome::foreign);
        return Done{};
    }
    const Result<Timestamp> at =
        parse_local_compact(c2b->local_time, decision.timezone_at(decision.now()));
    if (!at) {
        resolve(decision, arrival, Outcome::malformed, "TransTime");
        return Done{};
    }
    const std::string customer = customer_of(decision, normalise_reference(c2b->reference));
    resolve_told(decision, arrival, {std::move(*c2b), *at, customer}, derived, landing);
    return Done{};
}

Status decide(Decision& decision, const RecordPayment& command) {
    if (!channel_exists(decision.row(), command.channel))
        return Error{Errc::channel_unknown, command.channel};
    if (const Status status = check_id("receipt", command.receipt); !status) return status;
    if (const Status status = check_amount(command.minor); !status) return status;
    if (const Status status = check_id("user", command.user); !status) return status;
    const Result<std::string> customer = desk_customer(decision, command);
    if (!customer) return customer.error();
    const Timestamp at = command.occurred_at.value_or(decision.now());

    if (at.micros - decision.now().micros > desk_clock_ahead_micros_max)
        return Error{
            Errc::value_out_of_range, "occurred_at: it is " + to_string(decision.now()) + " now"};
    const std::string first = payment_id(command.channel, command.receipt);
    const NewestPosting newest = newest_posting(decision, first);
    if (command.again.value_or(false) && newest.row == nullptr)
        return Error{Errc::payment_unknown, first};

    Judgement judgement{Outcome::accepted, twin_warning(decision, *customer, command.minor, at)};
    if (newest.row != nullptr) judgement = judge(decision, *newest.row, command, *customer);
    const bool accepted = judgement.outcome == Outcome::accepted;
    const std::string payment = accepted ? repost_id(first, newest) : newest.payment;
    arrive(decision, command, *customer, payment, judgement);
    if (!accepted) return Done{};
    post(
        decision,
        {payment,
         command.channel,
         command.receipt,
         command.minor,
         at,
         *customer,
         {},
         {},
         ArrivalKind::desk},
        std::nullopt
    );
    return Done{};
}

} // namespace tollbook
