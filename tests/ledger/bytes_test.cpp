#include "ledger/bytes.hpp"

#include "ledger/json_buffer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>
#include <random>

using namespace tollbook;

namespace {

std::string random_text(std::mt19937_64& random, std::size_t bytes_max) {
    std::string text(random() % (bytes_max + 1), '\0');
    for (char& c : text) {
        const bool special = random() % 8 == 0;
        c = special ? static_cast<char>(random()) : static_cast<char>('a' + random() % 26);
    }
    return text;
}

std::string quoted(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20)
            json += fmt::format("\\u{:04x}", byte);
        else
            json += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
    return json + "\"";
}

template <class Out>
void put_random(Out& out, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int n = 0; n < 50; ++n) {
        put_fixed(out, static_cast<std::uint8_t>(random()));
        put_fixed(out, static_cast<std::uint32_t>(random()));
        put_varint(out, random() >> (random() % 64));
        put_text(out, random_text(random, 300));
        put_short(out, random_text(random, 20));
        put_long(out, random_text(random, 20));
        out += random_text(random, 40);
    }
}

} // namespace

TEST_CASE("bytes: a buffer takes what a string takes") {
    ByteBuffer buffer;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        std::string text;
        put_random(text, seed);
        buffer.clear();
        put_random(buffer, seed);
        CHECK(buffer.view() == text);
        const std::size_t before = buffer.size();
        put_fixed(buffer, std::uint64_t{7});
        buffer.cut(before);
        CHECK(buffer.view() == text);
    }
}

TEST_CASE("json buffer: every string is quoted as it is byte by byte") {
    JsonBuffer text;
    std::mt19937_64 random(5);
    std::string expected;
    for (int n = 0; n < 5'000; ++n) {
        const std::string piece = random_text(random, 40);
        text.add_string(piece);
        expected += quoted(piece);
    }
    CHECK(text.view() == expected);
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t place = 0; place < 17; ++place) {
            std::string piece(17, 'x');
            piece[place] = static_cast<char>(byte);
            text.clear();
            text.add_string(piece);
            REQUIRE(text.view() == quoted(piece));
        }
    }
}

TEST_CASE("json buffer: integers of any width, at their ends") {
    JsonBuffer text;
    text.add_integer(std::numeric_limits<std::int64_t>::min());
    text.add(' ');
    text.add_integer(std::numeric_limits<std::uint64_t>::max());
    text.add(' ');
    text.add_integer(std::uint8_t{200});
    CHECK(text.view() == "-9223372036854775808 18446744073709551615 200");
}
