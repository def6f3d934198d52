#include "tests/support/kafka_cluster.hpp"

#include "ledger/ensure.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <unistd.h>

namespace tollbook {

namespace {

struct PipeCloser {
    void operator()(FILE* pipe) const { (void)::pclose(pipe); }
};

std::string text_of(const boost::json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value == nullptr || !value->is_string() ? std::string()
                                                   : std::string(value->as_string());
}

} // namespace

KafkaCluster::KafkaCluster(const std::string& options) {
    const char* parent = std::getenv("TMPDIR"); // Else a disk: the brokers write much.
    std::string name = std::string(parent == nullptr ? "/var/tmp" : parent) + "/kafka-XXXXXX";
    ensure(::mkdtemp(name.data()) != nullptr);
    directory_ = name;
    const boost::json::value answer =
        boost::json::parse(run("start --until " + std::to_string(::getpid()) + " " + options));
    const boost::json::object& cluster = answer.as_object();
    settings_.bootstrap = text_of(cluster, "bootstrap");
    settings_.tls_ca_file = text_of(cluster, "ca_file");
    settings_.tls = !settings_.tls_ca_file.empty();
    settings_.username = text_of(cluster, "user");
    std::ifstream password(text_of(cluster, "password_file"));
    std::getline(password, settings_.password);
    settings_.unsafe_topic = cluster.at("brokers").as_array().size() < 3;
    ensure(!settings_.bootstrap.empty());
}

KafkaCluster::~KafkaCluster() {
    run("stop");
    std::filesystem::remove_all(directory_);
}

std::string KafkaCluster::run(const std::string& words) const {
    const std::string command =
        std::string(TOLLBOOK_ROOT "/scripts/kafka ") + words + " --dir " + directory_;
    const std::unique_ptr<FILE, PipeCloser> pipe(::popen(command.c_str(), "r"));
    ensure(pipe != nullptr);
    std::string out;
    std::array<char, 4096> piece{};
    while (std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr)
        out += piece.data();
    return out;
}

KafkaSettings KafkaCluster::settings() {
    KafkaSettings settings = settings_;
    settings.topic = "log-" + std::to_string(++topics_);
    return settings;
}

void KafkaCluster::signal(int broker, const std::string& name) {
    run("kill-broker --id " + std::to_string(broker) + " --signal " + name);
}

void KafkaCluster::restart(int broker) { run("start-broker --id " + std::to_string(broker)); }

} // namespace tollbook
