#pragma once

#include "api/fiscal/device_keys.hpp"
#include "api/fiscal/device_queue.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tollbook::api {

struct FiscalOptions {
    std::chrono::milliseconds check_every{1'000}; // Zero: nothing is transmitted from here.
    std::chrono::milliseconds timeout{15'000};    // Of one call to a device.
    std::string keys_file;                        // DeviceKeys; it need not be there.
};

// How it stands with the documents of one device, and with the device.
struct FiscalHealth {
    FiscalBacklog backlog;
    DeviceQueue::Health queue;
};

// Transmits what the Book says is waiting: a DeviceQueue for each entity that has a device. It acts
// where the writer leads, and blocks no command: documents are told outside of it.
class FiscalReactor {
public:
    // Refuses a call without a limit, and a keys file that cannot be read or that others may read.
    // The partition outlives it.
    static Result<std::unique_ptr<FiscalReactor>> start(
        Partition& partition, const FiscalOptions& options
    );

    FiscalReactor(const FiscalReactor&) = delete;
    FiscalReactor& operator=(const FiscalReactor&) = delete;
    ~FiscalReactor(); // Gives up within a second what is under way.

    // As the last look found it; by tenant and entity. Thread-safe.
    std::vector<FiscalHealth> health() const;

private:
    FiscalReactor(Partition& partition, const FiscalOptions& options);
    void look();

    struct State {
        std::vector<FiscalBacklog> backlogs;
        std::map<std::string, std::unique_ptr<DeviceQueue>> queues; // By "tenant/entity".
    };

    Partition& partition_;
    FiscalOptions options_;
    DeviceKeys keys_;
    Guarded<State> state_;
    std::jthread thread_;
};

} // namespace tollbook::api
