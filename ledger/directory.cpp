#include "ledger/directory.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tollbook {

namespace {

Error failure(Errc code, const std::string& path) {
    return {code, fmt::format("{}: {}", path, std::generic_category().message(errno))};
}

int open_directory(const std::string& path) {
    return ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

} // namespace

Status sync_directory(const std::string& path) {
    const int directory = open_directory(path);
    if (directory < 0) return failure(Errc::store_unavailable, path);
    const bool synced = ::fsync(directory) == 0;
    const Error error = failure(Errc::store_unavailable, path);
    ::close(directory);
    if (!synced) return error;
    return Done{};
}

Result<DirectoryLock> DirectoryLock::take(const std::string& path) {
    std::error_code made;
    std::filesystem::create_directories(path, made);
    if (made) return Error{Errc::store_unavailable, path + ": " + made.message()};
    const int descriptor = open_directory(path);
    if (descriptor < 0) return failure(Errc::store_unavailable, path);
    DirectoryLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK) return Error{Errc::store_locked, path + " is in use"};
    return failure(Errc::store_unavailable, path);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock::~DirectoryLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

} // namespace tollbook
