// Rows of the Book about fiscal devices; a part of commands/rows.hpp.
#pragma once

#include "ledger/events/fiscal.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct FiscalDeviceRow {
    bool enabled{};
    FiscalDeviceKind kind{};
    std::string url;
    std::string device;
    std::uint64_t from_number{};
    std::uint64_t places{}; // Used of the order of transmission.
};
BOOST_DESCRIBE_STRUCT(FiscalDeviceRow, (), (enabled, kind, url, device, from_number, places))

enum class FiscalPhase { pending, refused };
BOOST_DESCRIBE_ENUM(FiscalPhase, pending, refused)

// A document that no device took yet.
struct FiscalQueueRow {
    std::string entity;
    std::uint64_t place{};
    std::string invoice;
    std::optional<std::string> credit_note{};
    Timestamp requested_at;
    FiscalPhase phase{};
    std::uint32_t attempt{}; // 1 at first.
};
BOOST_DESCRIBE_STRUCT(
    FiscalQueueRow, (), (entity, place, invoice, credit_note, requested_at, phase, attempt)
)

// What a device is told of a document, and what it answered.
struct FiscalDocumentRow {
    FiscalTransmissionRequested told;
    std::optional<FiscalReceipt> receipt{};
    std::uint32_t credit_notes{}; // To this invoice.
};
BOOST_DESCRIBE_STRUCT(FiscalDocumentRow, (), (told, receipt, credit_notes))

} // namespace tollbook
