#include "api/logging.hpp"

#include "api/machine_clock.hpp"
#include "ledger/json.hpp"
#include "ledger/match.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <unistd.h>

namespace tollbook::api {

namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

std::string_view name_of(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

struct Settings {
    std::atomic<LogLevel> lowest{LogLevel::info};
    std::atomic<bool> as_json{true};
};

Settings& current_settings() {
    static Settings all;
    return all;
}

void append_value(std::string& out, const LogField& field, bool as_json) {
    match(
        field.value,
        [&](std::string_view text) {
            if (as_json)
                write_json_string(out, text);
            else
                out += text;
        },
        [&](std::int64_t number) { write_json_integer(out, number); },
        [&](double number) { out += fmt::format("{:.6f}", number); },
        [&](bool flag) { out += flag ? "true" : "false"; }
    );
}

} // namespace

std::optional<LogLevel> log_level_named(std::string_view name) {
    for (std::size_t i = 0; i < level_names.size(); ++i)
        if (level_names[i] == name) return static_cast<LogLevel>(i);
    return {};
}

std::optional<LogFormat> log_format_named(std::string_view name) {
    if (name == "auto") return LogFormat::automatic;
    if (name == "json") return LogFormat::json;
    if (name == "text") return LogFormat::text;
    return {};
}

void set_logging(LogLevel lowest, LogFormat format) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    current_settings().lowest = lowest;
    current_settings().as_json =
        format == LogFormat::json || (format == LogFormat::automatic && !terminal);
}

bool is_logged(LogLevel level) {
    return level >= current_settings().lowest.load(std::memory_order_relaxed);
}

std::string log_line(
    LogLevel level, std::string_view message, std::initializer_list<LogField> fields, bool as_json
) {
    std::string out;
    if (as_json) {
        out = R"({"ts":")" + to_string(machine_now()) + R"(","level":")";
        out += name_of(level);
        out += R"(","msg":)";
        write_json_string(out, message);
    } else {
        out = fmt::format("{:5} {}", name_of(level), message);
    }
    for (const LogField& field : fields) {
        out += as_json ? ",\"" : "  ";
        out += field.name;
        out += as_json ? "\":" : "=";
        append_value(out, field, as_json);
    }
    out += as_json ? "}\n" : "\n";
    return out;
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!is_logged(level)) return;
    const std::string line = log_line(level, message, fields, current_settings().as_json);
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace tollbook::api
