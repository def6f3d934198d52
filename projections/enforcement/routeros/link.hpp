#pragma once

#include "projections/enforcement/routeros/device.hpp"
#include "projections/enforcement/routeros/failure.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace tollbook::routeros {

using Deadline = std::chrono::steady_clock::time_point;

// Bytes to and from one router, over TCP or TLS. Every call blocks until it is done or its deadline
// passes; after any failure the link is closed and stays closed. One thread at a time.
class Link {
public:
    static Answer<std::unique_ptr<Link>> open(const Device& device, Deadline deadline);

    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    Link(Link&&) = delete;
    Link& operator=(Link&&) = delete;

    // All of the bytes, or a failure.
    Answer<Done> write(std::string_view bytes, Deadline deadline);

    // At least one byte; the view lasts until the next read.
    Answer<std::string_view> read(Deadline deadline);

private:
    struct Streams; // Asio stays in link.cpp.

    explicit Link(std::unique_ptr<Streams> streams);

    std::unique_ptr<Streams> streams_;
};

} // namespace tollbook::routeros
