// Money for finance: the general ledger, reports, and what a journal is exported from.
#pragma once

#include "api/http/routes.hpp"

namespace tollbook::api {

Result<ReadAnswer> report_general_ledger(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_aging(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_deferred_revenue(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_revenue_by_plan(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_tax(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_mrr(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_mrr_movement(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_churn(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_journal(ReaderPool& pool, const Query& query);
Result<ReadAnswer> report_journal_accounts(ReaderPool& pool, const Query& query);

} // namespace tollbook::api
