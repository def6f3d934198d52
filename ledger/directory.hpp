#pragma once

#include "ledger/error.hpp"

#include <string>

namespace tollbook {

// Makes the names in a directory last; an empty path is the working directory.
Status sync_directory(const std::string& path);

// A directory that one process works in. The lock leaves no file behind and ends with its holder.
class DirectoryLock {
public:
    // Makes the directory when there is none. Refuses with store_locked while another holds it.
    static Result<DirectoryLock> take(const std::string& path);

    DirectoryLock(DirectoryLock&& other) noexcept;
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock();

private:
    explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

} // namespace tollbook
