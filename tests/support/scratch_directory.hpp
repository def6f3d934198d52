#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tollbook {

// A new empty directory, gone at the end of the test.
class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tollbook.XXXXXX").string();
        path = ::mkdtemp(pattern.data());
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
