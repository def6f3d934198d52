#include "api/http/address_list.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <vector>

namespace tollbook::api {

namespace ip = boost::asio::ip;

struct AddressList::Networks {
    std::vector<ip::network_v4> v4;
    std::vector<ip::network_v6> v6;
};

namespace {

constexpr unsigned short v4_bits = 32;
constexpr unsigned short v6_bits = 128;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

// A v4 address that came over a v6 socket is the v4 address.
ip::address plain(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

} // namespace

AddressList::AddressList() : networks_(std::make_unique<Networks>()) {}

AddressList::~AddressList() = default;
AddressList::AddressList(AddressList&&) noexcept = default;
AddressList& AddressList::operator=(AddressList&&) noexcept = default;

Result<AddressList> AddressList::parse(std::span<const std::string> entries) {
    AddressList list;
    for (const std::string& entry : entries) {
        boost::system::error_code not_v4;
        boost::system::error_code not_v6;
        const bool has_bits = entry.find('/') != std::string::npos;
        const std::string v4 = has_bits ? entry : entry + "/" + std::to_string(v4_bits);
        const std::string v6 = has_bits ? entry : entry + "/" + std::to_string(v6_bits);
        const ip::network_v4 network_v4 = ip::make_network_v4(v4, not_v4);
        if (!not_v4) {
            list.networks_->v4.push_back(network_v4.canonical());
            continue;
        }
        const ip::network_v6 network_v6 = ip::make_network_v6(v6, not_v6);
        if (not_v6) return Error{Errc::config_invalid, "not an address or network: " + entry};
        list.networks_->v6.push_back(network_v6.canonical());
    }
    return list;
}

bool AddressList::has(std::string_view text) const {
    boost::system::error_code ec;
    const ip::address address = plain(ip::make_address(std::string(text), ec));
    if (ec) return false;
    if (address.is_v4())
        return std::ranges::any_of(networks_->v4, [&](const ip::network_v4& network) {
            const ip::network_v4 same(address.to_v4(), network.prefix_length());
            return same.canonical() == network;
        });
    return std::ranges::any_of(networks_->v6, [&](const ip::network_v6& network) {
        const ip::network_v6 same(address.to_v6(), network.prefix_length());
        return same.canonical() == network;
    });
}

std::string client_address(
    const std::string& peer, std::string_view forwarded_for, const AddressList& proxies
) {
    std::string client = peer;
    while (!forwarded_for.empty() && proxies.has(client)) {
        const std::size_t comma = forwarded_for.rfind(',');
        const bool last = comma == std::string_view::npos;
        client = trimmed(last ? forwarded_for : forwarded_for.substr(comma + 1));
        forwarded_for = last ? std::string_view{} : forwarded_for.substr(0, comma);
    }
    return client;
}

} // namespace tollbook::api
