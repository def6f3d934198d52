#include "commands/charge_lines.hpp"

namespace tollbook {

namespace {

constexpr std::size_t lines_max = 100;

Status add_line(const Decision& decision, const ChargeLine& line, LineTotals& totals) {
    if (const Status status = check_id("component", line.component); !status) return status;
    if (const Status status = check_amount(line.net); !status) return status;
    if (line.tax < 0 || line.tax > amount_minor_max) return Error{Errc::amount_overflow, "tax"};
    if (line.tax != 0 && !line.tax_code) return Error{Errc::missing_field, "tax_code"};
    if (line.plan && decision.book().plan_versions.find(decision.key(*line.plan)) == nullptr)
        return Error{Errc::plan_unknown, *line.plan};
    if (line.tax_code)
        if (const Status status = check_id("tax_code", *line.tax_code); !status) return status;
    const Result<std::int64_t> sum = add(totals.minor, line.net + line.tax);
    if (!sum) return sum.error();
    if (*sum > amount_minor_max) return Error{Errc::amount_overflow, {}};
    totals.minor = *sum;
    const std::string income = line.plan ? "revenue:" + *line.plan : std::string("fee");
    totals.postings.push_back(leg(decision, income, -line.net));
    if (line.tax != 0) totals.postings.push_back(leg(decision, "tax:" + *line.tax_code, -line.tax));
    return Done{};
}

} // namespace

Result<LineTotals> total_lines(const Decision& decision, const std::vector<ChargeLine>& lines) {
    if (lines.empty() || lines.size() > lines_max)
        return Error{Errc::value_out_of_range, "lines: 1 to 100"};
    LineTotals totals;
    totals.postings.reserve(1 + 2 * lines.size());
    totals.postings.push_back({}); // The wallet's.
    for (const ChargeLine& line : lines)
        if (const Status status = add_line(decision, line, totals); !status) return status.error();
    return totals;
}

void add_charge(
    Decision& decision,
    const std::string& charge,
    const std::string& customer,
    const std::optional<std::string>& service,
    const std::vector<ChargeLine>& lines,
    LineTotals totals,
    Taken taken
) {
    totals.postings.front() = leg(decision, "wallet:" + customer, totals.minor);
    decision.add(
        "wallet:" + customer,
        WalletCharged{
            charge,
            customer,
            service,
            totals.minor,
            lines,
            std::move(taken.lots),
            std::move(totals.postings),
            taken.overdrawn}
    );
}

} // namespace tollbook
