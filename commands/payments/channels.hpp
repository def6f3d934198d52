#pragma once

#include "commands/rows.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace tollbook {

// Where cash arrives: "mpesa:<shortcode>" or "till:<name>" of the tenant.
inline bool channel_exists(const TenantRow& tenant, std::string_view channel) {
    const std::size_t colon = channel.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view provider = channel.substr(0, colon);
    const std::string_view name = channel.substr(colon + 1);
    const auto among = [&](const std::vector<std::string>& names) {
        return std::ranges::find(names, name) != names.end();
    };
    if (provider == "mpesa") return among(tenant.mpesa_shortcodes);
    return provider == "till" && among(tenant.tills);
}

// The natural key of a receipt. M-Pesa numbers its receipts over all shortcodes, in capitals
// however a cashier types them; each till numbers its own.
inline std::string payment_id(std::string_view channel, std::string_view receipt) {
    const std::string_view provider = channel.substr(0, channel.find(':'));
    if (provider != "mpesa") return std::string(channel).append(":").append(receipt);
    std::string id = "mpesa:";
    for (const char c : receipt)
        id += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return id;
}

// "suspense:mpesa" for "mpesa:600901".
inline std::string suspense_account(std::string_view channel) {
    return "suspense:" + std::string(channel.substr(0, channel.find(':')));
}

} // namespace tollbook
