// How much of anything one peer may ask of the HTTP server. Each limit has a test.
#pragma once

#include <chrono>
#include <cstddef>

namespace tollbook::api {

struct Limits {
    std::size_t header_bytes_max{16 * 1024};
    std::size_t body_bytes_max{1024 * 1024};
    std::size_t batch_bytes_max{32 * 1024 * 1024};
    std::size_t hook_bytes_max{64 * 1024};
    std::size_t linger_bytes_max{4 * 1024 * 1024}; // Discarded after a refusal, so that it is read.
    std::size_t connections_max{16'384};
    std::size_t requests_in_flight_max{8'192};
    std::chrono::milliseconds header_max{10'000}; // From its first byte to its last.
    std::chrono::milliseconds body_max{60'000};
    std::chrono::milliseconds answer_max{30'000};
    std::chrono::milliseconds write_max{30'000};
    std::chrono::milliseconds idle_max{75'000};
    std::chrono::milliseconds linger_max{2'000};
    std::chrono::milliseconds drain_max{10'000};
    std::chrono::milliseconds tick{100}; // How late a deadline may be noticed.
};

// Of one batch; see POST /v1/tenants/{tenant}/batch.
inline constexpr std::size_t batch_commands_max = 8'000;
inline constexpr std::size_t batch_dry_run_commands_max = 50'000; // With dry_run=true.

inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr std::size_t path_parameter_bytes_max = 255;
inline constexpr std::size_t list_items_max = 1'000;
inline constexpr std::size_t list_items_default = 50;

} // namespace tollbook::api
