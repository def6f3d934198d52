#pragma once

#include "api/http/api_keys.hpp"
#include "api/http/hooks.hpp"
#include "api/http/limits.hpp"
#include "api/http/metrics.hpp"
#include "api/http/workers.hpp"
#include "api/run_order.hpp"
#include "ledger/submit.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// One line of /readyz. What is only degraded leaves the node ready.
struct Check {
    std::string name;
    bool ok{};
    bool degraded_only{};
    std::string detail;
};

// What the handlers may use; everything outlives the server.
struct Services {
    Submit& submit;
    ApiKeys& keys;
    Hooks& hooks;
    Metrics& metrics;
    std::function<std::vector<Check>()> checks{};
    std::function<void(RunOrder, Reply)> run{}; // Answers once, from any thread. Absent: not_ready.
    ReaderPool* read_models{};                  // Absent: database_unavailable.
    std::function<bool()> reads_ready{};        // False: their tables may not be there yet.
    std::function<std::uint64_t()> projected_seq{}; // What every read model holds.
    std::size_t reader_threads{2};
    std::size_t reads_waiting_max{1'024};
    std::size_t batches_waiting_max{64};
    std::chrono::milliseconds read_wait_max{2'000}; // For min_position.
};

} // namespace tollbook::api
