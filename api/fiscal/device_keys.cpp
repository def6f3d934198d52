#include "api/fiscal/device_keys.hpp"

#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t words_of_line = 3;

Result<std::map<std::string, std::string>> load(const std::string& path) {
    const Result<std::vector<Words>> lines = read_secret_file(path, words_of_line);
    if (!lines) return lines.error();
    std::map<std::string, std::string> keys;
    for (const Words& line : *lines)
        keys[line[0] + "/" + line[1]] = line[2];
    return keys;
}

} // namespace

DeviceKeys::DeviceKeys(std::string path)
    : table_(std::move(path), &load, std::chrono::milliseconds(1'000)) {}

Status DeviceKeys::open() { return table_.open(); }

std::string DeviceKeys::key_of(const std::string& tenant, const std::string& entity) {
    const auto table = table_.current();
    const auto found = table->find(tenant + "/" + entity);
    return found == table->end() ? std::string{} : found->second;
}

} // namespace tollbook::api
