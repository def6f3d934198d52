#include "ledger/kafka/client.hpp"

#include <fmt/format.h>

#include <array>
#include <simdjson.h>
#include <string_view>

namespace tollbook {

namespace {

constexpr std::size_t reason_bytes = 512;
constexpr const char* statistics_every_ms = "1000";

using Conf = std::unique_ptr<rd_kafka_conf_t, RdDestroy<rd_kafka_conf_destroy>>;

// Which of our settings an option of librdkafka comes from.
std::string_view setting_of(std::string_view option) {
    if (option.starts_with("ssl.ca")) return "kafka.tls_ca_file";
    if (option.starts_with("sasl")) return "kafka.username";
    if (option == "security.protocol") return "kafka.tls";
    return "kafka.bootstrap";
}

Status set(rd_kafka_conf_t& conf, const char* name, const std::string& value) {
    std::array<char, reason_bytes> why{};
    if (rd_kafka_conf_set(&conf, name, value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK)
        return Done{};
    return Error{Errc::config_invalid, fmt::format("{}: {}", setting_of(name), why.data())};
}

std::string protocol_of(const KafkaSettings& settings) {
    const bool sasl = !settings.username.empty();
    if (settings.tls) return sasl ? "sasl_ssl" : "ssl";
    return sasl ? "sasl_plaintext" : "plaintext";
}

Status set_all(rd_kafka_conf_t& conf, const KafkaSettings& settings) {
    std::vector<KafkaClient::Option> options{
        {"bootstrap.servers", settings.bootstrap},
        {"client.id", "tollbook"},
        {"security.protocol", protocol_of(settings)},
        {"broker.address.family", "any"},
        {"socket.keepalive.enable", "true"},
        {"reconnect.backoff.ms", "50"},
        {"reconnect.backoff.max.ms", "200"},
        {"retry.backoff.ms", "50"},
        {"topic.metadata.refresh.interval.ms", "1000"},
        {"statistics.interval.ms", statistics_every_ms}};
    if (!settings.tls_ca_file.empty())
        options.emplace_back("ssl.ca.location", settings.tls_ca_file);
    if (!settings.username.empty()) {
        options.emplace_back("sasl.mechanisms", settings.sasl_mechanism);
        options.emplace_back("sasl.username", settings.username);
        options.emplace_back("sasl.password", settings.password);
    }
    for (const auto& [name, value] : options)
        if (const Status status = set(conf, name, value); !status) return status;
    return Done{};
}

bool breaks_connection(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

// The broker that leads our partition, as the statistics tell; -1 when they do not.
int leader_in(std::string_view json, std::string_view topic) {
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded(json);
    simdjson::ondemand::document document;
    std::int64_t leader = -1;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return -1;
    const std::string partition = std::to_string(only_partition);
    if (document["topics"][topic]["partitions"][partition]["leader"].get(leader) !=
        simdjson::SUCCESS)
        return -1;
    return static_cast<int>(leader);
}

} // namespace

Result<std::unique_ptr<KafkaClient>> KafkaClient::make(
    rd_kafka_type_t type,
    const KafkaSettings& settings,
    std::initializer_list<Option> options,
    OnDelivery on_delivery,
    void* opaque
) {
    std::unique_ptr<KafkaClient> made(new KafkaClient(settings, opaque));
    Conf conf(rd_kafka_conf_new());
    if (const Status status = set_all(*conf, settings); !status) return status.error();
    for (const auto& [name, value] : options)
        if (const Status status = set(*conf, name, value); !status) return status.error();
    rd_kafka_conf_set_opaque(conf.get(), made.get());
    rd_kafka_conf_set_error_cb(conf.get(), &on_error);
    rd_kafka_conf_set_log_cb(conf.get(), &on_log);
    rd_kafka_conf_set_stats_cb(conf.get(), &on_statistics);
    made->on_delivery_ = on_delivery;
    if (on_delivery != nullptr)
        rd_kafka_conf_set_dr_msg_cb(
            conf.get(),
            [](rd_kafka_t* client, const rd_kafka_message_t* message, void* self) {
                auto* owner = static_cast<KafkaClient*>(self);
                owner->on_delivery_(client, message, owner->opaque_);
            }
        );
    std::array<char, reason_bytes> why{};
    made->client_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
    if (made->client_ == nullptr) {
        const std::string_view text = why.data();
        const bool is_tls = text.find("ssl") != std::string_view::npos;
        return Error{
            Errc::config_invalid,
            fmt::format("{}: {}", is_tls ? "kafka.tls_ca_file" : "kafka.bootstrap", text)};
    }
    (void)conf.release(); // The client owns it now.
    return made;
}

// What was not sent is given up: nobody waits for it any more.
KafkaClient::~KafkaClient() {
    if (client_ == nullptr) return;
    if (rd_kafka_type(client_) == RD_KAFKA_PRODUCER)
        rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(client_);
}

void KafkaClient::hear(rd_kafka_resp_err_t code, std::string why) {
    heard_.with([&](Heard& heard) {
        if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
            code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
            heard.refused = Error{
                Errc::config_invalid,
                fmt::format("kafka.username, kafka.password_file, kafka.tls: {}", why)};
        else if (code == RD_KAFKA_RESP_ERR__SSL)
            heard.refused =
                Error{Errc::config_invalid, fmt::format("kafka.tls, kafka.tls_ca_file: {}", why)};
        heard.last = std::move(why);
    });
}

void KafkaClient::on_error(rd_kafka_t*, int code, const char* why, void* self) {
    auto& client = *static_cast<KafkaClient*>(self);
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    if (breaks_connection(error)) client.interrupted_ = true;
    client.hear(error, why);
}

// Errors come to `on_error` too; the rest is of no use to an operator.
void KafkaClient::on_log(const rd_kafka_t*, int, const char*, const char*) {}

int KafkaClient::on_statistics(rd_kafka_t*, char* json, std::size_t size, void* self) {
    auto& client = *static_cast<KafkaClient*>(self);
    const int leader = leader_in({json, size}, client.settings_.topic);
    const int before = leader < 0 ? -1 : client.leader_.exchange(leader);
    if (before >= 0 && before != leader) client.interrupted_ = true;
    return 0; // librdkafka frees the text.
}

std::optional<Error> KafkaClient::refused() const {
    return heard_.with([](const Heard& heard) { return heard.refused; });
}

Error KafkaClient::trouble(rd_kafka_resp_err_t code) {
    poll(std::chrono::milliseconds(0)); // The reason may still wait to be told.
    if (const auto why = refused()) return *why;
    std::string last = heard_.with([](const Heard& heard) { return heard.last; });
    // A listener without TLS may also end the handshake before it says anything.
    const bool is_of_tls = last.find("security.protocol") != std::string::npos ||
                           last.find("SSL_HANDSHAKE") != std::string::npos;
    if (is_of_tls) last += "; is kafka.tls right?";
    return {
        Errc::topic_unavailable,
        fmt::format(
            "kafka.bootstrap {}: {}{}{}",
            settings_.bootstrap,
            rd_kafka_err2str(code),
            last.empty() ? "" : "; ",
            last
        )};
}

} // namespace tollbook
