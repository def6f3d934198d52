// Every way this product says no. The slug is part of the public API and never changes once
// released.
#pragma once

#include <array>
#include <cstddef>
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
    plan_unchanged,
    change_scheduled,
    change_not_scheduled,
    service_ended,
    reason_reserved,
    charge_unknown,
    credit_exceeds_charge,
    credit_exists,
    lot_unknown,
    lot_not_expired,
    hold_unknown,
    hold_exists,
    hold_exceeded,
    transfer_exists,
    refund_unknown,
    refund_exists,
    refund_not_open,
    second_person_required,
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

} // namespace tollbook
