// What the fuzz targets share. A target is a function of bytes from outside: it may refuse them,
// and it may never break a promise (`ensure` ends the process, which both drivers take as a
// failure). The same function runs under libFuzzer and over the kept corpus in every build.
#pragma once

#include "ledger/ensure.hpp"
#include "ledger/error.hpp"
#include "ledger/record.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tollbook::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// The text up to the separator, which is removed with it; all of it when there is none.
inline std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

// A refusal is one that the caller was promised.
inline void ensure_refusal(const Error& error, std::initializer_list<Errc> promised) {
    ensure(std::ranges::find(promised, error.code) != promised.end());
}

// A keyed hash as the product has it: hex digits, whatever the text.
inline std::string private_hash(std::string_view tenant, std::string_view text) {
    return hex(sha256(std::string(tenant).append("|").append(text)));
}

// The bytes as a peer may deliver them: in pieces of seeded sizes, the same for the same bytes.
// Each has its own memory, so that a sanitizer sees who reads beyond it.
inline std::vector<std::string> pieces_of(std::string_view bytes) {
    std::vector<std::string> pieces;
    std::uint64_t seed = std::hash<std::string_view>{}(bytes);
    while (!bytes.empty()) {
        seed = seed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        const std::size_t wide = (seed >> 60U) == 0 ? 4'096 : 24;
        const std::size_t size = std::min(1 + (seed >> 33U) % wide, bytes.size());
        pieces.emplace_back(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
    return pieces;
}

} // namespace tollbook::fuzz
