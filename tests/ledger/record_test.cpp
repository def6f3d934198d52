#include "ledger/record.hpp"

#include "ledger/bytes.hpp"
#include "ledger/position.hpp"
#include "ledger/sha256.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace tollbook;

TEST_CASE("record: SHA-256 is the published one, at once and in pieces") {
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(Sha256().add("a").add("").add("bc").finish() == sha256("abc"));
}

TEST_CASE("record: every field changes the hash") {
    std::mt19937_64 random(1);
    std::vector<Record> records = random_command(random, 10, 5);
    Record base = records.front();
    base.sealed = Sealed{"subject", 1, {}, "secret"};
    const LogIdentity log{{1}, 0};
    std::set<Hash> hashes{record_hash(base, log, {})};
    std::size_t changes = 1;
    const auto changed = [&](auto change) {
        Record other = base;
        change(other);
        hashes.insert(record_hash(other, log, {}));
        ++changes;
    };
    changed([](Record& r) { r.command.tenant += 'x'; });
    changed([](Record& r) { r.command.idempotency_key += 'x'; });
    changed([](Record& r) { r.command.command_id[0] ^= 1U; });
    changed([](Record& r) { r.command.fingerprint[0] ^= 1U; });
    changed([](Record& r) { r.command.count ^= 1U; });
    changed([](Record& r) { r.command.term ^= 1U; });
    changed([](Record& r) { r.command.leader[0] ^= 1U; });
    changed([](Record& r) { r.command.recorded_at.micros ^= 1; });
    changed([](Record& r) { r.command.actor += 'x'; });
    changed([](Record& r) { r.command.correlation += 'x'; });
    changed([](Record& r) { r.command.causation += 'x'; });
    changed([](Record& r) { r.index ^= 1U; });
    changed([](Record& r) { r.seq ^= 1U; });
    changed([](Record& r) { r.tenant_seq ^= 1U; });
    changed([](Record& r) { r.stream += 'x'; });
    changed([](Record& r) { r.revision ^= 1U; });
    changed([](Record& r) { r.event_id[0] ^= 1U; });
    changed([](Record& r) { r.type += 'x'; });
    changed([](Record& r) { r.schema_version ^= 1U; });
    changed([](Record& r) { r.effective_at.micros ^= 1; });
    changed([](Record& r) { r.booked_on.days ^= 1; });
    changed([](Record& r) { r.payload += 'x'; });
    changed([](Record& r) { r.sealed->subject += 'x'; });
    changed([](Record& r) { r.sealed->key_id ^= 1U; });
    changed([](Record& r) { r.sealed->nonce[0] ^= 1U; });
    changed([](Record& r) { r.sealed->ciphertext += 'x'; });
    changed([](Record& r) { r.sealed.reset(); });
    hashes.insert(record_hash(base, {{2}, 0}, {}));
    hashes.insert(record_hash(base, {{1}, 1}, {}));
    hashes.insert(record_hash(base, log, sha256("previous")));
    CHECK(hashes.size() == changes + 3);
}

TEST_CASE("record: ids are of version 8 and follow from tenant, key and index alone") {
    const Uuid id = event_id_of("acme", "key", 0);
    CHECK(to_string(id).at(14) == '8');
    CHECK(id == event_id_of("acme", "key", 0));
    CHECK(id != event_id_of("acme", "key", 1));
    CHECK(event_id_of("ab", "c", 0) != event_id_of("a", "bc", 0)); // Lengths are hashed too.
    CHECK(command_id_of("acme", "key") != id);
    CHECK(to_string(Uuid{0x12, 0x34}) == "12340000-0000-0000-0000-000000000000");
}

TEST_CASE("record: hex digits are read strictly") {
    std::array<std::uint8_t, 2> out{};
    CHECK(unhex("0aff", out));
    CHECK(hex(out) == "0aff");
    for (const char* text : {"0af", "0aff0", "0AFF", "0afg", ""})
        CHECK_FALSE(unhex(text, out));
}

TEST_CASE("position: a reader state comes back from its text, and nothing else is one") {
    const ReaderState state{{1, 2}, 77, 3, LeaderId{4}, 99, sha256("x")};
    const std::string text = to_string(state);
    REQUIRE(parse_reader_state(text));
    CHECK(*parse_reader_state(text) == state);
    CHECK(parse_reader_state("2" + text.substr(1)).error().code == Errc::store_newer);
    for (std::size_t size = 0; size < text.size(); ++size)
        REQUIRE_FALSE(parse_reader_state(text.substr(0, size)));
    CHECK_FALSE(parse_reader_state(text + "0"));
    CHECK_FALSE(parse_reader_state(text + ":"));
}

TEST_CASE("bytes: numbers of either sign come back, in their shortest form only") {
    for (const std::uint64_t value :
         {0ULL, 1ULL, 127ULL, 128ULL, 300ULL, 1ULL << 35U, ~0ULL, ~0ULL - 1}) {
        std::string out;
        put_varint(out, value);
        ByteReader reader(out);
        CHECK(reader.varint() == value);
        CHECK(reader.left() == 0);
        const auto number = static_cast<std::int64_t>(value);
        CHECK(unzigzag(zigzag(number)) == number);
    }
    for (const char* padded : {"\x80\x01\x00", "\x81\x80"}) {
        std::string bytes(padded, 2);
        bytes += '\0';
        ByteReader reader(bytes);
        if (bytes[0] == '\x80') continue; // 0x80 0x01 is 128.
        reader.varint();
        CHECK_FALSE(reader.ok());
    }
    ByteReader overflow("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
    overflow.varint();
    CHECK_FALSE(overflow.ok());
}
