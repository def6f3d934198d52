#include "api/http/secret_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sodium.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace tollbook::api {

namespace {

constexpr mode_t others_mask = 077;

void ensure_sodium() { [[maybe_unused]] static const int ready = sodium_init(); }

Error io_error(const std::string& path, std::string_view what) {
    return {Errc::config_invalid, path + ": " + std::string(what) + ": " + std::strerror(errno)};
}

Words words_of(const std::string& line) {
    Words words;
    std::istringstream in(line);
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

Status write_all(int file, std::string_view text) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || ::fsync(file) != 0)
        return Error{Errc::store_unavailable, std::strerror(errno)};
    return Done{};
}

} // namespace

FileStamp stamp_of(const std::string& path) {
    struct stat info {};

    if (::stat(path.c_str(), &info) != 0) return {};
    return {
        info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
        info.st_ino,
        info.st_size,
    };
}

Result<std::vector<Words>> read_secret_file(const std::string& path, std::size_t words) {
    struct stat info {};

    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return std::vector<Words>{};
        return io_error(path, "cannot be read");
    }
    if ((info.st_mode & others_mask) != 0)
        return Error{Errc::config_invalid, path + ": others may read it; chmod 600"};
    std::ifstream in(path);
    if (!in) return io_error(path, "cannot be read");
    std::vector<Words> lines;
    for (std::string line; std::getline(in, line);) {
        Words cut = words_of(line);
        if (cut.empty()) continue;
        if (cut.size() != words)
            return Error{Errc::config_invalid, path + ": a line has not its words"};
        lines.push_back(std::move(cut));
    }
    return lines;
}

Status append_secret_line(const std::string& path, const Words& words) {
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += ' ';
        line += word;
    }
    line += '\n';
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return io_error(path, "cannot be written");
    const Status status = write_all(file, line);
    ::close(file);
    return status;
}

Status check_word(std::string_view word) {
    const bool whole = std::ranges::all_of(word, [](char c) { return c > ' ' && c < 0x7f; });
    if (!whole || word.empty())
        return Error{Errc::config_invalid, "a name without blanks is expected"};
    return Done{};
}

Hash secret_hash(std::string_view secret) {
    ensure_sodium();
    Hash hash{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
    crypto_generichash(hash.data(), hash.size(), bytes, secret.size(), nullptr, 0);
    return hash;
}

bool same_hash(const Hash& a, const Hash& b) {
    return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_hex(std::size_t bytes) {
    ensure_sodium();
    std::vector<std::uint8_t> random(bytes);
    randombytes_buf(random.data(), random.size());
    return hex(random);
}

Result<Hash> parse_hash(std::string_view text) {
    ensure_sodium();
    Hash hash{};
    std::size_t length = 0;
    const int status = sodium_hex2bin(
        hash.data(), hash.size(), text.data(), text.size(), nullptr, &length, nullptr
    );
    if (status != 0 || length != hash.size() || text.size() != 2 * hash.size())
        return Error{Errc::config_invalid, "not a hash in hex"};
    return hash;
}

} // namespace tollbook::api
