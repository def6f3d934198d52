// Fiscal devices: what a tax authority's device is told of invoices and credit notes, and what it
// answers.
#pragma once

#include "ledger/events/invoices.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Whose language a device speaks: that of Kenya's eTIMS (docs/formats.md).
enum class FiscalDeviceKind { etims };
BOOST_DESCRIBE_ENUM(FiscalDeviceKind, etims)

// The device that invoices of a legal entity are transmitted to, from that number on, and the
// credit notes of these; not enabled: no document that is issued from now on is meant for one.
struct FiscalDeviceSet {
    static constexpr std::string_view type = "fiscal_device_set";
    static constexpr std::uint16_t schema_version = 1;
    std::string entity;
    bool enabled{};
    FiscalDeviceKind kind{};
    std::string url;
    std::string device; // As the authority names it.
    std::uint64_t from_number{};

    friend bool operator==(const FiscalDeviceSet&, const FiscalDeviceSet&) = default;
};
BOOST_DESCRIBE_STRUCT(FiscalDeviceSet, (), (entity, enabled, kind, url, device, from_number))

struct FiscalLine {
    std::string text;
    std::int64_t net{};
    std::vector<LineTax> taxes;
    std::optional<std::string> exempt_reason;

    friend bool operator==(const FiscalLine&, const FiscalLine&) = default;
};
BOOST_DESCRIBE_STRUCT(FiscalLine, (), (text, net, taxes, exempt_reason))

// What the device is to be told of an invoice, or of a credit note to it. Documents of an entity
// are told in the order of their places.
struct FiscalTransmissionRequested {
    static constexpr std::string_view type = "fiscal_transmission_requested";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::optional<std::string> credit_note; // None: of the invoice itself.
    std::string entity;
    std::uint64_t place{}; // 1, 2, 3 ... of the entity.
    std::string number;
    std::uint64_t number_seq{};
    Currency currency;
    Date issued_on;
    Timestamp requested_at;
    std::vector<FiscalLine> lines;
    std::int64_t minor{};
    std::optional<std::string> reason; // Of a credit note.

    friend bool operator==(const FiscalTransmissionRequested&, const FiscalTransmissionRequested&) =
        default;
};
BOOST_DESCRIBE_STRUCT(
    FiscalTransmissionRequested,
    (),
    (invoice,
     credit_note,
     entity,
     place,
     number,
     number_seq,
     currency,
     issued_on,
     requested_at,
     lines,
     minor,
     reason)
)

// What a device answers for a document that it took.
struct FiscalReceipt {
    std::string control_number;
    std::string signature;
    std::string qr; // What the code on the paper says.
    Timestamp device_time;

    friend bool operator==(const FiscalReceipt&, const FiscalReceipt&) = default;
};
BOOST_DESCRIBE_STRUCT(FiscalReceipt, (), (control_number, signature, qr, device_time))

struct FiscalReceiptRecorded {
    static constexpr std::string_view type = "fiscal_receipt_recorded";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::optional<std::string> credit_note;
    std::string entity;
    FiscalReceipt receipt;

    friend bool operator==(const FiscalReceiptRecorded&, const FiscalReceiptRecorded&) = default;
};
BOOST_DESCRIBE_STRUCT(FiscalReceiptRecorded, (), (invoice, credit_note, entity, receipt))

// The device wants something else: the document waits for a person.
struct FiscalTransmissionRefused {
    static constexpr std::string_view type = "fiscal_transmission_refused";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::optional<std::string> credit_note;
    std::string entity;
    std::uint32_t attempt{}; // 1, and one more with each time that a person had it retried.
    std::string code;
    std::string reason;

    friend bool operator==(const FiscalTransmissionRefused&, const FiscalTransmissionRefused&) =
        default;
};
BOOST_DESCRIBE_STRUCT(
    FiscalTransmissionRefused, (), (invoice, credit_note, entity, attempt, code, reason)
)

// A person has what was refused transmitted again.
struct FiscalTransmissionRetried {
    static constexpr std::string_view type = "fiscal_transmission_retried";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::optional<std::string> credit_note;
    std::string entity;
    std::uint32_t attempt{};
    std::string user;

    friend bool operator==(const FiscalTransmissionRetried&, const FiscalTransmissionRetried&) =
        default;
};
BOOST_DESCRIBE_STRUCT(FiscalTransmissionRetried, (), (invoice, credit_note, entity, attempt, user))

} // namespace tollbook
