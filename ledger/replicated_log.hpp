#pragma once

#include "ledger/log.hpp"
#include "ledger/topic_link.hpp"

#include <memory>
#include <span>
#include <vector>

namespace tollbook {

// A log whose frames count when the topic has them: `append` sends them, waits until the own reader
// has taken them, and only then puts them on the disk. So the disk never holds what nobody
// confirmed, and after any crash it lacks at most what stands in the topic.
// With `both` the disk has synced them too before `append` returns; with `replicated` (on a store
// that syncs lazily) it has not.
class ReplicatedLog final : public Log {
public:
    // `meet` of the link must have succeeded. `local` is the log that the link keeps.
    ReplicatedLog(Log& local, std::unique_ptr<TopicLink> link, Acknowledgement level);

    LogIdentity identity() const override { return local_.identity(); }

    Uuid incarnation() const override { return local_.incarnation(); }

    Status claim(const LeaderId& leader) override;
    Status take_claim(const ControlMessage& claim) override; // Refuses: its claims are its own.

    Leadership leadership() const override { return local_.leadership(); }

    Status append(std::span<const StoredFrame> frames, const Head& head) override;

    Head head() const override { return local_.head(); }

    Result<std::vector<StoredFrame>> frames_after(std::uint64_t seq, std::size_t bytes_max)
        const override;
    Result<std::vector<StoredFrame>> messages_after(const LogCursor& cursor, std::size_t bytes_max)
        const override;
    Result<Head> wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const override;

    Status room_for(std::size_t bytes) const override { return local_.room_for(bytes); }

    Acknowledgement acknowledgement() const override { return level_; }

    TopicHealth topic_health() const { return link_->health(); }

    Status barrier() override;
    void on_wait(KeepWaiting keep_waiting) override;
    Status sync_mark() override;

private:
    Log& local_;
    std::unique_ptr<TopicLink> link_;
    Acknowledgement level_;
};

} // namespace tollbook
