#pragma once

#include "ledger/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tollbook::api {

struct ClientOptions {
    std::string url; // "http://127.0.0.1:8420"
    std::string key; // "tb_..."
};

struct ClientReply {
    int status{};
    std::string body;
    std::string position; // Tollbook-Position
    bool replayed{};
};

// The API over HTTP, one kept-alive connection. Commands carry a key, so what failed on the way or
// may be retried is sent again with it, a few times with growing pauses. Not thread-safe.
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
