#pragma once

#include "ledger/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tollbook {

// An M-Pesa C2B confirmation (Daraja v1/v2: all fields are strings; names may be missing).
struct C2bConfirmation {
    std::string receipt;    // TransID
    std::string local_time; // TransTime, yyyymmddHHMMSS in the tenant's zone.
    std::int64_t minor{};   // TransAmount in cents.
    std::string shortcode;  // BusinessShortCode
    std::string reference;  // BillRefNumber as typed.
    std::string payer;      // MSISDN: full, masked or hashed; no identity.
    std::string payer_name;
};

// Reads the raw bytes of a delivery. Fields that are not named above are ignored; a missing or
// unreadable one that money depends on refuses with malformed_request.
Result<C2bConfirmation> parse_c2b(std::string_view raw);

// "1500.00" -> 150000. At most two decimals, above zero, at most amount_minor_max.
Result<std::int64_t> parse_decimal_amount(std::string_view text);

// Upper-case letters and digits only: "acc-00042 " -> "ACC00042".
std::string normalise_reference(std::string_view text);

} // namespace tollbook
