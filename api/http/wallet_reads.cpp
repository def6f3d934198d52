#include "api/http/read_sql.hpp"
#include "api/http/reads.hpp"

namespace tollbook::api {

namespace {

// What stood at another time: `as_of` is when it happened, `known_at` when we had learned it.
struct Times {
    SqlParam as_of;
    SqlParam known_at;

    bool any() const { return as_of || known_at; }
};

Result<Times> times_of(const Query& query) {
    const Result<SqlParam> as_of = time_parameter(query, "as_of");
    if (!as_of) return as_of.error();
    const Result<SqlParam> known_at = time_parameter(query, "known_at");
    if (!known_at) return known_at.error();
    return Times{*as_of, *known_at};
}

constexpr OneOf wallet_now{
    .select =
        "SELECT json_build_object('object', 'wallet', 'customer', c.customer, 'balances', "
        "(SELECT coalesce(json_agg(json_build_object('entity', w.entity, 'currency', w.currency, "
        " 'balance_minor', w.balance_minor, 'held_minor', w.held_minor, 'available_minor', "
        " w.balance_minor - w.held_minor, 'overdrawn_minor', w.overdrawn_minor, "
        " 'overdraft_limit_minor', w.overdraft_limit_minor) "
        " ORDER BY w.entity, w.currency), '[]') FROM wallets w WHERE w.customer = c.customer), "
        "'lots', (SELECT coalesce(json_agg(row_to_json(l) ORDER BY l.priority, l.expires_on, "
        "l.opened_seq, l.lot), '[]') "
        " FROM (SELECT lot, entity, currency, source, payment, priority, expires_on, opened_minor, "
        " remaining_minor, "
        " @opened_at, opened_seq FROM lots "
        " WHERE lots.customer = c.customer AND remaining_minor > 0) l)) "
        "FROM customers c WHERE c.customer = $1",
    .absent = Errc::customer_unknown,
};

constexpr OneOf wallet_then{
    .select =
        "SELECT json_build_object('object', 'wallet', 'customer', c.customer, 'as_of', $2::text, "
        "'known_at', $3::text, 'balances', (SELECT coalesce(json_agg(json_build_object("
        " 'entity', w.entity, 'currency', w.currency, 'balance_minor', w.balance_minor) "
        " ORDER BY w.entity, w.currency), '[]') FROM wallets_as_of($1, $2::timestamptz, "
        " CASE WHEN $3::text IS NULL THEN NULL ELSE seq_recorded_at($3::timestamptz) END) w)) "
        "FROM customers c WHERE c.customer = $1",
    .absent = Errc::customer_unknown,
};

} // namespace

Result<ReadAnswer> get_wallet(ReaderPool& pool, const Query& query) {
    const Result<Times> times = times_of(query);
    if (!times) return times.error();
    const SqlParam customer = text_parameter(query, "customer");
    if (!times->any()) return read_one(pool, query, wallet_now, {customer});
    return read_one(pool, query, wallet_then, {customer, times->as_of, times->known_at});
}

Result<ReadAnswer> get_statement(ReaderPool& pool, const Query& query) {
    static constexpr ListOf statement{
        .name = "statement",
        .select = "SELECT 'statement_line' AS object, "
                  "to_char(effective_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') || "
                  "lpad(seq::text, 19, '0') || lpad(line::text, 6, '0') AS sort, "
                  "seq, line, entity, currency, kind, minor, balance_minor, @effective_at, "
                  "@recorded_at, booked_on, payment, charge, service, reason, lines "
                  "FROM wallet_statement_as_of($3, $4::timestamptz, "
                  "CASE WHEN $5::text IS NULL THEN NULL ELSE seq_recorded_at($5::timestamptz) END)",
        .key = "r.effective_at || lpad(r.seq::text, 19, '0') || lpad(r.line::text, 6, '0')",
    };
    const Result<Times> times = times_of(query);
    if (!times) return times.error();
    return read_list(
        pool, query, statement, {text_parameter(query, "customer"), times->as_of, times->known_at}
    );
}

Result<ReadAnswer> list_holds(ReaderPool& pool, const Query& query) {
    static constexpr ListOf holds{
        .name = "holds",
        .select = "SELECT 'hold' AS object, hold, customer, k.currency, minor, remaining_minor, "
                  "status, reason, @expires_at, @held_at FROM holds "
                  "LEFT JOIN customer_currencies k USING (tenant, customer) "
                  "WHERE ($3::text IS NULL OR customer = $3) AND ($4::text IS NULL OR status = $4)",
        .key = "r.hold",
    };
    return read_list(
        pool, query, holds, {text_parameter(query, "customer"), text_parameter(query, "status")}
    );
}

Result<ReadAnswer> list_refunds(ReaderPool& pool, const Query& query) {
    static constexpr ListOf refunds{
        .name = "refunds",
        .select = "SELECT 'refund' AS object, refund, customer, k.currency, minor, status, reason, "
                  "requested_by, decided_by, rejection, channel, receipt, @requested_at, @paid_at "
                  "FROM refunds LEFT JOIN customer_currencies k USING (tenant, customer) "
                  "WHERE ($3::text IS NULL OR customer = $3) AND ($4::text IS NULL OR status = $4)",
        .key = "r.refund",
    };
    return read_list(
        pool, query, refunds, {text_parameter(query, "customer"), text_parameter(query, "status")}
    );
}

} // namespace tollbook::api
