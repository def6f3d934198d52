#pragma once

#include "api/cli/context.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace tollbook::api {

// report, as it is typed. Sets `chosen` when it was.
void add_report(CLI::App& app, std::function<Exit(const Context&)>& chosen);

struct ReportOrder {
    std::string name; // Of report_shapes(), or "journal".
    std::string tenant;
    std::string format; // text | json | csv | xlsx; a journal: hledger | beancount
    std::string output; // Empty: stdout.
    std::vector<std::pair<std::string, std::string>> parameters; // As the API takes them.
};

// Reads a report page by page from the API and writes it; a file appears when it is whole. Exit
// `differences`: keys of the tenant wait, so that newest events are missing.
Exit run_report(const Context& context, const ReportOrder& order);

// The same for a journal, in the log's order up to where the book stood when it began.
Exit run_journal(const Context& context, const ReportOrder& order);

} // namespace tollbook::api
