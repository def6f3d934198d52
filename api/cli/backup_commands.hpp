#pragma once

#include "api/cli/context.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace tollbook::api {

struct BackupWords {
    std::string directory;
    bool full{};          // create: begin anew.
    std::string receipts; // verify: a file of them; empty: none.
};

struct RestoreWords {
    std::string from;
    std::optional<std::uint64_t> at;
    bool new_incarnation{};
    std::string keys;
};

// Adds what is new in the log of the data directory, also beside a running node.
Exit run_backup_create(const Context& context, const BackupWords& words);

Exit run_backup_list(const Context& context, const BackupWords& words);

// Sums, chain, density, postings and receipts; ends with `differences` and names the file and seq
// of the first fault.
Exit run_backup_verify(const Context& context, const BackupWords& words);

// Makes the data directory's store from a backup.
Exit run_restore(const Context& context, const RestoreWords& words);

// All of them as they are typed.
void add_backup(CLI::App& app, std::function<Exit(const Context&)>& chosen);

} // namespace tollbook::api
