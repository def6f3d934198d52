#include "ledger/master_key.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sodium.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace tollbook {

namespace {

Error failure(const std::string& path) {
    return {
        Errc::store_unavailable,
        fmt::format("{}: {}", path, std::generic_category().message(errno))};
}

// Under a name of its own first, so that no half-written key is ever found.
Status create(const std::string& path) {
    SecretKey key{};
    randombytes_buf(key.data(), key.size());
    const std::string draft = path + ".new";
    const int file =
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return failure(draft);
    const bool written =
        ::write(file, key.data(), key.size()) == ssize_t{key.size()} && ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(draft.c_str(), path.c_str()) != 0) return failure(path);

    const std::string directory = std::filesystem::path(path).parent_path().string();
    const int parent = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) return failure(directory);
    const bool synced = ::fsync(parent) == 0;
    ::close(parent);
    if (!synced) return failure(directory);
    return Done{};
}

} // namespace

Result<SecretKey> load_master_key(const std::string& path, bool may_create) {
    ensure(sodium_init() >= 0);
    if (may_create && ::access(path.c_str(), F_OK) != 0) {
        if (const Status status = create(path); !status) return status.error();
    }
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return failure(path);

    struct stat info {};

    SecretKey key{};
    const bool read =
        ::fstat(file, &info) == 0 && ::read(file, key.data(), key.size()) == ssize_t{key.size()};
    ::close(file);
    if (!read || info.st_size != off_t{key.size()})
        return Error{Errc::store_damaged, path + " is not a key of 32 bytes"};
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return Error{Errc::config_invalid, path + " may be read by others: chmod 600"};
    return key;
}

std::array<std::uint8_t, 32> keyed_hash(const SecretKey& key, std::string_view text) {
    std::array<std::uint8_t, 32> hash{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const int status =
        crypto_generichash(hash.data(), hash.size(), bytes, text.size(), key.data(), key.size());
    ensure(status == 0);
    return hash;
}

SecretKey derive(const SecretKey& key, std::string_view purpose) {
    return keyed_hash(key, purpose);
}

} // namespace tollbook
