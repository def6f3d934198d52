#include "ledger/kafka/kafka_reader.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr int wake_wait_ms = 100;
constexpr std::size_t fetch_bytes = 8U << 20U; // Asked for at a time.

// Whether the topic does not hold what should come next.
bool is_gone(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
           code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
}

} // namespace

Result<std::unique_ptr<TopicReader>> KafkaReader::open(
    const KafkaSettings& settings, std::uint64_t offset
) {
    auto client = KafkaClient::make(
        RD_KAFKA_CONSUMER,
        settings,
        {{"enable.auto.commit", "false"},
         {"auto.offset.reset", "error"},
         {"isolation.level", "read_uncommitted"}, // The reader rule orders the log.
         {"check.crcs", "true"},
         {"fetch.wait.max.ms", "500"},
         {"fetch.error.backoff.ms", "50"},
         {"fetch.message.max.bytes", std::to_string(fetch_bytes)},
         {"queued.max.messages.kbytes", std::to_string(fetched_kbytes_max)}}
    );
    if (!client) return client.error();
    rd_kafka_topic_t* topic = rd_kafka_topic_new((*client)->get(), settings.topic.c_str(), nullptr);
    if (topic == nullptr) return (*client)->trouble(rd_kafka_last_error());
    Queue fetched(
        rd_kafka_queue_get_partition((*client)->get(), rd_kafka_topic_name(topic), only_partition)
    );
    std::unique_ptr<KafkaReader> reader(
        new KafkaReader(std::move(*client), topic, std::move(fetched))
    );
    if (rd_kafka_consume_start(topic, only_partition, static_cast<std::int64_t>(offset)) != 0)
        return reader->client_->trouble(rd_kafka_last_error());
    return std::unique_ptr<TopicReader>(std::move(reader));
}

KafkaReader::~KafkaReader() {
    fetched_.reset();
    rd_kafka_consume_stop(topic_, only_partition);
    rd_kafka_topic_destroy(topic_);
}

Result<std::optional<TopicMessage>> KafkaReader::next(std::chrono::milliseconds wait) {
    client_->poll(std::chrono::milliseconds(0));
    const std::unique_ptr<rd_kafka_message_t, RdDestroy<rd_kafka_message_destroy>> message(
        rd_kafka_consume(topic_, only_partition, static_cast<int>(wait.count()))
    );
    if (!message) {
        if (const auto refused = client_->refused()) return *refused;
        return std::optional<TopicMessage>();
    }
    taken_bytes_ += message->len;
    if (taken_bytes_ >= fetched_kbytes_max * 1024 / 2 && lacks_behind(message->offset))
        wake_fetcher();
    if (is_gone(message->err))
        return Error{
            Errc::store_damaged, fmt::format("the topic does not hold offset {}", message->offset)};
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::optional<TopicMessage>();
    return std::optional(TopicMessage{
        static_cast<std::uint64_t>(message->offset),
        std::string(static_cast<const char*>(message->payload), message->len)});
}

// Whether more stands in the topic, as far as the last fetch told, than was fetched.
bool KafkaReader::lacks_behind(std::int64_t taken) const {
    std::int64_t low = 0;
    std::int64_t high = 0;
    (void)rd_kafka_get_watermark_offsets(
        client_->get(), rd_kafka_topic_name(topic_), only_partition, &low, &high
    );
    const auto waiting = static_cast<std::int64_t>(rd_kafka_queue_length(fetched_.get()));
    return taken + 1 + waiting < high;
}

void KafkaReader::wake_fetcher() {
    taken_bytes_ = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    (void)rd_kafka_query_watermark_offsets(
        client_->get(), rd_kafka_topic_name(topic_), only_partition, &low, &high, wake_wait_ms
    );
}

bool KafkaReader::interrupted() {
    client_->poll(std::chrono::milliseconds(0));
    return client_->take_interrupted();
}

} // namespace tollbook
