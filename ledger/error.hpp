// Every way this product says no, in one table. Text for people goes in `detail` and is never
// parsed; the slug is part of the public API and never changes once released.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tollbook {

enum class Errc {
    // What the bytes look like.
    malformed_json,
    duplicate_key,
    unknown_field,
    missing_field,
    wrong_type,
    value_out_of_range,
    unknown_parameter,
    invalid_cursor,
    idempotency_key_missing,
    idempotency_key_invalid,
    malformed_request,
    malformed_csv,
    request_timeout,
    payload_too_large,
    command_too_large,
    unsupported_media_type,
    not_found,
    method_not_allowed,
    // Who asks.
    authentication_required,
    permission_denied,
    // What the book says.
    idempotency_key_reused,
    version_conflict,
    tenant_unknown,
    tenant_exists,
    timezone_unknown,
    currency_unknown,
    currency_mismatch,
    amount_not_positive,
    amount_overflow,
    policy_unsupported,
    shortcode_taken,
    channel_unknown,
    plan_unknown,
    plan_version_exists,
    router_unknown,
    router_exists,
    customer_unknown,
    customer_exists,
    payment_reference_invalid,
    payment_reference_taken,
    service_unknown,
    service_exists,
    service_blocked,
    service_not_blocked,
    service_not_due,
    figures_moved,
    site_unknown,
    site_exists,
    site_not_live,
    opening_already_posted,
    opening_closed,
    payment_unknown,
    payment_already_reversed,
    payment_not_in_suspense,
    payment_not_posted,
    split_exceeds_remaining,
    insufficient_funds,
    charge_exists,
    period_already_closed,
    period_not_over,
    clock_not_a_test_clock,
    clock_moves_backwards,
    unbalanced_entry,
    // What the outside or the machine says.
    clock_skewed,
    read_only,
    projection_lag,
    overloaded,
    outcome_unknown,
    not_ready,
    store_locked,
    store_foreign,
    store_newer,
    store_damaged,
    store_unavailable,
    topic_unavailable,
    database_unavailable,
    device_unreachable,
    device_timeout,
    device_refused,
    device_protocol,
    config_invalid,
    internal, // Keep last: errc_table_is_complete() counts up to it.
};

struct ErrcInfo {
    Errc code;
    int http_status;
    std::string_view slug;
    std::string_view title;
};

inline constexpr std::array errc_table{
    ErrcInfo{Errc::malformed_json, 400, "malformed-json", "The body is not valid JSON"},
    ErrcInfo{Errc::duplicate_key, 400, "duplicate-key", "A JSON object names a key twice"},
    ErrcInfo{Errc::unknown_field, 422, "unknown-field", "The body has a field that is not known"},
    ErrcInfo{Errc::missing_field, 422, "missing-field", "A required field is missing"},
    ErrcInfo{Errc::wrong_type, 422, "wrong-type", "A field has the wrong type"},
    ErrcInfo{Errc::value_out_of_range, 422, "value-out-of-range", "A value is outside its range"},
    ErrcInfo{Errc::unknown_parameter, 400, "unknown-parameter", "A query parameter is not known"},
    ErrcInfo{Errc::invalid_cursor, 400, "invalid-cursor", "The cursor cannot be read"},
    ErrcInfo{
        Errc::idempotency_key_missing,
        400,
        "idempotency-key-missing",
        "This request needs an Idempotency-Key"},
    ErrcInfo{
        Errc::idempotency_key_invalid,
        400,
        "idempotency-key-invalid",
        "The Idempotency-Key is not 1 to 255 printable characters"},
    ErrcInfo{Errc::malformed_request, 400, "malformed-request", "The request cannot be read"},
    ErrcInfo{Errc::malformed_csv, 422, "malformed-csv", "The CSV has lines that cannot be read"},
    ErrcInfo{Errc::request_timeout, 408, "request-timeout", "The request did not arrive in time"},
    ErrcInfo{Errc::payload_too_large, 413, "payload-too-large", "The body is too large"},
    ErrcInfo{
        Errc::command_too_large, 413, "command-too-large", "The command does not fit in one frame"},
    ErrcInfo{
        Errc::unsupported_media_type,
        415,
        "unsupported-media-type",
        "The content type is not accepted here"},
    ErrcInfo{Errc::not_found, 404, "not-found", "There is nothing here"},
    ErrcInfo{Errc::method_not_allowed, 405, "method-not-allowed", "The method is not allowed here"},
    ErrcInfo{
        Errc::authentication_required,
        401,
        "authentication-required",
        "A valid API key is required"},
    ErrcInfo{Errc::permission_denied, 403, "permission-denied", "The API key may not do this"},
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
    ErrcInfo{Errc::clock_skewed, 503, "clock-skewed", "The machine's clock cannot be trusted"},
    ErrcInfo{Errc::read_only, 503, "read-only-mode", "The book accepts no commands now"},
    ErrcInfo{Errc::projection_lag, 503, "projection-lag", "The read model has not caught up yet"},
    ErrcInfo{Errc::overloaded, 503, "overloaded", "Too much is waiting; try again"},
    ErrcInfo{
        Errc::outcome_unknown,
        504,
        "outcome-unknown",
        "The outcome is unknown; retry with the same key"},
    ErrcInfo{Errc::not_ready, 503, "not-ready", "The node is starting or stopping"},
    ErrcInfo{Errc::store_locked, 503, "store-locked", "Another process owns the directory"},
    ErrcInfo{Errc::store_foreign, 503, "store-foreign", "The directory belongs to another cluster"},
    ErrcInfo{Errc::store_newer, 503, "store-newer", "The directory has a newer format version"},
    ErrcInfo{Errc::store_damaged, 503, "store-damaged", "The log is damaged"},
    ErrcInfo{Errc::store_unavailable, 503, "store-unavailable", "The log cannot be written"},
    ErrcInfo{
        Errc::topic_unavailable, 503, "topic-unavailable", "The replicated log cannot be reached"},
    ErrcInfo{
        Errc::database_unavailable, 503, "database-unavailable", "The database cannot be reached"},
    ErrcInfo{Errc::device_unreachable, 503, "device-unreachable", "The device cannot be reached"},
    ErrcInfo{Errc::device_timeout, 504, "device-timeout", "The device did not answer in time"},
    ErrcInfo{Errc::device_refused, 502, "device-refused", "The device refused"},
    ErrcInfo{Errc::device_protocol, 502, "device-protocol", "The device broke its protocol"},
    ErrcInfo{Errc::config_invalid, 400, "config-invalid", "The configuration is not valid"},
    ErrcInfo{Errc::internal, 500, "internal", "Something failed here"},
};

consteval bool errc_table_is_complete() {
    for (std::size_t i = 0; i < errc_table.size(); ++i)
        if (errc_table[i].code != static_cast<Errc>(i)) return false;
    return errc_table.size() == static_cast<std::size_t>(Errc::internal) + 1;
}

static_assert(errc_table_is_complete(), "errc_table must list every Errc, in order");

constexpr const ErrcInfo& info(Errc code) { return errc_table[static_cast<std::size_t>(code)]; }

// Why not. Two errors are equal when their codes are: `detail` is for people.
struct Error {
    Errc code{};
    std::string detail;

    friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

// A value or the reason there is none. [[nodiscard]]: an ignored refusal is a bug.
template <class T>
struct [[nodiscard]] Result : boost::system::result<T, Error> {
    using boost::system::result<T, Error>::result;
};

// Success carries nothing.
struct Done {
    friend constexpr bool operator==(Done, Done) = default;
};

using Status = Result<Done>;

// Found by ADL when someone calls value() on a failed Result: a bug, so it throws.
[[noreturn]] inline void
throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error(std::string(info(error.code).slug) + ": " + error.detail);
}

} // namespace tollbook
