// All errors in one table, in the order of Errc. Include ledger/error.hpp.
#pragma once

#include "ledger/errc_book.hpp"

#include <algorithm>

namespace tollbook {

inline constexpr std::array request_errors{
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
};

inline constexpr std::array machine_errors{
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

consteval auto joined_errors() {
    std::array<ErrcInfo, request_errors.size() + book_errors.size() + machine_errors.size()> all{};
    auto at = std::ranges::copy(request_errors, all.begin()).out;
    at = std::ranges::copy(book_errors, at).out;
    std::ranges::copy(machine_errors, at);
    return all;
}

inline constexpr std::array errc_table = joined_errors();

consteval bool errc_table_is_complete() {
    for (std::size_t i = 0; i < errc_table.size(); ++i)
        if (errc_table[i].code != static_cast<Errc>(i)) return false;
    return errc_table.size() == static_cast<std::size_t>(Errc::internal) + 1;
}

static_assert(errc_table_is_complete(), "errc_table must list every Errc, in order");

constexpr const ErrcInfo& info(Errc code) { return errc_table[static_cast<std::size_t>(code)]; }

} // namespace tollbook
