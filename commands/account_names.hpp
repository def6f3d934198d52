// What stands in the name of an account of docs/accounts.md.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace tollbook {

// "wallet" of "wallet:ACC1".
inline std::string_view kind_of_account(std::string_view account) {
    return account.substr(0, account.find(':'));
}

// What stands behind the kind: "ACC1" of "wallet:ACC1".
inline std::string_view part_of_account(std::string_view account) {
    const std::size_t colon = account.find(':');
    return colon == std::string_view::npos ? std::string_view{} : account.substr(colon + 1);
}

// Whether the accounts of that kind are a customer's each.
inline bool is_of_customer(std::string_view kind) {
    constexpr std::array<std::string_view, 4> kinds{
        "wallet", "receivable", "deposit", "refund_payable"};
    return std::ranges::find(kinds, kind) != kinds.end();
}

} // namespace tollbook
