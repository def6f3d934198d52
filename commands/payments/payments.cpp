// Receipts that the cash desk types.
#include "commands/customers/currencies.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/payments/channels.hpp"
#include "commands/payments/mpesa.hpp"
#include "commands/payments/receipt_posting.hpp"
#include "commands/payments/receipts.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

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
    resolve_arrival(
        decision,
        {id, ArrivalKind::desk, command.channel, command.receipt, command.minor, payment},
        judgement.outcome,
        judgement.reason
    );
}

} // namespace

Status decide(Decision& decision, const RecordPayment& command) {
    if (!channel_exists(decision.row(), command.channel))
        return Error{Errc::channel_unknown, command.channel};
    if (const Status status = check_id("receipt", command.receipt); !status) return status;
    if (const Status status = check_amount(command.minor); !status) return status;
    if (const Status status = check_id("user", command.user); !status) return status;
    const Result<std::string> customer = desk_customer(decision, command);
    if (!customer) return customer.error();
    const Status takes =
        check_receipt_currency(decision, *customer, command.channel, command.currency);
    if (!takes) return takes;
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
    post_receipt(
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
