// Every read of the API: one SELECT each, under the tenant's row-level security.
#pragma once

#include "api/http/routes.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_tenants(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_tenant(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_summary(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_plans(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_routers(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_customers(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_customer(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_services(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_service(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_sites(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_events(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_parked_keys(ReaderPool& pool, const Query& query);

Result<ReadAnswer> get_wallet(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_statement(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_payments(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_payment(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_suspense(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_arrivals(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_charges(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_trial_balance(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_control_checks(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_line_differences(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_holds(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_refunds(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_cuts_after_payment(ReaderPool& pool, const Query& query);

} // namespace tollbook::api
