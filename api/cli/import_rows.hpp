// How a line of a provider's file becomes commands.
#pragma once

#include "api/cli/csv.hpp"
#include "commands/commands.hpp"
#include "ledger/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

enum class ImportKind { plans, routers, customers, services };

std::optional<ImportKind> import_kind_named(std::string_view name);

struct ImportOptions {
    ImportKind kind{};
    std::string tenant;
    std::string file;
    bool skip_bad_lines{};
    bool preview{};                                    // Asks the book, and writes nothing.
    std::optional<Date> opening_booked_on;             // customers: their opening wallets.
    std::map<std::string, std::uint16_t> router_ports; // Where the file names none.
    std::string router_username;                       // Likewise.
    std::string router_password;
};

// A command that one line asks for.
struct ImportCommand {
    std::size_t line{};
    std::string key; // Follows from the content: the same line again is the same command.
    std::string type;
    std::string body;
};

struct ImportPlan {
    std::vector<ImportCommand> commands; // In the order in which they must be decided.
    std::vector<CsvProblem> problems;
    std::size_t lines{};
};

// Checks every line before anything is sent. A missing column is a problem of line 1.
ImportPlan plan_import(const CsvFile& file, const ImportOptions& options);

// "import:<type>:<hash of tenant, type and body>"
std::string import_key(std::string_view tenant, std::string_view type, std::string_view body);

} // namespace tollbook::api
