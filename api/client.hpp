#pragma once

#include "ledger/error.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tollbook::api {

struct ClientOptions {
    std::string url;     // "http://127.0.0.1:8420"
    std::string key;     // "tb_..."
    int attempts_max{5}; // Of one request.
    std::chrono::milliseconds answer_timeout{120'000};
    std::function<bool()> keep_waiting{}; // Asked meanwhile; false gives up. Null: yes.
};

struct ClientReply {
    int status{};
    std::string body;
    std::string position; // Tollbook-Position
    std::string parked;   // Tollbook-Parked-Keys; empty when none wait.
    bool replayed{};
};

// The API over HTTP, one kept-alive connection. Commands carry a key, so what failed on the way or
// may be retried is sent again with it, a few times with growing pauses. Whom it cannot reach is
// not_ready, a command whose answer does not come outcome_unknown. Not thread-safe.
class Client {
public:
    explicit Client(ClientOptions options);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // Answers that are problems become their error.
    Result<ClientReply> get(const std::string& path);
    Result<ClientReply> post(
        const std::string& path, const std::string& body, const std::string& idempotency_key
    );

private:
    struct State;
    std::unique_ptr<State> state_;
};

// A name as one segment of a path.
std::string path_segment(std::string_view name);

} // namespace tollbook::api
