#include "api/cli/report_shape.hpp"

#include "api/cli/decimal.hpp"

#include <algorithm>
#include <array>

namespace tollbook::api {

namespace {

using enum ColumnKind;

constexpr std::array ledger_columns{
    ReportColumn{"account", "account", text},
    ReportColumn{"booked_on", "booked on", day},
    ReportColumn{"seq", "seq", count},
    ReportColumn{"leg", "leg", count},
    ReportColumn{"type", "event", text},
    ReportColumn{"minor", "amount", amount},
    ReportColumn{"balance_minor", "balance", amount},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"entity", "entity", text},
    ReportColumn{"effective_at", "effective at", time},
    ReportColumn{"recorded_at", "recorded at", time},
};

constexpr std::array trial_columns{
    ReportColumn{"account", "account", text},
    ReportColumn{"entity", "entity", text},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"debit_minor", "debit", amount},
    ReportColumn{"credit_minor", "credit", amount},
    ReportColumn{"balance_minor", "balance", amount},
};

constexpr std::array aging_columns{
    ReportColumn{"customer", "customer", text},
    ReportColumn{"entity", "entity", text},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"owed_minor", "owed", amount},
    ReportColumn{"oldest_on", "oldest", day},
    ReportColumn{"days_0_30_minor", "0-30 days", amount},
    ReportColumn{"days_31_60_minor", "31-60 days", amount},
    ReportColumn{"days_61_90_minor", "61-90 days", amount},
    ReportColumn{"days_over_90_minor", "over 90 days", amount},
};

constexpr std::array deferred_columns{
    ReportColumn{"plan", "plan", text},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"charges", "charges", count},
    ReportColumn{"net_minor", "net", amount},
    ReportColumn{"recognised_minor", "recognised", amount},
    ReportColumn{"deferred_minor", "deferred", amount},
    ReportColumn{"last_day_after", "ends before", day},
};

constexpr std::array revenue_columns{
    ReportColumn{"plan", "plan", text},
    ReportColumn{"component", "component", text},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"charges", "charges", count},
    ReportColumn{"net_minor", "net", amount},
    ReportColumn{"tax_minor", "tax", amount},
    ReportColumn{"minor", "gross", amount},
};

constexpr std::array tax_columns{
    ReportColumn{"tax_code", "tax code", text},
    ReportColumn{"rate_ppm", "rate ppm", count},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"charges", "charges", count},
    ReportColumn{"net_minor", "net", amount},
    ReportColumn{"base_minor", "net base", amount},
    ReportColumn{"tax_minor", "tax", amount},
    ReportColumn{"other_tax_minor", "other tax", amount},
};

constexpr std::array mrr_columns{
    ReportColumn{"plan", "plan", text},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"services", "services", count},
    ReportColumn{"addons", "add-ons", count},
    ReportColumn{"customers", "customers", count},
    ReportColumn{"mrr_minor", "mrr", amount},
};

constexpr std::array movement_columns{
    ReportColumn{"movement", "movement", text},
    ReportColumn{"currency", "currency", text},
    ReportColumn{"services", "services", count},
    ReportColumn{"mrr_minor", "mrr", amount},
};

constexpr std::array churn_columns{
    ReportColumn{"of", "of", text},
    ReportColumn{"at_start", "at start", count},
    ReportColumn{"gained", "gained", count},
    ReportColumn{"lost", "lost", count},
    ReportColumn{"at_end", "at end", count},
    ReportColumn{"churn_basis_points", "churn %", percent},
};

constexpr std::array shapes{
    ReportShape{"general-ledger", "/reports/general-ledger", "data", true, ledger_columns},
    ReportShape{"trial-balance", "/accounts", "accounts", false, trial_columns},
    ReportShape{"aging", "/reports/aging", "data", true, aging_columns},
    ReportShape{"deferred-revenue", "/reports/deferred-revenue", "data", true, deferred_columns},
    ReportShape{"revenue-by-plan", "/reports/revenue-by-plan", "data", true, revenue_columns},
    ReportShape{"tax", "/reports/tax", "data", true, tax_columns},
    ReportShape{"mrr", "/reports/mrr", "data", true, mrr_columns},
    ReportShape{"mrr-movement", "/reports/mrr-movement", "data", true, movement_columns},
    ReportShape{"churn", "/reports/churn", "data", true, churn_columns},
};

Cell cell_of(JsonNode value, ColumnKind kind) {
    if (const auto words = as_text(value)) return {std::string(*words), {}};
    const auto number = as_int64(value);
    if (!number) return {};
    const bool has_hundredths = kind == amount || kind == percent;
    return {has_hundredths ? decimal(*number) : std::to_string(*number), number};
}

} // namespace

std::span<const ReportShape> report_shapes() { return shapes; }

const ReportShape* report_named(std::string_view name) {
    const auto found = std::ranges::find(shapes, name, &ReportShape::name);
    return found == shapes.end() ? nullptr : &*found;
}

Row row_of(JsonNode object, const ReportShape& shape) {
    Row row(shape.columns.size());
    JsonFields fields(object);
    for (JsonField field; fields.next(field);) {
        const auto column = std::ranges::find(shape.columns, field.name, &ReportColumn::field);
        if (column == shape.columns.end()) continue;
        row[static_cast<std::size_t>(column - shape.columns.begin())] =
            cell_of(field.value, column->kind);
    }
    return row;
}

} // namespace tollbook::api
