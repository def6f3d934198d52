// Files of a provider: as they are read, and as the commands that they become.
#include "api/cli/import_rows.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace tollbook;
using namespace tollbook::api;

namespace {

std::string written(const std::vector<std::string>& fields) {
    std::string line;
    for (const std::string& field : fields) {
        line += line.empty() ? "\"" : ",\"";
        for (const char c : field)
            line.append(c == '"' ? 2 : 1, c);
        line += '"';
    }
    return line + "\r\n";
}

// What was understood, written by the book, is understood in the same way.
void check_again(const CsvFile& file) {
    std::string text = written(file.header);
    for (const CsvLine& line : file.lines)
        text += written(line.fields);
    const CsvFile again = read_csv(text);
    ensure(again.problems.empty() && again.header == file.header);
    const bool same =
        std::ranges::equal(again.lines, file.lines, [](const CsvLine& a, const CsvLine& b) {
            return a.fields == b.fields;
        });
    ensure(same);
}

void check_places(const CsvFile& file, std::size_t lines) {
    std::size_t before = 1;
    for (const CsvLine& line : file.lines) {
        ensure(line.number > before && line.number <= lines);
        ensure(line.fields.size() == file.header.size());
        before = line.number;
    }
    for (const CsvProblem& problem : file.problems)
        ensure(problem.line >= 1 && problem.line <= lines && !problem.reason.empty());
}

// Whatever stands in the file, what it becomes can be read by the node that it is sent to.
void check_plan(const CsvFile& file, ImportKind kind) {
    ImportOptions options;
    options.kind = kind;
    options.tenant = "savanna";
    options.opening_booked_on = Date{20'000};
    options.router_ports = {{"rtr-01", 8728}};
    options.router_username = "admin";
    const ImportPlan plan = plan_import(file, options);
    ensure(std::ranges::is_sorted(plan.problems, {}, &CsvProblem::line));
    for (const ImportCommand& command : plan.commands) {
        ensure(command.key.starts_with("import:" + command.type));
        ensure(read_command(command.type, command.body).has_value());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    const CsvFile file = read_csv(text);
    check_places(file, 1 + static_cast<std::size_t>(std::ranges::count(text, '\n')));
    if (!text.empty() && file.problems.empty()) check_again(file);
    for (const auto kind :
         {ImportKind::plans, ImportKind::routers, ImportKind::customers, ImportKind::services})
        check_plan(file, kind);
    return 0;
}
