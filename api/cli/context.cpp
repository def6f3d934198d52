#include "api/cli/context.hpp"

#include "api/http/problem.hpp"

#include <cstdio>

namespace tollbook::api {

namespace {

void write_line(std::FILE* to, std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), to);
    std::fputc('\n', to);
    std::fflush(to);
}

} // namespace

Exit exit_of(Errc code) {
    switch (code) {
    case Errc::config_invalid:
        return Exit::usage;
    case Errc::store_locked:
    case Errc::version_conflict:
    case Errc::figures_moved:
        return Exit::conflict;
    case Errc::not_ready:
    case Errc::overloaded:
    case Errc::outcome_unknown:
    case Errc::read_only:
    case Errc::request_timeout:
    case Errc::projection_lag:
    case Errc::topic_unavailable:
    case Errc::database_unavailable:
    case Errc::device_unreachable:
        return Exit::unreachable;
    case Errc::authentication_required:
    case Errc::permission_denied:
        return Exit::permission;
    case Errc::malformed_csv:
        return Exit::differences;
    default:
        return Exit::failed;
    }
}

Exit fail(const Context& context, const Error& error) {
    std::string line;
    if (context.json) {
        write_problem(line, error, {});
    } else {
        const ErrcInfo& problem = info(error.code);
        line = "error: " + std::string(problem.title);
        if (!error.detail.empty()) line += ": " + error.detail;
        line += " (" + std::string(problem.slug) + ")";
    }
    write_line(stderr, line);
    return exit_of(error.code);
}

void print(std::string_view line) { write_line(stdout, line); }

void remark(const Context& context, std::string_view line) {
    if (!context.quiet && !context.json) write_line(stderr, line);
}

} // namespace tollbook::api
