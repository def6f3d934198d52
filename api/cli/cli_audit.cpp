#include "api/cli/cli_audit.hpp"

#include "api/cli/audit_commands.hpp"
#include "api/cli/demo/demo.hpp"
#include "api/cli/project_commands.hpp"
#include "api/cli/simulate.hpp"
#include "api/cli/typed.hpp"

#include <filesystem>
#include <memory>

namespace tollbook::api {

namespace {

void add_input(CLI::App& command, AuditInput& input) {
    CLI::Option* file = command.add_option(
        "--export", input.export_file, "An export file instead of the data directory"
    );
    command.add_flag("--topic", input.topic, "The topic instead of the data directory")
        ->excludes(file);
}

struct ReplayTexts {
    AuditInput input;
    std::uint64_t seq{};
    std::string as_of;
};

Exit replay_as_typed(const Context& context, const ReplayTexts& texts) {
    ReplayWords words{texts.input, {}};
    if (texts.seq != 0) words.limit.seq = texts.seq;
    if (!texts.as_of.empty()) {
        const Result<Timestamp> at = parse_timestamp(texts.as_of);
        if (!at) return fail(context, {Errc::config_invalid, "--as-of: " + at.error().detail});
        words.limit.recorded_at = *at;
    }
    return run_replay(context, words);
}

// The test router stands beside this binary in a build.
std::string beside(const std::string& program, std::string_view relative) {
    return (std::filesystem::path(program).parent_path() / relative).lexically_normal().string();
}

} // namespace

void add_audit(CLI::App& app, Action& chosen) {
    CLI::App& out = add_command(app, "export", "Write the whole log as an export file");
    auto file = std::make_shared<std::string>();
    out.add_option("-o,--output", *file, "The file; an older one is replaced")->required();
    out.callback([&chosen, file] {
        chosen = [file](const Context& context) { return run_export(context, *file); };
    });

    CLI::App& replay = add_command(app, "replay", "Fold the log again: state hash, trial balance");
    auto texts = std::make_shared<ReplayTexts>();
    add_input(replay, texts->input);
    replay.add_option("--seq", texts->seq, "Up to this record");
    replay.add_option("--as-of", texts->as_of, "As recorded by this time: 2026-11-19T21:05:00Z");
    replay.callback([&chosen, texts] {
        chosen = [texts](const Context& context) { return replay_as_typed(context, *texts); };
    });

    CLI::App& simulate =
        add_command(app, "simulate", "What days of the log would have come to under other rules");
    auto other = std::make_shared<SimulateWords>();
    add_input(simulate, other->input);
    simulate.add_option("--tenant", other->tenant, "Whose days")->required();
    simulate.add_option("--from", other->from, "The first day: 2026-11-01")->required();
    simulate.add_option("--to", other->to, "The last day")->required();
    simulate.add_option("--catalog", other->catalog, "Other prices of plans, TOML");
    simulate.add_option("--dunning", other->dunning, "Other rules of dunning, TOML");
    simulate.callback([&chosen, other] {
        chosen = [other](const Context& context) { return run_simulate(context, *other); };
    });

    CLI::App& verify = add_command(app, "verify", "Check chain, postings, command index and views");
    auto words = std::make_shared<VerifyWords>();
    add_input(verify, words->input);
    verify.add_flag("--skip-views", words->skip_views, "Do not compare the read models");
    verify.callback([&chosen, words] {
        chosen = [words](const Context& context) { return run_verify(context, *words); };
    });
}

void add_project(CLI::App& app, Action& chosen) {
    CLI::App& project = add_command(app, "project", "The read models");
    project.require_subcommand(1);
    CLI::App& list = add_command(project, "list", "How far each is");
    list.callback([&chosen] { chosen = &run_project_list; });

    CLI::App& rebuild = add_command(project, "rebuild", "Build one beside, compare, swap");
    auto words = std::make_shared<RebuildWords>();
    rebuild.add_option("name", words->name, "One of the read models; all by default");
    rebuild.add_option("--at-once", words->at_once, "So many side by side (2)")
        ->check(CLI::Range(1, 8));
    rebuild.add_flag(
        "--accept-differences", words->accept_differences, "Swap although rows differ"
    );
    rebuild.callback([&chosen, words] {
        chosen = [words](const Context& context) { return run_project_rebuild(context, *words); };
    });

    auto name = std::make_shared<std::string>();
    CLI::App& rollback = add_command(project, "rollback", "Put back what a rebuild replaced");
    rollback.add_option("name", *name)->required();
    rollback.callback([&chosen, name] {
        chosen = [name](const Context& context) { return run_project_rollback(context, *name); };
    });

    CLI::App& parked = add_command(project, "parked", "Keys whose events wait, and why");
    parked.callback([&chosen] { chosen = &run_project_parked; });

    CLI::App& resume = add_command(project, "resume", "Fold what waits for parked keys");
    auto waiting = std::make_shared<ResumeWords>();
    resume.add_option("name", waiting->name, "One of the read models; all by default");
    resume.add_option("key", waiting->key, "One of its keys; all by default");
    resume.add_option("--tenant", waiting->tenant, "Of this tenant only");
    resume.callback([&chosen, waiting] {
        chosen = [waiting](const Context& context) {
            return run_project_resume(context, *waiting);
        };
    });

    CLI::App& diff = add_command(project, "diff", "Replay, and compare every row");
    diff.add_option("name", *name, "One of them; all by default");
    diff.callback([&chosen, name] {
        chosen = [name](const Context& context) { return run_project_diff(context, *name); };
    });
}

void add_demo(CLI::App& app, Action& chosen) {
    CLI::App& demo = add_command(app, "demo", "Live a provider's day on real parts");
    auto options = std::make_shared<DemoOptions>();
    options->program = std::filesystem::canonical("/proc/self/exe").string();
    options->test_router = beside(options->program, "../tests/routeros/test_router");
    demo.add_option("--day", options->day, "Directory of the day's files")->required();
    demo.add_option("--dir", options->directory, "Data directory; by default a new one");
    demo.add_option("--test-router", options->test_router, "The test router's binary");
    demo.add_option("--result", options->result_file, "Write the outcome there");
    demo.add_option("--kafka", options->kafka, "Brokers that carry the log: host:port,...");
    demo.add_flag("--once", options->once, "End with the day");
    demo.callback([&chosen, options] {
        chosen = [options](const Context&) { return static_cast<Exit>(run_demo(*options)); };
    });
}

} // namespace tollbook::api
