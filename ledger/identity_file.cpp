#include "ledger/identity_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <sodium.h>
#include <xxhash.h>

namespace tollbook {

namespace {

constexpr std::string_view title = "tollbook-store ";
constexpr unsigned format_version = 1;

std::string path_of(const std::string& directory) { return directory + "/identity"; }

std::string text_of(const StoreIdentity& identity) {
    std::string text = fmt::format(
        "{}{}\ncluster {}\nincarnation {}\npartitions 1\n",
        title,
        format_version,
        hex(identity.cluster),
        hex(identity.incarnation)
    );
    text += fmt::format("xxh3 {:016x}\n", XXH3_64bits(text.data(), text.size()));
    return text;
}

// The version in the first line; 0 when there is none.
unsigned version_of(std::string_view text) {
    unsigned version = 0;
    if (!text.starts_with(title)) return 0;
    text.remove_prefix(title.size());
    std::from_chars(text.data(), text.data() + text.size(), version);
    return version;
}

bool read_line(std::string_view text, std::string_view name, Uuid& value) {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return false;
    return unhex(text.substr(at + name.size(), value.size() * 2), value);
}

} // namespace

StoreIdentity fresh_identity() {
    StoreIdentity identity;
    for (Uuid* id : {&identity.cluster, &identity.incarnation}) {
        randombytes_buf(id->data(), id->size());
        (*id)[6] = static_cast<std::uint8_t>(((*id)[6] & 0x0FU) | 0x40U); // UUIDv4
        (*id)[8] = static_cast<std::uint8_t>(((*id)[8] & 0x3FU) | 0x80U);
    }
    return identity;
}

Status write_identity(
    rocksdb::Env& env, const std::string& directory, const StoreIdentity& identity
) {
    const std::string path = path_of(directory);
    rocksdb::Status status =
        rocksdb::WriteStringToFile(&env, text_of(identity), path + ".new", true);
    if (status.ok()) status = env.RenameFile(path + ".new", path);
    std::unique_ptr<rocksdb::Directory> opened;
    if (status.ok()) status = env.NewDirectory(directory, &opened);
    if (status.ok()) status = opened->Fsync();
    if (!status.ok()) return Error{Errc::store_unavailable, path + ": " + status.ToString()};
    return Done{};
}

Result<StoreIdentity> read_identity(rocksdb::Env& env, const std::string& directory) {
    const std::string path = path_of(directory);
    if (!env.FileExists(path).ok()) return Error{Errc::not_found, directory + " holds no store"};
    std::string text;
    const rocksdb::Status status = rocksdb::ReadFileToString(&env, path, &text);
    if (!status.ok()) return Error{Errc::store_unavailable, path + ": " + status.ToString()};
    if (version_of(text) > format_version) return Error{Errc::store_newer, path};
    StoreIdentity identity;
    const bool read = read_line(text, "\ncluster ", identity.cluster) &&
                      read_line(text, "\nincarnation ", identity.incarnation);
    if (!read || text != text_of(identity))
        return Error{Errc::store_damaged, path + " cannot be read"};
    return identity;
}

} // namespace tollbook
