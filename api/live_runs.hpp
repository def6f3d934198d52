#pragma once

#include "ledger/partition.hpp"

#include <string>

namespace tollbook::api {

// A run of this process, under way while it lives. One that the book knows to have begun, and that
// is none of these, has died: only the process that leads a partition makes its runs.
class LiveRun {
public:
    LiveRun(const Partition& partition, std::string run);
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;
    ~LiveRun();

    const std::string& run() const { return run_; }

private:
    const Partition* partition_; // Only told apart.
    std::string run_;
};

// Thread-safe.
bool is_live(const Partition& partition, const std::string& run);

} // namespace tollbook::api
