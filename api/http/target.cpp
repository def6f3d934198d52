#include "api/http/target.hpp"

#include "api/suggestion.hpp"

#include <algorithm>

namespace tollbook::api {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

Status add_pair(
    std::string_view pair, std::span<const std::string_view> known, std::vector<QueryValue>& values
) {
    const std::size_t equals = pair.find('=');
    const Result<std::string> name = percent_decoded(pair.substr(0, equals));
    if (!name) return name.error();
    const Result<std::string> value =
        equals == std::string_view::npos ? std::string{} : percent_decoded(pair.substr(equals + 1));
    if (!value) return value.error();
    if (std::ranges::find(known, *name) == known.end())
        return Error{Errc::unknown_parameter, *name + suggestion(*name, known)};
    if (std::ranges::find(values, *name, &QueryValue::name) != values.end())
        return Error{Errc::malformed_request, "the parameter " + *name + " comes twice"};
    values.push_back({*name, *value});
    return Done{};
}

} // namespace

Result<Target> split_target(std::string_view target) {
    if (target.empty() || target.front() != '/')
        return Error{Errc::malformed_request, "the request target must be a path"};
    if (!std::ranges::all_of(target, is_visible) || target.find('#') != std::string_view::npos)
        return Error{Errc::malformed_request, "the request target has a character it may not have"};
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return Target{target, {}};
    return Target{target.substr(0, mark), target.substr(mark + 1)};
}

Result<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return Error{Errc::malformed_request, "a percent sign without two hex digits"};
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            return Error{Errc::malformed_request, "a control character in the request target"};
        out += c;
    }
    return out;
}

Result<std::vector<QueryValue>> read_query(
    std::string_view query, std::span<const std::string_view> known
) {
    std::vector<QueryValue> values;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        if (const Status status = add_pair(pair, known, values); !status) return status.error();
    }
    return values;
}

} // namespace tollbook::api
