#pragma once

#include "projections/invoice_views.hpp"
#include "projections/projection.hpp"

namespace tollbook {

// The dated data that invoices are made by, as rows.
TaxView tax_view(const Fact& fact, const TaxDefined& e);
InvoicingView terms_view(const Fact& fact, const InvoicingSet& e);

} // namespace tollbook
