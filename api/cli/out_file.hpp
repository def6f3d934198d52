#pragma once

#include "ledger/error.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace tollbook::api {

// Where a command's result goes: a file that appears under its name when it is whole, or stdout.
// What is not kept leaves nothing behind.
class OutFile {
public:
    // An empty path is stdout. Refuses with config_invalid what cannot be written.
    static Result<OutFile> open(const std::string& path);

    OutFile(OutFile&& other) noexcept;
    OutFile& operator=(OutFile&&) = delete;
    ~OutFile();

    void write(std::string_view text);

    // For who writes by name: the file's name until it is whole.
    const std::string& draft() const { return draft_; }

    Status keep();

private:
    OutFile(std::string path, std::FILE* file);

    std::string path_;
    std::string draft_;
    std::FILE* file_{};
};

} // namespace tollbook::api
