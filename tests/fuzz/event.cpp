// Stored payloads: "type version\npayload".
#include "ledger/events.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <charconv>

using namespace tollbook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view payload = fuzz::text_of(data, size);
    std::string_view version_text = fuzz::take_until(payload, '\n');
    const std::string_view type = fuzz::take_until(version_text, ' ');
    std::uint16_t version = 1;
    std::from_chars(version_text.data(), version_text.data() + version_text.size(), version);

    const Result<Event> event = decode_event(type, version, payload);
    if (!event) {
        fuzz::ensure_refusal(event.error(), {Errc::store_damaged, Errc::store_newer});
        return 0;
    }
    ensure(type_of(*event) == type && schema_version_of(*event) >= version);
    const std::string stored = payload_of(*event);
    const Result<Event> again = decode_event(type, schema_version_of(*event), stored);
    ensure(again && payload_of(*again) == stored);
    return 0;
}
