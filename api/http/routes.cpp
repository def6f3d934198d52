#include "api/http/routes.hpp"

#include "api/http/limits.hpp"
#include "api/http/route_table.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace tollbook::api {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end != 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    path.remove_prefix(1);
    while (true) {
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        if (end == path.size()) return segments;
        path.remove_prefix(end + 1);
    }
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// A table line with its path cut up once.
struct Line {
    const Route* route{};
    std::vector<std::string_view> segments;
};

const std::vector<Line>& lines() {
    static const std::vector<Line> all = [] {
        std::vector<Line> built;
        for (const Route& route : route_table)
            built.push_back({&route, segments_of(route.path)});
        return built;
    }();
    return all;
}

bool fits(const Line& line, const std::vector<std::string_view>& segments) {
    return std::ranges::equal(line.segments, segments, [](auto pattern, auto segment) {
        return is_parameter(pattern) ? !segment.empty() : pattern == segment;
    });
}

Result<std::vector<PathValue>> values_of(
    const Line& line, const std::vector<std::string_view>& segments
) {
    std::vector<PathValue> values;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::string_view pattern = line.segments[i];
        if (!is_parameter(pattern)) continue;
        Result<std::string> value = percent_decoded(segments[i]);
        if (!value) return value.error();
        if (value->size() > path_parameter_bytes_max)
            return Error{Errc::malformed_request, "a part of the path is too long"};
        values.push_back({pattern.substr(1, pattern.size() - 2), std::move(*value)});
    }
    return values;
}

std::string_view method_name(Method method) { return method == Method::get ? "GET" : "POST"; }

} // namespace

const std::string* Query::find(std::string_view name) const {
    for (const PathValue& entry : path)
        if (entry.name == name) return &entry.value;
    for (const QueryValue& entry : parameters)
        if (entry.name == name) return &entry.value;
    return nullptr;
}

std::span<const Route> routes() { return route_table; }

const Route* command_route(std::string_view type) {
    for (const Route& route : route_table)
        if (route.kind == Kind::command && route.command == type) return &route;
    return nullptr;
}

Result<Matched> match_route(Method method, std::string_view path) {
    const std::vector<std::string_view> segments = segments_of(path);
    std::string allowed;
    for (const Line& line : lines()) {
        if (!fits(line, segments)) continue;
        if (line.route->method == method) {
            Result<std::vector<PathValue>> values = values_of(line, segments);
            if (!values) return values.error();
            return Matched{line.route, std::move(*values)};
        }
        allowed += allowed.empty() ? "" : ", ";
        allowed += method_name(line.route->method);
    }
    if (!allowed.empty()) return Error{Errc::method_not_allowed, std::move(allowed)};
    return Error{Errc::not_found, {}};
}

std::vector<std::string_view> parameters_of(const Route& route) {
    return split(route.parameters, ' ');
}

} // namespace tollbook::api
