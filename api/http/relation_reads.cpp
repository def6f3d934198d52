#include "api/http/read_sql.hpp"
#include "api/http/relation_routes.hpp"

namespace tollbook::api {

// The pipeline, unless a stage is asked for.
Result<ReadAnswer> list_leads(ReaderPool& pool, const Query& query) {
    static constexpr ListOf leads{
        .name = "leads",
        .select =
            "SELECT 'lead' AS object, lead, name, phone, mail, source, plan, stage, customer, "
            "service, @opened_at, @changed_at FROM leads "
            "WHERE CASE WHEN $3::text IS NULL THEN stage NOT IN ('converted', 'lost') "
            " ELSE stage = $3 END AND ($4::text IS NULL OR source = $4)",
        .key = "r.lead",
    };
    return read_list(
        pool, query, leads, {text_parameter(query, "stage"), text_parameter(query, "source")}
    );
}

Result<ReadAnswer> get_lead(ReaderPool& pool, const Query& query) {
    static constexpr OneOf lead{
        .select =
            "SELECT row_to_json(r) FROM (SELECT 'lead' AS object, l.lead, l.name, l.phone, l.mail, "
            "l.address, l.source, l.plan, l.stage, l.customer, l.service, @l.opened_at, "
            "@l.changed_at, "
            "(SELECT coalesce(json_agg(row_to_json(s) ORDER BY s.seq), '[]') FROM ("
            " SELECT seq, stage, note, @taken_at FROM lead_steps WHERE lead = l.lead) s) AS steps "
            "FROM leads l WHERE l.lead = $1) r",
        .absent = Errc::lead_unknown,
    };
    return read_one(pool, query, lead, {text_parameter(query, "lead")});
}

// Customers that were merged into the one that is asked for count as it.
Result<ReadAnswer> list_tickets(ReaderPool& pool, const Query& query) {
    static constexpr ListOf tickets{
        .name = "tickets",
        .select =
            "SELECT 'ticket' AS object, ticket, customer, service, subject, status, priority, "
            "texts AS text_count, last_author, @opened_at, @answered_at, @closed_at, closed_by "
            "FROM tickets "
            "WHERE ($3::text IS NULL OR customer IN (SELECT same_customers($3))) "
            "AND ($4::text IS NULL OR service = $4) AND ($5::text IS NULL OR status = $5) "
            "AND ($6::text IS NULL OR priority = $6)",
        .key = "r.ticket",
    };
    return read_list(
        pool,
        query,
        tickets,
        {text_parameter(query, "customer"),
         text_parameter(query, "service"),
         text_parameter(query, "status"),
         text_parameter(query, "priority")}
    );
}

Result<ReadAnswer> get_ticket(ReaderPool& pool, const Query& query) {
    static constexpr OneOf ticket{
        .select = "SELECT row_to_json(r) FROM (SELECT 'ticket' AS object, t.ticket, t.customer, "
                  "t.service, t.subject, t.status, t.priority, t.last_author, @t.opened_at, "
                  "@t.answered_at, @t.closed_at, t.closed_by, "
                  "(SELECT coalesce(json_agg(row_to_json(x) ORDER BY x.number), '[]') FROM ("
                  " SELECT number, author, written_by, text, @written_at FROM ticket_texts "
                  " WHERE ticket = t.ticket) x) AS texts "
                  "FROM tickets t WHERE t.ticket = $1) r",
        .absent = Errc::ticket_unknown,
    };
    return read_one(pool, query, ticket, {text_parameter(query, "ticket")});
}

} // namespace tollbook::api
