// How a line of the route table is written, by its kind.
#pragma once

#include "api/http/routes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace tollbook::api {

constexpr Route page(std::string_view path, PageHandler handler, std::string_view summary) {
    return {
        .method = Method::get,
        .path = path,
        .kind = Kind::page,
        .roles = anyone,
        .summary = summary,
        .status = 200,
        .page = handler,
    };
}

constexpr Route node(std::string_view path, NodeHandler handler, std::string_view summary) {
    return {
        .method = Method::post,
        .path = path,
        .kind = Kind::node,
        .roles = for_nodes,
        .summary = summary,
        .status = 200,
        .node = handler,
    };
}

struct CommandLine {
    std::string_view path;
    std::string_view command;
    Roles roles;
    int status{201};
};

constexpr Route command(CommandLine line, std::string_view summary) {
    return {
        .method = Method::post,
        .path = line.path,
        .kind = Kind::command,
        .roles = line.roles,
        .summary = summary,
        .command = line.command,
        .status = line.status,
        .parameters = "dry_run",
    };
}

struct ReadLine {
    std::string_view path;
    ReadHandler handler{};
    Roles roles;
    std::string_view parameters{"min_position"};
};

inline constexpr std::string_view list_parameters{"min_position limit cursor"};

constexpr Route read(ReadLine line, std::string_view summary) {
    return {
        .method = Method::get,
        .path = line.path,
        .kind = Kind::read,
        .roles = line.roles,
        .summary = summary,
        .status = 200,
        .parameters = line.parameters,
        .read = line.handler,
    };
}

// A read that answers with something else than JSON.
constexpr Route document(ReadLine line, std::string_view content_type, std::string_view summary) {
    Route route = read(line, summary);
    route.content_type = content_type;
    return route;
}

// One table of several.
template <std::size_t... Sizes>
constexpr std::array<Route, (Sizes + ...)> joined(const std::array<Route, Sizes>&... parts) {
    std::array<Route, (Sizes + ...)> all;
    auto at = all.begin();
    ((at = std::ranges::copy(parts, at).out), ...);
    return all;
}

} // namespace tollbook::api
