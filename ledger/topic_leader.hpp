#pragma once

#include "ledger/log.hpp"
#include "ledger/topic_follower.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace tollbook {

// Tests alone set one, to prove that they would notice it.
enum class TopicSabotage {
    none,
    ignore_failed_delivery, // What was not delivered counts as delivered.
    trust_delivery,         // Delivered is confirmed, whatever the reader rule says.
};

// The end of a topic that the one leader of a partition holds: it sends messages and takes them
// back by the reader rule. A message holds when the producer reported it delivered and the own
// reader has taken it. (What was taken and not delivered may be gone again, when the brokers fail
// one after the other: then the reader goes back to what held.) One that was lost on the way is
// sent again, byte for byte, so that nothing is ever sent in its place. Not thread-safe.
class TopicLeader {
public:
    // `taken` is called with every claim and frame that the reader takes, in the topic's order;
    // with those that it takes while something is sent once that holds.
    using Take = std::function<Status(const Judged&)>;

    TopicLeader(
        Topic& topic,
        const LogIdentity& log,
        const ReaderState& from,
        ChainLookup lookup,
        Take taken
    );

    // Called now and then while something is waited for; false gives up with outcome_unknown.
    void on_wait(KeepWaiting keep_waiting) { keep_waiting_ = std::move(keep_waiting); }

    void sabotage(TopicSabotage sabotage) { sabotage_ = sabotage; }

    // Reads to the end of the topic as it is now; the topic's genesis is written first when the
    // topic is empty. Gives up with topic_unavailable when the topic cannot be asked, and refuses
    // as TopicFollower::next does.
    Status follow();

    // Sends the messages, which run on from the reader's state, and waits until the last holds.
    // Refuses with store_locked when another leader has claimed, and with store_unavailable when
    // the topic does not take them.
    Status send(std::span<const StoredFrame> messages);

    // Claims the next term, and waits until it is ours. What came before it is taken first.
    Status claim(const LeaderId& leader);

    // Sends a message that carries nothing and waits until it is read: nobody else leads yet.
    Status barrier();

    const TopicFollower& reader() const { return follower_; }

    // How often messages were sent again.
    std::uint64_t resends() const { return resends_; }

private:
    enum class Outcome {
        held,   // Delivered and taken.
        passed, // Delivered, and the reader went past it without taking it.
        lost,   // Not delivered, or nobody knows.
    };

    Status write_genesis();
    Status pause();
    Status produce(std::string_view message);
    Result<Outcome> send_once(std::span<const StoredFrame> messages, const Envelope& last);
    Result<Outcome> await(const Envelope& last);
    bool holds(const Envelope& message) const;
    bool is_deposed(const Envelope& last) const;
    Result<bool> take_next(std::chrono::milliseconds wait);
    Result<bool> read_back(std::chrono::milliseconds wait);
    Status read_again(const Error& why);
    Status confirm();

    Topic& topic_;
    LogIdentity log_;
    TopicFollower follower_;
    Take taken_;
    KeepWaiting keep_waiting_{[] { return true; }};
    std::unique_ptr<TopicWriter> writer_;
    std::uint64_t sent_{};            // By this writer.
    ReaderState confirmed_;           // Where the reader stood when everything held.
    std::vector<Judged> unconfirmed_; // Taken since.
    int contradictions_{};            // In a row.
    std::uint64_t resends_{};
    std::chrono::milliseconds resend_wait_; // Before the next one.
    TopicSabotage sabotage_{};
};

} // namespace tollbook
