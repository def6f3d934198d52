#include "ledger/keystore.hpp"

#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sys/stat.h>
#include <thread>

using namespace tollbook;

namespace fs = std::filesystem;

namespace {

const std::string tenant = "acme";
const std::string subject = "customer:ACC00001";
const std::string plain = R"({"name":"Wanjiru Kamau","phone":"+254700000001"})";
const Uuid event_id = event_id_of(tenant, "key-1", 0);

std::unique_ptr<KeyStore> opened(const std::string& directory, bool read_only = false) {
    Result<std::unique_ptr<KeyStore>> keys = KeyStore::open(directory, read_only);
    REQUIRE_MESSAGE(keys.has_value(), (keys ? "" : keys.error().detail));
    return std::move(*keys);
}

Sealed seal_one(KeyStore& keys, std::string_view who = subject) {
    const SealRequest request{tenant, who, plain, event_id};
    const auto sealed = keys.seal({&request, 1});
    REQUIRE(sealed.has_value());
    return sealed->front();
}

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

} // namespace

TEST_CASE("keystore: what was sealed opens after a restart, under its event only") {
    const ScratchDirectory directory;
    const Sealed sealed = seal_one(*opened(directory.path));
    const auto keys = opened(directory.path);
    CHECK(*keys->open_sealed(tenant, sealed, event_id) == plain);
    CHECK(keys->open_sealed(tenant, sealed, Uuid{}).error().code == Errc::store_damaged);
    CHECK(keys->open_sealed("other", sealed, event_id).error().code == Errc::not_found);
    Sealed flipped = sealed;
    flipped.ciphertext.front() = static_cast<char>(flipped.ciphertext.front() ^ 1);
    CHECK(keys->open_sealed(tenant, flipped, event_id).error().code == Errc::store_damaged);
}

TEST_CASE("keystore: no file holds a name, a subject or a tenant, and none is open to others") {
    const ScratchDirectory directory;
    const auto keys = opened(directory.path);
    const Sealed sealed = seal_one(*keys);
    (void)keys->private_hash(tenant, "254700000001");
    CHECK(sealed.ciphertext.find("Wanjiru") == std::string::npos);
    for (const auto& entry : fs::recursive_directory_iterator(directory.path)) {
        if (!entry.is_regular_file()) continue;
        for (const char* text : {"Wanjiru", "ACC00001", "acme", "254700000001"})
            CHECK(bytes_of(entry.path()).find(text) == std::string::npos);
        CHECK(
            (entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
            fs::perms::none
        );
    }
}

TEST_CASE("keystore: a forgotten subject's data does not open again, a new key has a new id") {
    const ScratchDirectory directory;
    auto keys = opened(directory.path);
    const Sealed before = seal_one(*keys);
    const Sealed other = seal_one(*keys, "customer:ACC00002");
    const std::string file_before = bytes_of(directory.path + "/keys/keys");
    REQUIRE(keys->forget(tenant, subject).has_value());
    CHECK(keys->open_sealed(tenant, before, event_id).error().code == Errc::not_found);
    CHECK(keys->forget(tenant, subject).error().code == Errc::not_found);

    // The wrapped key is gone from the disk: 48 bytes of the first entry.
    const std::string wrapped = file_before.substr(128 + 64, 48);
    CHECK(bytes_of(directory.path + "/keys/keys").find(wrapped) == std::string::npos);

    keys.reset();
    keys = opened(directory.path);
    CHECK(keys->open_sealed(tenant, before, event_id).error().code == Errc::not_found);
    const Sealed after = seal_one(*keys);
    CHECK(after.key_id == before.key_id + 1);
    CHECK(*keys->open_sealed(tenant, after, event_id) == plain);
    CHECK(keys->open_sealed(tenant, before, event_id).error().code == Errc::not_found);
    CHECK(*keys->open_sealed(tenant, other, event_id) == plain);
}

TEST_CASE("keystore: a reader beside the node follows new and forgotten keys, and makes none") {
    const ScratchDirectory directory;
    const auto node = opened(directory.path);
    const auto reader = opened(directory.path, true);
    CHECK(KeyStore::open(directory.path, false).error().code == Errc::store_locked);

    const Sealed sealed = seal_one(*node);
    CHECK(*reader->open_sealed(tenant, sealed, event_id) == plain);
    const SealRequest unknown{tenant, "customer:new", plain, event_id};
    CHECK(reader->seal({&unknown, 1}).error().code == Errc::read_only);
    CHECK(reader->fingerprint("nobody", "x").has_error());
    const Hash fingerprint = *node->fingerprint(tenant, "x");
    CHECK(*reader->fingerprint(tenant, "x") == fingerprint);

    REQUIRE(node->forget(tenant, subject).has_value());
    CHECK(reader->open_sealed(tenant, sealed, event_id).error().code == Errc::not_found);
    const Sealed again = seal_one(*node);
    CHECK(*reader->open_sealed(tenant, again, event_id) == plain);
}

TEST_CASE("keystore: keyed hashes are equal within a tenant, for ever, and differ between tenants"
) {
    const ScratchDirectory directory;
    const std::string hash = opened(directory.path)->private_hash(tenant, "254700000001");
    CHECK(hash.size() == 32);
    const auto keys = opened(directory.path);
    CHECK(keys->private_hash(tenant, "254700000001") == hash);
    CHECK(keys->private_hash("other", "254700000001") != hash);
    CHECK(hex(*keys->fingerprint(tenant, "254700000001")).size() == 64);
    const ScratchDirectory elsewhere;
    CHECK(opened(elsewhere.path)->private_hash(tenant, "254700000001") != hash);
}

TEST_CASE("keystore: a tail that was cut short is settled, damage before it is refused") {
    const ScratchDirectory directory;
    const fs::path file = directory.path + "/keys/keys";
    Sealed first = seal_one(*opened(directory.path));
    const std::string whole = bytes_of(file);
    for (const std::size_t garbage : {1U, 64U, 127U, 128U, 300U}) {
        write_bytes(file, whole + std::string(garbage, '\x5a'));
        const auto keys = opened(directory.path);
        CHECK(*keys->open_sealed(tenant, first, event_id) == plain);
        const Sealed second = seal_one(*keys, "customer:ACC00002");
        CHECK(*keys->open_sealed(tenant, second, event_id) == plain);
    }
    (void)opened(directory.path);
    std::string damaged = bytes_of(file);
    damaged[128 + 70] = static_cast<char>(damaged[128 + 70] ^ 1);
    write_bytes(file, damaged);
    CHECK(KeyStore::open(directory.path, false).error().code == Errc::store_damaged);
    write_bytes(file, whole.substr(0, 128));
    (void)opened(directory.path); // Nothing was known to be durable then.
    write_bytes(file, damaged.substr(0, 128));
    CHECK(KeyStore::open(directory.path, false).error().code == Errc::store_damaged);
}

TEST_CASE("keystore: without its master key, or with another, nothing opens") {
    const ScratchDirectory directory;
    const Sealed sealed = seal_one(*opened(directory.path));
    const std::string path = directory.path + "/master.key";
    fs::rename(path, path + ".away");
    CHECK(KeyStore::open(directory.path, false).has_error());
    write_bytes(path, std::string(32, 'k'));
    ::chmod(path.c_str(), 0644);
    CHECK(KeyStore::open(directory.path, false).error().code == Errc::config_invalid);
    ::chmod(path.c_str(), 0600);
    CHECK(opened(directory.path)->open_sealed(tenant, sealed, event_id).has_error());
    write_bytes(path, "short");
    CHECK(KeyStore::open(directory.path, false).error().code == Errc::store_damaged);
}

TEST_CASE("keystore: one group makes one key for each new subject") {
    const ScratchDirectory directory;
    const auto keys = opened(directory.path);
    std::vector<SealRequest> requests;
    for (const char* who : {"payer:1", "payer:2", "payer:1", "payer:3"})
        requests.push_back({tenant, who, plain, event_id});
    const auto sealed = keys->seal(requests);
    REQUIRE(sealed.has_value());
    std::set<std::array<std::uint8_t, 24>> nonces;
    for (const Sealed& part : *sealed) {
        CHECK(*keys->open_sealed(tenant, part, event_id) == plain);
        nonces.insert(part.nonce);
    }
    CHECK(nonces.size() == 4);
    CHECK(fs::file_size(directory.path + "/keys/keys") == 128 * 4);
}

TEST_CASE("keystore: fingerprints from several threads are fast enough") {
    const ScratchDirectory directory;
    const auto keys = opened(directory.path);
    const std::string canonical(200, 'c');
    constexpr int each = 100'000;
    const auto start = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 2; ++t) {
            threads.emplace_back([&] {
                for (int n = 0; n < each; ++n)
                    if (!keys->fingerprint(tenant, canonical)) std::abort();
            });
        }
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    MESSAGE("fingerprints per second, 2 threads: " << 2 * each / spent.count());
    CHECK(2 * each / spent.count() > 1'000);
}
