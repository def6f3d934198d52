#include "ledger/frame.hpp"

#include "ledger/bytes.hpp"
#include "ledger/ensure.hpp"
#include "ledger/frame_layout.hpp"

#include <algorithm>
#include <xxhash.h>

namespace tollbook {

namespace frame_layout {

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::int64_t utc_day(Timestamp at) {
    constexpr std::int64_t day_micros = 86'400'000'000;
    const std::int64_t rest = at.micros % day_micros;
    return at.micros / day_micros - (rest < 0 ? 1 : 0);
}

} // namespace frame_layout

namespace {

using namespace frame_layout;

bool shares_command(const Record& record, const Record& first) {
    return &record == &first || record.command == first.command;
}

// What the caller promised about the records of one command.
bool is_one_command(const std::vector<Record>& command, std::uint64_t head_seq) {
    if (command.empty() || command.front().command.count != command.size()) return false;
    const Record& first = command.front();
    for (std::size_t i = 0; i < command.size(); ++i) {
        const Record& record = command[i];
        const bool placed = record.index == i && record.seq == head_seq + 1 + i &&
                            record.tenant_seq == first.tenant_seq + i;
        if (!placed || !shares_command(record, first)) return false;
    }
    return true;
}

bool names_fit(const Record& record) {
    const CommandHeader& command = record.command;
    std::size_t longest = std::max(record.stream.size(), record.type.size());
    for (const std::string* name :
         {&command.tenant,
          &command.idempotency_key,
          &command.actor,
          &command.correlation,
          &command.causation})
        longest = std::max(longest, name->size());
    if (record.sealed) longest = std::max(longest, record.sealed->subject.size());
    return longest <= short_bytes_max;
}

void put_word(ByteBuffer& out, FrameMemory& memory, const std::string& word) {
    const auto known = std::ranges::find(memory.words, word);
    if (known != memory.words.end()) {
        put_varint(out, static_cast<std::uint64_t>(known - memory.words.begin()) + 1);
        return;
    }
    put_varint(out, 0);
    put_text(out, word);
    if (memory.words.size() < words_max) memory.words.push_back(word);
}

void put_difference(ByteBuffer& out, std::int64_t value, std::int64_t base) {
    put_varint(out, zigzag(minus(value, base)));
}

void put_command(
    ByteBuffer& out, FrameMemory& memory, const std::vector<Record>& records, Ids ids
) {
    const CommandHeader& command = records.front().command;
    const bool has_id =
        ids == Ids::any &&
        command.command_id != command_id_of(command.tenant, command.idempotency_key);
    const bool has_decider = command.term != memory.term || command.leader != memory.leader;
    put_fixed(
        out,
        static_cast<std::uint8_t>(
            (has_id ? command_has_id : 0) | (has_decider ? command_has_decider : 0)
        )
    );
    put_word(out, memory, command.tenant);
    put_text(out, command.idempotency_key);
    if (has_id) out += view_of(command.command_id);
    out += view_of(command.fingerprint);
    put_varint(out, command.count);
    if (has_decider) {
        put_varint(out, command.term);
        out += view_of(command.leader);
    }
    put_difference(out, command.recorded_at.micros, memory.recorded_at.micros);
    const std::uint64_t tenant_seq = records.front().tenant_seq;
    put_varint(out, zigzag(static_cast<std::int64_t>(tenant_seq - memory.next_tenant_seq)));
    put_word(out, memory, command.actor);
    put_text(out, command.correlation);
    put_text(out, command.causation);
    memory.recorded_at = command.recorded_at;
    memory.next_tenant_seq = tenant_seq + records.size();
    memory.term = command.term;
    memory.leader = command.leader;
}

void put_sealed(ByteBuffer& out, const Sealed& sealed) {
    put_text(out, sealed.subject);
    put_varint(out, sealed.key_id);
    out += view_of(sealed.nonce);
    put_text(out, sealed.ciphertext);
}

void put_record(ByteBuffer& out, FrameMemory& memory, const Record& record, Ids ids) {
    const CommandHeader& command = record.command;
    const bool has_id =
        ids == Ids::any &&
        record.event_id != event_id_of(command.tenant, command.idempotency_key, record.index);
    put_fixed(
        out,
        static_cast<std::uint8_t>(
            (has_id ? record_has_id : 0) | (record.sealed ? record_is_sealed : 0)
        )
    );
    put_word(out, memory, record.type);
    put_varint(out, record.schema_version);
    put_text(out, record.stream);
    put_varint(out, record.revision);
    put_difference(out, record.effective_at.micros, command.recorded_at.micros);
    put_difference(out, record.booked_on.days, utc_day(record.effective_at));
    if (has_id) out += view_of(record.event_id);
    put_text(out, record.payload);
    if (record.sealed) put_sealed(out, *record.sealed);
}

std::string envelope_of(const Opening& opening, std::size_t body_bytes) {
    const Envelope& envelope = opening.envelope;
    std::string out;
    out.reserve(envelope_bytes + body_bytes + checksum_bytes);
    out += magic;
    put_fixed(out, frame_format_version);
    put_fixed(out, opening.kind);
    put_fixed(out, static_cast<std::uint32_t>(envelope_bytes + body_bytes + checksum_bytes));
    out += view_of(envelope.cluster);
    out += view_of(envelope.incarnation);
    put_fixed(out, envelope.partition);
    put_fixed(out, envelope.fencing_term);
    out += view_of(envelope.leader);
    put_fixed(out, envelope.first_seq);
    put_fixed(out, envelope.last_seq);
    out += view_of(opening.hash);
    ensure(out.size() == envelope_bytes);
    return out;
}

} // namespace

FrameBuilder::FrameBuilder(const LogIdentity& log, const Uuid& incarnation)
    : log_(log), incarnation_(incarnation) {}

void FrameBuilder::start(std::uint64_t head_seq, const Hash& head_hash) {
    first_seq_ = head_seq + 1;
    last_seq_ = head_seq;
    previous_ = head_hash;
    last_hash_ = head_hash;
    memory_ = {};
    body_.clear();
}

Status FrameBuilder::add(const std::vector<Record>& command, Ids ids) {
    ensure(is_one_command(command, last_seq_));
    if (!std::ranges::all_of(command, names_fit))
        return Error{Errc::command_too_large, "a name is longer than 65535 bytes"};
    const Mark before = mark();
    put_command(body_, memory_, command, ids);
    for (const Record& record : command) {
        put_record(body_, memory_, record, ids);
        last_hash_ = record_hash(record, log_, last_hash_);
        body_ += view_of(last_hash_).substr(0, check_bytes);
    }
    if (envelope_bytes + body_.size() + checksum_bytes > frame_bytes_max) {
        back_to(before);
        return why_full(command, ids);
    }
    last_seq_ += command.size();
    return Done{};
}

FrameBuilder::Mark FrameBuilder::mark() const {
    Mark mark{last_seq_, last_hash_, body_.size(), memory_.words.size(), {}};
    mark.memory = {{}, memory_.recorded_at, memory_.next_tenant_seq, memory_.term, memory_.leader};
    return mark;
}

void FrameBuilder::back_to(const Mark& mark) {
    last_seq_ = mark.last_seq;
    last_hash_ = mark.last_hash;
    body_.cut(mark.body_bytes);
    std::vector<std::string> words = std::move(memory_.words);
    words.resize(mark.words);
    memory_ = mark.memory;
    memory_.words = std::move(words);
}

// A command that does not fit behind others may fit alone.
Error FrameBuilder::why_full(const std::vector<Record>& command, Ids ids) const {
    const Error too_large{Errc::command_too_large, "it needs more than one frame holds"};
    if (empty()) return too_large;
    FrameBuilder alone(log_, incarnation_);
    alone.start(last_seq_, last_hash_);
    if (!alone.add(command, ids)) return too_large;
    return Error{Errc::overloaded, "the frame is full"};
}

bool FrameBuilder::empty() const { return last_seq_ < first_seq_; }

std::uint64_t FrameBuilder::last_seq() const { return last_seq_; }

const Hash& FrameBuilder::last_hash() const { return last_hash_; }

std::string FrameBuilder::finish(std::uint64_t fencing_term, const LeaderId& leader) {
    ensure(!empty());
    const Envelope envelope{
        log_.cluster, incarnation_, log_.partition, fencing_term, leader, first_seq_, last_seq_};
    std::string out = envelope_of({kind_frame, envelope, previous_}, body_.size());
    out += body_.view();
    put_fixed(out, checksum(out));
    return out;
}

void FrameSize::add(const std::vector<Record>& command) {
    buffer_.clear();
    put_command(buffer_, memory_, command, Ids::of_their_keys);
    for (const Record& record : command)
        put_record(buffer_, memory_, record, Ids::of_their_keys);
    body_bytes_ += buffer_.size() + command.size() * check_bytes;
}

std::size_t FrameSize::bytes() const { return envelope_bytes + body_bytes_ + checksum_bytes; }

std::string encode_control(const ControlMessage& message) {
    const Opening opening{static_cast<std::uint8_t>(message.kind), message.envelope, message.head};
    std::string out = envelope_of(opening, 0);
    put_fixed(out, checksum(out));
    return out;
}

std::string in_incarnation(std::string message, const Uuid& incarnation) {
    ensure(message.size() >= control_bytes);
    message.resize(message.size() - checksum_bytes);
    message.replace(incarnation_offset, incarnation.size(), view_of(incarnation));
    put_fixed(message, checksum(message));
    return message;
}

} // namespace tollbook
