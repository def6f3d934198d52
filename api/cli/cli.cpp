#include "api/cli/cli.hpp"

#include "api/cli/backup_commands.hpp"
#include "api/cli/cli_audit.hpp"
#include "api/cli/import.hpp"
#include "api/cli/remote.hpp"
#include "api/cli/report.hpp"
#include "api/cli/serve.hpp"
#include "api/cli/setup.hpp"
#include "api/cli/topic_commands.hpp"
#include "api/cli/typed.hpp"
#include "api/suggestion.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

namespace tollbook::api {

namespace {

struct Globals {
    std::string config_file;
    std::vector<std::string> set; // name=value
    std::string data;
    std::string url;
    std::string key_file;
    bool json{};
    bool quiet{};
    bool no_color{};
};

void add_globals(CLI::App& app, Globals& globals) {
    app.add_option("--config", globals.config_file, "TOML file");
    app.add_option("--set", globals.set, "One setting, as name=value; see `config show`");
    app.add_option("--data", globals.data, "Data directory (data.dir)");
    app.add_option("--url", globals.url, "Server to talk to (client.url)");
    app.add_option("--key-file", globals.key_file, "File with the API key (client.key_file)");
    app.add_flag("--json", globals.json, "Results and errors as JSON");
    app.add_flag("--quiet", globals.quiet, "No remarks, no progress");
    app.add_flag("--no-color", globals.no_color, "Plain text");
}

// A command without options of its own.
void on_run(CLI::App& app, Action& chosen, Exit (*run)(const Context&)) {
    app.callback([&chosen, run] { chosen = run; });
}

void add_setup(CLI::App& app, Action& chosen) {
    on_run(add_command(app, "version", "What this is"), chosen, &run_version);
    CLI::App& init = add_command(app, "init", "Make a data directory");
    auto from_topic = std::make_shared<bool>(false);
    init.add_flag("--from-topic", *from_topic, "Of the log that kafka.topic holds, and fill it");
    init.callback([&chosen, from_topic] {
        chosen = [from_topic](const Context& context) {
            return *from_topic ? run_init_from_topic(context) : run_init(context);
        };
    });
    on_run(add_command(app, "heal", "Fill a damaged log from kafka.topic"), chosen, &run_heal);
    on_run(add_command(app, "openapi", "Print the API's contract"), chosen, &run_openapi);
    CLI::App& serve = add_command(app, "serve", "Run a node in the foreground");
    auto roles = std::make_shared<std::vector<std::string>>();
    serve.add_option("--role", *roles, "ledger, projector, enforcer, api; none named: all")
        ->delimiter(',');
    serve.callback([&chosen, roles] {
        chosen = [roles](const Context& context) { return run_serve(context, *roles); };
    });

    CLI::App& config = add_command(app, "config", "The configuration");
    config.require_subcommand(1);
    CLI::App& show = add_command(config, "show", "Every setting in force");
    auto origin = std::make_shared<bool>(false);
    show.add_flag("--origin", *origin, "And where it comes from");
    show.callback([&chosen, origin] {
        chosen = [origin](const Context& context) { return run_config_show(context, *origin); };
    });
}

void add_apikey(CLI::App& app, Action& chosen) {
    CLI::App& apikey = add_command(app, "apikey", "API keys");
    apikey.require_subcommand(1);
    on_run(add_command(apikey, "list", "Keys in force, without secrets"), chosen, &run_apikey_list);

    CLI::App& create = add_command(apikey, "create", "Make a key; it is shown once");
    auto tenant = std::make_shared<std::string>();
    auto role = std::make_shared<std::string>();
    create.add_option("--tenant", *tenant, "Tenant, or * for all")->required();
    std::vector<std::string> names;
    for (const RoleName& entry : role_names)
        names.emplace_back(entry.name);
    create.add_option("--role", *role, "What it may do")->required()->check(CLI::IsMember(names));
    create.callback([&chosen, tenant, role] {
        chosen = [tenant, role](const Context& context) {
            return run_apikey_create(context, *tenant, *role_named(*role));
        };
    });
}

void add_hook(CLI::App& app, Action& chosen) {
    CLI::App& hook = add_command(app, "hook", "Callback paths of payment providers");
    hook.require_subcommand(1);
    CLI::App& create = add_command(hook, "create", "Make a secret path; it is shown once");
    auto tenant = std::make_shared<std::string>();
    create.add_option("--tenant", *tenant, "Whose payments come there")->required();
    create.callback([&chosen, tenant] {
        chosen = [tenant](const Context& context) { return run_hook_create(context, *tenant); };
    });
}

// What `import` takes as text, before it is checked.
struct ImportWords {
    ImportOptions options;
    std::string kind;
    std::string on_error{"stop"};
    std::string booked_on;
    std::vector<std::string> ports;
    std::string password_file;
};

Error bad(std::string detail) { return {Errc::config_invalid, std::move(detail)}; }

Status read_ports(const std::vector<std::string>& words, ImportOptions& options) {
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const int port = equals == std::string::npos ? 0 : std::atoi(word.c_str() + equals + 1);
        if (port < 1 || port > 65'535) return bad("--port takes NAME=PORT: " + word);
        options.router_ports[word.substr(0, equals)] = static_cast<std::uint16_t>(port);
    }
    return Done{};
}

Result<ImportOptions> options_of(const ImportWords& words) {
    ImportOptions options = words.options;
    options.kind = *import_kind_named(words.kind);
    options.skip_bad_lines = words.on_error == "skip";
    if (!words.booked_on.empty()) {
        const Result<Date> day = parse_date(words.booked_on);
        if (!day) return bad("--opening-booked-on takes a date");
        options.opening_booked_on = *day;
    }
    if (!words.password_file.empty()) {
        std::ifstream in(words.password_file);
        if (!std::getline(in, options.router_password))
            return bad(words.password_file + ": cannot be read");
    }
    if (const Status ports = read_ports(words.ports, options); !ports) return ports.error();
    return options;
}

Exit import_with(const Context& context, const ImportWords& words) {
    const Result<ImportOptions> options = options_of(words);
    if (!options) return fail(context, options.error());
    return options->preview ? run_import_preview(context, *options) : run_import(context, *options);
}

void add_import(CLI::App& app, Action& chosen) {
    CLI::App& rows = add_command(app, "import", "Import a CSV file; again is harmless");
    auto words = std::make_shared<ImportWords>();
    rows.add_option("kind", words->kind, "plans, routers, customers or services")
        ->required()
        ->check(CLI::IsMember({"plans", "routers", "customers", "services"}));
    rows.add_option("file", words->options.file, "CSV with a header line")->required();
    rows.add_option("--tenant", words->options.tenant, "Whose it is")->required();
    rows.add_option("--on-error", words->on_error, "stop: nothing then; skip: the rest")
        ->check(CLI::IsMember({"stop", "skip"}));
    rows.add_flag("--preview", words->options.preview, "What each line would come to; no more");
    rows.add_option("--opening-booked-on", words->booked_on, "Day of the opening wallets");
    rows.add_option("--port", words->ports, "Of a router that the file gives none: NAME=PORT");
    rows.add_option("--username", words->options.router_username, "Of such routers");
    rows.add_option("--password-file", words->password_file, "Of such routers");
    rows.callback([&chosen, words] {
        chosen = [words](const Context& context) { return import_with(context, *words); };
    });
}

Result<Context> context_of(const Globals& globals) {
    ConfigSources sources;
    sources.environment = tollbook_environment();
    if (!globals.config_file.empty()) sources.file = globals.config_file;
    for (const std::string& word : globals.set) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos) return bad("--set takes name=value: " + word);
        sources.flags[word.substr(0, equals)] = word.substr(equals + 1);
    }
    if (!globals.data.empty()) sources.flags["data.dir"] = globals.data;
    if (!globals.url.empty()) sources.flags["client.url"] = globals.url;
    if (!globals.key_file.empty()) sources.flags["client.key_file"] = globals.key_file;
    Result<Config> config = Config::load(sources);
    if (!config) return config.error();
    return Context{
        std::move(*config),
        globals.json,
        globals.quiet,
        !globals.no_color && std::getenv("NO_COLOR") == nullptr,
    };
}

// Every word that this command line knows, for suggestions.
void collect_words(const CLI::App& app, std::vector<std::string>& words) {
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames())
            words.push_back("--" + name);
    for (const CLI::App* sub : app.get_subcommands({})) {
        words.push_back(sub->get_name());
        collect_words(*sub, words);
    }
}

// CLI11 exits with 109 and suggests nothing.
int usage_error(
    const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv
) {
    std::vector<std::string> words;
    collect_words(app, words);
    const std::vector<std::string_view> known(words.begin(), words.end());
    std::string line = error.what();
    for (int i = 1; i < argc; ++i) {
        const std::string_view word =
            std::string_view(argv[i]).substr(0, std::string_view(argv[i]).find('='));
        if (std::ranges::find(known, word) != known.end()) continue;
        const std::string near = suggestion(word, known);
        if (near.empty()) continue;
        line += near;
        break;
    }
    std::cerr << "error: " << line << "\n";
    return static_cast<int>(Exit::usage);
}

} // namespace

int run(int argc, const char* const* argv) {
    CLI::App app{"Tollbook: the book of record of an internet provider", "tollbook"};
    app.require_subcommand(1);
    Globals globals;
    Action chosen;
    add_globals(app, globals);
    add_setup(app, chosen);
    add_apikey(app, chosen);
    add_hook(app, chosen);
    add_import(app, chosen);
    add_remote(app, chosen);
    add_report(app, chosen);
    add_topic(app, chosen);
    add_audit(app, chosen);
    add_backup(app, chosen);
    add_project(app, chosen);
    add_demo(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return usage_error(app, error, argc, argv);
    }
    const Result<Context> context = context_of(globals);
    if (!context)
        return static_cast<int>(fail(Context{{}, globals.json, false, false}, context.error()));
    return static_cast<int>(chosen(*context));
}

} // namespace tollbook::api
