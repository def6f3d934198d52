#include "api/cli/out_file.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace tollbook::api {

namespace {

Error failure(const std::string& path) {
    return {Errc::config_invalid, (path.empty() ? "stdout" : path) + ": " + std::strerror(errno)};
}

} // namespace

Result<OutFile> OutFile::open(const std::string& path) {
    if (path.empty()) return OutFile({}, stdout);
    std::FILE* file = std::fopen((path + ".partial").c_str(), "wb");
    if (file == nullptr) return failure(path);
    return OutFile(path, file);
}

OutFile::OutFile(std::string path, std::FILE* file)
    : path_(std::move(path)), draft_(path_.empty() ? "" : path_ + ".partial"), file_(file) {}

OutFile::OutFile(OutFile&& other) noexcept
    : path_(std::move(other.path_))
    , draft_(std::move(other.draft_))
    , file_(std::exchange(other.file_, nullptr)) {}

OutFile::~OutFile() {
    if (file_ == nullptr || file_ == stdout) return;
    std::fclose(file_);
    std::remove(draft_.c_str());
}

void OutFile::write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }

Status OutFile::keep() {
    bool whole = std::fflush(file_) == 0 && std::ferror(file_) == 0;
    if (file_ == stdout) return whole ? Status{Done{}} : Status{failure(path_)};
    whole = whole && ::fsync(::fileno(file_)) == 0;
    if (!whole) return failure(path_);
    if (std::fclose(std::exchange(file_, nullptr)) == 0 &&
        std::rename(draft_.c_str(), path_.c_str()) == 0)
        return Done{};
    const Error error = failure(path_);
    std::remove(draft_.c_str());
    return error;
}

} // namespace tollbook::api
