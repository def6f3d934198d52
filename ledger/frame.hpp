// A frame: whole commands, the unit of storage, replication, admission and confirmation. One frame
// is one RocksDB value and one Kafka message. docs/formats.md gives the grammar.
#pragma once

#include "ledger/bytes.hpp"
#include "ledger/error.hpp"
#include "ledger/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

inline constexpr std::size_t frame_bytes_max = 512 * 1024;
inline constexpr std::uint8_t frame_format_version = 1;

// Who sends a frame, and in which life of the topic. Not hashed into the records.
struct Envelope {
    Uuid cluster{};
    Uuid incarnation{};
    std::uint32_t partition{};
    std::uint64_t fencing_term{};
    LeaderId leader{};
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};

    friend bool operator==(const Envelope&, const Envelope&) = default;
};

// Messages that carry no seq and stand outside the chain.
enum class Control : std::uint8_t { // Stored: never renumber.
    genesis = 1,
    claim = 2,
    release = 3,
    barrier = 4,
};

struct ControlMessage {
    Control kind{};
    Envelope envelope; // A claim: its term and leader, and first_seq = last_seq = head seq.
    Hash head{};       // A claim: hash of the head that it extends.

    friend bool operator==(const ControlMessage&, const ControlMessage&) = default;
};

// A frame as read: its records hold their own copies, `hashes[i]` is the hash of records[i].
struct Frame {
    Envelope envelope;
    Hash previous{}; // Hash of the record before the first.
    std::vector<Record> records;
    std::vector<Hash> hashes;

    const Hash& last_hash() const { return hashes.back(); }
};

// What the commands before it in the same frame spare a command to say. Reader and writer keep the
// same.
struct FrameMemory {
    std::vector<std::string> words; // Tenants, actors, types: named by number the second time.
    Timestamp recorded_at;
    std::uint64_t next_tenant_seq{};
    std::uint64_t term{};
    LeaderId leader{};
};

// Whether the ids of records are known to be those that their keys make (command_id_of,
// event_id_of), as the writer's own are; otherwise the builder looks.
enum class Ids { any, of_their_keys };

// Builds one frame, command by command. Reusable; not thread-safe.
class FrameBuilder {
public:
    FrameBuilder(const LogIdentity& log, const Uuid& incarnation);

    // Starts an empty frame behind the record with this seq and hash.
    void start(std::uint64_t head_seq, const Hash& head_hash);

    // Adds all records of one command (seq, tenant_seq, revision, event id already set), or
    // refuses with command_too_large when they do not fit in one frame at all (or a name in them is
    // longer than 65535 bytes), and with overloaded when they do not fit in this frame any more
    // (nothing was added then). Their seq and tenant_seq run on by one, their index from 0, and
    // all share one command header: anything else is a bug.
    Status add(const std::vector<Record>& command, Ids ids = Ids::any);

    bool empty() const;
    std::uint64_t last_seq() const;
    const Hash& last_hash() const;

    // A place in the frame that is being built, to come back to.
    struct Mark {
        std::uint64_t last_seq{};
        Hash last_hash{};
        std::size_t body_bytes{};
        std::size_t words{};
        FrameMemory memory; // But for its words.
    };

    Mark mark() const;
    void back_to(const Mark& mark);

    // The frame's bytes in the envelope of this leader.
    std::string finish(std::uint64_t fencing_term, const LeaderId& leader);

private:
    Error why_full(const std::vector<Record>& command, Ids ids) const;

    LogIdentity log_;
    Uuid incarnation_;
    std::uint64_t first_seq_{};
    std::uint64_t last_seq_{};
    Hash previous_{};
    Hash last_hash_{};
    FrameMemory memory_;
    ByteBuffer body_;
};

// How long a frame would be that held these commands alone.
class FrameSize {
public:
    // All records of one command, numbered. What is not sealed yet counts with what stands in it.
    void add(const std::vector<Record>& command);

    std::size_t bytes() const;

private:
    FrameMemory memory_;
    ByteBuffer buffer_;
    std::size_t body_bytes_{};
};

// Whether the bytes are a control message (else: a frame).
bool is_control(std::string_view bytes);
std::string encode_control(const ControlMessage& message);
Result<ControlMessage> decode_control(std::string_view bytes);

// The same message in another incarnation. Its records and their hashes stay: no envelope is hashed
// into them.
std::string in_incarnation(std::string message, const Uuid& incarnation);

// The envelope alone, checksum verified; of a control message too.
Result<Envelope> decode_envelope(std::string_view bytes);

// The whole frame; checksum, inner chain and density of seq verified. Refuses with store_damaged,
// or store_newer for a later format version. Never trusts a length in the bytes.
Result<Frame> decode_frame(std::string_view bytes);

} // namespace tollbook
