#include "ledger/key_file.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <xxhash.h>

namespace tollbook {

namespace {

constexpr std::size_t entry_bytes = 128;
constexpr std::size_t checked_bytes = entry_bytes - 8;
constexpr std::array<std::uint8_t, 8> magic{'T', 'B', 'K', 'E', 'Y', 'S', 0, 1};

using Bytes = std::array<std::uint8_t, entry_bytes>;

Error failure(std::string_view what) {
    const int reason = errno;
    const Errc code = reason == ENOSPC ? Errc::read_only : Errc::store_unavailable;
    return {code, fmt::format("key file: {}: {}", what, std::generic_category().message(reason))};
}

template <class T>
void put_big(std::uint8_t* at, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
        at[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
}

template <class T>
T big_at(const std::uint8_t* at) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>((value << 8U) | at[i]);
    return value;
}

void close_with_checksum(Bytes& bytes) {
    put_big(bytes.data() + checked_bytes, XXH3_64bits(bytes.data(), checked_bytes));
}

bool checksum_holds(const std::uint8_t* bytes) {
    return big_at<std::uint64_t>(bytes + checked_bytes) == XXH3_64bits(bytes, checked_bytes);
}

Bytes encode(const KeyEntry& entry) {
    Bytes bytes{};
    bytes[0] = static_cast<std::uint8_t>(entry.kind);
    put_big(bytes.data() + 4, entry.key_id);
    std::ranges::copy(entry.name, bytes.begin() + 8);
    std::ranges::copy(entry.nonce, bytes.begin() + 40);
    std::ranges::copy(entry.wrapped, bytes.begin() + 64);
    close_with_checksum(bytes);
    return bytes;
}

KeyEntry decode(const std::uint8_t* bytes) {
    KeyEntry entry;
    if (!checksum_holds(bytes) || bytes[0] > static_cast<std::uint8_t>(KeyKind::forgotten))
        return entry;
    entry.kind = static_cast<KeyKind>(bytes[0]);
    entry.key_id = big_at<std::uint32_t>(bytes + 4);
    std::copy_n(bytes + 8, entry.name.size(), entry.name.begin());
    std::copy_n(bytes + 40, entry.nonce.size(), entry.nonce.begin());
    std::copy_n(bytes + 64, entry.wrapped.size(), entry.wrapped.begin());
    return entry;
}

std::uint64_t offset_of(std::uint64_t place) { return (place + 1) * entry_bytes; }

Status write_at(int descriptor, std::span<const std::uint8_t> bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t written =
            ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return failure("write");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    return Done{};
}

// As many bytes as there are.
Result<std::size_t> read_at(int descriptor, std::span<std::uint8_t> bytes, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pread(
            descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done)
        );
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failure("read");
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Status sync_directory_of(const std::string& path) {
    const std::string directory = std::filesystem::path(path).parent_path().string();
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failure("open directory");
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!synced) return failure("sync directory");
    return Done{};
}

} // namespace

KeyFile::KeyFile(int descriptor, bool read_only) : descriptor_(descriptor), read_only_(read_only) {}

KeyFile::~KeyFile() { ::close(descriptor_); }

Result<std::unique_ptr<KeyFile>> KeyFile::open(const std::string& path, bool read_only) {
    const int flags = read_only ? O_RDONLY : O_RDWR | O_CREAT;
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return failure("open " + path);
    std::unique_ptr<KeyFile> file(new KeyFile(descriptor, read_only));
    if (read_only) return file;

    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return Error{Errc::store_locked, path + " is in use"};
    if (const Status status = file->start(); !status) return status.error();
    if (const Status status = sync_directory_of(path); !status) return status.error();
    return file;
}

// Settles what a cut left behind the durable places, so that all places are good ones.
Status KeyFile::start() {
    struct stat info {};

    if (::fstat(descriptor_, &info) != 0) return failure("stat");
    if (info.st_size < static_cast<off_t>(entry_bytes)) {
        if (const Status status = write_header(0); !status) return status.error();
        return sync();
    }
    const Result<std::vector<KeyEntry>> entries = read_from(0);
    if (!entries) return entries.error();
    places_ = entries->size();
    for (std::uint64_t place = 0; place < places_; ++place) {
        if ((*entries)[place].kind != KeyKind::unused) continue;
        const Bytes bytes = encode({});
        if (const Status status = write_at(descriptor_, bytes, offset_of(place)); !status)
            return status.error();
    }
    if (const Status status = sync(); !status) return status.error();
    if (const Status status = write_header(places_); !status) return status.error();
    return sync();
}

Result<std::uint64_t> KeyFile::durable_count() const {
    Bytes header{};
    const Result<std::size_t> size = read_at(descriptor_, header, 0);
    if (!size) return size.error();
    if (*size < header.size()) return std::uint64_t{0};
    if (!checksum_holds(header.data()))
        return Error{Errc::store_damaged, "the key file's header is damaged"};
    if (!std::equal(magic.begin(), magic.end(), header.begin()))
        return Error{Errc::store_newer, "the key file has another format"};
    return big_at<std::uint64_t>(header.data() + magic.size());
}

Result<std::vector<KeyEntry>> KeyFile::read_from(std::uint64_t first) const {
    const Result<std::uint64_t> durable = durable_count();
    if (!durable) return durable.error();

    struct stat info {};

    if (::fstat(descriptor_, &info) != 0) return failure("stat");
    const auto end = static_cast<std::uint64_t>(info.st_size);
    if (end < offset_of(*durable))
        return Error{Errc::store_damaged, "the key file is shorter than it was"};

    std::vector<std::uint8_t> bytes(end > offset_of(first) ? end - offset_of(first) : 0);
    const Result<std::size_t> size = read_at(descriptor_, bytes, offset_of(first));
    if (!size) return size.error();
    std::vector<KeyEntry> entries(*size / entry_bytes);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i] = decode(bytes.data() + i * entry_bytes);
        const bool bad =
            entries[i].kind == KeyKind::unused && !checksum_holds(bytes.data() + i * entry_bytes);
        if (bad && first + i < *durable)
            return Error{Errc::store_damaged, fmt::format("key file: place {}", first + i)};
        if (bad && read_only_) entries.resize(i); // Being written just now.
    }
    return entries;
}

Result<KeyEntry> KeyFile::read(std::uint64_t place) const {
    Bytes bytes{};
    const Result<std::size_t> size = read_at(descriptor_, bytes, offset_of(place));
    if (!size) return size.error();
    if (*size < bytes.size() || !checksum_holds(bytes.data()))
        return Error{Errc::store_damaged, fmt::format("key file: place {}", place)};
    return decode(bytes.data());
}

Result<std::uint64_t> KeyFile::append(std::span<const KeyEntry> entries) {
    ensure(!read_only_);
    if (failed_) return Error{Errc::store_unavailable, "the key file failed before"};
    std::vector<std::uint8_t> bytes;
    bytes.reserve(entries.size() * entry_bytes);
    for (const KeyEntry& entry : entries) {
        const Bytes encoded = encode(entry);
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    }
    // The places before these are durable: this sync makes that known.
    if (const Status status = write_at(descriptor_, bytes, offset_of(places_)); !status)
        return status.error();
    if (const Status status = write_header(places_); !status) return status.error();
    if (const Status status = sync(); !status) return status.error();
    const std::uint64_t first = places_;
    places_ += entries.size();
    return first;
}

Status KeyFile::overwrite(std::uint64_t place, const KeyEntry& entry) {
    ensure(!read_only_ && place < places_);
    if (failed_) return Error{Errc::store_unavailable, "the key file failed before"};
    const Bytes bytes = encode(entry);
    if (const Status status = write_at(descriptor_, bytes, offset_of(place)); !status)
        return status.error();
    return sync();
}

Status KeyFile::write_header(std::uint64_t count) {
    Bytes bytes{};
    std::ranges::copy(magic, bytes.begin());
    put_big(bytes.data() + magic.size(), count);
    close_with_checksum(bytes);
    return write_at(descriptor_, bytes, 0);
}

// After a failed sync nobody knows what is on the disk: no second try.
Status KeyFile::sync() {
    if (::fdatasync(descriptor_) == 0) return Done{};
    failed_ = true;
    return failure("sync");
}

} // namespace tollbook
