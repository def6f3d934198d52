#pragma once

#include "ledger/guarded.hpp"
#include "ledger/kafka/settings.hpp"
#include "ledger/topic.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tollbook {

class KafkaClient;

// How a topic is made for a log.
struct NewTopic {
    int replication_factor{3};
    int min_insync_replicas{2};
};

// The private topic in a Kafka cluster, brokers 3.9 or newer. Brokers that are away are waited for;
// everything else is refused by name.
class KafkaTopic final : public Topic {
public:
    // Does not connect yet. config_invalid for settings that cannot work.
    static Result<std::unique_ptr<KafkaTopic>> open(const KafkaSettings& settings);

    ~KafkaTopic() override;

    // Makes the topic as a log needs it: one partition, kept for ever, never led by a replica that
    // is behind. Returns when the brokers tell who leads it. config_invalid when it is there
    // already.
    Status create(const NewTopic& wanted);

    // Where it is not as safe as it must be, what the override lets pass; empty: nowhere.
    std::string unsafe() const;

    Status check() override;
    Result<std::uint64_t> end() override;
    Result<std::unique_ptr<TopicReader>> read_from(std::uint64_t offset) override;
    Result<std::unique_ptr<TopicWriter>> write() override;

private:
    KafkaTopic(KafkaSettings settings, std::unique_ptr<KafkaClient> client);

    Status await_leader();

    KafkaSettings settings_;
    std::unique_ptr<KafkaClient> client_; // For questions.
    Guarded<std::string> unsafe_;
};

} // namespace tollbook
