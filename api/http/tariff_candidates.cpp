#include "api/http/tariff_candidates.hpp"

#include "projections/reader_pool.hpp"

#include <string_view>

namespace tollbook::api {

namespace {

// $1: the plan, $2: its version, $3: the day. What was given back of a charge's lines with days is
// taken from its end; given back without days, nobody knows which of them still stand. Of invoices
// their names are enough: the book knows what stands on them. Parts are told as charged, and what
// came back of them: the book takes that away as it did then.
constexpr std::string_view candidates_select =
    "WITH charged AS ("
    " SELECT c.service, c.charge, c.minor - c.credited_minor AS left_minor, c.credited_minor, "
    "        l.component, sum(l.net) AS net, sum(l.tax) AS tax, "
    "        min(l.service_from) AS service_from, max(l.service_to) AS service_to, "
    "        json_agg(json_build_object("
    "            'days', l.service_to - l.service_from, 'net', l.net, 'taxes', l.taxes) "
    "            ORDER BY l.service_from) FILTER (WHERE l.taxes IS NOT NULL) AS parts "
    " FROM charges c CROSS JOIN LATERAL jsonb_to_recordset(c.lines) AS l ("
    "     component text, plan text, plan_version bigint, net bigint, tax bigint, "
    "     service_from date, service_to date, taxes jsonb) "
    " WHERE c.service IS NOT NULL AND c.service_to > $3::date AND strpos(c.charge, '#') = 0 "
    "   AND l.component IN ('period', 'addon') AND l.plan = $1 AND l.plan_version = $2::bigint "
    "   AND l.service_from IS NOT NULL AND l.service_to IS NOT NULL "
    " GROUP BY c.service, c.charge, c.minor, c.credited_minor, l.component "
    " HAVING max(l.service_to) > $3::date"
    "), given AS ("
    " SELECT s.charge, sum(l.net) AS net, sum(l.tax) AS tax, "
    "        sum(l.service_to - l.service_from) AS days, "
    "        bool_or(l.service_from IS NULL OR l.service_to IS NULL) AS unclear, "
    "        json_agg(e.value ORDER BY s.seq, e.place) AS lines "
    " FROM wallet_statement s JOIN charged c ON c.charge = s.charge AND c.credited_minor > 0 "
    " CROSS JOIN LATERAL jsonb_array_elements(s.lines) WITH ORDINALITY AS e (value, place) "
    " CROSS JOIN LATERAL jsonb_to_record(e.value) AS l ("
    "     component text, plan text, net bigint, tax bigint, service_from date, service_to date) "
    " WHERE s.kind = 'credit' AND l.component = c.component AND coalesce(l.plan, $1) = $1 "
    " GROUP BY s.charge"
    "), standing AS ("
    " SELECT c.service, c.charge, c.left_minor, c.service_from, "
    "        c.service_to - coalesce(g.days, 0)::integer AS service_to, "
    "        c.net - coalesce(g.net, 0) AS net, c.tax - coalesce(g.tax, 0) AS tax, "
    "        coalesce(g.unclear, false) AS unclear, c.parts, g.lines AS given "
    " FROM charged c LEFT JOIN given g USING (charge)"
    "), of_wallets AS ("
    " SELECT service, bool_or(unclear) AS unclear, json_agg(json_build_object("
    "     'charge', charge, 'from', service_from, 'to', service_to, 'net', net, 'tax', tax, "
    "     'left_minor', left_minor, 'parts', parts) ORDER BY service_from, charge) AS charges, "
    "        json_agg(json_build_object('charge', charge, 'lines', given)) "
    "            FILTER (WHERE parts IS NOT NULL AND given IS NOT NULL) AS given "
    " FROM standing WHERE service_to > greatest(service_from, $3::date) AND net > 0 "
    " GROUP BY service"
    "), on_invoices AS ("
    " SELECT DISTINCT l.service, i.invoice, i.issued_on FROM invoices i "
    " CROSS JOIN LATERAL jsonb_to_recordset(i.lines) AS l ("
    "     component text, plan text, plan_version bigint, service text, service_to date) "
    " WHERE i.status IN ('draft', 'open', 'paid', 'written_off') "
    "   AND l.component IN ('period', 'addon') AND l.plan = $1 "
    "   AND l.plan_version = $2::bigint AND l.service_to > $3::date AND l.service IS NOT NULL"
    "), of_invoices AS ("
    " SELECT service, json_agg(invoice ORDER BY issued_on, invoice) AS invoices "
    " FROM on_invoices GROUP BY service"
    ") "
    "SELECT coalesce(json_agg(json_strip_nulls(json_build_object("
    "    'service', service, 'charges', coalesce(w.charges, '[]'::json), "
    "    'unclear', coalesce(w.unclear, false), "
    "    'invoices', coalesce(i.invoices, '[]'::json), 'given', w.given))), '[]'::json)::text "
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
