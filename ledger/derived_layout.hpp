// How the derived column family is laid out: a letter for each kind of row, then its key.
#pragma once

#include "ledger/record.hpp"

#include <rocksdb/slice.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tollbook::derived_layout {

inline constexpr char decider_family = 'b';
inline constexpr char command_family = 'k';
inline constexpr char writer_family = 'w';
inline constexpr std::string_view mark_key = "m";

inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

using CommandKey = std::array<char, 1 + sizeof(Uuid)>;

inline CommandKey command_key(const Uuid& id) {
    CommandKey key{};
    key[0] = command_family;
    std::ranges::copy(id, key.begin() + 1);
    return key;
}

} // namespace tollbook::derived_layout
