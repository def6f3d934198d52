#include "api/http/api_keys.hpp"

#include "api/machine_clock.hpp"

#include <chrono>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t words_of_line = 5;
constexpr std::size_t id_bytes = 6;
constexpr std::size_t secret_bytes = 32;
constexpr std::string_view scheme = "Bearer ";
constexpr std::string_view prefix = "tb_";

Result<ApiKeyTable> load(const std::string& path) {
    const Result<std::vector<Words>> lines = read_secret_file(path, words_of_line);
    if (!lines) return lines.error();
    ApiKeyTable table;
    for (const Words& line : *lines) {
        const std::optional<Role> role = role_named(line[2]);
        const Result<Hash> secret = parse_hash(line[3]);
        if (!role || !secret) return Error{Errc::config_invalid, path + ": key " + line[0]};
        table[line[0]] = {{line[0], line[1], *role}, *secret, line[4]};
    }
    return table;
}

struct Token {
    std::string id;
    std::string_view secret;
};

std::optional<Token> read_token(std::string_view header) {
    if (!header.starts_with(scheme)) return {};
    header.remove_prefix(scheme.size());
    if (!header.starts_with(prefix)) return {};
    header.remove_prefix(prefix.size());
    const std::size_t underscore = header.find('_');
    if (underscore == std::string_view::npos) return {};
    return Token{std::string(header.substr(0, underscore)), header.substr(underscore + 1)};
}

} // namespace

ApiKeys::ApiKeys(std::string path, std::chrono::milliseconds look_every)
    : table_(std::move(path), &load, look_every) {}

Status ApiKeys::open() { return table_.open(); }

Result<Principal> ApiKeys::authenticate(const std::optional<std::string>& authorization) {
    if (!authorization) return Error{Errc::authentication_required, "no Authorization header"};
    const std::optional<Token> token = read_token(*authorization);
    if (!token) return Error{Errc::authentication_required, "not an API key of this product"};
    const Hash hash = secret_hash(token->secret);
    auto table = table_.current();
    if (!table->contains(token->id)) table = table_.fresh();
    const auto found = table->find(token->id);
    if (found == table->end() || !same_hash(found->second.secret, hash))
        return Error{Errc::authentication_required, "the API key is not in force"};
    return found->second.principal;
}

std::vector<ApiKey> ApiKeys::list() {
    const auto table = table_.current();
    std::vector<ApiKey> keys;
    keys.reserve(table->size());
    for (const auto& [id, key] : *table)
        keys.push_back(key);
    return keys;
}

Result<std::string> create_api_key(const std::string& path, std::string_view tenant, Role role) {
    if (const Status name = check_word(tenant); !name) return name.error();
    const std::string id = random_hex(id_bytes);
    const std::string secret = random_hex(secret_bytes);
    const Words line{
        id,
        std::string(tenant),
        std::string(name_of(role)),
        hex(secret_hash(secret)),
        to_string(machine_now()),
    };
    if (const Status status = append_secret_line(path, line); !status) return status.error();
    return std::string(prefix) + id + "_" + secret;
}

} // namespace tollbook::api
