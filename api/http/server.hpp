#pragma once

#include "api/http/app.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tollbook::api {

struct ServerOptions {
    std::string listen{"127.0.0.1:8420"}; // Port 0: any free one.
    std::size_t threads{2};
    std::string tls_cert_file{}; // Empty: plain HTTP.
    std::string tls_key_file{};
};

// Serves an App over HTTP/1.1: one io_context for each thread, connections dealt out in turn.
class Server {
public:
    // Listens and serves at once. Refuses with config_invalid when it cannot.
    static Result<std::unique_ptr<Server>> start(App& app, const ServerOptions& options);

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    std::uint16_t port() const;
    std::size_t connections() const;

    // No new connections; idle ones close; answers that are due are still given. Blocks.
    void stop();

private:
    struct State;
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace tollbook::api
