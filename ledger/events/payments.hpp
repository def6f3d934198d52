#pragma once

#include "ledger/events/wallets.hpp"
#include "ledger/posting.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Every webhook delivery is a fact, kept before anything is made of it.
struct CallbackReceived { // Sealed: CallbackBody, subject of the payer.
    static constexpr std::string_view type = "callback_received";
    static constexpr std::uint16_t schema_version = 1;
    std::string arrival; // Its own id: each copy is another arrival.
    std::string provider;
    std::string source;    // The address it came from.
    std::string body_hash; // Keyed hash of the raw bytes, hex.

    friend bool operator==(const CallbackReceived&, const CallbackReceived&) = default;
};
BOOST_DESCRIBE_STRUCT(CallbackReceived, (), (arrival, provider, source, body_hash))

struct CallbackBody {
    std::string raw; // Base64 of the bytes as they came.
};
BOOST_DESCRIBE_STRUCT(CallbackBody, (), (raw))

// What a cashier typed.
struct DeskEntryReceived {
    static constexpr std::string_view type = "desk_entry_received";
    static constexpr std::uint16_t schema_version = 1;
    std::string arrival;
    std::string channel;
    std::string receipt;
    std::string customer;
    std::int64_t minor{};
    Timestamp occurred_at;
    std::string user;

    friend bool operator==(const DeskEntryReceived&, const DeskEntryReceived&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DeskEntryReceived, (), (arrival, channel, receipt, customer, minor, occurred_at, user)
)

// accepted: a payment_received follows it. duplicate: told before, nothing moves. conflict: same
// receipt, other content; the first stands, a person looks. confirmed: the callback of a receipt
// that a cashier had typed. foreign: another shortcode. malformed: cannot be read.
enum class Outcome { accepted, duplicate, conflict, confirmed, foreign, malformed };
BOOST_DESCRIBE_ENUM(Outcome, accepted, duplicate, conflict, confirmed, foreign, malformed)

enum class ArrivalKind { callback, desk };
BOOST_DESCRIBE_ENUM(ArrivalKind, callback, desk)

struct ArrivalResolved {
    static constexpr std::string_view type = "arrival_resolved";
    static constexpr std::uint16_t schema_version = 1;
    std::string arrival;
    ArrivalKind kind{};
    Outcome outcome{};
    std::optional<std::string> payment; // The payment that stands.
    std::optional<std::string> channel;
    std::optional<std::string> receipt;
    std::optional<std::int64_t> minor; // What this arrival said.
    std::optional<std::string> reason;

    friend bool operator==(const ArrivalResolved&, const ArrivalResolved&) = default;
};
BOOST_DESCRIBE_STRUCT(
    ArrivalResolved, (), (arrival, kind, outcome, payment, channel, receipt, minor, reason)
)

// Money that arrived: credited to a customer, or held in suspense with the reason.
struct PaymentReceived { // Sealed: PayerPersonal, subject of the payer.
    static constexpr std::string_view type = "payment_received";
    static constexpr std::uint16_t schema_version = 1;
    std::string payment; // "<channel kind>:<receipt>"; also the lot that it opens.
    std::string channel; // "mpesa:600901", "till:main"
    std::string receipt;
    std::int64_t minor{};
    Currency currency;
    std::string reference_hash; // Keyed hash of the normalised reference, hex; empty at the desk.
    std::optional<std::string> customer;
    std::optional<std::string> suspense_reason; // unknown_reference | empty_reference
    std::int64_t debt_repaid{};                 // The part that filled an overdrawn wallet.
    Timestamp occurred_at;
    ArrivalKind reported_by{};
    Postings postings;

    friend bool operator==(const PaymentReceived&, const PaymentReceived&) = default;
};
BOOST_DESCRIBE_STRUCT(
    PaymentReceived,
    (),
    (payment,
     channel,
     receipt,
     minor,
     currency,
     reference_hash,
     customer,
     suspense_reason,
     debt_repaid,
     occurred_at,
     reported_by,
     postings)
)

struct PayerPersonal {
    std::string number;
    std::string name;
    std::string reference; // As typed.
};
BOOST_DESCRIBE_STRUCT(PayerPersonal, (), (number, name, reference))

// The callback of a receipt that a cashier had typed: from now on the callback stands.
struct PaymentConfirmed {
    static constexpr std::string_view type = "payment_confirmed";
    static constexpr std::uint16_t schema_version = 1;
    std::string payment;
    std::string arrival;
    std::string reference_hash;
    Timestamp occurred_at;

    friend bool operator==(const PaymentConfirmed&, const PaymentConfirmed&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentConfirmed, (), (payment, arrival, reference_hash, occurred_at))

struct SuspensePart {
    std::string customer;
    std::int64_t minor{};
    std::string lot;
    std::int64_t debt_repaid{};

    friend bool operator==(const SuspensePart&, const SuspensePart&) = default;
};
BOOST_DESCRIBE_STRUCT(SuspensePart, (), (customer, minor, lot, debt_repaid))

struct SuspenseAssigned {
    static constexpr std::string_view type = "suspense_assigned";
    static constexpr std::uint16_t schema_version = 1;
    std::string payment;
    std::vector<SuspensePart> parts;
    std::int64_t remaining{}; // What still stands in suspense.
    Currency currency;
    std::string reason;
    Postings postings;

    friend bool operator==(const SuspenseAssigned&, const SuspenseAssigned&) = default;
};
BOOST_DESCRIBE_STRUCT(SuspenseAssigned, (), (payment, parts, remaining, currency, reason, postings))

// Money that went back to its payer. `debit` says what was taken from which wallet; none: it was
// taken from suspense.
struct PaymentReversed {
    static constexpr std::string_view type = "payment_reversed";
    static constexpr std::uint16_t schema_version = 1;
    std::string payment;
    std::string channel;
    std::int64_t minor{};
    std::int64_t from_suspense{};
    std::vector<WalletDebit> debits;
    Currency currency;
    std::string reason;
    Postings postings;

    friend bool operator==(const PaymentReversed&, const PaymentReversed&) = default;
};
BOOST_DESCRIBE_STRUCT(
    PaymentReversed,
    (),
    (payment, channel, minor, from_suspense, debits, currency, reason, postings)
)

// Money that stood in the wrong wallet.
struct PaymentMoved {
    static constexpr std::string_view type = "payment_moved";
    static constexpr std::uint16_t schema_version = 1;
    std::string payment;
    std::int64_t minor{};
    WalletDebit debit;
    SuspensePart credit;
    Currency currency;
    std::string reason;
    Postings postings;

    friend bool operator==(const PaymentMoved&, const PaymentMoved&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentMoved, (), (payment, minor, debit, credit, currency, reason, postings))

} // namespace tollbook
