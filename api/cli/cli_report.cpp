#include "api/cli/report.hpp"
#include "api/cli/report_shape.hpp"
#include "api/cli/typed.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace tollbook::api {

namespace {

constexpr std::string_view journal = "journal";

// A journal has formats of its own, and stdout is no place for a workbook.
Status check(ReportOrder& order) {
    constexpr std::array<std::string_view, 2> journals{"hledger", "beancount"};
    const bool is_journal = order.name == journal;
    if (order.format.empty()) order.format = is_journal ? "hledger" : "text";
    const bool fits = (std::ranges::find(journals, order.format) != journals.end()) == is_journal;
    if (!fits)
        return Error{Errc::config_invalid, "--format: " + order.name + " has no " + order.format};
    if (order.format == "xlsx" && order.output.empty())
        return Error{Errc::config_invalid, "--format xlsx: name a file with --output"};
    return Done{};
}

Exit report(const Context& context, ReportOrder order) {
    if (order.format.empty() && context.json && order.name != journal) order.format = "json";
    if (const Status status = check(order); !status) return fail(context, status.error());
    std::erase_if(order.parameters, [](const auto& entry) { return entry.second.empty(); });
    return order.name == journal ? run_journal(context, order) : run_report(context, order);
}

} // namespace

void add_report(CLI::App& app, Action& chosen) {
    CLI::App& command = add_command(app, "report", "Money for finance: reports and journals");
    auto order = std::make_shared<ReportOrder>();
    std::vector<std::string> names{std::string(journal)};
    for (const ReportShape& shape : report_shapes())
        names.emplace_back(shape.name);
    command.add_option("name", order->name, "Which")->required()->check(CLI::IsMember(names));
    command.add_option("--tenant", order->tenant, "Whose")->required();
    command.add_option("--format", order->format, "text, json, csv, xlsx; hledger, beancount")
        ->check(CLI::IsMember({"text", "json", "csv", "xlsx", "hledger", "beancount"}));
    command.add_option("--output", order->output, "A file instead of stdout");

    struct Option {
        const char* typed;
        const char* parameter;
        const char* help;
    };

    static constexpr std::array options{
        Option{"--from", "from", "First day"},
        Option{"--to", "to", "Last day"},
        Option{"--as-of", "as_of", "How it stood at the end of a day"},
        Option{"--known-at", "known_at", "What had been recorded then: 2026-11-19T21:05:00Z"},
        Option{"--account", "account", "One account of the general ledger"},
        Option{"--by", "by", "plan or component (revenue-by-plan)"},
        Option{"--entity", "entity", "One legal entity; a journal then names it as the only one"}};
    for (const Option& option : options)
        order->parameters.emplace_back(option.parameter, "");
    for (std::size_t i = 0; i < options.size(); ++i)
        command.add_option(options.at(i).typed, order->parameters[i].second, options.at(i).help);
    command.callback([&chosen, order] {
        chosen = [order](const Context& context) { return report(context, *order); };
    });
}

} // namespace tollbook::api
