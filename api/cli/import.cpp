#include "api/cli/import.hpp"

#include "api/cli/batch_sender.hpp"
#include "api/cli/connect.hpp"
#include "api/http/problem.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace tollbook::api {

namespace {

Result<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error{Errc::config_invalid, path + ": cannot be read"};
    return std::string(std::istreambuf_iterator<char>(in), {});
}

void report_problems(const Context& context, const ImportOptions& options, const ImportPlan& plan) {
    if (context.json) return;
    for (const CsvProblem& problem : plan.problems)
        remark(context, fmt::format("{}:{}: {}", options.file, problem.line, problem.reason));
}

void report_refusals(const Context& context, const ImportOptions& options, const SendReport& sent) {
    if (context.json) return;
    for (const RefusedCommand& refused : sent.refused)
        remark(
            context,
            fmt::format(
                "{}:{}: {}: {} {}",
                options.file,
                refused.line,
                refused.type,
                info(refused.error.code).slug,
                refused.error.detail
            )
        );
}

std::string problems_json(const ImportPlan& plan, const SendReport& sent) {
    std::string out = "[";
    const auto add = [&](std::size_t line, std::string_view code, std::string_view detail) {
        out += out.size() > 1 ? "," : "";
        out += fmt::format(R"({{"line":{},"code":"{}","detail":)", line, code);
        write_json_string(out, detail);
        out += '}';
    };
    for (const CsvProblem& problem : plan.problems)
        add(problem.line, info(Errc::malformed_csv).slug, problem.reason);
    for (const RefusedCommand& refused : sent.refused)
        add(refused.line, info(refused.error.code).slug, refused.error.detail);
    return out + "]";
}

void print_summary(const Context& context, const ImportPlan& plan, const SendReport& sent) {
    if (context.json)
        return print(fmt::format(
            R"({{"lines":{},"accepted":{},"replayed":{},"refused":{},"bad_lines":{},)"
            R"("position":"{}","problems":{}}})",
            plan.lines,
            sent.accepted,
            sent.replayed,
            sent.refused.size(),
            plan.problems.size(),
            sent.position,
            problems_json(plan, sent)
        ));
    print(fmt::format(
        "{} lines: {} commands accepted, {} stood already, {} refused, {} bad lines",
        plan.lines,
        sent.accepted,
        sent.replayed,
        sent.refused.size(),
        plan.problems.size()
    ));
}

} // namespace

Exit run_import(const Context& context, const ImportOptions& options) {
    const Result<std::string> text = read_file(options.file);
    if (!text) return fail(context, text.error());
    const ImportPlan plan = plan_import(read_csv(*text), options);
    report_problems(context, options, plan);
    if (!plan.problems.empty() && !options.skip_bad_lines) {
        print_summary(context, plan, {});
        remark(context, "nothing was imported; --on-error skip imports the other lines");
        return Exit::differences;
    }
    const Result<std::unique_ptr<Client>> client = connect(context);
    if (!client) return fail(context, client.error());
    const Result<SendReport> sent = send_commands(context, **client, options.tenant, plan.commands);
    if (!sent) return fail(context, sent.error());
    report_refusals(context, options, *sent);
    print_summary(context, plan, *sent);
    return plan.problems.empty() && sent->refused.empty() ? Exit::ok : Exit::differences;
}

} // namespace tollbook::api
