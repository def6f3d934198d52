#include "bench/limits/kafka_consume.hpp"

#include "bench/figure.hpp"
#include "ledger/ensure.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <string>

namespace tollbook::bench {

namespace {

constexpr int only_partition = 0;
constexpr int wait_ms = 10'000;

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
    std::array<char, 256> why{};
    ensure(
        rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK
    );
}

rd_kafka_t* make_consumer(const KafkaSettings& settings) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", settings.bootstrap);
    set(conf, "enable.auto.commit", "false");
    set(conf, "queued.max.messages.kbytes", "262144");
    set(conf, "fetch.message.max.bytes", "8388608");
    std::array<char, 256> why{};
    rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
    ensure(consumer != nullptr);
    return consumer;
}

void take_all(rd_kafka_topic_t* topic, std::uint64_t end, Consumed& consumed) {
    for (std::uint64_t next = 0; next < end;) {
        rd_kafka_message_t* message = rd_kafka_consume(topic, only_partition, wait_ms);
        ensure(message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR);
        next = static_cast<std::uint64_t>(message->offset) + 1;
        ++consumed.messages;
        consumed.bytes += message->len;
        rd_kafka_message_destroy(message);
    }
}

} // namespace

Consumed consume(const KafkaSettings& settings, std::uint64_t end) {
    Consumed consumed;
    consumed.seconds = seconds([&] {
        rd_kafka_t* consumer = make_consumer(settings);
        rd_kafka_topic_t* topic = rd_kafka_topic_new(consumer, settings.topic.c_str(), nullptr);
        ensure(topic != nullptr && rd_kafka_consume_start(topic, only_partition, 0) == 0);
        take_all(topic, end, consumed);
        rd_kafka_consume_stop(topic, only_partition);
        rd_kafka_topic_destroy(topic);
        rd_kafka_destroy(consumer);
    });
    return consumed;
}

} // namespace tollbook::bench
