// Taxes, the terms of invoicing, and who pays by invoice.
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/entities/prefixes.hpp"
#include "commands/taxes/taxing.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t versions_max = 200;
constexpr std::uint32_t due_days_max = 366;
constexpr std::size_t prefix_chars_max = 16;

Status check_rates(const DefineTax& command) {
    if (command.rates.size() > rates_max)
        return Error{Errc::value_out_of_range, fmt::format("rates: at most {}", rates_max)};
    for (const TaxRate& rate : command.rates) {
        if (const Status status = check_id("code", rate.code); !status) return status;
        if (rate.rate_ppm <= 0 || rate.rate_ppm > rate_ppm_max)
            return Error{Errc::value_out_of_range, fmt::format("rate_ppm: 1 to {}", rate_ppm_max)};
    }
    for (std::size_t i = 0; i < command.rates.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (command.rates[i].code == command.rates[j].code)
                return Error{Errc::value_out_of_range, "rates: each code once"};
    if (command.rates.empty() != command.exempt_reason.has_value())
        return Error{Errc::value_out_of_range, "exempt_reason: when there are no rates"};
    return check_text("exempt_reason", command.exempt_reason.value_or(""));
}

// Versions follow each other by day; a day said again replaces it.
template <class Row>
Status check_version(const Row* row, Date valid_from) {
    if (row == nullptr || row->versions.empty()) return Done{};
    const Date newest = row->versions.back().valid_from;
    if (valid_from < newest)
        return Error{
            Errc::value_out_of_range,
            "valid_from: not before " + to_string(newest) + ", the newest"};
    if (row->versions.size() >= versions_max && valid_from > newest)
        return Error{Errc::value_out_of_range, fmt::format("at most {} versions", versions_max)};
    return Done{};
}

} // namespace

Status decide(Decision& decision, const DefineTax& command) {
    if (const Status status = check_id("tax", command.tax); !status) return status;
    if (const Status status = check_rates(command); !status) return status;
    const TaxRow* row = decision.book().taxes.find(decision.key(command.tax));
    if (const Status status = check_version(row, command.valid_from); !status) return status;
    decision.add(
        "tax:" + command.tax,
        TaxDefined{command.tax, command.valid_from, command.rates, command.exempt_reason}
    );
    return Done{};
}

Status decide(Decision& decision, const SetInvoicing& command) {
    const std::string number_prefix = command.number_prefix.value_or("INV-");
    const std::string credit_prefix = command.credit_prefix.value_or("CN-");
    if (const Status status = check_text("number_prefix", number_prefix, prefix_chars_max); !status)
        return status;
    if (const Status status = check_text("credit_prefix", credit_prefix, prefix_chars_max); !status)
        return status;
    if (make_equal_numbers(number_prefix, credit_prefix))
        return Error{Errc::value_out_of_range, "credit_prefix: another than number_prefix"};
    constexpr std::uint32_t due_days_usual = 14;
    const std::uint32_t due_days = command.due_days.value_or(due_days_usual);
    if (due_days > due_days_max)
        return Error{Errc::value_out_of_range, fmt::format("due_days: 0 to {}", due_days_max)};
    const std::string own = decision.row().legal_entity;
    const std::string entity = command.entity.value_or(own);
    if (const auto found = find_entity(decision, entity); !found) return found.error();
    const InvoicingRow* row =
        decision.book().invoicing.find(entity == own ? decision.tenant() : decision.key(entity));
    if (const Status status = check_version(row, command.valid_from); !status) return status;
    InvoicingSet terms{
        command.valid_from,
        command.tax_rounding.value_or(TaxRounding::line),
        command.halves.value_or(Halves::up),
        due_days,
        number_prefix,
        credit_prefix,
        entity == own ? std::nullopt : command.entity};
    if (const Status status = check_prefixes(decision, terms); !status) return status;
    decision.add("tenant:" + decision.tenant(), std::move(terms));
    return Done{};
}

Status decide(Decision& decision, const SetBillingMode& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    decision.add("customer:" + command.customer, BillingModeSet{command.customer, command.mode});
    return Done{};
}

} // namespace tollbook
