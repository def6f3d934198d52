#pragma once

#include "ledger/guarded.hpp"
#include "ledger/log.hpp"
#include "ledger/topic_leader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

// Whether the log on the disk may be given what only the topic has.
enum class Growth { allowed, refused };

struct TopicLinkParts {
    Log& local; // Outlives the link, as the topic does.
    Topic& topic;
    std::string state_file; // Where the topic was read up to; empty: not remembered.
    TopicSabotage sabotage{};
};

struct TopicHealth {
    bool met{};                        // Found as it should be, and read to its end.
    std::chrono::milliseconds waits{}; // How long what was sent has not been confirmed.
    Error trouble;                     // Why it was not met, or why the link ended.
    std::uint64_t seq{};               // What the topic has.
    std::uint64_t offset{};            // Behind what was read.
    std::uint64_t resends{};
    DropCounts dropped{};
};

// The log on the disk and the topic, kept the same: what one has and the other lacks is carried
// over, and what both have is compared. Not thread-safe but for its health.
class TopicLink {
public:
    explicit TopicLink(TopicLinkParts parts);
    ~TopicLink(); // Remembers where it was.

    TopicLink(const TopicLink&) = delete;
    TopicLink& operator=(const TopicLink&) = delete;

    void on_wait(KeepWaiting keep_waiting) { leader_.on_wait(std::move(keep_waiting)); }

    // Checks the topic, reads it to its end, and sends it what it lacks. Refuses with
    // topic_unavailable while it cannot be asked, config_invalid and store_foreign when it is not
    // what it should be, and store_damaged when the two contradict each other or Growth is refused
    // and needed.
    Status meet(Growth growth);

    // As TopicLeader's; then the log on the disk has what the topic has.
    Status send(std::span<const StoredFrame> messages);
    Status claim(const LeaderId& leader);
    Status barrier();

    // Sends up to about `bytes_max` of what the topic lacks. True: something was sent.
    Result<bool> send_next(std::size_t bytes_max);

    const TopicFollower& reader() const { return leader_.reader(); }

    TopicHealth health() const;

    // Writes down where the topic was read up to; a later start begins there.
    void remember();

private:
    // What the disk lacks.
    struct Taken {
        StoredFrame message;
        Hash hash{}; // Of a frame's last record.
    };

    struct Told {
        TopicHealth health;
        std::optional<std::chrono::steady_clock::time_point> waits_since;
    };

    ReaderState find_remembered() const;
    void begin_wait();
    Status take(const Judged& judged);
    Status take_frame(const Judged& judged, const Frame& frame);
    Status store_aside();
    Status await_stored();
    Status store();
    Status put(std::vector<Taken> taken);
    Status compare() const;
    Status settle(const Status& sent);
    void tell(const Status& outcome);

    TopicLinkParts parts_;
    Growth growth_{Growth::allowed};
    std::vector<Taken> taken_;
    std::size_t taken_bytes_{};
    std::optional<Head> taken_upto_; // Beyond the disk's head: taken, or being stored.
    std::future<Status> storing_;
    ReaderState remembered_; // Written down last.
    Guarded<Told> told_;
    TopicLeader leader_;
};

} // namespace tollbook
