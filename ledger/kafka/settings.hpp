#pragma once

#include <chrono>
#include <string>

namespace tollbook {

// How the brokers are reached. Every refusal names the setting as the configuration spells it:
// "kafka." and the member's name.
struct KafkaSettings {
    std::string bootstrap;             // host:port,host:port
    std::string topic{"tollbook-log"}; // The private topic of partition 0.
    bool tls{};
    std::string tls_ca_file; // PEM; empty: the system's.
    std::string username;    // Empty: no SASL.
    std::string password;
    std::string sasl_mechanism{"SCRAM-SHA-512"}; // Or SCRAM-SHA-256, or PLAIN over TLS.
    bool unsafe_topic{}; // For development: fewer replicas and other retention than are safe.
    std::chrono::milliseconds timeout{5'000}; // Of one question to the brokers.
};

} // namespace tollbook
