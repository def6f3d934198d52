// One of each event of fiscal devices, as they might follow each other.
#pragma once

#include "ledger/events.hpp"

#include <vector>

namespace tollbook {

inline FiscalTransmissionRequested fiscal_request_example() {
    return {
        "I1",
        std::nullopt,
        "main",
        1,
        "F-000001",
        1,
        Currency::parse("KES").value(),
        parse_date("2026-11-20").value(),
        parse_timestamp("2026-11-20T09:00:00Z").value(),
        {{"Router, dual band",
          10'000'00,
          {{"excise15", 150'000, 1'500'00}, {"vat16", 160'000, 1'840'00}},
          std::nullopt},
         {"period HOME10", 1'500'00, {}, "schools"}},
        14'840'00,
        std::nullopt};
}

inline FiscalReceipt fiscal_receipt_example() {
    return {
        "KRACU0100000001/152",
        "V249J39CFJ48HE2W",
        "https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData"
        "?Data=P051234567X00V249J39CFJ48HE2W",
        parse_timestamp("2026-11-20T09:00:07Z").value()};
}

inline std::vector<Event> fiscal_example_events() {
    return {
        FiscalDeviceSet{
            "main",
            true,
            FiscalDeviceKind::etims,
            "http://127.0.0.1:8088/trnsSales/saveSales",
            "P051234567X:00",
            1},
        fiscal_request_example(),
        FiscalTransmissionRefused{"I1", std::nullopt, "main", 1, "910", "custTin: not a PIN"},
        FiscalTransmissionRetried{"I1", std::nullopt, "main", 2, "ann"},
        FiscalReceiptRecorded{"I1", std::nullopt, "main", fiscal_receipt_example()}};
}

} // namespace tollbook
