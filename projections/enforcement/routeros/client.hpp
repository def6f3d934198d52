#pragma once

#include "projections/enforcement/routeros/command.hpp"
#include "projections/enforcement/routeros/device.hpp"
#include "projections/enforcement/routeros/failure.hpp"
#include "projections/enforcement/routeros/link.hpp"
#include "projections/enforcement/routeros/reply.hpp"
#include "projections/enforcement/routeros/sentence.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tollbook::routeros {

// A pipelined batch gets one call_timeout for each so many commands it has.
inline constexpr std::size_t commands_per_timeout = 1'000;

// A logged-in session with one router. Every call blocks, and ends by its deadline. After a failure
// that is not the router's own refusal (a trap) the session is over: alive() is false and every
// later call is device_unreachable, until a new connect. One thread at a time.
class Client {
public:
    // TCP, TLS and the login, all within one call_timeout.
    static Answer<Client> connect(const Device& device);

    Answer<Reply> call(const Command& command);
    Answer<Reply> call(const Command& command, Deadline deadline);

    // Pipelined, in windows; one answer for each command, in their order. The router may carry them
    // out in any order, so commands that depend on each other belong in different batches.
    std::vector<Answer<Reply>> call_many(std::span<const Command> commands, Deadline deadline);

    // The end of an operation of so many commands that starts now.
    Deadline deadline_for(std::size_t commands = 1) const;

    bool alive() const { return link_ != nullptr; }

private:
    Client(std::unique_ptr<Link> link, std::chrono::milliseconds call_timeout)
        : link_(std::move(link)), call_timeout_(call_timeout) {}

    Answer<Done> log_in(const Device& device, Deadline deadline);

    std::unique_ptr<Link> link_;
    std::chrono::milliseconds call_timeout_;
    Decoder decoder_;
    std::uint64_t next_tag_ = 1;
};

} // namespace tollbook::routeros
