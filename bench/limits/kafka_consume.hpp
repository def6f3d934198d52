#pragma once

#include "ledger/kafka/settings.hpp"

#include <cstdint>

namespace tollbook::bench {

struct Consumed {
    std::uint64_t messages{};
    std::uint64_t bytes{};
    double seconds{};
};

// The limit of a restore from a topic: librdkafka's consumer alone, from the first message to the
// one before `end`, its fetches large and its queue never in the way; every byte is taken over and
// dropped.
Consumed consume(const KafkaSettings& settings, std::uint64_t end);

} // namespace tollbook::bench
