#pragma once

#include "commands/invoicing/fiscal.hpp"

#include <stop_token>
#include <string>
#include <variant>

namespace tollbook::api {

// The device took the document, now or when it was told of it before.
struct FiscalTaken {
    FiscalReceipt receipt;
};

// It wants something else: telling it the same again helps nothing, a person must look. Code and
// reason are short enough for record_fiscal_refusal, as a receipt is for record_fiscal_receipt:
// what the book would refuse could never be recorded.
struct FiscalRefusal {
    std::string code;
    std::string reason;
};

// It was not reached, did not answer in time, or with something that cannot be understood: it may
// have the document or not, so it is told again.
struct FiscalSilence {
    std::string why;
};

using FiscalAnswer = std::variant<FiscalTaken, FiscalRefusal, FiscalSilence>;

// A tax authority's device that signs invoices, or the service that stands for one. It is told of a
// document by a request id that is the same with each attempt, so that a device that has it already
// answers with the receipt it gave. Blocks, but not for longer than its own limit, or stop.
// Used by one thread at a time.
class FiscalDevice {
public:
    FiscalDevice() = default;
    FiscalDevice(const FiscalDevice&) = delete;
    FiscalDevice& operator=(const FiscalDevice&) = delete;
    virtual ~FiscalDevice() = default;

    virtual FiscalAnswer transmit(
        const std::string& request_id, const FiscalWork& work, const std::stop_token& stop
    ) = 0;
};

} // namespace tollbook::api
