#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tollbook {

// A new empty directory, gone at the end of the test.
class ScratchDirectory {
public:
    ScratchDirectory() : ScratchDirectory(std::filesystem::temp_directory_path()) {}

    explicit ScratchDirectory(const std::filesystem::path& parent) {
        std::string pattern = (parent / "tollbook.XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }

    // Where a sync costs nothing. (Reserving room, as RocksDB does, costs more there.)
    static std::filesystem::path in_memory() {
        const std::filesystem::path memory = "/dev/shm";
        return std::filesystem::is_directory(memory) ? memory
                                                     : std::filesystem::temp_directory_path();
    }

    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }

    std::string path;
};

} // namespace tollbook
