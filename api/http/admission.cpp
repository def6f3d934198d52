#include "api/http/admission.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tollbook::api {

namespace {

bool is_printable(char c) { return c >= ' ' && c < 0x7f; }

bool is_bare(char c) { return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != '\\'; }

// The inside of a quoted string with its escapes undone; nothing when it is not one.
std::optional<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return {};
    text = text.substr(1, text.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_printable(text[i]) || text[i] == '"') return {};
        if (text[i] == '\\') {
            ++i;
            if (i == text.size() || (text[i] != '"' && text[i] != '\\')) return {};
        }
        out += text[i];
    }
    return out;
}

// "application/json", parameters or none behind it.
bool is_json(std::string_view content_type) {
    std::string type(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' '))
        type.pop_back();
    std::ranges::transform(type, type.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return type == "application/json";
}

std::string_view tenant_of(const std::vector<PathValue>& path) {
    for (const PathValue& entry : path)
        if (entry.name == "tenant") return entry.value;
    return {};
}

std::string_view value_of(const std::vector<PathValue>& path, std::string_view name) {
    for (const PathValue& entry : path)
        if (entry.name == name) return entry.value;
    return {};
}

// 401, then 404 for a tenant that this key may not even know of, then 403.
Status check_rights(const Services& services, const Request& head, Admitted& admitted) {
    const Route& route = *admitted.route;
    if (route.kind == Kind::hook)
        return services.hooks.check_secret(admitted.tenant, value_of(admitted.path, "secret"));
    if (route.roles.empty()) return Done{};
    Result<Principal> principal = services.keys.authenticate(head.headers.authorization);
    if (!principal) return principal.error();
    if (!admitted.tenant.empty() && !principal->may_see(admitted.tenant))
        return Error{Errc::tenant_unknown, {}};
    if (!route.roles.has(principal->role))
        return Error{
            Errc::permission_denied,
            "the role " + std::string(name_of(principal->role)) + " may not do this"};
    admitted.principal = std::move(*principal);
    return Done{};
}

Status check_command(const Request& head, Admitted& admitted) {
    const std::optional<std::string>& type = head.headers.content_type;
    if (type && !is_json(*type))
        return Error{Errc::unsupported_media_type, "send application/json"};
    const Result<bool> dry_run = flag_of(admitted, "dry_run");
    if (!dry_run) return dry_run.error();
    admitted.dry_run = *dry_run;
    if (admitted.dry_run) return Done{}; // Nothing happens that could happen twice.
    Result<std::string> key = parse_idempotency_key(head.headers.idempotency_key);
    if (!key) return key.error();
    const auto expected = parse_if_match(head.headers.if_match);
    if (!expected) return expected.error();
    admitted.key = std::move(*key);
    admitted.expected_revision = *expected;
    return Done{};
}

Status check_batch(const Request& head) {
    const std::optional<std::string>& type = head.headers.content_type;
    if (!type || !is_json(*type))
        return Error{Errc::unsupported_media_type, "send application/json"};
    return Done{};
}

Status check_headers(const Request& head, Admitted& admitted) {
    switch (admitted.route->kind) {
    case Kind::command:
        return check_command(head, admitted);
    case Kind::run:
        if (admitted.route->run == RunStep::preview) break;
        if (admitted.route->run == RunStep::migration_preview ||
            admitted.route->run == RunStep::tariff_preview)
            return check_batch(head);
        return check_command(head, admitted);
    case Kind::batch:
    case Kind::node:
        return check_batch(head);
    case Kind::hook:
    case Kind::read:
    case Kind::page:
        break;
    }
    return Done{};
}

} // namespace

Result<bool> flag_of(const Admitted& admitted, std::string_view name) {
    const auto found = std::ranges::find(admitted.query, name, &QueryValue::name);
    if (found == admitted.query.end() || found->value == "false") return false;
    if (found->value == "true") return true;
    return Error{Errc::value_out_of_range, std::string(name) + " is true or false"};
}

Result<std::string> parse_idempotency_key(const std::optional<std::string>& header) {
    if (!header) return Error{Errc::idempotency_key_missing, {}};
    std::optional<std::string> key;
    if (header->starts_with('"'))
        key = unquoted(*header);
    else if (std::ranges::all_of(*header, is_bare))
        key = *header;
    if (!key || key->empty() || key->size() > idempotency_key_bytes_max)
        return Error{Errc::idempotency_key_invalid, {}};
    return std::move(*key);
}

Result<std::optional<std::uint64_t>> parse_if_match(const std::optional<std::string>& header) {
    if (!header) return std::optional<std::uint64_t>{};
    const std::optional<std::string> text = unquoted(*header);
    std::uint64_t revision = 0;
    if (text && !text->empty()) {
        const char* end = text->data() + text->size();
        const auto [stop, ec] = std::from_chars(text->data(), end, revision);
        if (ec == std::errc{} && stop == end) return std::optional<std::uint64_t>{revision};
    }
    return Error{Errc::malformed_request, "If-Match takes one revision in quotes, such as \"17\""};
}

bool is_traceparent(std::string_view text) {
    constexpr std::size_t length = 55; // 00-<32 hex>-<16 hex>-<2 hex>
    if (text.size() != length || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const auto is_zero = [](char c) { return c == '0'; };
    for (std::size_t i = 0; i < length; ++i) {
        const bool is_hex =
            (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (!is_hex && i != 2 && i != 35 && i != 52) return false;
    }
    return !std::ranges::all_of(text.substr(3, 32), is_zero) &&
           !std::ranges::all_of(text.substr(36, 16), is_zero) && !text.starts_with("ff");
}

Result<Admitted> admit(const Services& services, const Request& head) {
    const Result<Target> target = split_target(head.target);
    if (!target) return target.error();
    Result<Matched> matched = match_route(head.method, target->path);
    if (!matched) return matched.error();
    Admitted admitted;
    admitted.route = matched->route;
    admitted.path = std::move(matched->path);
    admitted.tenant = tenant_of(admitted.path);
    if (const Status rights = check_rights(services, head, admitted); !rights)
        return rights.error();
    if (admitted.route->kind != Kind::hook) {
        auto query = read_query(target->query, parameters_of(*admitted.route));
        if (!query) return query.error();
        admitted.query = std::move(*query);
    }
    if (const Status headers = check_headers(head, admitted); !headers) return headers.error();
    return admitted;
}

} // namespace tollbook::api
