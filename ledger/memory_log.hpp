#pragma once

#include "ledger/guarded.hpp"
#include "ledger/head_signal.hpp"
#include "ledger/log.hpp"

#include <map>
#include <string>
#include <utility>

namespace tollbook {

// A log without a disk: for tests and dry runs. It ends with its process.
class MemoryLog final : public Log {
public:
    MemoryLog(const LogIdentity& identity, const Uuid& incarnation);

    LogIdentity identity() const override;
    Uuid incarnation() const override;
    Status take_claim(const ControlMessage& claim) override;
    Leadership leadership() const override;
    Status append(std::span<const StoredFrame> frames, const Head& head) override;
    Head head() const override;
    Result<std::vector<StoredFrame>> frames_after(std::uint64_t seq, std::size_t bytes_max)
        const override;
    Result<std::vector<StoredFrame>> messages_after(const LogCursor& cursor, std::size_t bytes_max)
        const override;
    Result<Head> wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const override;
    Status room_for(std::size_t bytes) const override;
    Status sync_mark() override;

private:
    // A frame stands at (last seq, 0), a claim behind it at (seq of its head, term).
    using Messages = std::map<std::pair<std::uint64_t, std::uint64_t>, std::string>;

    struct State {
        Messages messages;
        Leadership leadership;
    };

    LogIdentity identity_;
    Uuid incarnation_;
    Guarded<State> state_;
    HeadSignal head_;
};

} // namespace tollbook
