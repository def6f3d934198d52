#pragma once

#include "api/http/metrics.hpp"
#include "api/http/services.hpp"
#include "ledger/error.hpp"
#include "ledger/kafka/kafka_topic.hpp"
#include "ledger/log.hpp"
#include "ledger/replicated_log.hpp"
#include "ledger/store.hpp"
#include "ledger/topic_publisher.hpp"
#include "ledger/topic_watch.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace tollbook::api {

struct ReplicationOptions {
    KafkaSettings kafka;
    Acknowledgement acknowledge{Acknowledgement::both};
    std::chrono::milliseconds meet_within{10'000}; // At the start.
    std::chrono::milliseconds check_every{std::chrono::hours(1)};
};

// Messages that the reader rule dropped, by reason.
Samples topic_drops(const DropCounts& counts);

// A node's share in its topic: how its log gets there, and how it says so.
class Replication {
public:
    // Meets the topic: checks it, and carries over what it or the disk lacks. A broker that is away
    // is a refusal (topic_unavailable) unless the disk is the truth (local): then it goes on
    // trying. The store outlives it; for `replicated` it was opened to sync lazily.
    static Result<std::unique_ptr<Replication>> open(
        Store& store, const std::string& directory, const ReplicationOptions& options
    );

    // Where the writer appends; null: to the store's own log.
    Log* writer_log() { return replicated_.get(); }

    // To be called once the writer has claimed.
    void begin();

    Check check() const;
    std::vector<Samples> samples() const;

private:
    explicit Replication(const ReplicationOptions& options) : options_(options) {}

    TopicHealth health() const;

    ReplicationOptions options_;
    Store* store_{};
    std::unique_ptr<KafkaTopic> topic_;
    std::unique_ptr<TopicLink> link_; // Until one of the two has it.
    std::unique_ptr<ReplicatedLog> replicated_;
    std::unique_ptr<TopicPublisher> publisher_;
    std::unique_ptr<TopicWatch> watch_;
};

} // namespace tollbook::api
