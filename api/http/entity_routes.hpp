// Legal entities of a tenant; a part of the table in api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

// Those of a tenant as they are now; the tenant's own is one also when nobody described it.
Result<ReadAnswer> list_legal_entities(ReaderPool& pool, const Query& query);

inline constexpr std::array entity_routes{
    command(
        {"/v1/tenants/{tenant}/legal-entities", "define_legal_entity", for_admins},
        "Make a legal entity, or describe one anew for documents from now on"
    ),
    read(
        {"/v1/tenants/{tenant}/legal-entities", &list_legal_entities, for_readers, list_parameters},
        "Who invoices: legal entities with their channels"
    ),
};

} // namespace tollbook::api
