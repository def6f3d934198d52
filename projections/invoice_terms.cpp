#include "projections/invoice_terms.hpp"

namespace tollbook {

TaxView tax_view(const Fact& fact, const TaxDefined& e) {
    return {
        fact.tenant(),
        e.tax,
        e.valid_from,
        JsonText{to_json(e.rates)},
        e.exempt_reason,
        fact.record.seq};
}

InvoicingView terms_view(const Fact& fact, const InvoicingSet& e) {
    return {
        fact.tenant(),
        e.entity.value_or(""),
        e.valid_from,
        name_of(e.tax_rounding),
        name_of(e.halves),
        e.due_days,
        e.number_prefix,
        e.credit_prefix,
        fact.record.seq};
}

} // namespace tollbook
