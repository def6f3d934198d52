// What the clerk does about fiscal devices, and what devices say.
#include "tests/support/book_clerk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

// Sets the device anew, or plays its part for one of the documents that wait.
void BookClerk::fiscal() {
    std::vector<FiscalQueueRow> waiting;
    run_.book().fiscal_queue.for_each([&](std::string_view, const FiscalQueueRow& row) {
        waiting.push_back(row);
    });
    if (waiting.empty() || roll(6) == 0) {
        SetFiscalDevice device{
            roll(3) != 0, entity(), {}, "http://127.0.0.1:8088/sales", "P051234567X", {}};
        if (roll(4) == 0) device.from_number = roll(40);
        return send(device);
    }
    std::ranges::sort(waiting, {}, &FiscalQueueRow::place);
    const FiscalQueueRow& row = waiting[roll(waiting.size())];
    const std::uint64_t what = roll(8);
    if (what < 3)
        return send(RecordFiscalRefusal{row.invoice, row.credit_note, {}, "910", "not a PIN"});
    if (what < 5) return send(RetryFiscalTransmission{row.invoice, row.credit_note, "ann"});
    if (what == 5) send(VoidInvoice{row.invoice, "the device will not have it"});
    const std::string number = fmt::format("CU/{}", row.place);
    const Timestamp at = row.requested_at;
    RecordFiscalReceipt receipt{row.invoice, row.credit_note, number, "S", "qr " + number, at};
    send(receipt);
    if (roll(3) == 0) receipt.qr = "another";
    send(receipt);
}

} // namespace tollbook
