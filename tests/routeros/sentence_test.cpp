#include "projections/enforcement/routeros/sentence.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace tollbook;
using namespace tollbook::routeros;
using namespace std::string_literals;

namespace {

std::string encoded_length(std::uint32_t length) {
    std::string out;
    append_length(out, length);
    return out;
}

std::string encoded(const Sentence& sentence) {
    std::string out;
    append_sentence(out, sentence);
    return out;
}

std::string unhex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

std::vector<Sentence> all_of(Decoder& decoder) {
    std::vector<Sentence> sentences;
    while (auto sentence = decoder.next())
        sentences.push_back(std::move(*sentence));
    return sentences;
}

const std::string alice_hex =
    "112f7070702f7365637265742f7072696e740b3f6e616d653d616c696365062e7461673d3700";
const Sentence alice{"/ppp/secret/print", "?name=alice", ".tag=7"};

} // namespace

TEST_CASE("sentence: a length is written in the shortest of the five classes") {
    CHECK(encoded_length(0) == unhex("00"));
    CHECK(encoded_length(1) == unhex("01"));
    CHECK(encoded_length(0x7f) == unhex("7f"));
    CHECK(encoded_length(0x80) == unhex("8080"));
    CHECK(encoded_length(0x87) == unhex("8087"));
    CHECK(encoded_length(0x3fff) == unhex("bfff"));
    CHECK(encoded_length(0x4000) == unhex("c04000"));
    CHECK(encoded_length(0x4321) == unhex("c04321"));
    CHECK(encoded_length(0x1fffff) == unhex("dfffff"));
    CHECK(encoded_length(0x200000) == unhex("e0200000"));
    CHECK(encoded_length(0x2acdef) == unhex("e02acdef"));
    CHECK(encoded_length(0xfffffff) == unhex("efffffff"));
    CHECK(encoded_length(0x10000000) == unhex("f010000000"));
    CHECK(encoded_length(0x10000080) == unhex("f010000080"));
    CHECK(encoded_length(0xffffffff) == unhex("f0ffffffff"));
}

TEST_CASE("sentence: the recorded print of alice is written and read byte for byte") {
    CHECK(encoded(alice) == unhex(alice_hex));
    Decoder decoder;
    REQUIRE(decoder.feed(unhex(alice_hex)).has_value());
    CHECK(decoder.next() == alice);
    CHECK(decoder.next() == std::nullopt);
}

TEST_CASE("sentence: it does not matter where the bytes are cut") {
    const std::string bytes = encoded(alice) +
                              encoded({"!re", "=comment=" + std::string(300, 'x'), "=a=b=c\n\0"s}) +
                              encoded({"!done"});
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Decoder decoder;
        REQUIRE(decoder.feed(std::string_view(bytes).substr(0, cut)).has_value());
        REQUIRE(decoder.feed(std::string_view(bytes).substr(cut)).has_value());
        const std::vector<Sentence> sentences = all_of(decoder);
        REQUIRE(sentences.size() == 3);
        CHECK(sentences[0] == alice);
        CHECK(sentences[1][2] == "=a=b=c\n\0"s);
        CHECK(sentences[2] == Sentence{"!done"});
    }
}

TEST_CASE("sentence: bytes can arrive one by one") {
    Decoder decoder;
    for (const char byte : unhex(alice_hex))
        REQUIRE(decoder.feed(std::string_view(&byte, 1)).has_value());
    CHECK(decoder.next() == alice);
}

TEST_CASE("sentence: words of every length class up to the limit come back whole") {
    for (const std::size_t bytes : {1U, 0x7fU, 0x80U, 0x3fffU, 0x4000U, 0xfffffU, 0x100000U}) {
        const Sentence sentence{std::string(bytes, 'w')};
        Decoder decoder;
        REQUIRE(decoder.feed(encoded(sentence)).has_value());
        CHECK(decoder.next() == sentence);
    }
}

TEST_CASE("sentence: a length in a longer class than it needs is accepted") {
    for (const std::string_view length : {"05", "8005", "c00005", "e0000005", "f000000005"}) {
        Decoder decoder;
        REQUIRE(decoder.feed(unhex(length) + "!done" + unhex("00")).has_value());
        CHECK(decoder.next() == Sentence{"!done"});
    }
    for (const std::string_view end : {"00", "8000", "c00000", "e0000000", "f000000000"}) {
        Decoder decoder;
        REQUIRE(decoder.feed(unhex("05") + "!done" + unhex(end)).has_value());
        CHECK(decoder.next() == Sentence{"!done"});
    }
}

TEST_CASE("sentence: empty sentences are skipped") {
    Decoder decoder;
    REQUIRE(decoder.feed(unhex("0000") + encoded({"!done"}) + unhex("00")).has_value());
    CHECK(all_of(decoder) == std::vector<Sentence>{{"!done"}});
}

TEST_CASE("sentence: a control byte is refused, and so is all that follows") {
    for (int byte = 0xf8; byte <= 0xff; ++byte) {
        Decoder decoder;
        const std::string bytes = encoded({"!done"}) + static_cast<char>(byte);
        const Status fed = decoder.feed(bytes);
        REQUIRE(!fed.has_value());
        CHECK(fed.error().code == Errc::device_protocol);
        CHECK(decoder.next() == Sentence{"!done"}); // It was whole before the violation.
        CHECK(!decoder.feed(encoded({"!done"})).has_value());
        CHECK(decoder.next() == std::nullopt);
    }
}

TEST_CASE("sentence: a word above the limit is refused when its length is known") {
    for (const std::string_view length : {"e0100001", "efffffff", "f010000080", "f0ffffffff"}) {
        Decoder decoder;
        const std::string bytes = unhex(length);
        CHECK(decoder.feed(bytes.substr(0, bytes.size() - 1)).has_value());
        CHECK(!decoder.feed(bytes.substr(bytes.size() - 1)).has_value());
    }
}

TEST_CASE("sentence: a sentence is bounded in words and in bytes") {
    Decoder by_words(SentenceLimits{.sentence_words = 3});
    CHECK(by_words.feed(encoded({"a", "b", "c"})).has_value());
    CHECK(!by_words.feed(encoded({"a", "b", "c", "d"})).has_value());

    Decoder by_bytes(SentenceLimits{.sentence_bytes = 10});
    CHECK(by_bytes.feed(encoded({"12345", "12345"})).has_value());
    CHECK(by_bytes.feed(encoded({"12345", "12345"})).has_value());
    CHECK(!by_bytes.feed(encoded({"12345", "123456"})).has_value());
}

TEST_CASE("sentence: random bytes mean the same in one chunk and in many") {
    std::seed_seq seed{20, 24, 6, 7};
    std::mt19937_64 random(seed);
    for (int round = 0; round < 2'000; ++round) {
        std::string bytes;
        for (std::size_t n = random() % 200; n > 0; --n)
            bytes += static_cast<char>(random() % 4 == 0 ? random() & 0xff : random() % 6);
        Decoder whole;
        Decoder pieces;
        const bool whole_fed = whole.feed(bytes).has_value();
        bool pieces_fed = true;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t count = 1 + random() % 9;
            pieces_fed = pieces.feed(std::string_view(bytes).substr(at, count)).has_value();
            at += count;
        }
        CHECK(whole_fed == pieces_fed);
        CHECK(all_of(whole) == all_of(pieces));
    }
}
