#include "api/http/deposit_routes.hpp"
#include "api/http/read_sql.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_deposits(ReaderPool& pool, const Query& query) {
    static constexpr ListOf deposits{
        .name = "deposits",
        .select =
            "SELECT 'deposit' AS object, deposit, customer, equipment, currency, minor, "
            "remaining_minor, returned_minor, kept_minor, status, reason, @taken_at, @changed_at "
            "FROM deposits WHERE ($3::text IS NULL OR customer IN (SELECT same_customers($3))) "
            "AND ($4::text IS NULL OR status = $4)",
        .key = "r.deposit",
    };
    return read_list(
        pool, query, deposits, {text_parameter(query, "customer"), text_parameter(query, "status")}
    );
}

} // namespace tollbook::api
