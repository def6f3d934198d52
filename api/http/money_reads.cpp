#include "api/http/read_sql.hpp"
#include "api/http/reads.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_payments(ReaderPool& pool, const Query& query) {
    static constexpr ListOf payments{
        .name = "payments",
        .select =
            "SELECT 'payment' AS object, payment, channel, receipt, currency, received_minor, "
            "reversed_minor, standing_minor, suspended_minor, customer, suspense_reason, "
            "@occurred_at, @recorded_at, booked_on, reported_by, confirmed, payer_number, "
            "payer_name, payer_reference, received_seq FROM payments "
            "WHERE ($3::text IS NULL OR customer = $3) AND ($4::text IS NULL OR receipt = $4)",
        .key = "r.received_seq",
        .key_type = "bigint",
        .newest_first = true,
    };
    return read_list(
        pool, query, payments, {text_parameter(query, "customer"), text_parameter(query, "receipt")}
    );
}

Result<ReadAnswer> get_payment(ReaderPool& pool, const Query& query) {
    static constexpr OneOf payment{
        .select =
            "SELECT row_to_json(r) FROM (SELECT 'payment' AS object, p.payment, p.channel, "
            "p.receipt, p.currency, p.received_minor, p.reversed_minor, p.standing_minor, "
            "p.suspended_minor, p.customer, p.suspense_reason, @p.occurred_at, @p.recorded_at, "
            "p.booked_on, p.reported_by, p.confirmed, p.confirmed_by, p.payer_number, "
            "p.payer_name, p.payer_reference, "
            "(SELECT coalesce(json_agg(json_build_object('customer', a.customer, 'minor', "
            " a.minor) ORDER BY a.customer), '[]') FROM payment_allocations a "
            " WHERE a.payment = p.payment) AS allocations, "
            "(SELECT coalesce(json_agg(json_build_object('arrival', v.arrival, 'kind', v.kind, "
            " 'outcome', v.outcome, 'reason', v.reason) ORDER BY v.seq), '[]') FROM arrivals v "
            " WHERE v.payment = p.payment) AS arrivals "
            "FROM payments p WHERE p.payment = $1) r",
        .absent = Errc::payment_unknown,
    };
    return read_one(pool, query, payment, {text_parameter(query, "payment")});
}

Result<ReadAnswer> list_suspense(ReaderPool& pool, const Query& query) {
    static constexpr ListOf suspense{
        .name = "suspense",
        .select = "SELECT 'suspense_item' AS object, payment, account, channel, currency, reason, "
                  "opened_minor, remaining_minor, @opened_at, booked_on, receipt, @occurred_at, "
                  "payer_number, payer_name, payer_reference FROM open_suspense",
        .key = "r.payment",
    };
    return read_list(pool, query, suspense);
}

Result<ReadAnswer> list_arrivals(ReaderPool& pool, const Query& query) {
    static constexpr ListOf arrivals{
        .name = "arrivals",
        .select =
            "SELECT 'arrival' AS object, arrival, kind, provider, source, body_hash, channel, "
            "receipt, minor, customer, typed_by, outcome, payment, reason, @recorded_at, "
            "@effective_at, seq, resolved_seq FROM arrivals "
            "WHERE ($3::text IS NULL OR outcome = $3) AND ($4::text IS NULL OR kind = $4)",
        .key = "r.seq",
        .key_type = "bigint",
        .newest_first = true,
    };
    return read_list(
        pool, query, arrivals, {text_parameter(query, "outcome"), text_parameter(query, "kind")}
    );
}

Result<ReadAnswer> list_charges(ReaderPool& pool, const Query& query) {
    static constexpr ListOf charges{
        .name = "charges",
        .select =
            "SELECT 'charge' AS object, charge, customer, service, currency, net_minor, tax_minor, "
            "minor, service_from, service_to, lines, lots, payment, unwound_minor, credited_minor, "
            "@effective_at, "
            "@recorded_at, booked_on, charged_seq FROM charges "
            "WHERE ($3::text IS NULL OR customer = $3) AND ($4::text IS NULL OR service = $4)",
        .key = "r.charge",
    };
    return read_list(
        pool, query, charges, {text_parameter(query, "customer"), text_parameter(query, "service")}
    );
}

Result<ReadAnswer> get_trial_balance(ReaderPool& pool, const Query& query) {
    // Each of the three is one SELECT over the same columns; the parameters choose one.
    static constexpr OneOf balance{
        .select =
            "SELECT json_build_object('object', 'trial_balance', 'as_of', $1::text, 'known_at', "
            "$2::text, 'accounts', coalesce((SELECT json_agg(json_build_object('entity', b.entity, "
            "'account', b.account, 'kind', b.kind, 'currency', b.currency, 'debit_minor', "
            "b.debit_minor, 'credit_minor', b.credit_minor, 'balance_minor', b.balance_minor) "
            "ORDER BY b.entity, b.currency, b.account) FROM ("
            "SELECT entity, account, kind, currency, debit_minor, credit_minor, balance_minor "
            " FROM trial_balance WHERE $1::text IS NULL AND $2::text IS NULL "
            "UNION ALL SELECT entity, account, kind, currency, debit_minor, credit_minor, "
            " balance_minor FROM trial_balance_through($1::date) "
            " WHERE $1::text IS NOT NULL AND $2::text IS NULL "
            "UNION ALL SELECT entity, account, kind, currency, debit_minor, credit_minor, "
            " balance_minor FROM trial_balance_as_of($1::date, seq_recorded_at($2::timestamptz)) "
            " WHERE $2::text IS NOT NULL) b WHERE $3::text IS NULL OR b.entity = $3), "
            "'[]'::json)) FROM tenants",
    };
    const Result<SqlParam> as_of = date_parameter(query, "as_of");
    if (!as_of) return as_of.error();
    const Result<SqlParam> known_at = time_parameter(query, "known_at");
    if (!known_at) return known_at.error();
    return read_one(pool, query, balance, {*as_of, *known_at, text_parameter(query, "entity")});
}

Result<ReadAnswer> get_control_checks(ReaderPool& pool, const Query& query) {
    static constexpr OneOf checks{
        .select =
            "SELECT json_build_object('object', 'list', 'data', coalesce((SELECT json_agg("
            "json_build_object('name', name, 'part', part, 'currency', currency, 'minor', minor, "
            "'expected_minor', expected_minor, 'difference_minor', difference_minor) "
            "ORDER BY name, part, currency) FROM control_checks), '[]'::json), 'has_more', false, "
            "'next_cursor', null, 'parked_keys', (SELECT count(*) FROM parked_keys), 'balanced', "
            "NOT EXISTS (SELECT FROM control_checks WHERE difference_minor <> 0) AND NOT EXISTS "
            "(SELECT FROM parked_keys)) FROM tenants",
    };
    return read_one(pool, query, checks);
}

Result<ReadAnswer> list_line_differences(ReaderPool& pool, const Query& query) {
    static constexpr ListOf differences{
        .name = "line-differences",
        .select = "SELECT 'line_difference' AS object, difference, site, service, customer, "
                  "target AS router, @since, minutes, minor, currency "
                  "FROM line_differences(coalesce($3::timestamptz, now())) "
                  "WHERE $4::text IS NULL OR difference = $4",
        .key = "r.site",
    };
    const Result<SqlParam> as_of = time_parameter(query, "as_of");
    if (!as_of) return as_of.error();
    return read_list(pool, query, differences, {*as_of, text_parameter(query, "difference")});
}

// Services that were cut although their payment had already happened: the list that costs trust.
Result<ReadAnswer> list_cuts_after_payment(ReaderPool& pool, const Query& query) {
    static constexpr ListOf cuts{
        .name = "paid-before-cut",
        .select = "SELECT 'paid_before_cut' AS object, seq, service, customer, payment, @paid_at, "
                  "@cut_at, @reconnected_at, minutes_cut, paid_before_cut_minutes AS minutes "
                  "FROM reconnections WHERE paid_before_cut_minutes IS NOT NULL",
        .key = "r.seq",
        .key_type = "bigint",
    };
    return read_list(pool, query, cuts);
}

} // namespace tollbook::api
