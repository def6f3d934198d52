#pragma once

#include "api/http/app.hpp"
#include "api/http/channel.hpp"
#include "api/http/io_thread.hpp"

#include <atomic>
#include <cstddef>
#include <memory>

namespace tollbook::api {

// What a session is given; `connections` counts it while it is open. The io thread is shared
// because an answer may come (and be dropped) after the server is gone.
struct SessionContext {
    std::shared_ptr<IoThread> io;
    App& app;
    std::atomic<std::size_t>& connections;
};

// Serves one connection until it ends. Call on the io thread of `context`.
void start_session(std::unique_ptr<Channel> channel, const SessionContext& context);

} // namespace tollbook::api
