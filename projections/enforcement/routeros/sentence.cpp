#include "projections/enforcement/routeros/sentence.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tollbook::routeros {

namespace {

// The first byte of a length: `mark` says how many bytes follow, `value` bits belong to the length.
struct LengthClass {
    std::uint8_t mask;
    std::uint8_t mark;
    std::uint8_t value;
    unsigned bytes_after;
};

// Control bytes (0xf8 and above) match no class.
constexpr std::array length_classes{
    LengthClass{0x80, 0x00, 0x7f, 0},
    LengthClass{0xc0, 0x80, 0x3f, 1},
    LengthClass{0xe0, 0xc0, 0x1f, 2},
    LengthClass{0xf0, 0xe0, 0x0f, 3},
    LengthClass{0xf8, 0xf0, 0x00, 4},
};

std::size_t shortest_class(std::uint32_t length) {
    if (length < 0x80) return 0;
    if (length < 0x4000) return 1;
    if (length < 0x200000) return 2;
    if (length < 0x10000000) return 3;
    return 4;
}

} // namespace

void append_length(std::string& out, std::uint32_t length) {
    const LengthClass& shape = length_classes[shortest_class(length)];
    const std::uint32_t above = shape.bytes_after == 4 ? 0 : length >> (8 * shape.bytes_after);
    out += static_cast<char>(shape.mark | above);
    for (unsigned after = shape.bytes_after; after > 0; --after)
        out += static_cast<char>((length >> (8 * (after - 1))) & 0xff);
}

void append_sentence(std::string& out, std::span<const std::string> words) {
    for (const std::string& word : words) {
        ensure(!word.empty() && word.size() <= word_bytes_max);
        append_length(out, static_cast<std::uint32_t>(word.size()));
        out += word;
    }
    out += '\0';
}

Status Decoder::feed(std::string_view bytes) {
    if (broken_) return *broken_;
    while (!bytes.empty()) {
        if (expect_ == Expect::word_bytes) {
            bytes.remove_prefix(take_word_bytes(bytes));
            continue;
        }
        const Status taken = take_length_byte(static_cast<std::uint8_t>(bytes.front()));
        if (!taken) return taken.error();
        bytes.remove_prefix(1);
    }
    return Done{};
}

std::optional<Sentence> Decoder::next() {
    if (ready_.empty()) return std::nullopt;
    Sentence first = std::move(ready_.front());
    ready_.pop_front();
    return first;
}

Status Decoder::take_length_byte(std::uint8_t byte) {
    if (expect_ == Expect::first_length_byte) {
        const auto* const shape = std::ranges::find_if(length_classes, [&](const LengthClass& c) {
            return (byte & c.mask) == c.mark;
        });
        if (shape == length_classes.end())
            return refuse(fmt::format("control byte 0x{:02x} in place of a length", byte));
        length_ = byte & shape->value;
        length_bytes_missing_ = shape->bytes_after;
        expect_ = Expect::more_length_bytes;
    } else {
        length_ = (length_ << 8) | byte;
        --length_bytes_missing_;
    }
    return length_bytes_missing_ == 0 ? begin_word() : Done{};
}

Status Decoder::begin_word() {
    expect_ = Expect::first_length_byte;
    if (length_ == 0) {
        end_sentence();
        return Done{};
    }
    if (length_ > limits_.word_bytes) return refuse(fmt::format("a word of {} bytes", length_));
    if (sentence_bytes_ + length_ > limits_.sentence_bytes)
        return refuse(fmt::format("a sentence above {} bytes", limits_.sentence_bytes));
    if (sentence_.size() >= limits_.sentence_words)
        return refuse(fmt::format("a sentence above {} words", limits_.sentence_words));

    sentence_.emplace_back();
    sentence_bytes_ += length_;
    word_bytes_missing_ = length_;
    expect_ = Expect::word_bytes;
    return Done{};
}

std::size_t Decoder::take_word_bytes(std::string_view bytes) {
    const std::size_t taken = std::min(bytes.size(), word_bytes_missing_);
    sentence_.back().append(bytes.substr(0, taken));
    word_bytes_missing_ -= taken;
    if (word_bytes_missing_ == 0) expect_ = Expect::first_length_byte;
    return taken;
}

void Decoder::end_sentence() {
    sentence_bytes_ = 0;
    if (!sentence_.empty()) ready_.push_back(std::exchange(sentence_, {}));
}

Status Decoder::refuse(std::string detail) {
    broken_ = Error{Errc::device_protocol, std::move(detail)};
    return *broken_;
}

} // namespace tollbook::routeros
