#include "commands/evolve_parts.hpp"
#include "commands/invoicing/fiscal.hpp"

namespace tollbook {

void EvolveFiscal::operator()(const FiscalDeviceSet& e) {
    FiscalDeviceRow& row = book().fiscal_devices.edit(key(e.entity));
    row.enabled = e.enabled;
    row.kind = e.kind;
    row.url = e.url;
    row.device = e.device;
    row.from_number = e.from_number;
}

void EvolveFiscal::operator()(const FiscalTransmissionRequested& e) {
    const std::string document = key(fiscal_document(e.invoice, e.credit_note));
    book().fiscal_devices.edit(key(e.entity)).places = e.place;
    book().fiscal_documents.edit(document).told = e;
    book().fiscal_queue.edit(document
    ) = {e.entity, e.place, e.invoice, e.credit_note, e.requested_at, FiscalPhase::pending, 1};
    if (e.credit_note) ++book().fiscal_documents.edit(key(e.invoice)).credit_notes;
}

// What a device answered stands in a book that was lived again under other rules as well, where the
// document may not be.
void EvolveFiscal::operator()(const FiscalReceiptRecorded& e) {
    const std::string document = key(fiscal_document(e.invoice, e.credit_note));
    if (book().fiscal_documents.find(document) == nullptr) return;
    book().fiscal_documents.edit(document).receipt = e.receipt;
    book().fiscal_queue.erase(document);
}

void EvolveFiscal::operator()(const FiscalTransmissionRefused& e) {
    const std::string document = key(fiscal_document(e.invoice, e.credit_note));
    if (book().fiscal_queue.find(document) == nullptr) return;
    book().fiscal_queue.edit(document).phase = FiscalPhase::refused;
}

void EvolveFiscal::operator()(const FiscalTransmissionRetried& e) {
    const std::string document = key(fiscal_document(e.invoice, e.credit_note));
    if (book().fiscal_queue.find(document) == nullptr) return;
    FiscalQueueRow& row = book().fiscal_queue.edit(document);
    row.phase = FiscalPhase::pending;
    row.attempt = e.attempt;
}

void EvolveFiscal::forget_document(const std::string& invoice) {
    if (book().fiscal_queue.find(key(invoice)) == nullptr) return;
    book().fiscal_queue.erase(key(invoice));
    book().fiscal_documents.erase(key(invoice));
}

} // namespace tollbook
