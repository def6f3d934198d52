// Documents on their way to a fiscal device.
//
// The Book itself knows what waits: whether a document is meant for a device is decided with its
// issue, so the answer must not lag, and a record of a receipt is decided on the same rows. What is
// held in memory for it is one short row for each document that no device took yet.
#pragma once

#include "commands/decision.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The name of a document among those of its tenant: "INV1", "note#CN1".
std::string fiscal_document(
    const std::string& invoice, const std::optional<std::string>& credit_note
);

// Asks for the document's transmission if it is meant for a device: an invoice by its number, a
// credit note if its invoice is.
void request_transmission(Decision& decision, const InvoiceIssued& issued);
void request_transmission(Decision& decision, const CreditNoteIssued& issued);

// Whether the invoice may be void: no device has it or may be getting it. Refuses with
// invoice_at_device.
Status check_not_at_device(const Decision& decision, const std::string& invoice);

// How it stands with the documents of one device.
struct FiscalBacklog {
    std::string tenant;
    std::string entity;
    FiscalDeviceRow device;
    std::uint64_t pending{};
    std::uint64_t refused{};
    std::int64_t oldest_seconds{}; // Since the oldest that is pending was issued.
};

// All devices that are enabled, and those that are not while documents wait for them; by tenant and
// entity.
std::vector<FiscalBacklog> fiscal_backlogs(const Book& book, Timestamp recorded_at);

// A document that can be transmitted now.
struct FiscalWork {
    FiscalTransmissionRequested told;
    std::uint32_t attempt{};
    std::optional<std::string> credited_number{};  // Of a credit note: its invoice's number, ...
    std::optional<std::uint64_t> credited_place{}; // ... its place ...
    std::optional<std::string> credited_control{}; // ... and control number.
};

// The first that are pending, in their order, at most so many; none after a credit note whose
// invoice is one of them. One whose invoice the device refused waits for it; the others go on.
std::vector<FiscalWork> fiscal_work(
    const Book& book, std::string_view tenant, std::string_view entity, std::size_t works_max
);

} // namespace tollbook
