#pragma once

#include "ledger/kafka/client.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace tollbook {

// What the brokers say of the topic and of themselves.
struct TopicFacts {
    int partitions{};
    int replicas{};
    std::map<std::string, std::string> topic;                  // Its settings.
    std::map<int, std::map<std::string, std::string>> brokers; // Theirs, by broker id.
};

// Learns anew which broker leads the topic. topic_unavailable when none does.
Status find_leader(KafkaClient& client, const KafkaSettings& settings);

// Asks. topic_unavailable, or config_invalid when there is no such topic.
Result<TopicFacts> ask_facts(KafkaClient& client, const KafkaSettings& settings);

// Whether a log may stand in it. Refuses with config_invalid naming what is wrong; what
// `kafka.unsafe_topic` lets pass is the answer, empty when it is safe.
Result<std::string> judge_facts(const TopicFacts& facts, const KafkaSettings& settings);

} // namespace tollbook
