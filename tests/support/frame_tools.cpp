#include "tests/support/frame_tools.hpp"

#include "ledger/bytes.hpp"
#include "ledger/ensure.hpp"
#include "ledger/frame_layout.hpp"

namespace tollbook {

namespace {

using namespace frame_layout;

constexpr std::size_t cluster_offset = 8;
constexpr std::size_t partition_offset = 40;
constexpr std::size_t first_seq_offset = 76;
constexpr std::size_t hash_offset = 92;

// Walks through the records of a frame as its reader does, but refuses nothing that a hash allows.
class Repair {
public:
    explicit Repair(std::string& message)
        : message_(message)
        , body_(message.substr(envelope_bytes, message.size() - control_bytes))
        , reader_(body_) {
        const std::string_view bytes = message_;
        log_.cluster = ByteReader(bytes.substr(cluster_offset)).array<16>();
        log_.partition = ByteReader(bytes.substr(partition_offset)).fixed<std::uint32_t>();
        seq_ = ByteReader(bytes.substr(first_seq_offset)).fixed<std::uint64_t>();
        hash_ = ByteReader(bytes.substr(hash_offset)).array<32>();
    }

    void run() {
        while (reader_.ok() && reader_.left() > 0)
            take_command();
    }

private:
    void take_command() {
        const auto flags = reader_.fixed<std::uint8_t>();
        CommandHeader command;
        command.tenant = word();
        command.idempotency_key = reader_.text();
        command.command_id = command_id_of(command.tenant, command.idempotency_key);
        if ((flags & command_has_id) != 0) command.command_id = reader_.array<16>();
        command.fingerprint = reader_.array<32>();
        command.count = static_cast<std::uint32_t>(reader_.varint());
        if ((flags & command_has_decider) != 0) {
            memory_.term = reader_.varint();
            memory_.leader = reader_.array<24>();
        }
        command.term = memory_.term;
        command.leader = memory_.leader;
        memory_.recorded_at.micros = plus(memory_.recorded_at.micros, unzigzag(reader_.varint()));
        command.recorded_at = memory_.recorded_at;
        memory_.next_tenant_seq += static_cast<std::uint64_t>(unzigzag(reader_.varint()));
        command.actor = word();
        command.correlation = reader_.text();
        command.causation = reader_.text();
        for (std::uint32_t i = 0; reader_.ok() && i < command.count; ++i)
            take_record(command, i);
    }

    void take_record(const CommandHeader& command, std::uint32_t index) {
        const auto flags = reader_.fixed<std::uint8_t>();
        Record record;
        record.command = command;
        record.index = index;
        record.seq = seq_++;
        record.tenant_seq = memory_.next_tenant_seq++;
        record.type = word();
        record.schema_version = static_cast<std::uint16_t>(reader_.varint());
        record.stream = reader_.text();
        record.revision = reader_.varint();
        record.effective_at = {plus(command.recorded_at.micros, unzigzag(reader_.varint()))};
        const std::int64_t day = plus(utc_day(record.effective_at), unzigzag(reader_.varint()));
        record.booked_on = {static_cast<std::int32_t>(day)};
        record.event_id = event_id_of(command.tenant, command.idempotency_key, index);
        if ((flags & record_has_id) != 0) record.event_id = reader_.array<16>();
        record.payload = reader_.text();
        if ((flags & record_is_sealed) != 0) take_sealed(record.sealed.emplace());
        const std::size_t at = body_.size() - reader_.left();
        if (reader_.take(check_bytes).empty()) return;
        hash_ = record_hash(record, log_, hash_);
        message_.replace(envelope_bytes + at, check_bytes, view_of(hash_).substr(0, check_bytes));
    }

    void take_sealed(Sealed& sealed) {
        sealed.subject = reader_.text();
        sealed.key_id = static_cast<std::uint32_t>(reader_.varint());
        sealed.nonce = reader_.array<24>();
        sealed.ciphertext = reader_.text();
    }

    std::string word() {
        const std::uint64_t number = reader_.varint();
        if (number > memory_.words.size()) reader_.fail();
        if (!reader_.ok()) return {};
        if (number > 0) return memory_.words[static_cast<std::size_t>(number - 1)];
        std::string word(reader_.text());
        if (memory_.words.size() < words_max) memory_.words.push_back(word);
        return word;
    }

    std::string& message_;
    std::string body_;
    ByteReader reader_;
    LogIdentity log_;
    std::uint64_t seq_{};
    Hash hash_{};
    FrameMemory memory_;
};

} // namespace

void reseal(std::string& message) {
    message.resize(message.size() - checksum_bytes);
    put_fixed(message, checksum(message));
}

void repair(std::string& message) {
    if (message.size() < control_bytes) return;
    std::string length;
    put_fixed(length, static_cast<std::uint32_t>(message.size()));
    message.replace(length_offset, length.size(), length);
    if (!is_control(message)) Repair(message).run();
    reseal(message);
}

std::string encoded_again(const Frame& frame) {
    const Envelope& envelope = frame.envelope;
    FrameBuilder builder({envelope.cluster, envelope.partition}, envelope.incarnation);
    builder.start(envelope.first_seq - 1, frame.previous);
    for (auto first = frame.records.begin(); first != frame.records.end();) {
        const auto last = first + static_cast<std::ptrdiff_t>(first->command.count);
        ensure(builder.add({first, last}).has_value());
        first = last;
    }
    return builder.finish(envelope.fencing_term, envelope.leader);
}

} // namespace tollbook
