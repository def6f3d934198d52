#pragma once

#include "ledger/events.hpp"
#include "ledger/source.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// An event as a test states it; the source gives it a place in the log.
struct Told {
    Event event;
    Timestamp at;                        // Happened and recorded then.
    std::optional<Date> booked_on;       // The day of `at` in UTC.
    std::optional<std::string> personal; // Kept as "ciphertext": a test opens it by reading it.
    std::string tenant{"savanna"};
};

// A log in memory with a real hash chain; each command is one frame. Thread-safe.
class MemorySource final : public Source {
public:
    // Two sources of one `fork` hold the same records for the same commands.
    explicit MemorySource(std::uint8_t fork = 0) : fork_(fork) {}

    void add(const std::vector<Told>& command);

    void add(Told told) { add(std::vector<Told>{std::move(told)}); }

    // From now on every read begins at the first record again: delivery is at least once.
    void repeat_everything() { repeating_ = true; }

    // From now on records differ from those of another fork.
    void diverge(std::uint8_t fork) { fork_ = fork; }

    LogIdentity identity() const override { return {{1, 2, 3}, 0}; }

    ReaderState start() const override;
    Result<ReaderState> head() override;
    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override;

private:
    struct Frame {
        std::vector<Record> records;
        std::vector<Hash> hashes;
        std::size_t bytes{};
    };

    Record place(const Told& told);
    ReaderState state_after(std::size_t frames) const;
    Result<std::size_t> frames_before(const ReaderState& from) const;

    mutable std::mutex mutex_;
    std::condition_variable added_;
    std::vector<Frame> frames_;
    std::map<std::string, std::uint64_t> tenant_seqs_;
    std::uint64_t seq_{};
    std::uint8_t fork_;
    bool repeating_{};
};

// Opens what `Told::personal` keeps; an empty one is of a subject that was forgotten.
Result<std::string> open_told(std::string_view tenant, const Sealed& sealed, const Uuid& event_id);

} // namespace tollbook
