#pragma once

#include "api/http/routes.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_taxes(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_invoicing_terms(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_invoices(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_invoice(ReaderPool& pool, const Query& query);

// Of an issued invoice; refuse drafts with invoice_not_open.
Result<ReadAnswer> get_invoice_document(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_invoice_lines(ReaderPool& pool, const Query& query);

} // namespace tollbook::api
