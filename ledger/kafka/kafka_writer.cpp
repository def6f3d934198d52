#include "ledger/kafka/kafka_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// What no other producer would deliver either.
bool is_final(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
           code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS;
}

} // namespace

Result<std::unique_ptr<TopicWriter>> KafkaWriter::open(const KafkaSettings& settings) {
    std::unique_ptr<KafkaWriter> writer(new KafkaWriter());
    auto client = KafkaClient::make(
        RD_KAFKA_PRODUCER,
        settings,
        {{"enable.idempotence", "true"},
         {"acks", "all"},
         {"max.in.flight.requests.per.connection", "5"},
         {"linger.ms", "0"},
         {"message.timeout.ms", "0"}, // For ever.
         {"queue.buffering.max.messages", std::to_string(sent_messages_max)},
         {"queue.buffering.max.kbytes", std::to_string(sent_kbytes_max)}},
        &on_delivery,
        writer.get()
    );
    if (!client) return client.error();
    writer->client_ = std::move(*client);
    writer->topic_ = rd_kafka_topic_new(writer->client_->get(), settings.topic.c_str(), nullptr);
    if (writer->topic_ == nullptr) return writer->client_->trouble(rd_kafka_last_error());
    return std::unique_ptr<TopicWriter>(std::move(writer));
}

KafkaWriter::~KafkaWriter() {
    if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
}

Status KafkaWriter::send(std::string_view message) {
    // librdkafka copies it, but takes a pointer to what may change.
    auto* bytes = const_cast<char*>(message.data());
    if (rd_kafka_produce(
            topic_, only_partition, RD_KAFKA_MSG_F_COPY, bytes, message.size(), nullptr, 0, nullptr
        ) == 0)
        return Done{};
    const rd_kafka_resp_err_t code = rd_kafka_last_error();
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return Error{Errc::overloaded, "too much is on its way to the topic"};
    return client_->trouble(code);
}

Deliveries KafkaWriter::deliveries(std::chrono::milliseconds wait) {
    client_->poll(wait);
    if (!known_.failure) known_.failure = client_->refused();
    return known_;
}

void KafkaWriter::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
    static_cast<KafkaWriter*>(self)->note(*message);
}

void KafkaWriter::note(const rd_kafka_message_t& message) {
    if (known_.failure) return;
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        known_.failure = Error{
            is_final(message.err) ? Errc::config_invalid : Errc::topic_unavailable,
            fmt::format("kafka.topic: {}", rd_kafka_err2str(message.err))};
        return;
    }
    ++known_.delivered;
    known_.end = std::max(known_.end, static_cast<std::uint64_t>(message.offset) + 1);
}

} // namespace tollbook
