// Small texts: states, positions, times, keys, targets, addresses, M-Pesa's fields, what processes
// send each other. Each reader gets the whole text.
#include "api/http/address_list.hpp"
#include "api/http/admission.hpp"
#include "api/http/receipt.hpp"
#include "api/http/submissions.hpp"
#include "commands/payments/mpesa.hpp"
#include "ledger/json.hpp"
#include "ledger/position.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace tollbook;
using namespace tollbook::api;

namespace {

constexpr auto request_refusals = {
    Errc::malformed_request,
    Errc::unknown_parameter,
    Errc::idempotency_key_missing,
    Errc::idempotency_key_invalid};

void check_states(std::string_view text) {
    if (const Result<ReaderState> state = parse_reader_state(text)) {
        const Result<ReaderState> again = parse_reader_state(to_string(*state));
        ensure(again && *again == *state);
    } else {
        fuzz::ensure_refusal(state.error(), {Errc::store_damaged, Errc::store_newer});
    }
    if (const Result<Position> position = parse_position(text)) {
        const Result<Position> again = parse_position(api::to_string(*position));
        ensure(again && *again == *position);
    } else {
        fuzz::ensure_refusal(position.error(), request_refusals);
    }
}

void check_times(std::string_view text) {
    if (const Result<Date> date = parse_date(text)) ensure(to_string(*date) == text);
    if (const Result<Timestamp> at = parse_timestamp(text)) {
        const Result<Timestamp> again = parse_timestamp(to_string(*at));
        ensure(again && *again == *at);
    }
    if (const Result<Timestamp> at = parse_local_compact(text, "Africa/Nairobi"))
        ensure(parse_timestamp(to_string(*at)).has_value());
    if (const Result<Currency> currency = Currency::parse(text)) ensure(currency->code() == text);
}

void check_target(std::string_view text) {
    static constexpr std::array<std::string_view, 3> known{"limit", "cursor", "min_position"};
    const Result<Target> target = split_target(text);
    if (!target) return fuzz::ensure_refusal(target.error(), request_refusals);
    ensure(target->path.size() + target->query.size() <= text.size());
    const auto query = read_query(target->query, known);
    if (!query) return fuzz::ensure_refusal(query.error(), request_refusals);
    for (const QueryValue& value : *query)
        ensure(std::ranges::count(known, value.name) == 1);
}

void check_headers(const std::string& text) {
    const Result<std::string> key = parse_idempotency_key(text);
    if (key)
        ensure(!key->empty() && key->size() <= idempotency_key_bytes_max);
    else
        fuzz::ensure_refusal(key.error(), request_refusals);
    const auto revision = parse_if_match(text);
    if (revision)
        ensure(*parse_if_match('"' + std::to_string(revision->value()) + '"') == *revision);
    else
        fuzz::ensure_refusal(revision.error(), request_refusals);
    if (is_traceparent(text)) ensure(text.size() == 55 && !text.starts_with("ff"));
}

void check_addresses(std::string_view text) {
    const std::string first(fuzz::take_until(text, '\n'));
    const Result<AddressList> list = AddressList::parse({&first, 1});
    if (!list) return fuzz::ensure_refusal(list.error(), {Errc::config_invalid});
    const bool alone = first.find('/') == std::string::npos;
    if (alone) ensure(list->has(first));
    const std::string client = client_address(first, text, *list);
    ensure(alone || client == first || text.find(client) != std::string_view::npos);
}

void check_mpesa(std::string_view text) {
    const Result<C2bConfirmation> told = parse_c2b(text);
    if (told)
        ensure(!told->receipt.empty() && told->minor > 0);
    else
        fuzz::ensure_refusal(told.error(), request_refusals);
    if (const Result<std::int64_t> minor = parse_decimal_amount(text)) ensure(*minor > 0);
    const std::string reference = normalise_reference(text);
    ensure(normalise_reference(reference) == reference);
}

// Between the processes of one installation.
void check_submissions(std::string_view text) {
    if (const auto submissions = decode_submissions(text)) {
        const std::string written = encode_submissions(*submissions);
        const auto again = decode_submissions(written);
        ensure(again && encode_submissions(*again) == written);
    }
    if (const auto outcomes = decode_outcomes(text)) {
        const std::string written = encode_outcomes(*outcomes);
        const auto again = decode_outcomes(written);
        ensure(again && encode_outcomes(*again) == written);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    check_states(text);
    check_times(text);
    check_target(text);
    check_headers(text);
    check_addresses(text);
    check_mpesa(text);
    check_submissions(text);
    return 0;
}
