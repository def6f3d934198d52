#include "ledger/sorted_file.hpp"

#include "ledger/bytes.hpp"
#include "ledger/derived_layout.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <endian.h>
#include <utility>
#include <vector>

namespace tollbook {

using namespace derived_layout;

namespace {

// 16 bytes of a key, behind what all keys begin with, as numbers that are ordered as the keys are;
// behind the end come zeros.
using KeyStart = std::array<std::uint64_t, 2>;

template <class Key>
KeyStart key_start(const Key& key, std::size_t common) {
    std::array<char, sizeof(KeyStart)> first{};
    const auto from = key.begin() + static_cast<std::ptrdiff_t>(common);
    std::copy_n(from, std::min(key.size() - common, first.size()), first.begin());
    KeyStart start = std::bit_cast<KeyStart>(first);
    for (std::uint64_t& number : start)
        number = be64toh(number);
    return start;
}

// How many bytes all keys begin with.
template <class T, class Key>
std::size_t common_bytes(std::span<const T> entries, Key T::*key) {
    if (entries.empty()) return 0;
    const Key& first = entries.front().*key;
    std::size_t common = first.size();
    for (const T& entry : entries) {
        const Key& other = entry.*key;
        const auto end = first.begin() + static_cast<std::ptrdiff_t>(common);
        const auto [differs, at] = std::mismatch(first.begin(), end, other.begin(), other.end());
        common = static_cast<std::size_t>(differs - first.begin());
    }
    return common;
}

// Beside each entry stands how its key begins: few comparisons must look at the key itself.
template <class T>
struct Sorted {
    KeyStart start;
    const T* entry;
};

template <class T, class Key>
std::vector<Sorted<T>> sorted(std::span<const T> entries, Key T::*key) {
    std::vector<Sorted<T>> order;
    order.reserve(entries.size());
    const std::size_t common = common_bytes(entries, key);
    for (const T& entry : entries)
        order.push_back({key_start(entry.*key, common), &entry});
    std::ranges::sort(order, [key](const Sorted<T>& a, const Sorted<T>& b) {
        return a.start != b.start ? a.start < b.start : a.entry->*key < b.entry->*key;
    });
    return order;
}

} // namespace

SortedFile::SortedFile(const Database& database, std::string path)
    : options_(database.db->GetOptions(database.derived))
    , writer_(rocksdb::EnvOptions(), options_, database.derived)
    , path_(std::move(path)) {
    // Never written over: a file of that name may be a second name of one that was taken in.
    options_.env->DeleteFile(path_).PermitUncheckedError();
    status_ = writer_.Open(path_);
}

void SortedFile::put(std::string_view key, std::string_view value) {
    if (status_.ok()) status_ = writer_.Put(slice(key), slice(value));
}

void SortedFile::put_rows(char family, std::span<const RowImage> rows) {
    const auto of_another = [&](const RowImage& row) {
        return row.key.front() != rows.front().key.front();
    };
    while (!rows.empty()) {
        const auto end = std::ranges::find_if(rows, of_another);
        const auto count = static_cast<std::size_t>(end - rows.begin());
        put_table(family, rows.first(count));
        rows = rows.subspan(count);
    }
}

void SortedFile::put_table(char family, std::span<const RowImage> rows) {
    std::string key;
    for (const auto& [start, row] : sorted(rows, &RowImage::key)) {
        key.assign(1, family).append(row->key);
        if (row->value)
            put(key, *row->value);
        else if (status_.ok())
            status_ = writer_.Delete(key);
    }
}

void SortedFile::put_commands(std::span<const IndexEntry> commands) {
    std::string value;
    for (const auto& [start, entry] : sorted(commands, &IndexEntry::command_id)) {
        const CommandKey key = command_key(entry->command_id);
        value.clear();
        put_varint(value, entry->place.first_seq);
        put_varint(value, entry->place.count);
        put({key.data(), key.size()}, value);
    }
}

rocksdb::Status SortedFile::finish() { return status_.ok() ? writer_.Finish() : status_; }

} // namespace tollbook
