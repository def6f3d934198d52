#include "ledger/bytes.hpp"
#include "ledger/frame.hpp"
#include "ledger/frame_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tollbook {

namespace {

using namespace frame_layout;

// Every field of a record has a byte at least.
constexpr std::size_t record_bytes_min = 8 + check_bytes;

Error damaged(std::string detail) { return {Errc::store_damaged, std::move(detail)}; }

// Everything but the body, verified as far as it goes without one.
Result<Opening> read_opening(std::string_view bytes) {
    if (bytes.size() < control_bytes) return damaged("a message is cut short");
    ByteReader reader(bytes);
    if (reader.take(magic.size()) != magic) return damaged("no message begins here");
    const auto version = reader.fixed<std::uint8_t>();
    if (version > frame_format_version)
        return Error{Errc::store_newer, fmt::format("frame format {}", version)};
    if (version != frame_format_version) return damaged("no message begins here");
    Opening opening;
    opening.kind = reader.fixed<std::uint8_t>();
    const bool whole = reader.fixed<std::uint32_t>() == bytes.size();
    if (!whole || bytes.size() > frame_bytes_max) return damaged("a message has another length");
    Envelope& envelope = opening.envelope;
    envelope.cluster = reader.array<16>();
    envelope.incarnation = reader.array<16>();
    envelope.partition = reader.fixed<std::uint32_t>();
    envelope.fencing_term = reader.fixed<std::uint64_t>();
    envelope.leader = reader.array<24>();
    envelope.first_seq = reader.fixed<std::uint64_t>();
    envelope.last_seq = reader.fixed<std::uint64_t>();
    opening.hash = reader.array<32>();
    ByteReader trailer(bytes.substr(bytes.size() - checksum_bytes));
    if (trailer.fixed<std::uint64_t>() != checksum(bytes.substr(0, bytes.size() - checksum_bytes)))
        return damaged(fmt::format("seq {}: the checksum is wrong", envelope.first_seq));
    return opening;
}

// A number that must fit in T.
template <class T>
T narrow(ByteReader& reader) {
    const std::uint64_t value = reader.varint();
    if (value <= std::numeric_limits<T>::max()) return static_cast<T>(value);
    reader.fail();
    return 0;
}

std::string read_name(ByteReader& reader) {
    const std::string_view name = reader.text();
    if (name.size() > short_bytes_max) reader.fail();
    return std::string(name);
}

std::string read_word(ByteReader& reader, FrameMemory& memory) {
    const std::uint64_t number = reader.varint();
    if (number > memory.words.size()) reader.fail();
    if (!reader.ok()) return {};
    if (number > 0) return memory.words[static_cast<std::size_t>(number - 1)];
    std::string word = read_name(reader);
    if (std::ranges::find(memory.words, word) != memory.words.end()) reader.fail();
    if (memory.words.size() < words_max) memory.words.push_back(word);
    return word;
}

std::int64_t read_difference(ByteReader& reader, std::int64_t base) {
    return plus(base, unzigzag(reader.varint()));
}

// Reads the commands of one frame; `failed` names the seq at which it could not go on.
class BodyReader {
public:
    BodyReader(std::string_view body, const Opening& opening, Frame& frame)
        : reader_(body)
        , log_{opening.envelope.cluster, opening.envelope.partition}
        , last_seq_(opening.envelope.last_seq)
        , next_seq_(opening.envelope.first_seq)
        , hash_(opening.hash)
        , frame_(frame) {}

    Status run() {
        const std::uint64_t said = last_seq_ + 1 - next_seq_;
        const std::uint64_t possible = reader_.left() / record_bytes_min;
        frame_.records.reserve(std::min(said, possible));
        frame_.hashes.reserve(std::min(said, possible));
        while (reader_.ok() && reader_.left() > 0)
            read_command();
        if (!reader_.ok()) return damaged(fmt::format("seq {}: it cannot be read", next_seq_));
        if (next_seq_ != last_seq_ + 1)
            return damaged(fmt::format("seq {}: it is missing in its frame", next_seq_));
        return Done{};
    }

private:
    void read_command() {
        const auto flags = reader_.fixed<std::uint8_t>();
        if (flags > (command_has_id | command_has_decider)) return reader_.fail();
        CommandHeader command;
        command.tenant = read_word(reader_, memory_);
        command.idempotency_key = read_name(reader_);
        command.command_id = command_id_of(command.tenant, command.idempotency_key);
        if ((flags & command_has_id) != 0) replace(command.command_id);
        command.fingerprint = reader_.array<32>();
        command.count = narrow<std::uint32_t>(reader_);
        read_decider((flags & command_has_decider) != 0);
        command.term = memory_.term;
        command.leader = memory_.leader;
        command.recorded_at = {read_difference(reader_, memory_.recorded_at.micros)};
        memory_.recorded_at = command.recorded_at;
        memory_.next_tenant_seq += static_cast<std::uint64_t>(unzigzag(reader_.varint()));
        command.actor = read_word(reader_, memory_);
        command.correlation = read_name(reader_);
        command.causation = read_name(reader_);
        if (command.count == 0 || command.count > last_seq_ + 1 - next_seq_) reader_.fail();
        const std::uint32_t count = command.count;
        for (std::uint32_t i = 0; reader_.ok() && i + 1 < count; ++i)
            read_record(CommandHeader(command), i);
        if (reader_.ok()) read_record(std::move(command), count - 1);
    }

    void read_decider(bool stored) {
        if (!stored) return;
        const auto term = reader_.varint();
        const auto leader = reader_.array<24>();
        if (term == memory_.term && leader == memory_.leader) reader_.fail();
        memory_.term = term;
        memory_.leader = leader;
    }

    // An id that is stored because it differs from the derived one.
    void replace(Uuid& id) {
        const Uuid stored = reader_.array<16>();
        if (stored == id) reader_.fail();
        id = stored;
    }

    // In its place in the frame, which nobody gets to see when the reading fails.
    void read_record(CommandHeader&& command, std::uint32_t index) {
        const auto flags = reader_.fixed<std::uint8_t>();
        if (flags > (record_has_id | record_is_sealed)) return reader_.fail();
        Record& record = frame_.records.emplace_back();
        record.index = index;
        record.seq = next_seq_;
        record.tenant_seq = memory_.next_tenant_seq;
        record.type = read_word(reader_, memory_);
        record.schema_version = narrow<std::uint16_t>(reader_);
        record.stream = read_name(reader_);
        record.revision = reader_.varint();
        record.effective_at = {read_difference(reader_, command.recorded_at.micros)};
        record.booked_on = read_day(utc_day(record.effective_at));
        record.event_id = event_id_of(command.tenant, command.idempotency_key, index);
        if ((flags & record_has_id) != 0) replace(record.event_id);
        record.payload = reader_.text();
        record.command = std::move(command);
        if ((flags & record_is_sealed) != 0) record.sealed = read_sealed();
        accept(record);
    }

    Date read_day(std::int64_t base) {
        const std::int64_t days = read_difference(reader_, base);
        if (!std::in_range<std::int32_t>(days)) reader_.fail();
        return {static_cast<std::int32_t>(days)};
    }

    Sealed read_sealed() {
        Sealed sealed;
        sealed.subject = read_name(reader_);
        sealed.key_id = narrow<std::uint32_t>(reader_);
        sealed.nonce = reader_.array<24>();
        sealed.ciphertext = reader_.text();
        return sealed;
    }

    // The hash of the record is the one that was stored with it.
    void accept(const Record& record) {
        const std::string_view check = reader_.take(check_bytes);
        if (!reader_.ok()) return;
        const Hash hash = record_hash(record, log_, hash_);
        if (view_of(hash).substr(0, check_bytes) != check) return reader_.fail();
        hash_ = hash;
        ++next_seq_;
        ++memory_.next_tenant_seq;
        frame_.hashes.push_back(hash);
    }

    ByteReader reader_;
    LogIdentity log_;
    std::uint64_t last_seq_;
    std::uint64_t next_seq_;
    Hash hash_;
    FrameMemory memory_;
    Frame& frame_;
};

} // namespace

bool is_control(std::string_view bytes) {
    return bytes.size() > kind_offset && bytes[kind_offset] != static_cast<char>(kind_frame);
}

Result<ControlMessage> decode_control(std::string_view bytes) {
    const Result<Opening> opening = read_opening(bytes);
    if (!opening) return opening.error();
    if (opening->kind < static_cast<std::uint8_t>(Control::genesis) ||
        opening->kind > static_cast<std::uint8_t>(Control::barrier))
        return damaged("no control message of a known kind");
    if (bytes.size() != control_bytes) return damaged("a control message has another length");
    return ControlMessage{static_cast<Control>(opening->kind), opening->envelope, opening->hash};
}

Result<Envelope> decode_envelope(std::string_view bytes) {
    const Result<Opening> opening = read_opening(bytes);
    if (!opening) return opening.error();
    return opening->envelope;
}

Result<Frame> decode_frame(std::string_view bytes) {
    const Result<Opening> opening = read_opening(bytes);
    if (!opening) return opening.error();
    const Envelope& envelope = opening->envelope;
    if (opening->kind != kind_frame) return damaged("a control message is no frame");
    if (envelope.first_seq == 0 || envelope.last_seq < envelope.first_seq ||
        envelope.last_seq == std::numeric_limits<std::uint64_t>::max())
        return damaged(fmt::format("seq {}: its frame holds no range", envelope.first_seq));
    Frame frame;
    frame.envelope = envelope;
    frame.previous = opening->hash;
    const std::size_t body_bytes = bytes.size() - envelope_bytes - checksum_bytes;
    BodyReader reader(bytes.substr(envelope_bytes, body_bytes), *opening, frame);
    if (const Status read = reader.run(); !read) return read.error();
    return frame;
}

} // namespace tollbook
