#include "commands/entities/prefixes.hpp"

#include "commands/invoicing/invoicing.hpp"
#include "ledger/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tollbook {

namespace {

struct EntityPrefix {
    std::string entity;
    std::string prefix;
};

using EntityPrefixes = std::vector<EntityPrefix>;

// What stands in front of the prefixes of the tenant's own entity for one that has no terms.
std::string derived(const std::string& entity, const std::string& prefix) {
    return entity + "-" + prefix;
}

const InvoicingRow* row_of(const Decision& decision, const std::string& entity) {
    const bool is_own = entity == decision.row().legal_entity;
    return decision.book().invoicing.find(is_own ? decision.tenant() : decision.key(entity));
}

// Whether documents of today, or of a later day, may have no terms of this row.
bool has_gap(const Decision& decision, const InvoicingRow* row) {
    return row == nullptr || row->versions.empty() ||
           row->versions.front().valid_from > decision.today();
}

// Those of the terms that count today, or from a later day on.
std::vector<std::string> set_prefixes(const Decision& decision, const InvoicingRow* row) {
    std::vector<std::string> prefixes;
    if (row == nullptr) return prefixes;
    for (auto terms = row->versions.rbegin(); terms != row->versions.rend(); ++terms) {
        prefixes.push_back(terms->number_prefix);
        prefixes.push_back(terms->credit_prefix);
        if (terms->valid_from <= decision.today()) break;
    }
    return prefixes;
}

// Those that a tenant's own entity has from today on: before its first terms, the usual ones.
std::vector<std::string> own_prefixes(const Decision& decision) {
    const InvoicingRow* row = row_of(decision, decision.row().legal_entity);
    std::vector<std::string> prefixes = set_prefixes(decision, row);
    if (!has_gap(decision, row)) return prefixes;
    const InvoicingSet usual = invoicing_on(decision, decision.today());
    prefixes.push_back(usual.number_prefix);
    prefixes.push_back(usual.credit_prefix);
    return prefixes;
}

void add_prefixes(
    EntityPrefixes& all, const std::string& entity, const std::vector<std::string>& prefixes
) {
    for (const std::string& prefix : prefixes)
        all.push_back({entity, prefix});
}

void add_derived(
    EntityPrefixes& all, const std::string& entity, const std::vector<std::string>& of_own
) {
    for (const std::string& prefix : of_own)
        all.push_back({entity, derived(entity, prefix)});
}

// Of numbers that an entity has, and of those that it may get.
EntityPrefixes known_prefixes(const Decision& decision) {
    const std::string& own = decision.row().legal_entity;
    const std::vector<std::string> of_own = own_prefixes(decision);
    EntityPrefixes all;
    add_prefixes(all, own, of_own);
    if (const InvoicingRow* row = row_of(decision, own)) add_prefixes(all, own, row->used_prefixes);
    if (decision.entities() == nullptr) return all;
    for (const LegalEntityRow& entity : decision.entities()->entities) {
        if (entity.entity == own) continue;
        const InvoicingRow* row = row_of(decision, entity.entity);
        add_prefixes(all, entity.entity, set_prefixes(decision, row));
        if (row != nullptr) add_prefixes(all, entity.entity, row->used_prefixes);
        if (has_gap(decision, row)) add_derived(all, entity.entity, of_own);
    }
    return all;
}

// Those that terms bring, to the entities that have none of their own as well.
EntityPrefixes prefixes_under(const Decision& decision, const InvoicingSet& terms) {
    const std::string& own = decision.row().legal_entity;
    const std::vector<std::string> prefixes{terms.number_prefix, terms.credit_prefix};
    EntityPrefixes all;
    add_prefixes(all, terms.entity.value_or(own), prefixes);
    if (terms.entity) return all;
    for (const LegalEntityRow& entity : decision.entities()->entities)
        if (entity.entity != own && has_gap(decision, row_of(decision, entity.entity)))
            add_derived(all, entity.entity, prefixes);
    return all;
}

Status check_apart(EntityPrefixes known, const EntityPrefixes& fresh) {
    known.insert(known.end(), fresh.begin(), fresh.end());
    for (const EntityPrefix& mine : fresh)
        for (const EntityPrefix& other : known)
            if (mine.entity != other.entity && make_equal_numbers(mine.prefix, other.prefix))
                return Error{
                    Errc::prefix_taken,
                    fmt::format(
                        "{} of {}: {} is of {}",
                        mine.prefix,
                        mine.entity,
                        other.prefix,
                        other.entity
                    )};
    return Done{};
}

} // namespace

// Numbers have six digits, or more and then no zero in front.
bool make_equal_numbers(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (!b.starts_with(a)) return false;
    const std::string_view rest = b.substr(a.size());
    return rest.empty() || (rest.front() != '0' && std::ranges::all_of(rest, is_digit));
}

Status check_prefixes(const Decision& decision, const InvoicingSet& terms) {
    if (decision.entities() == nullptr) return Done{};
    return check_apart(known_prefixes(decision), prefixes_under(decision, terms));
}

Status check_prefixes_of_new(const Decision& decision, const std::string& entity) {
    EntityPrefixes fresh;
    add_derived(fresh, entity, own_prefixes(decision));
    return check_apart(known_prefixes(decision), fresh);
}

} // namespace tollbook
