#include "projections/fields.hpp"

#include <algorithm>

namespace tollbook {

namespace column {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

void put_padded(std::string& out, std::int64_t value, std::size_t width) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    const auto size = static_cast<std::size_t>(end - text.data());
    if (size < width) out.append(width - size, '0');
    out.append(text.data(), size);
}

// The COPY escape of a byte, or 0 when it stands for itself.
char copy_escape(char c) {
    switch (c) {
    case '\\':
        return '\\';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    default:
        return 0;
    }
}

} // namespace

void put(std::string& out, Date value) {
    const CivilDay day = civil(value);
    put_padded(out, day.year, 4);
    out += '-';
    put_padded(out, day.month, 2);
    out += '-';
    put_padded(out, day.day, 2);
}

void put(std::string& out, Timestamp value) {
    constexpr std::int64_t day_micros = 86'400'000'000;
    std::int64_t days = value.micros / day_micros;
    std::int64_t rest = value.micros % day_micros;
    if (rest < 0) {
        --days;
        rest += day_micros;
    }
    put(out, Date{static_cast<std::int32_t>(days)});
    out += ' ';
    put_padded(out, rest / 3'600'000'000, 2);
    out += ':';
    put_padded(out, rest / 60'000'000 % 60, 2);
    out += ':';
    put_padded(out, rest / 1'000'000 % 60, 2);
    out += '.';
    put_padded(out, rest % 1'000'000, 6);
    out += "+00";
}

void put(std::string& out, const Uuid& value) { out += to_string(value); }

void put(std::string& out, const Hash& value) {
    out += "\\x";
    out += hex(value);
}

void put(std::string& out, const std::vector<std::string>& values) {
    out += '{';
    for (const std::string& value : values) {
        if (out.back() != '{') out += ',';
        put_element_text(out, value);
    }
    out += '}';
}

void put_copy_text(std::string& out, std::string_view text) {
    std::size_t plain = 0; // Where the run of bytes that stand for themselves began.
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char escape = copy_escape(text[i]);
        if (escape == 0 && text[i] != 0) continue;
        out += text.substr(plain, i - plain);
        plain = i + 1;
        if (escape == 0) {
            out += replacement;
        } else {
            out += '\\';
            out += escape;
        }
    }
    out += text.substr(plain);
}

void put_element_text(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == 0)
            out += replacement;
        else
            out += c;
    }
    out += '"';
}

void get(const std::string& text, std::vector<std::string>& value) {
    Result<std::vector<std::string>> read = from_json<std::vector<std::string>>(text);
    value = read ? std::move(*read) : std::vector<std::string>{};
}

} // namespace column

namespace {

// The length of the UTF-8 sequence that starts at `at`, or 0 when there is none.
std::size_t sequence_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return 0;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool no_character = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || no_character ? 0 : size;
}

} // namespace

std::string valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = sequence_at(text, at);
        if (size == 0)
            valid += '?';
        else
            valid += text.substr(at, size);
        at += std::max<std::size_t>(size, 1);
    }
    return valid;
}

} // namespace tollbook
