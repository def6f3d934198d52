#pragma once

#include "bench/node_process.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tollbook::bench {

inline constexpr std::size_t http_customers = 10'000;

// Opens the tenant "bench" with all its customers, each with money for every charge to come.
void open_book(const NodeProcess& node);

// `count` wallet charges from number `first` on, one request each.
std::vector<std::string> charges(const NodeProcess& node, std::size_t first, std::size_t count);

} // namespace tollbook::bench
