#include "ledger/position.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

namespace tollbook {

namespace {

constexpr std::size_t field_count = 7;

// The text between the colons; nothing when there are not exactly so many.
bool split(std::string_view text, std::array<std::string_view, field_count>& fields) {
    for (std::size_t i = 0; i < field_count; ++i) {
        const std::size_t colon = text.find(':');
        const bool last = i + 1 == field_count;
        if (last != (colon == std::string_view::npos)) return false;
        fields.at(i) = text.substr(0, colon);
        if (!last) text.remove_prefix(colon + 1);
    }
    return true;
}

bool read_number(std::string_view text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::string to_string(const ReaderState& state) {
    return fmt::format(
        "1:{}:{:x}:{:x}:{}:{:x}:{}",
        hex(state.incarnation),
        state.offset,
        state.term,
        hex(state.leader),
        state.seq,
        hex(state.hash)
    );
}

Result<ReaderState> parse_reader_state(std::string_view text) {
    std::array<std::string_view, field_count> fields{};
    const Error refusal{Errc::store_damaged, fmt::format("\"{}\" is no reader state", text)};
    if (!split(text, fields)) return refusal;
    if (fields[0] != "1") return Error{Errc::store_newer, refusal.detail};
    ReaderState state;
    const bool read = unhex(fields[1], state.incarnation) && read_number(fields[2], state.offset) &&
                      read_number(fields[3], state.term) && unhex(fields[4], state.leader) &&
                      read_number(fields[5], state.seq) && unhex(fields[6], state.hash);
    if (!read) return refusal;
    return state;
}

} // namespace tollbook
