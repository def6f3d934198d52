// librdkafka's client, owned. For ledger/kafka/ alone.
#pragma once

#include "ledger/error.hpp"
#include "ledger/guarded.hpp"
#include "ledger/kafka/settings.hpp"

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tollbook {

// A topic of the log has this one alone, since its order is the order of the book.
inline constexpr int only_partition = 0;

// A unique_ptr of one of librdkafka's objects: std::unique_ptr<T, RdDestroy<rd_kafka_..._destroy>>.
template <auto destroy>
struct RdDestroy {
    template <class T>
    void operator()(T* object) const {
        destroy(object);
    }
};

class KafkaClient {
public:
    using Option = std::pair<const char*, std::string>;
    using OnDelivery = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

    // Does not connect yet. `on_delivery` is called with `opaque` from `poll`. Refuses with
    // config_invalid naming the setting.
    static Result<std::unique_ptr<KafkaClient>> make(
        rd_kafka_type_t type,
        const KafkaSettings& settings,
        std::initializer_list<Option> options,
        OnDelivery on_delivery = nullptr,
        void* opaque = nullptr
    );

    KafkaClient(const KafkaClient&) = delete;
    KafkaClient& operator=(const KafkaClient&) = delete;
    ~KafkaClient();

    rd_kafka_t* get() const { return client_; }

    // Serves what waits: deliveries, errors, statistics.
    void poll(std::chrono::milliseconds wait) {
        rd_kafka_poll(client_, static_cast<int>(wait.count()));
    }

    // What went wrong with the brokers: topic_unavailable, or config_invalid when they refuse our
    // TLS or SASL, with librdkafka's last word on it.
    Error trouble(rd_kafka_resp_err_t code);

    // What no time will cure.
    std::optional<Error> refused() const;

    // Whether a connection broke, or another broker leads the topic, since this was asked last.
    bool take_interrupted() { return interrupted_.exchange(false); }

private:
    KafkaClient(const KafkaSettings& settings, void* opaque)
        : settings_(settings), opaque_(opaque) {}

    struct Heard {
        std::string last;             // What librdkafka said last of a broker.
        std::optional<Error> refused; // TLS or SASL.
    };

    static void on_error(rd_kafka_t* client, int code, const char* why, void* self);
    static void on_log(const rd_kafka_t* client, int level, const char* what, const char* text);
    static int on_statistics(rd_kafka_t* client, char* json, std::size_t size, void* self);
    void hear(rd_kafka_resp_err_t code, std::string why);

    KafkaSettings settings_;
    void* opaque_{};
    OnDelivery on_delivery_{};
    Guarded<Heard> heard_;
    std::atomic<bool> interrupted_{};
    std::atomic<int> leader_{-1}; // Broker that leads the topic's partition, as last seen.
    rd_kafka_t* client_{};
};

} // namespace tollbook
