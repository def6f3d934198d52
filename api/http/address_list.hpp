#pragma once

#include "ledger/error.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tollbook::api {

// Addresses and networks ("196.201.214.200", "10.0.0.0/8", "fd00::/8").
class AddressList {
public:
    AddressList();
    ~AddressList();
    AddressList(AddressList&&) noexcept;
    AddressList& operator=(AddressList&&) noexcept;

    // Refuses with config_invalid, naming the entry.
    static Result<AddressList> parse(std::span<const std::string> entries);

    bool has(std::string_view address) const;

private:
    struct Networks;
    std::unique_ptr<Networks> networks_;
};

// Who really sent it: the peer, or, while the peer is a trusted proxy, the last address in
// X-Forwarded-For that is not one.
std::string client_address(
    const std::string& peer, std::string_view forwarded_for, const AddressList& proxies
);

} // namespace tollbook::api
