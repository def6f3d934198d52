#include "api/cli/import.hpp"

#include "api/cli/batch_sender.hpp"
#include "api/cli/connect.hpp"
#include "api/http/problem.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

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

// What a line, or one of its commands, would come to.
struct PreviewLine {
    std::size_t line{}; // 0: of no line of its own.
    std::string_view outcome;
    std::string_view type;
    std::string_view code;
    std::string detail;
    std::size_t place{}; // Among those of its line.
};

struct Preview {
    std::vector<PreviewLine> lines; // In the order of the file.
    std::size_t would_create{};
    std::size_t stand{};
    std::size_t refused{};
};

// The lines name what stands in the plan.
Preview preview_of(const ImportPlan& plan, const std::vector<Result<TriedOutcome>>& outcomes) {
    Preview preview;
    for (const CsvProblem& problem : plan.problems)
        preview.lines.push_back(
            {problem.line, "bad line", {}, info(Errc::malformed_csv).slug, problem.reason, 0}
        );
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        PreviewLine& line = preview.lines.emplace_back();
        line.line = plan.commands[i].line;
        line.type = plan.commands[i].type;
        if (!outcomes[i]) {
            ++preview.refused;
            line.outcome = "refused";
            line.code = info(outcomes[i].error().code).slug;
            line.detail = outcomes[i].error().detail;
        } else if (*outcomes[i] == TriedOutcome::replayed) {
            ++preview.stand;
            line.outcome = "stands already";
        } else {
            ++preview.would_create;
            line.outcome = "would create";
        }
    }
    for (std::size_t i = 0; i < preview.lines.size(); ++i)
        preview.lines[i].place = i;
    std::ranges::sort(preview.lines, {}, [](const PreviewLine& line) {
        const std::size_t last = std::numeric_limits<std::size_t>::max();
        return std::pair(line.line == 0 ? last : line.line, line.place);
    });
    return preview;
}

std::string line_text(const std::string& file, const PreviewLine& line) {
    std::string text = file;
    if (line.line != 0) text += fmt::format(":{}", line.line);
    text += fmt::format(": {}", line.outcome);
    for (const std::string_view part : {line.type, line.code, std::string_view(line.detail)})
        if (!part.empty()) text += fmt::format(" {}", part);
    return text;
}

std::string line_json(const PreviewLine& line) {
    std::string out = fmt::format(
        R"({{"line":{},"outcome":"{}","type":"{}","code":"{}","detail":)",
        line.line,
        line.outcome,
        line.type,
        line.code
    );
    write_json_string(out, line.detail);
    return out + "}";
}

void print_preview(
    const Context& context,
    const ImportOptions& options,
    const ImportPlan& plan,
    const Preview& preview
) {
    if (context.json) {
        std::string items;
        for (const PreviewLine& line : preview.lines)
            items += (items.empty() ? "" : ",") + line_json(line);
        return print(fmt::format(
            R"({{"lines":{},"would_create":{},"stand_already":{},"refused":{},"bad_lines":{},)"
            R"("items":[{}]}})",
            plan.lines,
            preview.would_create,
            preview.stand,
            preview.refused,
            plan.problems.size(),
            items
        ));
    }
    for (const PreviewLine& line : preview.lines)
        print(line_text(options.file, line));
    print(fmt::format(
        "{} lines: {} commands would be accepted, {} stand already, {} refused, {} bad lines; "
        "nothing was written",
        plan.lines,
        preview.would_create,
        preview.stand,
        preview.refused,
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

Exit run_import_preview(const Context& context, const ImportOptions& options) {
    const Result<std::string> text = read_file(options.file);
    if (!text) return fail(context, text.error());
    const ImportPlan plan = plan_import(read_csv(*text), options);
    const Result<std::unique_ptr<Client>> client = connect(context);
    if (!client) return fail(context, client.error());
    const auto outcomes = try_commands(**client, options.tenant, plan.commands);
    if (!outcomes) return fail(context, outcomes.error());
    const Preview preview = preview_of(plan, *outcomes);
    print_preview(context, options, plan, preview);
    if (!plan.problems.empty() && !options.skip_bad_lines)
        remark(context, "as it is nothing would be imported; --on-error skip imports the others");
    return plan.problems.empty() && preview.refused == 0 ? Exit::ok : Exit::differences;
}

} // namespace tollbook::api
