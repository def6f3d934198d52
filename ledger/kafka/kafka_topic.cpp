#include "ledger/kafka/kafka_topic.hpp"

#include "ledger/ensure.hpp"
#include "ledger/frame.hpp"
#include "ledger/kafka/client.hpp"
#include "ledger/kafka/kafka_reader.hpp"
#include "ledger/kafka/kafka_writer.hpp"
#include "ledger/kafka/topic_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t message_bytes_max = 2 * frame_bytes_max;
constexpr std::chrono::milliseconds leader_poll{20};

} // namespace

KafkaTopic::KafkaTopic(KafkaSettings settings, std::unique_ptr<KafkaClient> client)
    : settings_(std::move(settings)), client_(std::move(client)) {}

KafkaTopic::~KafkaTopic() = default;

Result<std::unique_ptr<KafkaTopic>> KafkaTopic::open(const KafkaSettings& settings) {
    auto client = KafkaClient::make(
        RD_KAFKA_PRODUCER,
        settings,
        {{"socket.timeout.ms", std::to_string(std::max<long>(settings.timeout.count(), 10))}}
    );
    if (!client) return client.error();
    return std::unique_ptr<KafkaTopic>(new KafkaTopic(settings, std::move(*client)));
}

Status KafkaTopic::create(const NewTopic& wanted) {
    using Wanted = std::unique_ptr<rd_kafka_NewTopic_t, RdDestroy<rd_kafka_NewTopic_destroy>>;
    using Queue = std::unique_ptr<rd_kafka_queue_t, RdDestroy<rd_kafka_queue_destroy>>;
    using Event = std::unique_ptr<rd_kafka_event_t, RdDestroy<rd_kafka_event_destroy>>;
    std::array<char, 512> why{};
    const Wanted topic(rd_kafka_NewTopic_new(
        settings_.topic.c_str(), 1, wanted.replication_factor, why.data(), why.size()
    ));
    if (!topic) return Error{Errc::config_invalid, fmt::format("kafka.topic: {}", why.data())};
    const std::string insync = std::to_string(wanted.min_insync_replicas);
    const std::string bytes = std::to_string(message_bytes_max);
    const std::array<std::pair<const char*, const char*>, 6> values{{
        {"cleanup.policy", "delete"},
        {"retention.ms", "-1"},
        {"retention.bytes", "-1"},
        {"unclean.leader.election.enable", "false"},
        {"min.insync.replicas", insync.c_str()},
        {"max.message.bytes", bytes.c_str()},
    }};
    for (const auto& [name, value] : values)
        ensure(
            rd_kafka_NewTopic_set_config(topic.get(), name, value) == RD_KAFKA_RESP_ERR_NO_ERROR
        );
    const Queue queue(rd_kafka_queue_new(client_->get()));
    rd_kafka_NewTopic_t* asked = topic.get();
    rd_kafka_CreateTopics(client_->get(), &asked, 1, nullptr, queue.get());
    const auto wait = static_cast<int>(2 * settings_.timeout.count());
    const Event event(rd_kafka_queue_poll(queue.get(), wait));
    if (!event) return client_->trouble(RD_KAFKA_RESP_ERR__TIMED_OUT);
    if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return client_->trouble(code);
    std::size_t count = 0;
    const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count
    );
    if (count == 1 && rd_kafka_topic_result_error(results[0]) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return await_leader();
    const char* text = count == 1 ? rd_kafka_topic_result_error_string(results[0]) : "no answer";
    return Error{
        Errc::config_invalid,
        fmt::format("kafka.topic {}: {}", settings_.topic, text == nullptr ? "refused" : text)};
}

// Brokers tell of a new topic a moment after they made it.
Status KafkaTopic::await_leader() {
    const auto until = std::chrono::steady_clock::now() + settings_.timeout;
    for (;;) {
        const Status found = find_leader(*client_, settings_);
        if (found || std::chrono::steady_clock::now() > until) return found;
        std::this_thread::sleep_for(leader_poll);
    }
}

std::string KafkaTopic::unsafe() const {
    return unsafe_.with([](const std::string& text) { return text; });
}

Status KafkaTopic::check() {
    const Result<TopicFacts> facts = ask_facts(*client_, settings_);
    if (!facts) return facts.error();
    Result<std::string> found = judge_facts(*facts, settings_);
    if (!found) return found.error();
    unsafe_.with([&](std::string& text) { text = std::move(*found); });
    return Done{};
}

Result<std::uint64_t> KafkaTopic::end() {
    // The question goes to the leader that is known, and waits for it however dead it is.
    if (const Status found = find_leader(*client_, settings_); !found) return found.error();
    std::int64_t low = 0;
    std::int64_t high = 0;
    const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        client_->get(),
        settings_.topic.c_str(),
        only_partition,
        &low,
        &high,
        static_cast<int>(settings_.timeout.count())
    );
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client_->trouble(code);
    return static_cast<std::uint64_t>(high);
}

Result<std::unique_ptr<TopicReader>> KafkaTopic::read_from(std::uint64_t offset) {
    return KafkaReader::open(settings_, offset);
}

Result<std::unique_ptr<TopicWriter>> KafkaTopic::write() { return KafkaWriter::open(settings_); }

} // namespace tollbook
