#include "api/cli/decimal.hpp"
#include "api/cli/report_writers.hpp"
#include "api/documents/invoice_document.hpp"

#include <fmt/format.h>

#include <string>

namespace tollbook::api {

namespace {

std::string cell(const std::string& text) { return csv_cell({text, {}}); }

std::string day(const std::optional<Date>& date) { return date ? to_string(*date) : std::string{}; }

// 160000 parts per million as "16.0000".
std::string percent_of_ppm(std::int64_t rate_ppm) {
    constexpr std::int64_t ppm_of_percent = 10'000;
    return fmt::format("{}.{:04}", rate_ppm / ppm_of_percent, rate_ppm % ppm_of_percent);
}

std::string row(
    const InvoiceDocument& invoice,
    std::size_t place,
    const InvoiceLine& line,
    const LineTax* tax,
    bool first
) {
    return fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
        cell(invoice.number),
        place,
        cell(line.component),
        cell(line.description.value_or("")),
        cell(line.service.value_or("")),
        cell(line.plan.value_or("")),
        day(line.service_from),
        day(line.service_to),
        first ? decimal(line.net) : decimal(0),
        tax == nullptr ? std::string{} : cell(tax->code),
        tax == nullptr ? std::string{} : percent_of_ppm(tax->rate_ppm),
        decimal(tax == nullptr ? 0 : tax->minor),
        cell(invoice.currency)
    );
}

} // namespace

std::string invoice_csv(const InvoiceDocument& invoice) {
    std::string text =
        "number,line,component,description,service,plan,service_from,service_to,net,tax_code,"
        "tax_percent,tax,currency\r\n";
    for (std::size_t i = 0; i < invoice.lines.size(); ++i) {
        const InvoiceLine& line = invoice.lines[i];
        if (line.taxes.empty()) text += row(invoice, i + 1, line, nullptr, true);
        for (const LineTax& tax : line.taxes)
            text += row(invoice, i + 1, line, &tax, &tax == &line.taxes.front());
    }
    return text;
}

} // namespace tollbook::api
