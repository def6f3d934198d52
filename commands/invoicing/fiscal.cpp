// Fiscal devices of legal entities, and what they answer.
#include "commands/invoicing/fiscal.hpp"

#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr std::size_t url_bytes_max = 200;
constexpr std::size_t answer_bytes_max = 500; // The text of a QR code is the longest of it.

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// "host[:port][/path]": no user, query or fragment, since secrets stand in no URL.
Status check_url(const std::string& url) {
    if (const Status status = check_text("url", url, url_bytes_max); !status) return status;
    const bool plain = url.starts_with("http://");
    if (!plain && !url.starts_with("https://"))
        return Error{Errc::value_out_of_range, "url: http:// or https://"};
    if (url.find_first_of(" ?#@\\") != std::string::npos)
        return Error{Errc::value_out_of_range, "url: host, port and path alone"};
    std::string_view host(url);
    host.remove_prefix(host.find("//") + 2);
    host = host.substr(0, host.find('/'));
    host = host.substr(0, host.find(':', host.starts_with('[') ? host.find(']') + 1 : 0));
    if (host.empty() || host == "[") return Error{Errc::value_out_of_range, "url: no host"};
    if (plain && !is_loopback(host))
        return Error{Errc::value_out_of_range, "url: https:// to other machines"};
    return Done{};
}

// That which stands may be said again; else only invoices that are not issued yet are meant.
Result<std::uint64_t> from_number(
    Decision& decision, const SetFiscalDevice& command, const std::string& entity
) {
    const FiscalDeviceRow* row = decision.book().fiscal_devices.find(decision.key(entity));
    const std::uint64_t next = decision.last_number(entity, DocumentKind::invoice) + 1;
    const bool stands = row != nullptr && row->enabled;
    const std::uint64_t from = command.from_number.value_or(stands ? row->from_number : next);
    if (from >= next || (stands && from == row->from_number)) return from;
    return Error{
        Errc::value_out_of_range, fmt::format("from_number: the next invoice is {}", next)};
}

// The row of a document that a device may answer for. Refuses an invoice that is not issued.
Result<const FiscalDocumentRow*> find_document(
    const Decision& decision,
    const std::string& invoice,
    const std::optional<std::string>& credit_note
) {
    const InvoiceRow* row = decision.book().invoices.find(decision.key(invoice));
    if (row == nullptr) return Error{Errc::invoice_unknown, invoice};
    if (row->phase != InvoicePhase::issued && row->phase != InvoicePhase::written_off)
        return Error{Errc::invoice_not_open, invoice};
    const std::string name = fiscal_document(invoice, credit_note);
    const FiscalDocumentRow* document = decision.book().fiscal_documents.find(decision.key(name));
    if (document == nullptr || document->told.invoice != invoice)
        return Error{Errc::fiscal_not_pending, name};
    return document;
}

const FiscalQueueRow* queued(
    const Decision& decision,
    const std::string& invoice,
    const std::optional<std::string>& credit_note
) {
    return decision.book().fiscal_queue.find(decision.key(fiscal_document(invoice, credit_note)));
}

Status check_present(std::string_view what, const std::string& text, std::size_t bytes_max) {
    if (text.empty()) return Error{Errc::missing_field, std::string(what)};
    return check_text(what, text, bytes_max);
}

Status check_receipt(const RecordFiscalReceipt& command) {
    constexpr std::size_t number_bytes_max = 100;
    if (const Status status =
            check_present("control_number", command.control_number, number_bytes_max);
        !status)
        return status;
    if (const Status status = check_text("signature", command.signature, answer_bytes_max); !status)
        return status;
    return check_present("qr", command.qr, answer_bytes_max);
}

} // namespace

Status decide(Decision& decision, const SetFiscalDevice& command) {
    const std::string entity = command.entity.value_or(decision.row().legal_entity);
    if (const auto place = find_entity(decision, entity); !place) return place.error();
    FiscalDeviceSet set;
    set.entity = entity;
    set.enabled = command.enabled;
    if (!command.enabled) {
        decision.add("tenant:" + decision.tenant(), std::move(set));
        return Done{};
    }
    if (!command.url) return Error{Errc::missing_field, "url"};
    if (!command.device) return Error{Errc::missing_field, "device"};
    if (const Status status = check_url(*command.url); !status) return status;
    if (const Status status = check_id("device", *command.device); !status) return status;
    const Result<std::uint64_t> from = from_number(decision, command, entity);
    if (!from) return from.error();
    set.kind = command.kind.value_or(FiscalDeviceKind::etims);
    set.url = *command.url;
    set.device = *command.device;
    set.from_number = *from;
    decision.add("tenant:" + decision.tenant(), std::move(set));
    return Done{};
}

Status decide(Decision& decision, const RecordFiscalReceipt& command) {
    const auto found = find_document(decision, command.invoice, command.credit_note);
    if (!found) return found.error();
    const FiscalDocumentRow& row = **found;
    if (const Status status = check_receipt(command); !status) return status;
    FiscalReceipt receipt{
        command.control_number, command.signature, command.qr, command.device_time};
    const std::string name = fiscal_document(command.invoice, command.credit_note);
    if (row.receipt && *row.receipt == receipt) return Error{Errc::fiscal_receipt_exists, name};
    if (row.receipt) return Error{Errc::fiscal_receipt_conflict, row.receipt->control_number};
    decision.add(
        "invoice:" + command.invoice,
        FiscalReceiptRecorded{
            command.invoice, command.credit_note, row.told.entity, std::move(receipt)}
    );
    return Done{};
}

Status decide(Decision& decision, const RecordFiscalRefusal& command) {
    const auto found = find_document(decision, command.invoice, command.credit_note);
    if (!found) return found.error();
    const FiscalDocumentRow& row = **found;
    constexpr std::size_t code_bytes_max = 32;
    if (const Status status = check_present("code", command.code, code_bytes_max); !status)
        return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const std::string name = fiscal_document(command.invoice, command.credit_note);
    if (row.receipt) return Error{Errc::fiscal_receipt_exists, row.receipt->control_number};
    const FiscalQueueRow* waits = queued(decision, command.invoice, command.credit_note);
    if (waits == nullptr || waits->phase != FiscalPhase::pending)
        return Error{Errc::fiscal_not_pending, name};
    if (command.attempt.value_or(waits->attempt) != waits->attempt)
        return Error{Errc::fiscal_not_pending, fmt::format("it is attempt {}", waits->attempt)};
    decision.add(
        "invoice:" + command.invoice,
        FiscalTransmissionRefused{
            command.invoice,
            command.credit_note,
            row.told.entity,
            waits->attempt,
            command.code,
            command.reason}
    );
    return Done{};
}

Status decide(Decision& decision, const RetryFiscalTransmission& command) {
    const auto found = find_document(decision, command.invoice, command.credit_note);
    if (!found) return found.error();
    if (const Status status = check_id("user", command.user); !status) return status;
    const FiscalQueueRow* waits = queued(decision, command.invoice, command.credit_note);
    if (waits == nullptr || waits->phase != FiscalPhase::refused)
        return Error{
            Errc::fiscal_not_refused, fiscal_document(command.invoice, command.credit_note)};
    decision.add(
        "invoice:" + command.invoice,
        FiscalTransmissionRetried{
            command.invoice,
            command.credit_note,
            (*found)->told.entity,
            waits->attempt + 1,
            command.user}
    );
    return Done{};
}

} // namespace tollbook
