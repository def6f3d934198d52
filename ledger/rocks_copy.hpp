#pragma once

#include "ledger/database.hpp"
#include "ledger/guarded.hpp"
#include "ledger/log.hpp"
#include "ledger/rocks_frames.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace tollbook {

struct RocksCopyParts {
    LogIdentity identity;
    Uuid incarnation{};
    std::string directory;
    rocksdb::Env* env{};
};

// The log of another process, or of nobody: read-only, as far as its mark, which was read before
// its frames were. Waiting for news looks at the mark and opens the log again when it moved.
// Thread-safe.
class RocksCopy final : public Log {
public:
    static Result<std::unique_ptr<RocksCopy>> open(RocksCopyParts parts);

    LogIdentity identity() const override { return parts_.identity; }

    Uuid incarnation() const override { return parts_.incarnation; }

    Status take_claim(const ControlMessage& claim) override; // Refuses with read_only, as does
    Status append(std::span<const StoredFrame> frames, const Head& head) override;

    Leadership leadership() const override { return view()->tail.leadership; }

    Head head() const override { return view()->tail.head; }

    Result<std::vector<StoredFrame>> frames_after(std::uint64_t seq, std::size_t bytes_max)
        const override;
    Result<std::vector<StoredFrame>> messages_after(const LogCursor& cursor, std::size_t bytes_max)
        const override;
    Result<Head> wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const override;
    Status room_for(std::size_t bytes) const override;
    Status sync_mark() override;

    // The database as it was opened last.
    std::shared_ptr<const Database> database() const;

private:
    // One opening: it lives as long as somebody reads in it.
    struct View {
        std::shared_ptr<const Database> database;
        Tail tail;
    };

    RocksCopy(RocksCopyParts parts, std::shared_ptr<const View> view);

    static Result<std::shared_ptr<const View>> look(const RocksCopyParts& parts);
    std::shared_ptr<const View> view() const;
    Status renew() const;

    RocksCopyParts parts_;
    mutable Guarded<std::shared_ptr<const View>> view_;
    mutable Guarded<int> renewing_; // Its lock: one thread opens, the others wait for it.
};

} // namespace tollbook
