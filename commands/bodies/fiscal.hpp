// Fiscal devices of legal entities, and what they answer.
#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// To which device the invoices of a legal entity are transmitted, or that there is none.
struct SetFiscalDevice {
    static constexpr std::string_view type = "set_fiscal_device";
    bool enabled{};
    std::optional<std::string> entity;        // The tenant's own.
    std::optional<FiscalDeviceKind> kind;     // etims
    std::optional<std::string> url;           // http://host:port or https://host/path; needed ...
    std::optional<std::string> device;        // ... with this when it is enabled.
    std::optional<std::uint64_t> from_number; // That which stands, or the next invoice's.
};
BOOST_DESCRIBE_STRUCT(SetFiscalDevice, (), (enabled, entity, kind, url, device, from_number))

// The device took a document: the invoice, or a credit note to it.
struct RecordFiscalReceipt {
    static constexpr std::string_view type = "record_fiscal_receipt";
    std::string invoice;
    std::optional<std::string> credit_note;
    std::string control_number;
    std::string signature;
    std::string qr;
    Timestamp device_time;
};
BOOST_DESCRIBE_STRUCT(
    RecordFiscalReceipt, (), (invoice, credit_note, control_number, signature, qr, device_time)
)

// The device will not take it as it is.
struct RecordFiscalRefusal {
    static constexpr std::string_view type = "record_fiscal_refusal";
    std::string invoice;
    std::optional<std::string> credit_note;
    std::optional<std::uint32_t> attempt; // The one under way; an older one changes nothing.
    std::string code;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(RecordFiscalRefusal, (), (invoice, credit_note, attempt, code, reason))

// What the device refused is transmitted again.
struct RetryFiscalTransmission {
    static constexpr std::string_view type = "retry_fiscal_transmission";
    std::string invoice;
    std::optional<std::string> credit_note;
    std::string user;
};
BOOST_DESCRIBE_STRUCT(RetryFiscalTransmission, (), (invoice, credit_note, user))

} // namespace tollbook
