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
                  "@l.defined_at "
                  "FROM tenants t CROSS JOIN LATERAL (SELECT t.legal_entity AS entity "
                  " UNION SELECT entity FROM latest) n LEFT JOIN latest l ON l.entity = n.entity",
        .key = "r.entity",
    };
    return read_list(pool, query, entities);
}

} // namespace tollbook::api
