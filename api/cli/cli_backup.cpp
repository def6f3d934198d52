#include "api/cli/backup_commands.hpp"
#include "api/cli/typed.hpp"

#include <memory>

namespace tollbook::api {

namespace {

void add_restore(CLI::App& app, Action& chosen) {
    CLI::App& restore = add_command(app, "restore", "Make the data directory from a backup");
    auto words = std::make_shared<RestoreWords>();
    restore.add_option("--from", words->from, "The backup's directory")->required();
    restore.add_option("--at", words->at, "End with the frame that holds this record");
    restore.add_flag(
        "--new-incarnation",
        words->new_incarnation,
        "Of all that the backup holds, for a new topic: the old one was lost"
    );
    restore.add_option("--keys", words->keys, "A directory with keys/ and master.key");
    restore.callback([&chosen, words] {
        chosen = [words](const Context& context) { return run_restore(context, *words); };
    });
}

} // namespace

void add_backup(CLI::App& app, Action& chosen) {
    CLI::App& backup = add_command(app, "backup", "Backups of the log");
    backup.require_subcommand(1);
    auto words = std::make_shared<BackupWords>();
    const auto on_run = [&chosen, words](CLI::App& command, auto run) {
        command.callback([&chosen, words, run] {
            chosen = [words, run](const Context& context) { return run(context, *words); };
        });
    };

    CLI::App& create = add_command(backup, "create", "Add what is new, also beside a running node");
    create.add_option("--to", words->directory, "The backup's directory")->required();
    create.add_flag("--full", words->full, "Everything anew, in place of what is there");
    on_run(create, &run_backup_create);

    CLI::App& list = add_command(backup, "list", "The files of a backup");
    list.add_option("directory", words->directory, "The backup's directory")->required();
    on_run(list, &run_backup_list);

    CLI::App& verify = add_command(backup, "verify", "Check sums, chain, density and postings");
    verify.add_option("directory", words->directory, "The backup's directory")->required();
    verify.add_option("--receipts", words->receipts, "Receipts that somebody kept, a line each");
    on_run(verify, &run_backup_verify);

    add_restore(app, chosen);
}

} // namespace tollbook::api
