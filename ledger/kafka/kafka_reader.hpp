#pragma once

#include "ledger/kafka/client.hpp"
#include "ledger/topic.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace tollbook {

// Fetched ahead of who reads, at most.
inline constexpr std::size_t fetched_kbytes_max = 32 * 1024;

// A consumer of one partition without a group: where it reads is the caller's to know.
class KafkaReader final : public TopicReader {
public:
    static Result<std::unique_ptr<TopicReader>> open(
        const KafkaSettings& settings, std::uint64_t offset
    );

    ~KafkaReader() override;

    Result<std::optional<TopicMessage>> next(std::chrono::milliseconds wait) override;
    bool interrupted() override;

private:
    using Queue = std::unique_ptr<rd_kafka_queue_t, RdDestroy<rd_kafka_queue_destroy>>;

    KafkaReader(std::unique_ptr<KafkaClient> client, rd_kafka_topic_t* topic, Queue fetched)
        : client_(std::move(client)), topic_(topic), fetched_(std::move(fetched)) {}

    bool lacks_behind(std::int64_t taken) const;

    // librdkafka 2.0.2 stops fetching when it holds enough, and looks but once a second whether
    // that has been taken; a question to the broker makes it look at once. (Where all was fetched,
    // the answer would wait behind the fetch that waits for more.)
    void wake_fetcher();

    std::unique_ptr<KafkaClient> client_;
    rd_kafka_topic_t* topic_{};
    Queue fetched_;             // What waits to be taken.
    std::size_t taken_bytes_{}; // Since it was woken last.
};

} // namespace tollbook
