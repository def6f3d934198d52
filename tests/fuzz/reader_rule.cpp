// What a reader is given, message by message: (flags u8, length u16, bytes)*. Flags put the state
// of the reader into a message, so that it extends the chain.
#include "ledger/reader_rule.hpp"

#include "ledger/bytes.hpp"
#include "ledger/frame_layout.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/frame_tools.hpp"

#include <map>

using namespace tollbook;

namespace {

enum Flag : std::uint8_t { follows_head = 1, is_led = 2, is_next_term = 4, at_own_offset = 8 };

constexpr std::size_t cluster_offset = 8;
constexpr std::size_t incarnation_offset = 24;
constexpr std::size_t partition_offset = 40;
constexpr std::size_t term_offset = 44;
constexpr std::size_t leader_offset = 52;
constexpr std::size_t first_seq_offset = 76;
constexpr std::size_t last_seq_offset = 84;
constexpr std::size_t hash_offset = 92;

const LogIdentity log_identity{{1, 2, 3}, 4};

template <class T>
void put(std::string& message, std::size_t at, T value) {
    std::string bytes;
    if constexpr (std::unsigned_integral<T>)
        put_fixed(bytes, value);
    else
        bytes = view_of(value);
    message.replace(at, bytes.size(), bytes);
}

std::uint64_t number_at(std::string_view message, std::size_t at) {
    return ByteReader(message.substr(at)).fixed<std::uint64_t>();
}

void direct(std::string& message, std::uint8_t flags, const ReaderState& state) {
    if (message.size() < frame_layout::control_bytes) return;
    put(message, cluster_offset, log_identity.cluster);
    put(message, incarnation_offset, state.incarnation);
    put(message, partition_offset, log_identity.partition);
    if ((flags & is_next_term) != 0) put(message, term_offset, state.term + 1);
    if ((flags & is_led) != 0) {
        put(message, term_offset, state.term);
        put(message, leader_offset, state.leader);
    }
    if ((flags & follows_head) == 0) return;
    const std::uint64_t spare =
        number_at(message, last_seq_offset) - number_at(message, first_seq_offset);
    const std::uint64_t first = state.seq + (is_control(message) ? 0 : 1);
    put(message, first_seq_offset, first);
    put(message, last_seq_offset, first + spare);
    put(message, hash_offset, state.hash);
}

// Keeps the chain that the reader admitted, and holds each verdict against the rule's promises.
class Reader {
public:
    Reader() {
        state_.incarnation = {9};
        state_.hash = genesis_hash(log_identity.cluster, log_identity.partition);
        chain_[0] = state_.hash;
    }

    const ReaderState& state() const { return state_; }

    bool take(const Message& message) {
        const ReaderState before = state_;
        const auto lookup = [&](std::uint64_t seq) {
            const auto found = chain_.find(seq);
            return found == chain_.end() ? std::nullopt : std::optional(found->second);
        };
        const Verdict verdict = judge(state_, log_identity, message, lookup);
        if (const auto* stopped = std::get_if<Stopped>(&verdict)) {
            fuzz::ensure_refusal(stopped->why, {Errc::store_damaged, Errc::store_newer});
            ensure(state_ == before);
            return false;
        }
        if (std::holds_alternative<Dropped>(verdict)) ensure(state_ == before);
        if (const auto* claimed = std::get_if<Claimed>(&verdict)) check_claim(*claimed, before);
        if (const auto* admitted = std::get_if<Admitted>(&verdict)) {
            check_frame(admitted->frame, before);
            check_again(message);
        }
        return true;
    }

private:
    void check_claim(const Claimed& claimed, const ReaderState& before) const {
        ensure(claimed.term == before.term + 1 && state_.term == claimed.term);
        ensure(state_.seq == before.seq && state_.hash == before.hash);
    }

    void check_frame(const Frame& frame, const ReaderState& before) {
        ensure(frame.envelope.first_seq == before.seq + 1 && frame.previous == before.hash);
        ensure(state_.term == before.term && state_.leader == before.leader);
        Hash hash = before.hash;
        for (const Record& record : frame.records) {
            hash = record_hash(record, log_identity, hash);
            chain_[record.seq] = hash;
        }
        ensure(state_.seq == frame.records.back().seq && state_.hash == hash);
    }

    // Delivered once more, wherever: nothing is taken twice.
    void check_again(const Message& message) {
        ReaderState state = state_;
        for (const std::uint64_t later : {0U, 1U}) {
            const Verdict verdict =
                judge(state, log_identity, {message.offset + later, message.bytes});
            const auto* dropped = std::get_if<Dropped>(&verdict);
            ensure(dropped != nullptr && dropped->reason == DropReason::duplicate);
            ensure(state == state_);
        }
    }

    ReaderState state_;
    std::map<std::uint64_t, Hash> chain_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader input(fuzz::text_of(data, size));
    Reader reader;
    std::uint64_t offset = 0;
    while (input.left() > 0) {
        const auto flags = input.fixed<std::uint8_t>();
        const std::size_t length = input.fixed<std::uint16_t>();
        std::string message(input.take(std::min(length, input.left())));
        direct(message, flags, reader.state());
        repair(message);
        ++offset;
        const bool own = (flags & at_own_offset) != 0;
        if (!reader.take({own ? reader.state().offset : offset, message})) break;
    }
    return 0;
}
