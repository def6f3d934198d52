#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace tollbook::api {

// Of a preview's hash, in the keys of its run.
inline constexpr std::size_t key_hash_chars = 16;

// So many services a preview looks at while no command is decided, and the rest of the last
// customer's: none is cut in two. Those of a customer stand together.
template <class Item>
std::span<const Item> next_slice(std::span<const Item> services) {
    constexpr std::size_t services_max = 2'000;
    std::size_t end = std::min(services_max, services.size());
    while (end < services.size() && services[end].customer == services[end - 1].customer)
        ++end;
    return services.first(end);
}

} // namespace tollbook::api
