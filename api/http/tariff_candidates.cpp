#include "api/http/tariff_candidates.hpp"

#include "projections/reader_pool.hpp"

#include <string_view>

namespace tollbook::api {

namespace {

// $1: the plan, $2: its version, $3: the day. What was given back of a period's line with days is
// taken from its end; given back without days, nobody knows which of them still stand.
constexpr std::string_view candidates_select =
    "WITH charged AS ("
    " SELECT c.service, c.charge, c.minor - c.credited_minor AS left_minor, c.credited_minor, "
    "        l.net, l.tax, l.service_from, l.service_to "
    " FROM charges c CROSS JOIN LATERAL jsonb_to_recordset(c.lines) AS l ("
    "     component text, plan text, plan_version bigint, net bigint, tax bigint, "
    "     service_from date, service_to date) "
    " WHERE c.service IS NOT NULL AND c.service_to > $3::date AND strpos(c.charge, '#') = 0 "
    "   AND l.component = 'period' AND l.plan = $1 AND l.plan_version = $2::bigint "
    "   AND l.service_to > $3::date"
    "), given AS ("
    " SELECT s.charge, sum(l.net) AS net, sum(l.tax) AS tax, "
    "        sum(l.service_to - l.service_from) AS days, "
    "        bool_or(l.service_from IS NULL OR l.service_to IS NULL) AS unclear "
    " FROM wallet_statement s CROSS JOIN LATERAL jsonb_to_recordset(s.lines) AS l ("
    "     component text, net bigint, tax bigint, service_from date, service_to date) "
    " WHERE s.kind = 'credit' AND l.component = 'period' "
    "   AND s.charge IN (SELECT charge FROM charged WHERE credited_minor > 0) "
    " GROUP BY s.charge"
    "), standing AS ("
    " SELECT c.service, c.charge, c.left_minor, c.service_from, "
    "        c.service_to - coalesce(g.days, 0)::integer AS service_to, "
    "        c.net - coalesce(g.net, 0) AS net, c.tax - coalesce(g.tax, 0) AS tax, "
    "        coalesce(g.unclear, false) AS unclear "
    " FROM charged c LEFT JOIN given g USING (charge)"
    "), of_wallets AS ("
    " SELECT service, bool_or(unclear) AS unclear, json_agg(json_build_object("
    "     'charge', charge, 'from', service_from, 'to', service_to, 'net', net, 'tax', tax, "
    "     'left_minor', left_minor) ORDER BY service_from, charge) AS charges "
    " FROM standing WHERE service_to > greatest(service_from, $3::date) AND net > 0 "
    " GROUP BY service"
    "), of_invoices AS ("
    " SELECT DISTINCT l.service FROM invoices i "
    " CROSS JOIN LATERAL jsonb_to_recordset(i.lines) AS l ("
    "     component text, plan text, plan_version bigint, service text, service_to date) "
    " WHERE i.status IN ('draft', 'open', 'paid') AND l.component = 'period' AND l.plan = $1 "
    "   AND l.plan_version = $2::bigint AND l.service_to > $3::date AND l.service IS NOT NULL"
    ") "
    "SELECT coalesce(json_agg(json_build_object("
    "    'service', service, 'charges', coalesce(w.charges, '[]'::json), "
    "    'unclear', coalesce(w.unclear, false), 'invoiced', i.service IS NOT NULL)), "
    "    '[]'::json)::text "
    "FROM of_wallets w FULL JOIN of_invoices i USING (service)";

} // namespace

Result<std::string> tariff_candidates(
    const Services& services, const std::string& tenant, const TariffCorrection& correction
) {
    if (services.read_models == nullptr)
        return Error{Errc::database_unavailable, "no read models are configured"};
    if (services.reads_ready && !services.reads_ready())
        return Error{Errc::projection_lag, "the read models are starting"};
    const Result<Reading> reading = services.read_models->read(
        tenant,
        std::string(candidates_select),
        {correction.plan, std::to_string(correction.from_version), to_string(correction.from)}
    );
    if (!reading) return reading.error();
    return R"({"correction":)" + to_json(correction) + R"(,"services":)" + reading->json + "}";
}

} // namespace tollbook::api
