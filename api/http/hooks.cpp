#include "api/http/hooks.hpp"

#include "api/machine_clock.hpp"
#include "ledger/json.hpp"

#include <sodium.h>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t words_of_line = 3;
constexpr std::size_t secret_bytes = 24;

Result<HookTable> load(const std::string& path) {
    const Result<std::vector<Words>> lines = read_secret_file(path, words_of_line);
    if (!lines) return lines.error();
    HookTable table;
    for (const Words& line : *lines) {
        const Result<Hash> secret = parse_hash(line[1]);
        if (!secret) return Error{Errc::config_invalid, path + ": hook of " + line[0]};
        table[line[0]].push_back(*secret);
    }
    return table;
}

std::string base64(std::string_view raw) {
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string out(sodium_base64_encoded_len(raw.size(), variant), '\0');
    const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
    sodium_bin2base64(out.data(), out.size(), bytes, raw.size(), variant);
    out.pop_back(); // The terminating NUL.
    return out;
}

// Compares with every secret of the tenant, whatever the first ones say.
bool is_known(const HookTable& table, std::string_view tenant, const Hash& hash) {
    const auto found = table.find(std::string(tenant));
    bool known = false;
    if (found == table.end()) return known;
    for (const Hash& entry : found->second)
        known = same_hash(entry, hash) || known;
    return known;
}

} // namespace

Hooks::Hooks(std::string path, HookSources sources, std::chrono::milliseconds look_every)
    : table_(std::move(path), &load, look_every), sources_(std::move(sources)) {}

Status Hooks::open() { return table_.open(); }

Status Hooks::check_secret(std::string_view tenant, std::string_view secret) {
    const Hash hash = secret_hash(secret);
    if (is_known(*table_.current(), tenant, hash) || is_known(*table_.fresh(), tenant, hash))
        return Done{};
    return Error{Errc::not_found, {}};
}

Result<std::string> create_hook(const std::string& path, std::string_view tenant) {
    if (const Status name = check_word(tenant); !name) return name.error();
    const std::string secret = random_hex(secret_bytes);
    const Words line{std::string(tenant), hex(secret_hash(secret)), to_string(machine_now())};
    if (const Status status = append_secret_line(path, line); !status) return status.error();
    return "/hooks/c2b/" + std::string(tenant) + "/" + secret + "/confirmation";
}

std::string callback_body(const Arrival& arrival, std::string_view raw) {
    std::string body = R"({"arrival":)";
    write_json_string(body, arrival.id);
    body += R"(,"provider":"mpesa","source":)";
    write_json_string(body, arrival.source);
    body += R"(,"raw_base64":")";
    body += base64(raw);
    body += "\"}";
    return body;
}

std::string new_arrival_id() {
    Uuid id{};
    randombytes_buf(id.data(), id.size());
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0fU) | 0x40U);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3fU) | 0x80U);
    return to_string(id);
}

} // namespace tollbook::api
