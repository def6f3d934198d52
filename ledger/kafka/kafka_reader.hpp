#pragma once

#include "ledger/kafka/client.hpp"
#include "ledger/topic.hpp"

#include <cstdint>
#include <memory>

namespace tollbook {

// Fetched ahead of who reads, at most.
inline constexpr int fetched_kbytes_max = 16 * 1024;

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
    KafkaReader(std::unique_ptr<KafkaClient> client, rd_kafka_topic_t* topic)
        : client_(std::move(client)), topic_(topic) {}

    std::unique_ptr<KafkaClient> client_;
    rd_kafka_topic_t* topic_{};
};

} // namespace tollbook
