#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>

namespace tollbook::bench {

// One answered run of requests.
struct Load {
    double seconds{};
    double p50_ms{};
    double p99_ms{};
    std::string last_body; // Of the answer that came last.
};

// Sends whole HTTP/1.1 requests over that many keep-alive connections to 127.0.0.1, each
// connection one request at a time and the next when its answer is there, from the calling thread
// alone: bare sockets and epoll, so that the server is what is measured. Any answer but 2xx, or a
// connection that ends, ends the bench with what was said.
Load send_load(std::uint16_t port, std::size_t connections, std::span<const std::string> requests);

// Processor time, in the program and in the kernel for it, that a process took so far: steadier
// than the clock on a machine that others use.
double cpu_seconds(pid_t process);

} // namespace tollbook::bench
