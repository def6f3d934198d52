#include "api/kafka_config.hpp"

#include "api/http/receipt.hpp"

#include <fstream>
#include <utility>

namespace tollbook::api {

namespace {

Error bad(std::string detail) { return {Errc::config_invalid, std::move(detail)}; }

Result<std::string> secret_in(const std::string& file) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line.empty())
        return bad("kafka.password_file: " + file + " cannot be read, or is empty");
    return line;
}

} // namespace

Result<KafkaSettings> kafka_of(const Config& config) {
    KafkaSettings kafka;
    kafka.bootstrap = config.text("kafka.bootstrap");
    kafka.topic = config.text("kafka.topic");
    kafka.tls = config.flag("kafka.tls");
    kafka.tls_ca_file = config.text("kafka.tls_ca_file");
    kafka.username = config.text("kafka.username");
    kafka.unsafe_topic = config.flag("kafka.unsafe_topic");
    kafka.timeout = std::chrono::milliseconds(config.number("kafka.timeout_ms"));
    if (kafka.bootstrap.empty()) return bad("kafka.bootstrap: no brokers are given");
    if (kafka.topic.empty()) return bad("kafka.topic: no name is given");
    if (kafka.timeout.count() < 1) return bad("kafka.timeout_ms: must be 1 or more");
    if (!kafka.tls_ca_file.empty() && !kafka.tls)
        return bad("kafka.tls_ca_file: it is of no use without kafka.tls");
    kafka.sasl_mechanism = config.text("kafka.sasl_mechanism");
    const bool plain = kafka.sasl_mechanism == "PLAIN";
    if (!plain && kafka.sasl_mechanism != "SCRAM-SHA-512" &&
        kafka.sasl_mechanism != "SCRAM-SHA-256")
        return bad("kafka.sasl_mechanism: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN");
    if (plain && !kafka.tls)
        return bad("kafka.sasl_mechanism: PLAIN shows the password without kafka.tls");
    const std::string& file = config.text("kafka.password_file");
    if (kafka.username.empty() != file.empty())
        return bad("kafka.username and kafka.password_file belong together");
    if (file.empty()) return kafka;
    Result<std::string> password = secret_in(file);
    if (!password) return password.error();
    kafka.password = std::move(*password);
    return kafka;
}

Result<std::optional<ReplicationOptions>> replication_of(const Config& config) {
    if (config.text("kafka.bootstrap").empty()) return std::optional<ReplicationOptions>();
    Result<KafkaSettings> kafka = kafka_of(config);
    if (!kafka) return kafka.error();
    const auto level = acknowledgement_named(config.text("kafka.acknowledge"));
    if (!level) return bad("kafka.acknowledge: both, replicated or local");
    ReplicationOptions options;
    options.kafka = std::move(*kafka);
    options.acknowledge = *level;
    options.meet_within = 2 * options.kafka.timeout;
    return std::optional(std::move(options));
}

} // namespace tollbook::api
