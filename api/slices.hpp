#pragma once

#include "commands/book_decider.hpp"
#include "commands/currency_sums.hpp"
#include "ledger/partition.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace tollbook::api {

// Of a preview's hash, in the keys of its run.
inline constexpr std::size_t key_hash_chars = 16;

// In which its own sums are told; customers of other currencies have theirs beside them.
inline Result<Currency> currency_of_tenant(Partition& partition, const std::string& tenant) {
    Result<Currency> currency = Error{Errc::tenant_unknown, tenant.substr(0, 32)};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        if (const TenantRow* row = book.tenants.find(tenant)) currency = row->currency;
    });
    if (!looked) return looked.error();
    return currency;
}

// The sums of a preview to which an item's figures are added: its own, in the tenant's currency, or
// those of another one.
template <class Preview, class Take>
void in_its_currency(Preview& preview, const std::optional<Currency>& other, Take take) {
    if (!other) return take(preview);
    if (!preview.others) preview.others.emplace();
    take(sums_of(*preview.others, *other));
}

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

// What `look` tells of the services on the Book as it stands, slice by slice, so that commands are
// decided in between.
template <class Item, class Look>
auto look_in_slices(Partition& partition, const std::vector<Item>& services, Look look)
    -> Result<std::invoke_result_t<Look&, const Book&, std::span<const Item>>> {
    std::invoke_result_t<Look&, const Book&, std::span<const Item>> told;
    std::span<const Item> left = services;
    while (!left.empty()) {
        const auto slice = next_slice(left);
        const Status looked = partition.read([&](const Decider& decider, const Head&) {
            const Book& book = static_cast<const BookDecider&>(decider).book();
            std::ranges::move(look(book, slice), std::back_inserter(told));
        });
        if (!looked) return looked.error();
        left = left.subspan(slice.size());
    }
    return told;
}

} // namespace tollbook::api
