#include "api/cli/journal_names.hpp"

#include "ledger/account_kind.hpp"
#include "ledger/bytes.hpp"

#include <fmt/format.h>

#include <array>

namespace tollbook::api {

namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

char raised(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// "--" is a dash; any other sign is a dash and its two hex digits. So a dash before a letter never
// comes from here: it is free to mark what part_name() does.
std::string escaped(std::string_view part) {
    std::string out;
    for (const char c : part) {
        if (is_upper(c) || is_lower(c) || is_digit(c))
            out += c;
        else if (c == '-')
            out += "--";
        else
            out += fmt::format("-{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

// A part begins with a capital or a digit. Words (till names, tax codes) are written small and are
// raised; ids are written as they are. What begins otherwise is marked: "X-" before a letter, "Y-y"
// before anything else.
std::string part_name(std::string_view part, bool is_word) {
    std::string out = escaped(part);
    if (part.empty() || !(is_upper(part[0]) || is_lower(part[0]) || is_digit(part[0])))
        return "Y-y" + out;
    if (is_digit(part[0])) return out;
    if (is_upper(part[0]) == is_word) return "X-" + out;
    out[0] = raised(out[0]);
    return out;
}

std::string_view root_of(AccountType type) {
    constexpr std::array<std::string_view, 5> roots{
        "Assets", "Liabilities", "Equity", "Income", "Expenses"};
    return roots.at(static_cast<std::size_t>(type));
}

// "in_transit" -> "In-Transit"
std::string kind_name(std::string_view kind) {
    std::string out;
    for (const char c : kind)
        out += c == '_' ? '-' : (out.empty() || out.back() == '-' ? raised(c) : c);
    return out;
}

} // namespace

Result<std::string> journal_name(std::string_view account, std::string_view entity) {
    const auto type = account_type(account);
    if (!type) return Error{Errc::internal, std::string(account) + " is no account"};
    std::size_t end = account.find(':');
    const std::string_view kind = account.substr(0, end);
    const bool is_word =
        kind == "cash" || kind == "suspense" || kind == "tax" || kind == "due_entity";
    std::string name(root_of(*type));
    if (!entity.empty()) name += ":Entity:" + part_name(entity, true);
    name += ":" + kind_name(kind);
    while (end != std::string_view::npos) {
        account.remove_prefix(end + 1);
        end = account.find(':');
        name += ":" + part_name(account.substr(0, end), is_word);
    }
    return name;
}

} // namespace tollbook::api
