// One message of the log, as it is and with its sums made right.
#include "ledger/frame.hpp"

#include "ledger/frame_layout.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/frame_tools.hpp"

using namespace tollbook;

namespace {

std::size_t text_bytes(const Record& record) {
    const std::size_t sealed =
        record.sealed ? record.sealed->subject.size() + record.sealed->ciphertext.size() : 0;
    return record.stream.size() + record.payload.size() + sealed;
}

void check_frame(const std::string& bytes) {
    const Result<Frame> frame = decode_frame(bytes);
    if (!frame) {
        fuzz::ensure_refusal(frame.error(), {Errc::store_damaged, Errc::store_newer});
        return;
    }
    ensure(!is_control(bytes) && !decode_control(bytes));
    const Result<Envelope> envelope = decode_envelope(bytes);
    ensure(envelope && *envelope == frame->envelope);
    ensure(frame->records.size() == envelope->last_seq - envelope->first_seq + 1);
    ensure(frame->hashes.size() == frame->records.size());
    std::size_t texts = frame_layout::control_bytes;
    for (const Record& record : frame->records)
        texts += text_bytes(record);
    ensure(texts <= bytes.size());
    ensure(encoded_again(*frame) == bytes);
}

void check_control(const std::string& bytes) {
    const Result<ControlMessage> control = decode_control(bytes);
    if (!control) {
        fuzz::ensure_refusal(control.error(), {Errc::store_damaged, Errc::store_newer});
        return;
    }
    ensure(is_control(bytes) && !decode_frame(bytes));
    ensure(encode_control(*control) == bytes);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(fuzz::text_of(data, size));
    check_frame(bytes);
    check_control(bytes);
    repair(bytes);
    check_frame(bytes);
    check_control(bytes);
    return 0;
}
