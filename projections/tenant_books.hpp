#pragma once

#include "projections/keyed_rows.hpp"
#include "projections/projection.hpp"

#include <string>
#include <string_view>

namespace tollbook {

struct TenantBookRow {
    std::string tenant;
    std::string entity;
    std::string currency;
};
BOOST_DESCRIBE_STRUCT(TenantBookRow, (), (tenant, entity, currency))

// Whose book a posting stands in.
struct BookName {
    std::string entity;
    std::string currency;
};

// The default legal entity and currency of each tenant: a posting without an entity means that
// one. Each projection that needs it keeps its own copy, so that it can be rebuilt by itself.
class TenantBooks {
public:
    TenantBooks(std::string_view schema, std::string_view table)
        : rows_(schema, table, 1, KeyedRows<TenantBookRow>::Residency::all) {}

    // From `touch`: the batch that opens a tenant may already move its money.
    void learn(const Fact& fact) {
        const auto* opened = std::get_if<TenantOpened>(&fact.event);
        if (opened == nullptr) return;
        rows_.put({fact.tenant(), opened->legal_entity, std::string(opened->currency.code())});
    }

    BookName of(const std::string& tenant) const {
        const TenantBookRow* row = rows_.find(row_key(tenant));
        return row == nullptr ? BookName{"main", "KES"} : BookName{row->entity, row->currency};
    }

    BookName of(const std::string& tenant, const Posting& posting) const {
        BookName book = of(tenant);
        if (posting.entity) book.entity = *posting.entity;
        book.currency = posting.currency.code();
        return book;
    }

    RowSet& rows() { return rows_; }

private:
    KeyedRows<TenantBookRow> rows_;
};

} // namespace tollbook
