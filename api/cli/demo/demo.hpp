#pragma once

#include <string>

namespace tollbook::api {

struct DemoOptions {
    std::string day;         // Directory of the day's files.
    std::string directory;   // Where the node keeps its data; empty: a new one below /var/tmp.
    std::string program;     // This binary: the node runs as a process of its own.
    std::string test_router; // The test router's binary.
    std::string result_file; // Where the outcome is written; empty: nowhere.
    std::string kafka;       // Brokers that carry the log; empty: it stands on the disk alone.
    bool once{};             // End with the day, instead of at Ctrl-C.
};

// Lives a provider's day on real parts: a node with its private PostgreSQL, routers that speak
// their own protocol, payments over HTTP, with brokers a new topic for the log. Prints what
// happened, compares it with expected.json, and returns the exit status: 0, or 1 with the first
// difference named.
int run_demo(const DemoOptions& options);

} // namespace tollbook::api
