#pragma once

#include "ledger/kafka/client.hpp"
#include "ledger/topic.hpp"

#include <memory>

namespace tollbook {

// Under way at most; more is overloaded.
inline constexpr int sent_messages_max = 100'000;
inline constexpr int sent_kbytes_max = 256 * 1024;

// An idempotent producer that never gives a message up by itself.
class KafkaWriter final : public TopicWriter {
public:
    static Result<std::unique_ptr<TopicWriter>> open(const KafkaSettings& settings);

    ~KafkaWriter() override;

    Status send(std::string_view message) override;
    Deliveries deliveries(std::chrono::milliseconds wait) override;

private:
    KafkaWriter() = default;

    static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
    void note(const rd_kafka_message_t& message);

    Deliveries known_;
    std::unique_ptr<KafkaClient> client_;
    rd_kafka_topic_t* topic_{};
};

} // namespace tollbook
