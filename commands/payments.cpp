#include "commands/channels.hpp"
#include "commands/deciders.hpp"
#include "commands/mpesa.hpp"
#include "commands/renewal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// A receipt that nobody told before, as either way in tells it.
struct NewReceipt {
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
Status post(Decision& decision, const NewReceipt& news, std::optional<Personal> payer) {
    const std::string payment = payment_id(news.channel, news.receipt);
    PaymentReceived received;
    received.payment = payment;
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
        received.debt_repaid = credit(decision.wallet(news.customer), payment, news.minor);
        credited = "wallet:" + news.customer;
    }
    received.postings = {
        leg(decision, "cash:" + news.channel, news.minor), leg(decision, credited, -news.minor)};
    const Date day = decision.booked_on(decision.day_of(news.occurred_at));
    decision.add_at(
        news.occurred_at, day, "payment:" + payment, std::move(received), std::move(payer)
    );
    if (news.customer.empty()) return Done{};
    return reconnect_paid(decision, news.customer, Cause{payment, news.occurred_at});
}

// What an arrival says, for its resolution and for comparing it with what stands.
struct Arrival {
    std::string id;
    ArrivalKind kind{};
    std::string channel;
    std::string receipt;
    std::int64_t minor{};
};

void resolve(
    Decision& decision, const Arrival& arrival, Outcome outcome, const std::string& reason = {}
) {
    ArrivalResolved resolved;
    resolved.arrival = arrival.id;
    resolved.kind = arrival.kind;
    resolved.outcome = outcome;
    if (outcome != Outcome::foreign && outcome != Outcome::malformed)
        resolved.payment = payment_id(arrival.channel, arrival.receipt);
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
    return row == nullptr ? std::string{} : row->name;
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

// Nothing of it stands: the money that a callback tells now would be in no account.
bool taken_back(const PaymentRow& standing) {
    return standing.suspended == 0 && std::ranges::all_of(standing.parts, [](const PaymentPart& p) {
               return p.standing == 0;
           });
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
                          standing.customer == told.customer;
    if (!confirms) {
        resolve(decision, arrival, Outcome::conflict, "differs from what the cashier typed");
        return;
    }
    if (taken_back(standing)) {
        resolve(decision, arrival, Outcome::conflict, "what the cashier typed was reversed");
        return;
    }
    const std::string payment = payment_id(arrival.channel, arrival.receipt);
    resolve(decision, arrival, Outcome::confirmed);
    decision.add(
        "payment:" + payment,
        PaymentConfirmed{payment, arrival.id, derived.reference_hash, told.occurred_at}
    );
}

Status resolve_told(
    Decision& decision, const Arrival& arrival, const Told& told, const Derived& derived
) {
    const std::string payment = payment_id(arrival.channel, arrival.receipt);
    const PaymentRow* standing = decision.book().payments.find(decision.key(payment));
    if (standing != nullptr) {
        resolve_again(decision, *standing, arrival, told, derived);
        return Done{};
    }
    resolve(decision, arrival, Outcome::accepted);
    const bool empty = normalise_reference(told.c2b.reference).empty();
    NewReceipt news{
        arrival.channel,
        arrival.receipt,
        arrival.minor,
        told.occurred_at,
        told.customer,
        empty ? "empty_reference" : "unknown_reference",
        derived.reference_hash,
        ArrivalKind::callback};
    const PayerPersonal payer{told.c2b.payer, told.c2b.payer_name, told.c2b.reference};
    return post(decision, news, Personal{derived.payer_subject, to_json(payer)});
}

Result<std::string> desk_customer(const Decision& decision, const RecordPayment& command) {
    const std::string customer =
        command.customer
            ? *command.customer
            : customer_of(decision, normalise_reference(command.reference.value_or("")));
    if (decision.book().customers.find(decision.key(customer)) == nullptr)
        return Error{Errc::customer_unknown, command.customer.value_or("")};
    return customer;
}

} // namespace

Status decide(Decision& decision, const RecordCallback& command, const Derived& derived) {
    if (const Status status = check_id("arrival", command.arrival); !status) return status;
    if (command.provider != "mpesa") return Error{Errc::value_out_of_range, "provider: mpesa"};
    if (const Status status = check_text("source", command.source, 64); !status) return status;

    decision.add(
        "arrival:" + command.arrival,
        CallbackReceived{command.arrival, command.provider, command.source, derived.body_hash},
        Personal{derived.payer_subject, to_json(CallbackBody{command.raw_base64})}
    );
    Arrival arrival{command.arrival, ArrivalKind::callback, {}, {}, 0};
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
    const Result<Timestamp> at = parse_local_compact(c2b->local_time, decision.row().timezone);
    if (!at) {
        resolve(decision, arrival, Outcome::malformed, "TransTime");
        return Done{};
    }
    const std::string customer = customer_of(decision, normalise_reference(c2b->reference));
    return resolve_told(decision, arrival, {std::move(*c2b), *at, customer}, derived);
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

    const std::string payment = payment_id(command.channel, command.receipt);
    const PaymentRow* standing = decision.book().payments.find(decision.key(payment));
    const std::uint32_t told = standing == nullptr ? 0 : standing->told;
    const std::string id = fmt::format("desk:{}:{}", payment, told + 1);
    const Arrival arrival{id, ArrivalKind::desk, command.channel, command.receipt, command.minor};
    decision.add(
        "arrival:" + id,
        DeskEntryReceived{
            id, command.channel, command.receipt, *customer, command.minor, at, command.user}
    );
    if (standing != nullptr) {
        const bool same = standing->channel == command.channel &&
                          standing->minor == command.minor && standing->customer == *customer;
        resolve(decision, arrival, same ? Outcome::duplicate : Outcome::conflict);
        return Done{};
    }
    resolve(decision, arrival, Outcome::accepted);
    return post(
        decision,
        {command.channel, command.receipt, command.minor, at, *customer, {}, {}, ArrivalKind::desk},
        std::nullopt
    );
}

} // namespace tollbook
