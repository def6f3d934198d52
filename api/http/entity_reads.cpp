#include "api/http/entity_routes.hpp"
#include "api/http/read_sql.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_legal_entities(ReaderPool& pool, const Query& query) {
    static constexpr ListOf entities{
        .name = "legal-entities",
        .select = "WITH latest AS (SELECT DISTINCT ON (entity) * FROM legal_entities "
                  " ORDER BY entity, seq DESC"
                  "), own AS (SELECT 'mpesa:' || unnest(mpesa_shortcodes) AS channel FROM tenants "
                  " UNION ALL SELECT 'till:' || unnest(tills) FROM tenants "
                  " EXCEPT SELECT unnest(channels) FROM latest) "
                  "SELECT 'legal_entity' AS object, n.entity, n.entity = t.legal_entity AS own, "
                  "coalesce(l.name, t.name) AS name, l.tax_registration, l.address, "
                  "CASE WHEN n.entity = t.legal_entity THEN (SELECT coalesce(array_agg(o.channel "
                  " ORDER BY o.channel), '{}') FROM own o) ELSE l.channels END AS channels, "
                  "greatest(t.closed_through, (SELECT c.closed_through FROM entity_closings c "
                  " WHERE c.entity = n.entity)) AS closed_through, "
                  "(SELECT coalesce(json_agg(json_build_object('entity', substr(d.account, 12), "
                  " 'currency', d.currency, 'minor', -d.balance_minor) "
                  " ORDER BY d.account, d.currency), '[]') FROM account_balances d "
                  " WHERE d.entity = n.entity AND d.kind = 'due_entity' "
                  " AND d.balance_minor < 0) AS owes, @l.defined_at "
                  "FROM tenants t CROSS JOIN LATERAL (SELECT t.legal_entity AS entity "
                  " UNION SELECT entity FROM latest) n LEFT JOIN latest l ON l.entity = n.entity",
        .key = "r.entity",
    };
    return read_list(pool, query, entities);
}

Status check_asked_entity(ReaderPool& pool, const Query& query) {
    const std::string* entity = query.find("entity");
    if (entity == nullptr) return Done{};
    const Result<Reading> known = pool.read(
        query.tenant,
        "SELECT to_json(t.legal_entity = $1 OR EXISTS (SELECT FROM legal_entities e "
        "WHERE e.entity = $1)) FROM tenants t",
        {*entity}
    );
    if (!known && known.error().code == Errc::not_found) return Done{};
    if (!known) return known.error();
    if (known->json == "true") return Done{};
    return Error{Errc::legal_entity_unknown, entity->substr(0, 64)};
}

} // namespace tollbook::api
