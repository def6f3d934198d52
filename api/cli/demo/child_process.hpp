#pragma once

#include "ledger/error.hpp"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tollbook::api {

// A program that this one started and will end. Its stdout is ours to read, its stderr goes to
// `log_file`. Not thread-safe.
class ChildProcess {
public:
    static Result<ChildProcess> start(
        const std::vector<std::string>& command, const std::string& log_file
    );

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess(); // Asks it to end (SIGTERM) and waits.

    // The next line of its output, without the newline. Refuses with not_ready when it ended or
    // said nothing in time.
    Result<std::string> read_line(std::chrono::milliseconds timeout);

    // Writes a line to its input.
    Status write_line(const std::string& line);

    // SIGTERM and wait: its exit status, or 128 + signal.
    int stop();

    pid_t pid() const { return pid_; }

private:
    ChildProcess(pid_t pid, int in, int out) : pid_(pid), in_(in), out_(out) {}

    void release();

    pid_t pid_{-1};
    int in_{-1};
    int out_{-1};
    std::string buffered_;
};

} // namespace tollbook::api
