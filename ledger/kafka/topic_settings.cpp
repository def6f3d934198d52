#include "ledger/kafka/topic_settings.hpp"

#include "ledger/frame.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <vector>

namespace tollbook {

namespace {

constexpr int partitions_wanted = 1;
constexpr int replicas_min = 3;
constexpr int insync_min = 2;
constexpr std::int64_t message_overhead_bytes = 512; // Of Kafka's record and batch.
constexpr std::string_view oldest_broker = "3.9";

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, RdDestroy<rd_kafka_metadata_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, RdDestroy<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, RdDestroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, RdDestroy<rd_kafka_event_destroy>>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, RdDestroy<rd_kafka_ConfigResource_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, RdDestroy<rd_kafka_AdminOptions_destroy>>;

int millis(const KafkaSettings& settings) { return static_cast<int>(settings.timeout.count()); }

Result<Metadata> ask_metadata(KafkaClient& client, const KafkaSettings& settings) {
    const TopicHandle topic(rd_kafka_topic_new(client.get(), settings.topic.c_str(), nullptr));
    const rd_kafka_metadata_t* found = nullptr;
    const rd_kafka_resp_err_t code =
        rd_kafka_metadata(client.get(), 0, topic.get(), &found, millis(settings));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.trouble(code);
    Metadata metadata(found);
    const rd_kafka_resp_err_t missing = metadata->topics[0].err;
    if (missing == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return Error{
            Errc::config_invalid,
            fmt::format(
                "kafka.topic: there is no topic {}; make it with `tollbook topic create`",
                settings.topic
            )};
    if (missing == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        return Error{
            Errc::config_invalid,
            fmt::format("kafka.username: it may not use topic {}", settings.topic)};
    if (missing != RD_KAFKA_RESP_ERR_NO_ERROR) return client.trouble(missing);
    return metadata;
}

using Values = std::map<std::string, std::string>;

Values values_of(const rd_kafka_ConfigResource_t& resource) {
    Values values;
    std::size_t count = 0;
    const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(&resource, &count);
    for (std::size_t i = 0; i < count; ++i) {
        const char* value = rd_kafka_ConfigEntry_value(entries[i]);
        values[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
    }
    return values;
}

// One resource a question: a broker's settings are told by that broker alone.
Result<Values> ask_values(
    KafkaClient& client,
    const KafkaSettings& settings,
    rd_kafka_ResourceType_t type,
    const std::string& name
) {
    const Options options(rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
    );
    std::array<char, 256> why{};
    (void)rd_kafka_AdminOptions_set_request_timeout(
        options.get(), millis(settings), why.data(), why.size()
    );
    const Resource resource(rd_kafka_ConfigResource_new(type, name.c_str()));
    const Queue queue(rd_kafka_queue_new(client.get()));
    rd_kafka_ConfigResource_t* asked = resource.get();
    rd_kafka_DescribeConfigs(client.get(), &asked, 1, options.get(), queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), 2 * millis(settings)));
    if (!event) return client.trouble(RD_KAFKA_RESP_ERR__TIMED_OUT);
    if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return client.trouble(code);
    std::size_t count = 0;
    const rd_kafka_ConfigResource_t** answers = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count
    );
    if (count != 1) return client.trouble(RD_KAFKA_RESP_ERR__BAD_MSG);
    if (const auto code = rd_kafka_ConfigResource_error(answers[0]);
        code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return Error{
            Errc::config_invalid,
            fmt::format(
                "kafka.username: it may not read the settings of {}: {}",
                name,
                rd_kafka_err2str(code)
            )};
    return values_of(*answers[0]);
}

std::string value_of(const Values& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
}

std::int64_t number_of(const Values& values, const std::string& name) {
    const std::string text = value_of(values, name);
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() ? number : 0;
}

// No broker tells its version. This setting is new in 3.9, and unlike a version nobody can set it
// to look like another.
bool is_too_old(const Values& broker) {
    return !broker.contains("controller.quorum.bootstrap.servers");
}

// What is wrong with the topic that a development override may let pass.
std::string not_safe(const TopicFacts& facts) {
    std::string found;
    const auto note = [&](bool wrong, std::string_view name, std::string_view is, std::string must
                      ) {
        if (!wrong) return;
        found += fmt::format("{}{} is {}, must be {}", found.empty() ? "" : "; ", name, is, must);
    };
    const auto text = [&](const char* name, const std::string& must) {
        const std::string is = value_of(facts.topic, name);
        note(is != must, name, is, must);
    };
    note(
        facts.replicas < replicas_min,
        "replication factor",
        std::to_string(facts.replicas),
        fmt::format(">= {}", replicas_min)
    );
    note(
        number_of(facts.topic, "min.insync.replicas") < insync_min,
        "min.insync.replicas",
        value_of(facts.topic, "min.insync.replicas"),
        fmt::format(">= {}", insync_min)
    );
    text("unclean.leader.election.enable", "false");
    text("cleanup.policy", "delete");
    text("retention.ms", "-1");
    text("retention.bytes", "-1");
    return found;
}

} // namespace

Status find_leader(KafkaClient& client, const KafkaSettings& settings) {
    const Result<Metadata> metadata = ask_metadata(client, settings);
    if (!metadata) return metadata.error();
    const rd_kafka_metadata_topic_t& topic = (*metadata)->topics[0];
    const bool led = topic.partition_cnt > 0 && topic.partitions[0].leader >= 0;
    if (!led) return client.trouble(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
    return Done{};
}

Result<TopicFacts> ask_facts(KafkaClient& client, const KafkaSettings& settings) {
    const Result<Metadata> metadata = ask_metadata(client, settings);
    if (!metadata) return metadata.error();
    const rd_kafka_metadata_topic_t& topic = (*metadata)->topics[0];
    TopicFacts facts;
    facts.partitions = topic.partition_cnt;
    for (int i = 0; i < topic.partition_cnt; ++i) {
        const int replicas = topic.partitions[i].replica_cnt;
        facts.replicas = i == 0 ? replicas : std::min(facts.replicas, replicas);
    }
    Result<Values> values = ask_values(client, settings, RD_KAFKA_RESOURCE_TOPIC, settings.topic);
    if (!values) return values.error();
    facts.topic = std::move(*values);
    for (int i = 0; i < (*metadata)->broker_cnt; ++i) {
        const int id = (*metadata)->brokers[i].id;
        Result<Values> broker =
            ask_values(client, settings, RD_KAFKA_RESOURCE_BROKER, std::to_string(id));
        if (!broker) return broker.error();
        facts.brokers[id] = std::move(*broker);
    }
    return facts;
}

Result<std::string> judge_facts(const TopicFacts& facts, const KafkaSettings& settings) {
    const auto refuse = [&](std::string why) {
        return Error{Errc::config_invalid, fmt::format("kafka.topic {}: {}", settings.topic, why)};
    };
    for (const auto& [id, broker] : facts.brokers)
        if (is_too_old(broker))
            return Error{
                Errc::config_invalid,
                fmt::format(
                    "kafka.bootstrap: broker {} is older than {}, the oldest that will do",
                    id,
                    oldest_broker
                )};
    if (facts.partitions != partitions_wanted)
        return refuse(
            fmt::format("it has {} partitions, the log has {}", facts.partitions, partitions_wanted)
        );
    constexpr auto bytes_min = static_cast<std::int64_t>(frame_bytes_max) + message_overhead_bytes;
    if (number_of(facts.topic, "max.message.bytes") < bytes_min)
        return refuse(fmt::format(
            "max.message.bytes is {}, must be >= {}",
            value_of(facts.topic, "max.message.bytes"),
            bytes_min
        ));
    std::string found = not_safe(facts);
    if (!found.empty() && !settings.unsafe_topic)
        return refuse(found + " (kafka.unsafe_topic = true lets it pass, for development)");
    return found;
}

} // namespace tollbook
