#pragma once

#include "ledger/events/invoices.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

struct DocumentNote {
    std::string number;
    std::int64_t minor{};
    Date booked_on;
    std::string reason;
    std::optional<std::string> control_number; // Of a fiscal device.
};
BOOST_DESCRIBE_STRUCT(DocumentNote, (), (number, minor, booked_on, reason, control_number))

// How it stands with the fiscal device that the document is meant for.
struct DocumentFiscal {
    std::string state; // pending | refused | transmitted | voided
    std::optional<std::string> control_number;
    std::optional<std::string> signature;
    std::optional<std::string> qr;
    std::optional<std::string> device_time;
};
BOOST_DESCRIBE_STRUCT(DocumentFiscal, (), (state, control_number, signature, qr, device_time))

// An issued invoice with what a reader of it wants to know.
struct InvoiceDocument {
    std::string provider; // The name of the legal entity, as it was with the issue.
    std::string entity;
    std::optional<std::string> tax_registration;
    std::optional<std::string> address;
    std::string customer;
    std::optional<std::string> name; // None: the person was forgotten.
    std::string number;
    std::string currency;
    Date issued_on;
    Date due_on;
    std::string status;
    std::int64_t minor{};
    std::int64_t net_minor{};
    std::int64_t tax_minor{};
    std::int64_t open_minor{};
    std::int64_t applied_minor{};
    std::int64_t withheld_minor{};
    std::int64_t credited_minor{};
    std::optional<std::string> note;
    std::vector<InvoiceLine> lines;
    std::vector<DocumentNote> credit_notes;
    std::optional<DocumentFiscal> fiscal; // None: it is meant for no device.
};
BOOST_DESCRIBE_STRUCT(
    InvoiceDocument,
    (),
    (provider,
     entity,
     tax_registration,
     address,
     customer,
     name,
     number,
     currency,
     issued_on,
     due_on,
     status,
     minor,
     net_minor,
     tax_minor,
     open_minor,
     applied_minor,
     withheld_minor,
     credited_minor,
     note,
     lines,
     credit_notes,
     fiscal)
)

// A4 pages; the same bytes for the same invoice on the same machine. Refuses with internal what
// cannot be drawn.
Result<std::string> invoice_pdf(const InvoiceDocument& invoice);

// RFC 4180: a row for each line and each of its taxes; the net stands on the first of them.
std::string invoice_csv(const InvoiceDocument& invoice);

} // namespace tollbook::api
