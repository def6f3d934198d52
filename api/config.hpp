#pragma once

#include "ledger/error.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

enum class SettingType { text, number, flag, list };

struct Setting {
    std::string_view name; // "http.listen": table and key of the file.
    SettingType type{};
    std::string_view fallback;
    std::string_view meaning;
};

// Everything that can be set. A list is written with commas in flags and environment.
inline constexpr std::array settings{
    Setting{"data.dir", SettingType::text, "tollbook-data", "Log, keys and private database"},
    Setting{"http.listen", SettingType::text, "127.0.0.1:8420", "Address and port"},
    Setting{"http.threads", SettingType::number, "2", "Threads that serve connections"},
    Setting{"http.connections_max", SettingType::number, "16384", "More are closed at once"},
    Setting{"http.requests_in_flight_max", SettingType::number, "8192", "More are answered 503"},
    Setting{"http.body_bytes_max", SettingType::number, "1048576", "Of one command"},
    Setting{"http.tls_cert_file", SettingType::text, "", "PEM chain; empty: plain HTTP"},
    Setting{"http.tls_key_file", SettingType::text, "", "PEM key of the chain"},
    Setting{
        "http.trusted_proxies",
        SettingType::list,
        "",
        "Networks whose X-Forwarded-For is believed"},
    Setting{
        "hooks.sources",
        SettingType::list,
        "196.201.214.200,196.201.214.206,196.201.214.207,196.201.214.208,196.201.213.114,"
        "196.201.213.44,196.201.212.127,196.201.212.128,196.201.212.129,196.201.212.132,"
        "196.201.212.136,196.201.212.138,196.201.212.69,196.201.212.74",
        "Networks that callbacks may come from"},
    Setting{
        "hooks.observe_only",
        SettingType::flag,
        "true",
        "Count callbacks of other sources, but take them"},
    Setting{
        "database.dsn_file",
        SettingType::text,
        "",
        "File with the libpq connection string; empty: a private cluster below data.dir"},
    Setting{"book.checkpoint_records", SettingType::number, "250000", "Records per checkpoint"},
    Setting{
        "book.answer_within_ms",
        SettingType::number,
        "10000",
        "What the topic has not confirmed by then is answered 504, what waits behind it 503"},
    Setting{"kafka.bootstrap", SettingType::text, "", "Brokers, host:port,...; empty: no Kafka"},
    Setting{"kafka.topic", SettingType::text, "tollbook-log", "The log's private topic"},
    Setting{
        "kafka.acknowledge",
        SettingType::text,
        "both",
        "What an answer waits for: the disk and the topic (both), replicated, or local"},
    Setting{"kafka.tls", SettingType::flag, "false", "Speak TLS with the brokers"},
    Setting{"kafka.tls_ca_file", SettingType::text, "", "PEM of their CA; empty: the system's"},
    Setting{"kafka.username", SettingType::text, "", "SASL user; empty: none"},
    Setting{"kafka.password_file", SettingType::text, "", "File with that user's password"},
    Setting{
        "kafka.sasl_mechanism",
        SettingType::text,
        "SCRAM-SHA-512",
        "Or SCRAM-SHA-256, or PLAIN (with kafka.tls alone)"},
    Setting{
        "kafka.unsafe_topic",
        SettingType::flag,
        "false",
        "For development: let a topic pass that could lose the log"},
    Setting{"kafka.timeout_ms", SettingType::number, "5000", "Of one question to the brokers"},
    Setting{
        "billing.check_every_ms",
        SettingType::number,
        "60000",
        "How often tenants with a billing schedule are looked at; 0: never"},
    Setting{
        "fiscal.check_every_ms",
        SettingType::number,
        "1000",
        "How often it is looked for documents that wait for a fiscal device; 0: never"},
    Setting{"fiscal.timeout_ms", SettingType::number, "15000", "Of one call to a fiscal device"},
    Setting{
        "fiscal.keys_file",
        SettingType::text,
        "",
        "File with lines of tenant, entity and its device's key; empty: fiscal.keys below "
        "data.dir"},
    Setting{"routers.timeout_ms", SettingType::number, "5000", "Of one call to a router"},
    Setting{
        "routers.audit_every_ms",
        SettingType::number,
        "60000",
        "How often everything is read back and drift repaired"},
    Setting{"log.level", SettingType::text, "info", "debug, info, warn or error"},
    Setting{"log.format", SettingType::text, "auto", "auto, json or text"},
    Setting{
        "ledger.url",
        SettingType::text,
        "",
        "Where the process with the role ledger is, for those with other roles"},
    Setting{
        "ledger.key_file",
        SettingType::text,
        "",
        "File with an API key of the role node; empty: node.key below data.dir"},
    Setting{"client.url", SettingType::text, "http://127.0.0.1:8420", "Where commands are sent"},
    Setting{
        "client.key_file",
        SettingType::text,
        "",
        "File with the API key; empty: the platform key below data.dir"},
};

struct SettingValue {
    std::string text;
    std::string origin; // "default", "file tollbook.toml", "environment TOLLBOOK_...", "flag"
};

struct ConfigSources {
    std::map<std::string, std::string> flags;
    std::map<std::string, std::string> environment; // Only those of this product matter.
    std::optional<std::string> file;
};

// Flags rule over the environment, that over the file, that over the defaults.
class Config {
public:
    // Refuses with config_invalid: a name that is not known (with a suggestion), a value of another
    // type, a file that cannot be read.
    static Result<Config> load(const ConfigSources& sources);

    // Asking for a name or type that the table does not have is a bug.
    const std::string& text(std::string_view name) const;
    std::int64_t number(std::string_view name) const;
    bool flag(std::string_view name) const;
    std::vector<std::string> list(std::string_view name) const;

    // In the order of the table.
    std::vector<std::pair<std::string_view, SettingValue>> shown() const;

private:
    Status set(const std::string& name, SettingValue value);
    Status set_from_file(const std::string& path);

    std::map<std::string, SettingValue, std::less<>> values_;
};

// The variables of this process that set something: TOLLBOOK_HTTP__LISTEN and the like.
std::map<std::string, std::string> tollbook_environment();

} // namespace tollbook::api
