#include "ledger/frame.hpp"

#include "ledger/frame_layout.hpp"
#include "ledger/memory_log.hpp"
#include "tests/support/frame_tools.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

const LogIdentity log_identity{{1, 2, 3}, 0};
const Uuid incarnation{9, 9};
const LeaderId leader{7};

struct Built {
    std::vector<Record> records;
    Hash previous{};
    std::string bytes;
};

// A frame of random commands; the same for a seed.
Built built(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Built made;
    const std::uint64_t head = random() >> (random() % 63U + 1);
    made.previous = sha256(std::to_string(seed));
    FrameBuilder builder(log_identity, incarnation);
    builder.start(head, made.previous);
    for (std::size_t commands = 1 + random() % 6; commands > 0; --commands) {
        const auto command = random_command(random, builder.last_seq(), random() >> 3U);
        if (!builder.add(command)) break;
        made.records.insert(made.records.end(), command.begin(), command.end());
    }
    made.bytes = builder.finish(5, leader);
    return made;
}

bool same(const Frame& a, const Frame& b) {
    return a.envelope == b.envelope && a.previous == b.previous && a.records == b.records &&
           a.hashes == b.hashes;
}

} // namespace

TEST_CASE("frame: ids of their keys are written the same whether the builder looks or is told") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        FrameBuilder looks(log_identity, incarnation);
        FrameBuilder told(log_identity, incarnation);
        looks.start(7, sha256("before"));
        told.start(7, sha256("before"));
        for (int n = 0; n < 3; ++n) {
            auto command = random_command(random, looks.last_seq(), 100 + looks.last_seq());
            for (Record& record : command) {
                CommandHeader& header = record.command;
                header.command_id = command_id_of(header.tenant, header.idempotency_key);
                record.event_id = event_id_of(header.tenant, header.idempotency_key, record.index);
            }
            const bool added = looks.add(command).has_value();
            REQUIRE(told.add(command, Ids::of_their_keys).has_value() == added);
            if (!added) break;
        }
        if (!looks.empty()) CHECK(looks.finish(5, leader) == told.finish(5, leader));
    }
}

TEST_CASE("frame: what was written is read, for commands of any shape") {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        CAPTURE(seed);
        const Built made = built(seed);
        const Result<Frame> read = decode_frame(made.bytes);
        REQUIRE(read);
        CHECK(read->records == made.records);
        CHECK(read->previous == made.previous);
        Hash hash = made.previous;
        for (std::size_t i = 0; i < made.records.size(); ++i) {
            hash = record_hash(made.records[i], log_identity, hash);
            REQUIRE(read->hashes[i] == hash);
        }
        CHECK(encoded_again(*read) == made.bytes);
    }
}

TEST_CASE("frame: cut anywhere it is refused, and nothing outside is read") {
    const std::string bytes = built(3).bytes;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string cut(bytes.data(), size); // Its own allocation: a sanitizer sees overruns.
        REQUIRE_FALSE(decode_frame(cut));
        REQUIRE_FALSE(decode_envelope(cut));
    }
    CHECK_FALSE(decode_frame(bytes + '\0'));
}

TEST_CASE("frame: a flipped bit anywhere is refused") {
    std::string bytes = built(4).bytes;
    for (std::size_t at = 0; at < bytes.size() * 8; ++at) {
        const char mask = static_cast<char>(1U << (at % 8));
        bytes[at / 8] ^= mask;
        REQUIRE_FALSE(decode_frame(bytes));
        bytes[at / 8] ^= mask;
    }
    CHECK(decode_frame(bytes));
}

TEST_CASE("frame: a flip under a right checksum is refused, or shows in the envelope alone") {
    std::size_t shown = 0;
    for (const std::uint64_t seed : {5U, 6U, 7U}) {
        const std::string good = built(seed).bytes;
        const Result<Frame> whole = decode_frame(good);
        REQUIRE(whole);
        for (std::size_t at = 0; at + frame_layout::checksum_bytes < good.size(); ++at) {
            std::string bytes = good;
            bytes[at] ^= static_cast<char>(1U << (at % 8));
            reseal(bytes);
            const Result<Frame> read = decode_frame(bytes);
            if (!read) continue;
            ++shown;
            CAPTURE(at);
            // Incarnation, fencing term and leader are not in the records' hashes.
            REQUIRE(at >= 24);
            REQUIRE(at < 76);
            REQUIRE(read->records == whole->records);
            REQUIRE_FALSE(same(*read, *whole));
        }
    }
    CHECK(shown == 3 * (16 + 8 + 24)); // The partition is in the records' hashes.
}

TEST_CASE("frame: random bytes under a right checksum never read as another frame") {
    std::mt19937_64 random(11);
    const std::string good = built(8).bytes;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = good;
        for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
            const std::size_t at = frame_layout::envelope_bytes +
                                   random() % (bytes.size() - frame_layout::control_bytes);
            bytes[at] = static_cast<char>(random() & 0xFFU);
        }
        reseal(bytes);
        if (decode_frame(bytes)) REQUIRE(bytes == good);
    }
}

TEST_CASE("frame: a command that never fits is too large, one that fits elsewhere waits") {
    FrameBuilder builder(log_identity, incarnation);
    builder.start(0, {});
    const auto sized = [&](std::size_t bytes) {
        std::mt19937_64 random(1);
        std::vector<Record> command = random_command(random, builder.last_seq(), 1);
        for (Record& record : command)
            record.payload.assign(bytes / command.size(), 'p');
        return command;
    };
    CHECK(builder.add(sized(frame_bytes_max)).error().code == Errc::command_too_large);
    CHECK(builder.empty());
    REQUIRE(builder.add(sized(frame_bytes_max / 2)));
    const std::uint64_t seq = builder.last_seq();
    const Hash hash = builder.last_hash();
    CHECK(builder.add(sized(frame_bytes_max / 2)).error().code == Errc::overloaded);
    CHECK(builder.add(sized(2 * frame_bytes_max)).error().code == Errc::command_too_large);
    CHECK(builder.last_seq() == seq);
    CHECK(builder.last_hash() == hash);
    REQUIRE(builder.add(sized(1000)));
    const std::string bytes = builder.finish(1, leader);
    CHECK(bytes.size() <= frame_bytes_max);
    CHECK(decode_frame(bytes));
}

TEST_CASE("frame: a name longer than its length field is refused, not cut") {
    std::mt19937_64 random(2);
    std::vector<Record> command = random_command(random, 0, 1);
    command.front().stream.assign(70'000, 's');
    FrameBuilder builder(log_identity, incarnation);
    builder.start(0, {});
    CHECK(builder.add(command).error().code == Errc::command_too_large);
    CHECK(builder.empty());
}

TEST_CASE("frame: a later format is newer, not damaged") {
    std::string bytes = built(9).bytes;
    bytes[2] = 2;
    reseal(bytes);
    CHECK(decode_frame(bytes).error().code == Errc::store_newer);
    CHECK(decode_envelope(bytes).error().code == Errc::store_newer);
}

TEST_CASE("frame: control messages come back whole, and no flip is taken for another") {
    const ControlMessage claim{Control::claim, {{1}, {2}, 3, 4, leader, 77, 77}, sha256("head")};
    const std::string bytes = encode_control(claim);
    CHECK(is_control(bytes));
    CHECK_FALSE(is_control(built(1).bytes));
    REQUIRE(decode_control(bytes));
    CHECK(*decode_control(bytes) == claim);
    CHECK_FALSE(decode_frame(bytes));
    CHECK_FALSE(decode_control(built(1).bytes));
    for (std::size_t at = 0; at < bytes.size() * 8; ++at) {
        std::string flipped = bytes;
        flipped[at / 8] ^= static_cast<char>(1U << (at % 8));
        REQUIRE_FALSE(decode_control(flipped));
    }
}

TEST_CASE("frame: in another incarnation all but the envelope is the same") {
    MemoryLog log({{1}, 0}, {2});
    LogWriter writer(log);
    REQUIRE(writer.claim());
    REQUIRE(writer.append({{numbered(1), numbered(2)}}));
    const auto messages = log.messages_after({0, 0}, 1U << 20U);
    REQUIRE(messages->size() == 2);
    ControlMessage claim = *decode_control(messages->front().bytes);
    claim.envelope.incarnation = {9};
    CHECK(*decode_control(in_incarnation(messages->front().bytes, {9})) == claim);
    const Frame before = *decode_frame(messages->back().bytes);
    const Result<Frame> after = decode_frame(in_incarnation(messages->back().bytes, {9}));
    REQUIRE(after);
    CHECK(after->envelope.incarnation == Uuid{9});
    CHECK(after->records == before.records);
    CHECK(after->hashes == before.hashes);
    CHECK(in_incarnation(messages->back().bytes, {2}) == messages->back().bytes);
}
