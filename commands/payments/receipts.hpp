#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tollbook {

// A cash desk's clock may be this far ahead of the tenant's.
inline constexpr std::int64_t desk_clock_ahead_micros_max = 5LL * 60 * 1'000'000;

// The newest posting of a receipt. A receipt counts once; when all of it was reversed, the desk may
// post it again, as "<payment>~2", "~3" ... ('~' stands in no id that people choose).
struct NewestPosting {
    std::string payment;     // Of the first, if there is none.
    const PaymentRow* row{}; // Null: nobody told the receipt before.
    std::uint32_t postings{};
};

NewestPosting newest_posting(const Decision& decision, const std::string& first);

// The next posting's name.
std::string repost_id(const std::string& first, const NewestPosting& newest);

// Nothing of it stands: the money that an arrival tells now would be in no account.
bool taken_back(const PaymentRow& row);

// The id under which a delivery is kept: `arrival`, or "<arrival>~2", "~3" ... when that came
// before, so that no delivery hides another.
std::string delivery_id(const Decision& decision, const std::string& arrival);

// Names money that went out by its channel's own number: no two refunds share one.
std::string payout_key(const std::string& channel, const std::string& receipt);

// Names what a payer withheld by its certificate, which counts once.
std::string withheld_key(const std::string& certificate);

// A cashier who types a second receipt of the same amount for the same customer on the same day may
// have typed the same money twice: it is accepted, and said. Empty: there is none.
std::string twin_warning(
    const Decision& decision, const std::string& customer, std::int64_t minor, Timestamp at
);

} // namespace tollbook
