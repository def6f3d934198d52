#include "api/cli/demo/day_result.hpp"

#include "projections/sql_session.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace tollbook::api {

namespace {

namespace json = boost::json;

// One row, one JSON object; $1 is the tenant. Debit-normal accounts count debits up, the others
// credits.
constexpr std::string_view result_sql = R"sql(
WITH told AS (
    SELECT kind, outcome FROM arrivals WHERE tenant = $1
), open_items AS (
    SELECT p.receipt, s.remaining_minor
    FROM suspense_items s JOIN payments p USING (tenant, payment)
    WHERE s.tenant = $1 AND s.remaining_minor > 0
), rolled AS (
    SELECT CASE kind WHEN 'wallet' THEN 'wallets' WHEN 'revenue' THEN 'revenue' ELSE account END
               AS account,
           sum(CASE WHEN kind IN ('cash', 'provider_fee', 'in_transit') THEN balance_minor
                    ELSE -balance_minor END)::bigint AS minor
    FROM account_balances WHERE tenant = $1 GROUP BY 1
)
SELECT json_build_object(
    'callbacks', (SELECT count(*) FROM told WHERE kind = 'callback'),
    'desk_entries', (SELECT count(*) FROM told WHERE kind = 'desk'),
    'accepted', (SELECT count(*) FROM told WHERE outcome = 'accepted'),
    'duplicates', (SELECT count(*) FROM told WHERE outcome = 'duplicate'),
    'conflicts', (SELECT count(*) FROM told WHERE outcome = 'conflict'),
    'confirmed', (SELECT count(*) FROM told WHERE outcome = 'confirmed'),
    'foreign', (SELECT count(*) FROM told WHERE outcome = 'foreign'),
    'suspense', (
        SELECT json_build_object(
            'count', count(*), 'minor', coalesce(sum(remaining_minor), 0),
            'receipts', coalesce(json_agg(receipt ORDER BY receipt COLLATE "C"), '[]'))
        FROM open_items),
    'renewed_at_run', (
        SELECT count(*) FROM renewals WHERE tenant = $1 AND payment IS NULL),
    'cut_at_run', (
        SELECT count(*) FROM cuts WHERE tenant = $1 AND reason = 'unpaid'),
    'reconnected_by_payment', (
        SELECT count(*) FROM reconnections
        WHERE tenant = $1 AND payment IS NOT NULL AND running),
    'paid_before_cut', (
        SELECT coalesce(json_agg(json_build_object(
            'service_no', service, 'minutes', paid_before_cut_minutes)
            ORDER BY service COLLATE "C"), '[]')
        FROM reconnections WHERE tenant = $1 AND paid_before_cut_minutes IS NOT NULL),
    'charges', (
        SELECT coalesce(json_agg(json_build_object(
            'service_no', service, 'from', service_from, 'to', service_to,
            'net_minor', net_minor, 'tax_minor', tax_minor)
            ORDER BY service COLLATE "C", service_from), '[]')
        FROM charges WHERE tenant = $1 AND service IS NOT NULL),
    'payments_booked_on', (
        SELECT coalesce(json_object_agg(booked_on, n), '{}') FROM (
            SELECT booked_on::text, count(*) AS n FROM payments WHERE tenant = $1 GROUP BY 1) b),
    'accounts_minor', (SELECT coalesce(json_object_agg(account, minor), '{}') FROM rolled),
    'wallets_minor', (
        SELECT coalesce(json_object_agg(customer, balance_minor), '{}')
        FROM wallets WHERE tenant = $1),
    'suspended', (
        SELECT coalesce(json_object_agg(service, blocks), '{}') FROM (
            SELECT service, (SELECT json_agg(b ORDER BY b) FROM unnest(blocks) b) AS blocks
            FROM services WHERE tenant = $1 AND cardinality(blocks) > 0) s),
    'renews_on', (
        SELECT coalesce(json_object_agg(service, renews_on), '{}')
        FROM services WHERE tenant = $1)
)::text
)sql";

std::string shown(const json::value* value) {
    return value == nullptr ? std::string("nothing") : json::serialize(*value);
}

std::string difference(const std::string& path, const json::value* want, const json::value* got);

std::string object_difference(
    const std::string& path, const json::object& want, const json::object& got
) {
    for (const auto& field : want) {
        const std::string name(field.key());
        const std::string inner = path.empty() ? name : path + "." + name;
        const std::string found = difference(inner, &field.value(), got.if_contains(name));
        if (!found.empty()) return found;
    }
    for (const auto& field : got)
        if (!want.contains(field.key()))
            return difference(path + "." + std::string(field.key()), nullptr, &field.value());
    return {};
}

std::string array_difference(
    const std::string& path, const json::array& want, const json::array& got
) {
    for (std::size_t i = 0; i < want.size() || i < got.size(); ++i) {
        const std::string found = difference(
            fmt::format("{}[{}]", path, i),
            i < want.size() ? &want[i] : nullptr,
            i < got.size() ? &got[i] : nullptr
        );
        if (!found.empty()) return found;
    }
    return {};
}

std::string difference(const std::string& path, const json::value* want, const json::value* got) {
    if (want != nullptr && got != nullptr) {
        if (want->is_object() && got->is_object())
            return object_difference(path, want->get_object(), got->get_object());
        if (want->is_array() && got->is_array())
            return array_difference(path, want->get_array(), got->get_array());
        if (*want == *got) return {};
    }
    return fmt::format("{}: {} is expected, {} came", path, shown(want), shown(got));
}

Result<json::object> object_of(const std::string& text, std::string_view what) {
    boost::system::error_code failure;
    json::value value = json::parse(text, failure);
    if (failure || !value.is_object())
        return Error{Errc::malformed_json, fmt::format("{} is not a JSON object", what)};
    return value.get_object();
}

} // namespace

Result<std::string> day_result(
    SqlSession& database, const std::string& tenant, const std::vector<RouterCount>& routers
) {
    const Result<SqlRows> rows = database.query(std::string(result_sql), {tenant});
    if (!rows) return rows.error();
    Result<json::object> result = object_of(*rows->at(0, 0), "the result");
    if (!result) return result.error();
    json::object counts;
    for (const RouterCount& router : routers)
        counts[router.router] = {{"enabled", router.enabled}, {"disabled", router.disabled}};
    (*result)["routers"] = std::move(counts);
    return json::serialize(*result);
}

Result<std::string> first_difference(const std::string& expected, const std::string& result) {
    Result<json::object> want = object_of(expected, "expected.json");
    if (!want) return want.error();
    const Result<json::object> got = object_of(result, "the result");
    if (!got) return got.error();
    want->erase("after_statement");
    return object_difference({}, *want, *got);
}

} // namespace tollbook::api
