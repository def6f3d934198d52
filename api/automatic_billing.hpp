#pragma once

#include "ledger/guarded.hpp"
#include "ledger/partition.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

namespace tollbook::api {

// Renews what is due for the tenants that have a billing schedule (set_billing_schedule), once in
// each hour of their own time from theirs on. Runs do nothing twice, so it may be started again at
// any time, beside runs that people ask for. A run that fails is tried again with the next look.
class AutomaticBilling {
public:
    // Looks every so often, on a thread of its own; zero: only when it is told to. The partition
    // outlives it.
    AutomaticBilling(Partition& partition, std::chrono::milliseconds every);
    AutomaticBilling(const AutomaticBilling&) = delete;
    AutomaticBilling& operator=(const AutomaticBilling&) = delete;
    ~AutomaticBilling(); // A run that is under way comes to its end.

    // Records runs that died, then runs for every tenant whose hour has come. By one thread at a
    // time.
    void look(const std::stop_token& stop = {});

    struct Counts {
        std::uint64_t runs{};
        std::uint64_t failures{};
    };

    // Thread-safe.
    Counts counts() const;

private:
    Partition& partition_;
    std::map<std::string, std::string> done_; // Tenant -> its newest hour, "2026-11-20T06".
    Guarded<Counts> counts_;
    std::jthread thread_;
};

} // namespace tollbook::api
