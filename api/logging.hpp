// What the process says about itself, on stderr: one JSON object per line, or plain text on a
// terminal. Secrets and personal data never get here: callers pass ids, counts and slugs.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tollbook::api {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

std::optional<LogLevel> log_level_named(std::string_view name);

enum class LogFormat : std::uint8_t { automatic, json, text };

std::optional<LogFormat> log_format_named(std::string_view name);

struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;
};

// Process-wide; set once, before threads start.
void set_logging(LogLevel lowest, LogFormat format);

bool is_logged(LogLevel level);

// `message` is a constant; what varies goes in the fields. Thread-safe, one write per line.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// One line as it would be written; for tests.
std::string log_line(
    LogLevel level, std::string_view message, std::initializer_list<LogField> fields, bool as_json
);

} // namespace tollbook::api
