// The part of the table of errors that tells what the book says. Include ledger/error.hpp.
#pragma once

#include "ledger/errc.hpp"

namespace tollbook {

inline constexpr std::array book_errors{
    ErrcInfo{
        Errc::idempotency_key_reused,
        422,
        "idempotency-key-reused",
        "The Idempotency-Key was used for another command"},
    ErrcInfo{Errc::version_conflict, 412, "version-conflict", "The stream is not at that revision"},
    ErrcInfo{Errc::tenant_unknown, 404, "tenant-unknown", "There is no such tenant"},
    ErrcInfo{Errc::tenant_exists, 409, "tenant-exists", "The tenant exists"},
    ErrcInfo{Errc::timezone_unknown, 422, "timezone-unknown", "The time zone is not known"},
    ErrcInfo{Errc::currency_unknown, 422, "currency-unknown", "The currency is not known"},
    ErrcInfo{Errc::currency_mismatch, 422, "currency-mismatch", "The currencies differ"},
    ErrcInfo{Errc::amount_not_positive, 422, "amount-not-positive", "The amount must be positive"},
    ErrcInfo{Errc::amount_overflow, 422, "amount-overflow", "The amount is too large"},
    ErrcInfo{
        Errc::policy_unsupported, 422, "policy-unsupported", "The policy is not supported yet"},
    ErrcInfo{Errc::shortcode_taken, 409, "shortcode-taken", "Another tenant owns the shortcode"},
    ErrcInfo{Errc::channel_unknown, 422, "channel-unknown", "There is no such cash channel"},
    ErrcInfo{Errc::plan_unknown, 404, "plan-unknown", "There is no such plan"},
    ErrcInfo{Errc::plan_version_exists, 409, "plan-version-exists", "The plan has that version"},
    ErrcInfo{Errc::router_unknown, 404, "router-unknown", "There is no such router"},
    ErrcInfo{Errc::router_exists, 409, "router-exists", "The router exists"},
    ErrcInfo{Errc::customer_unknown, 404, "customer-unknown", "There is no such customer"},
    ErrcInfo{Errc::customer_exists, 409, "customer-exists", "The customer exists"},
    ErrcInfo{
        Errc::payment_reference_invalid,
        422,
        "payment-reference-invalid",
        "A payment reference needs letters or digits"},
    ErrcInfo{
        Errc::payment_reference_taken,
        409,
        "payment-reference-taken",
        "The payment reference is taken"},
    ErrcInfo{Errc::service_unknown, 404, "service-unknown", "There is no such service"},
    ErrcInfo{Errc::service_exists, 409, "service-exists", "The service exists"},
    ErrcInfo{Errc::service_blocked, 409, "service-blocked", "The service is blocked"},
    ErrcInfo{Errc::service_not_blocked, 409, "service-not-blocked", "That reason does not hold it"},
    ErrcInfo{Errc::service_not_due, 409, "service-not-due", "The service is not due"},
    ErrcInfo{Errc::figures_moved, 409, "figures-moved", "The previewed figures have moved"},
    ErrcInfo{Errc::site_unknown, 404, "site-unknown", "There is no such site"},
    ErrcInfo{Errc::site_exists, 409, "site-exists", "The site exists"},
    ErrcInfo{Errc::site_not_live, 409, "site-not-live", "The site is not provisioned"},
    ErrcInfo{
        Errc::opening_already_posted,
        409,
        "opening-already-posted",
        "The account has its opening balance"},
    ErrcInfo{Errc::opening_closed, 409, "opening-closed", "Opening balances are complete"},
    ErrcInfo{Errc::payment_unknown, 404, "payment-unknown", "There is no such payment"},
    ErrcInfo{
        Errc::payment_already_reversed,
        409,
        "payment-already-reversed",
        "The payment has been reversed"},
    ErrcInfo{
        Errc::payment_not_in_suspense,
        409,
        "payment-not-in-suspense",
        "The payment is not in suspense"},
    ErrcInfo{
        Errc::payment_not_posted,
        409,
        "payment-not-posted",
        "The payment does not stand in that wallet"},
    ErrcInfo{
        Errc::split_exceeds_remaining,
        422,
        "split-exceeds-remaining",
        "The parts exceed what remains"},
    ErrcInfo{Errc::insufficient_funds, 422, "insufficient-funds", "The wallet does not cover it"},
    ErrcInfo{Errc::charge_exists, 409, "charge-exists", "The charge exists"},
    ErrcInfo{Errc::plan_unchanged, 409, "plan-unchanged", "The service has that plan"},
    ErrcInfo{
        Errc::change_scheduled, 409, "change-scheduled", "Something is scheduled for the service"},
    ErrcInfo{
        Errc::change_not_scheduled,
        409,
        "change-not-scheduled",
        "Nothing is scheduled for the service"},
    ErrcInfo{Errc::service_ended, 409, "service-ended", "The service has ended"},
    ErrcInfo{
        Errc::reason_reserved,
        422,
        "reason-reserved",
        "That reason is set and lifted by its own command"},
    ErrcInfo{
        Errc::dunning_policy_unknown,
        404,
        "dunning-policy-unknown",
        "There is no such dunning policy"},
    ErrcInfo{
        Errc::dunning_version_exists,
        409,
        "dunning-version-exists",
        "The dunning policy has that version"},
    ErrcInfo{
        Errc::dunning_not_assigned,
        409,
        "dunning-not-assigned",
        "No dunning policy is assigned there"},
    ErrcInfo{Errc::dunning_waits, 409, "dunning-waits", "No step of dunning is due yet"},
    ErrcInfo{Errc::backlog_unknown, 409, "backlog-unknown", "No whole period passed unpaid"},
    ErrcInfo{
        Errc::backlog_undecided,
        409,
        "backlog-undecided",
        "Somebody must say what becomes of the periods that passed"},
    ErrcInfo{Errc::charge_unknown, 404, "charge-unknown", "There is no such charge"},
    ErrcInfo{
        Errc::credit_exceeds_charge,
        422,
        "credit-exceeds-charge",
        "More than what is left of the charge"},
    ErrcInfo{Errc::credit_exists, 409, "credit-exists", "The credit exists"},
    ErrcInfo{Errc::lot_unknown, 404, "lot-unknown", "There is no such lot"},
    ErrcInfo{Errc::lot_not_expired, 409, "lot-not-expired", "The lot has not expired"},
    ErrcInfo{Errc::hold_unknown, 404, "hold-unknown", "There is no such hold"},
    ErrcInfo{Errc::hold_exists, 409, "hold-exists", "The hold exists"},
    ErrcInfo{Errc::hold_exceeded, 422, "hold-exceeded", "The hold does not cover it"},
    ErrcInfo{Errc::transfer_exists, 409, "transfer-exists", "The transfer exists"},
    ErrcInfo{Errc::refund_unknown, 404, "refund-unknown", "There is no such refund"},
    ErrcInfo{Errc::refund_exists, 409, "refund-exists", "The refund exists"},
    ErrcInfo{Errc::refund_not_open, 409, "refund-not-open", "The refund is not at that step"},
    ErrcInfo{
        Errc::second_person_required,
        409,
        "second-person-required",
        "Another person must approve it"},
    ErrcInfo{Errc::tax_unknown, 404, "tax-unknown", "There is no such tax on that day"},
    ErrcInfo{Errc::invoice_unknown, 404, "invoice-unknown", "There is no such invoice"},
    ErrcInfo{Errc::invoice_issued, 409, "invoice-issued", "The invoice has been issued"},
    ErrcInfo{Errc::invoice_not_open, 409, "invoice-not-open", "The invoice is not open for that"},
    ErrcInfo{
        Errc::exceeds_invoice, 422, "exceeds-invoice", "More than what is left of the invoice"},
    ErrcInfo{
        Errc::certificate_exists, 409, "certificate-exists", "The certificate has been recorded"},
    ErrcInfo{Errc::lead_unknown, 404, "lead-unknown", "There is no such lead"},
    ErrcInfo{Errc::lead_exists, 409, "lead-exists", "The lead exists"},
    ErrcInfo{Errc::lead_ended, 409, "lead-ended", "The lead was converted or lost"},
    ErrcInfo{Errc::ticket_unknown, 404, "ticket-unknown", "There is no such ticket"},
    ErrcInfo{Errc::ticket_exists, 409, "ticket-exists", "The ticket exists"},
    ErrcInfo{Errc::ticket_closed, 409, "ticket-closed", "The ticket is closed"},
    ErrcInfo{Errc::deposit_unknown, 404, "deposit-unknown", "There is no such deposit"},
    ErrcInfo{Errc::deposit_exists, 409, "deposit-exists", "The deposit exists"},
    ErrcInfo{
        Errc::exceeds_deposit, 422, "exceeds-deposit", "More than what is left of the deposit"},
    ErrcInfo{Errc::customer_merged, 409, "customer-merged", "The customer was merged into another"},
    ErrcInfo{Errc::customer_busy, 409, "customer-busy", "Something of the customer is under way"},
    ErrcInfo{Errc::period_already_closed, 409, "period-already-closed", "The period is closed"},
    ErrcInfo{Errc::period_not_over, 409, "period-not-over", "The period is not over yet"},
    ErrcInfo{
        Errc::clock_not_a_test_clock,
        409,
        "clock-not-a-test-clock",
        "The tenant has no test clock"},
    ErrcInfo{
        Errc::clock_moves_backwards,
        409,
        "clock-moves-backwards",
        "A test clock only moves forward"},
    ErrcInfo{Errc::unbalanced_entry, 500, "unbalanced-entry", "The postings do not sum to zero"},
};

} // namespace tollbook
