#include "commands/payments/receipts.hpp"

#include "commands/payments/channels.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

std::string numbered(const std::string& first, std::uint64_t n) {
    return n == 1 ? first : fmt::format("{}~{}", first, n);
}

} // namespace

NewestPosting newest_posting(const Decision& decision, const std::string& first) {
    const auto find = [&](std::uint32_t n) {
        return decision.book().payments.find(decision.key(numbered(first, n)));
    };
    NewestPosting newest{first, find(1), 0};
    if (newest.row == nullptr) return newest;
    newest.postings = 1;
    while (taken_back(*newest.row)) { // Else there is no next one.
        const PaymentRow* next = find(newest.postings + 1);
        if (next == nullptr) break;
        newest.row = next;
        ++newest.postings;
    }
    newest.payment = numbered(first, newest.postings);
    return newest;
}

std::string repost_id(const std::string& first, const NewestPosting& newest) {
    return numbered(first, newest.postings + 1);
}

bool taken_back(const PaymentRow& row) {
    return row.suspended == 0 && std::ranges::all_of(row.parts, [](const PaymentPart& part) {
               return part.standing == 0;
           });
}

std::string delivery_id(const Decision& decision, const std::string& arrival) {
    const NumberRow* before = decision.book().arrivals.find(decision.key(arrival));
    return numbered(arrival, before == nullptr ? 1 : before->value + 1);
}

std::string payout_key(const std::string& channel, const std::string& receipt) {
    return "payout#" + payment_id(channel, receipt);
}

std::string withheld_key(const std::string& certificate) { return "withheld#" + certificate; }

std::string twin_warning(
    const Decision& decision, const std::string& customer, std::int64_t minor, Timestamp at
) {
    const std::string typed = typed_key(decision.tenant(), customer, {decision.day_of(at), minor});
    const NameRow* twin = decision.book().typed.find(typed);
    if (twin == nullptr) return "";
    const PaymentRow* standing = decision.book().payments.find(decision.key(twin->name));
    if (standing == nullptr || taken_back(*standing)) return "";
    return "the same amount as " + twin->name + " of the same day";
}

} // namespace tollbook
