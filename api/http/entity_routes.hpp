// Legal entities of a tenant; a part of the table in api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

// Those of a tenant as they are now; the tenant's own is one also when nobody described it.
Result<ReadAnswer> list_legal_entities(ReaderPool& pool, const Query& query);

// Whether the tenant has the legal entity that a read asks for with `entity`, if it does. Refuses
// with legal_entity_unknown; of an unknown tenant the read itself tells.
Status check_asked_entity(ReaderPool& pool, const Query& query);

inline constexpr std::array entity_routes{
    command(
        {"/v1/tenants/{tenant}/legal-entities", "define_legal_entity", for_admins},
        "Make a legal entity, or describe one anew for documents from now on"
    ),
    read(
        {"/v1/tenants/{tenant}/legal-entities", &list_legal_entities, for_readers, list_parameters},
        "Who invoices: legal entities with their channels, closed periods and what they owe"
    ),
    command(
        {"/v1/tenants/{tenant}/legal-entities/settle", "settle_entities", for_finance},
        "Book what one legal entity paid another of what it owed"
    ),
};

} // namespace tollbook::api
