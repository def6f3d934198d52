#pragma once

#include "ledger/guarded.hpp"
#include "ledger/log.hpp"
#include "ledger/reader_rule.hpp"
#include "ledger/source.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace tollbook {

// The records of a log in this process, or of a read-only copy. A reader that waits wakes when the
// head moves. What a topic's reader would drop cannot stand in an own log: here it is damage.
class LocalSource final : public Source {
public:
    explicit LocalSource(const Log& log); // The log outlives it.

    LogIdentity identity() const override;
    ReaderState start() const override;
    Result<ReaderState> head() override;
    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override;

private:
    Status check(const ReaderState& from);
    bool knows(const ReaderState& state) const;
    void remember(const ReaderState& state);

    // The states handed out last: a reader that comes back with one of them need not be checked.
    struct Known {
        std::array<ReaderState, 16> states{};
        std::size_t next{};
    };

    const Log& log_;
    Guarded<Known> known_;
};

// Takes the messages into the batch by the reader rule; store_damaged for what an own log or export
// cannot hold.
Status take_own(Batch& batch, const LogIdentity& log, std::span<const StoredFrame> messages);

} // namespace tollbook
