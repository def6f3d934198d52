// Sentences of the RouterOS API: words, each after its length, up to a word of length zero.
//
//     /login           06 2f6c6f67696e
//     =name=u          07 3d6e616d653d75
//                      00
//
// A length takes one to five bytes; its class stands in the top bits of the first one.
#pragma once

#include "ledger/error.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::routeros {

inline constexpr std::size_t word_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t sentence_bytes_max = std::size_t{2} << 20;
inline constexpr std::size_t sentence_words_max = 1024;
static_assert(word_bytes_max <= sentence_bytes_max);

using Sentence = std::vector<std::string>;

void append_length(std::string& out, std::uint32_t length);

// Every word must be non-empty (an empty one would end the sentence) and within word_bytes_max.
void append_sentence(std::string& out, std::span<const std::string> words);

// What a peer may send before it is refused; a server is stricter before the login.
struct SentenceLimits {
    std::size_t word_bytes = word_bytes_max;
    std::size_t sentence_bytes = sentence_bytes_max;
    std::size_t sentence_words = sentence_words_max;
};

// Reads sentences out of bytes that arrive in chunks of any size. Limits are checked when a length
// is known, so a peer that announces gigabytes is refused before anything is allocated for it.
// Sentences that were complete before a violation can still be taken; the decoder stays broken.
class Decoder {
public:
    explicit Decoder(SentenceLimits limits = {}) : limits_(limits) {}

    Status feed(std::string_view bytes);

    // The next whole sentence, never an empty one.
    std::optional<Sentence> next();

    void set_limits(SentenceLimits limits) { limits_ = limits; }

private:
    enum class Expect { first_length_byte, more_length_bytes, word_bytes };

    Status take_length_byte(std::uint8_t byte);
    Status begin_word();
    std::size_t take_word_bytes(std::string_view bytes);
    void end_sentence();
    Status refuse(std::string detail);

    SentenceLimits limits_;
    Expect expect_ = Expect::first_length_byte;
    std::uint32_t length_ = 0;
    unsigned length_bytes_missing_ = 0;
    std::size_t word_bytes_missing_ = 0;
    std::size_t sentence_bytes_ = 0;
    Sentence sentence_;
    std::deque<Sentence> ready_;
    std::optional<Error> broken_;
};

} // namespace tollbook::routeros
