#pragma once

#include "ledger/kafka/settings.hpp"

#include <string>
#include <vector>

namespace tollbook {

// Real brokers, run by scripts/kafka; they end with the object.
class KafkaCluster {
public:
    // `options` as the script takes them: "--brokers 3", "--version 3.9.1", "--tls --sasl".
    explicit KafkaCluster(const std::string& options = "");
    KafkaCluster(const KafkaCluster&) = delete;
    KafkaCluster& operator=(const KafkaCluster&) = delete;
    ~KafkaCluster();

    // Of a topic name that nobody had yet; as for development when there is one broker.
    KafkaSettings settings();

    void signal(int broker, const std::string& name); // KILL, TERM, STOP, CONT
    void restart(int broker);

private:
    std::string run(const std::string& words) const;

    std::string directory_;
    KafkaSettings settings_;
    int topics_{};
};

} // namespace tollbook
