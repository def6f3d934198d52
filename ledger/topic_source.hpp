#pragma once

#include "ledger/guarded.hpp"
#include "ledger/source.hpp"
#include "ledger/topic_follower.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace tollbook {

// The records of a topic by the reader rule, for those who do not have the log on a disk. A reader
// goes on where its state says. One that comes from a log or an export has no offset, and one whose
// last message was lost before it held (and sent again) has a wrong one: the topic is read from its
// start until it is there.
class TopicSource final : public Source {
public:
    // Reads the topic's genesis: whose log it carries. Refuses as Topic::check does, and with
    // store_foreign when the topic is empty or begins with something else. It outlives the source.
    static Result<std::unique_ptr<TopicSource>> open(Topic& topic);

    LogIdentity identity() const override { return identity_; }

    ReaderState start() const override { return start_; }

    // As the newest message tells it; whether the reader rule admits that one, `read` says. Looked
    // for at most every second; topic_unavailable while the broker is away.
    Result<ReaderState> head() override;

    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override;

    // What its readers dropped, together.
    DropCounts dropped() const;

private:
    using Follower = std::unique_ptr<TopicFollower>;

    TopicSource(Topic& topic, const LogIdentity& identity, const ReaderState& start)
        : topic_(topic), identity_(identity), start_(start) {}

    Follower fetch(const ReaderState& from);
    Result<Follower> place(const ReaderState& from);
    Result<Follower> search(const ReaderState& from);
    Result<ReaderState> look_for_head();
    void keep(Follower follower);

    struct Kept {
        std::vector<Follower> followers; // The one used last is last.
        DropCounts dropped{};            // By those that are gone.
    };

    struct NewestKnown {
        std::optional<ReaderState> state;
        std::chrono::steady_clock::time_point looked_at;
    };

    Topic& topic_;
    LogIdentity identity_;
    ReaderState start_;
    Guarded<Kept> kept_;
    Guarded<NewestKnown> newest_;
};

} // namespace tollbook
