// What waits for fiscal devices.
#include "commands/entities/entities.hpp"
#include "commands/invoicing/fiscal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace tollbook {

namespace {

// What a line is called for somebody who sees it on paper.
std::string text_of(const InvoiceLine& line) {
    if (line.description) return *line.description;
    return line.plan ? fmt::format("{} {}", line.component, *line.plan) : line.component;
}

// None: the entity never had one.
const FiscalDeviceRow* device_of(const Decision& decision, const std::string& entity) {
    return decision.book().fiscal_devices.find(decision.key(entity));
}

// False: the device has not taken the invoice yet.
bool name_credited(const Book& book, const std::string& invoice, FiscalWork& work) {
    const FiscalDocumentRow* row = book.fiscal_documents.find(invoice);
    if (row == nullptr || !row->receipt) return false;
    work.credited_number = row->told.number;
    work.credited_place = row->told.place;
    work.credited_control = row->receipt->control_number;
    return true;
}

} // namespace

std::string fiscal_document(
    const std::string& invoice, const std::optional<std::string>& credit_note
) {
    return credit_note ? "note#" + *credit_note : invoice;
}

void request_transmission(Decision& decision, const InvoiceIssued& issued) {
    const FiscalDeviceRow* device = device_of(decision, issued.entity);
    if (device == nullptr || !device->enabled || issued.number_seq < device->from_number) return;
    FiscalTransmissionRequested told;
    told.invoice = issued.invoice;
    told.entity = issued.entity;
    told.place = ++decision.last_place(issued.entity);
    told.number = issued.number;
    told.number_seq = issued.number_seq;
    told.currency = issued.currency;
    told.issued_on = issued.issued_on;
    told.requested_at = decision.now();
    for (const InvoiceLine& line : issued.lines)
        told.lines.push_back({text_of(line), line.net, line.taxes, line.exempt_reason});
    told.minor = issued.minor;
    decision.add("invoice:" + issued.invoice, std::move(told));
}

void request_transmission(Decision& decision, const CreditNoteIssued& issued) {
    const FiscalDeviceRow* device = device_of(decision, issued.entity);
    if (device == nullptr) return;
    const FiscalDocumentRow* of =
        decision.book().fiscal_documents.find(decision.key(issued.invoice));
    if (of == nullptr) return;
    FiscalTransmissionRequested told;
    told.invoice = issued.invoice;
    told.credit_note = issued.credit_note;
    told.entity = issued.entity;
    told.place = ++decision.last_place(issued.entity);
    told.number = issued.number;
    told.number_seq = issued.number_seq;
    told.currency = of->told.currency;
    told.issued_on = decision.today();
    told.requested_at = decision.now();
    for (const CreditedLine& line : issued.lines) {
        const FiscalLine& original = of->told.lines.at(line.line - 1);
        told.lines.push_back({original.text, line.net, line.taxes, original.exempt_reason});
    }
    told.minor = issued.minor;
    told.reason = issued.reason;
    decision.add("invoice:" + issued.invoice, std::move(told));
}

Status check_not_at_device(const Decision& decision, const std::string& invoice) {
    const InvoiceRow* issued = decision.book().invoices.find(decision.key(invoice));
    if (issued == nullptr) return Done{};
    if (device_of(decision, entity_of(decision, issued->customer)) == nullptr) return Done{};
    const FiscalDocumentRow* row = decision.book().fiscal_documents.find(decision.key(invoice));
    if (row == nullptr) return Done{};
    const FiscalQueueRow* waits = decision.book().fiscal_queue.find(decision.key(invoice));
    const bool refused = waits != nullptr && waits->phase == FiscalPhase::refused;
    if (refused && row->credit_notes == 0) return Done{};
    return Error{Errc::invoice_at_device, row->told.number};
}

std::vector<FiscalBacklog> fiscal_backlogs(const Book& book, Timestamp recorded_at) {
    struct Counted {
        FiscalBacklog backlog;
        Timestamp oldest; // Of those that are pending.
    };

    std::map<std::string, Counted> found; // By tenant/entity.
    book.fiscal_devices.for_each([&](std::string_view key, const FiscalDeviceRow& row) {
        const std::size_t slash = key.find('/');
        FiscalBacklog& backlog = found[std::string(key)].backlog;
        backlog.tenant = key.substr(0, slash);
        backlog.entity = key.substr(slash + 1);
        backlog.device = row;
    });
    book.fiscal_queue.for_each([&](std::string_view key, const FiscalQueueRow& row) {
        const std::string_view tenant = key.substr(0, key.find('/'));
        const auto of = found.find(book_key(tenant, row.entity));
        if (of == found.end()) return;
        auto& [backlog, oldest] = of->second;
        if (row.phase == FiscalPhase::refused) {
            ++backlog.refused;
            return;
        }
        if (backlog.pending++ == 0 || row.requested_at < oldest) oldest = row.requested_at;
    });
    std::vector<FiscalBacklog> all;
    for (auto& [key, counted] : found) {
        auto& [backlog, oldest] = counted;
        if (backlog.pending > 0) {
            const Timestamp now = Decision(book, backlog.tenant, recorded_at).now();
            backlog.oldest_seconds = (now.micros - oldest.micros) / 1'000'000;
        }
        if (backlog.device.enabled || backlog.pending + backlog.refused > 0)
            all.push_back(std::move(backlog));
    }
    return all;
}

std::vector<FiscalWork> fiscal_work(
    const Book& book, std::string_view tenant, std::string_view entity, std::size_t works_max
) {
    const std::string prefix = std::string(tenant) + "/";
    std::vector<std::pair<std::uint64_t, const FiscalQueueRow*>> waiting;
    book.fiscal_queue.for_each([&](std::string_view key, const FiscalQueueRow& row) {
        if (key.starts_with(prefix) && row.entity == entity && row.phase == FiscalPhase::pending)
            waiting.emplace_back(row.place, &row);
    });
    // A long queue is not sorted for its head.
    std::ranges::make_heap(waiting, std::greater{});
    std::vector<FiscalWork> works;
    while (!waiting.empty() && works.size() < works_max) {
        std::ranges::pop_heap(waiting, std::greater{});
        const FiscalQueueRow* row = waiting.back().second;
        waiting.pop_back();
        FiscalWork work;
        work.attempt = row->attempt;
        if (row->credit_note && !name_credited(book, book_key(tenant, row->invoice), work)) {
            const FiscalQueueRow* invoice = book.fiscal_queue.find(book_key(tenant, row->invoice));
            if (invoice != nullptr && invoice->phase == FiscalPhase::refused) continue;
            break; // Its invoice is before it: what comes next is found once that is told.
        }
        const std::string name = fiscal_document(row->invoice, row->credit_note);
        work.told = book.fiscal_documents.find(book_key(tenant, name))->told;
        works.push_back(std::move(work));
    }
    return works;
}

} // namespace tollbook
