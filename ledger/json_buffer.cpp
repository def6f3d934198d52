#include "ledger/json_buffer.hpp"

namespace tollbook {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

} // namespace

JsonBuffer& JsonBuffer::of_thread() {
    thread_local JsonBuffer reused;
    reused.clear();
    return reused;
}

void JsonBuffer::add_escaped(std::string_view text) {
    add('"');
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            add("\\u00");
            add(digits[byte >> 4U]);
            add(digits[byte & 0x0FU]);
            continue;
        }
        if (c == '"' || c == '\\') add('\\');
        add(c);
    }
    add('"');
}

} // namespace tollbook
