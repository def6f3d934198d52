#pragma once

#include "api/fiscal/fiscal_device.hpp"
#include "ledger/guarded.hpp"
#include "ledger/partition.hpp"
#include "projections/enforcement/backoff.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace tollbook::api {

// As many documents are taken from the Book at once.
inline constexpr std::size_t fiscal_works_max = 32;

// Makes the device of an entity as it is set now.
using MakeFiscalDevice = std::function<std::unique_ptr<FiscalDevice>(
    const std::string& tenant, const std::string& entity, const FiscalDeviceRow& row
)>;

// The documents of one entity on their way to its device: in their order, one at a time, on a
// thread of its own, so that a device that is away or hangs delays nobody else's. What the device
// does not answer is told again with the same request id after a growing pause (Backoff), and holds
// up those behind it: the order stays. What it refuses waits for a person; the next one is told.
//
// An answer is recorded by a command with a key of its own. If the process dies in between, the
// device is told again, answers with the same receipt, and that is recorded once.
class DeviceQueue {
public:
    struct Owner {
        std::string tenant;
        std::string entity;
    };

    // Looks every so often. The partition outlives it.
    DeviceQueue(
        Partition& partition,
        Owner owner,
        MakeFiscalDevice make_device,
        std::chrono::milliseconds every
    );
    DeviceQueue(const DeviceQueue&) = delete;
    DeviceQueue& operator=(const DeviceQueue&) = delete;
    ~DeviceQueue(); // A transmission that is under way is given up within a second.

    // Begins the end; the destructor waits for it.
    void stop() { thread_.request_stop(); }

    struct Health {
        std::uint64_t transmitted{}; // Since the start, as the three below.
        std::uint64_t refused{};
        std::uint64_t retries{};   // Attempts that have to be made again.
        std::uint64_t conflicts{}; // Other receipts than the one that stands.
        bool open{};               // It failed several times in a row and is only probed.
        std::string trouble;       // Of the last attempt; empty: it came through.
    };

    // Thread-safe.
    Health health() const;

private:
    void work(const std::stop_token& stop);
    bool transmit(FiscalDevice& device, const FiscalWork& work, const std::stop_token& stop);
    bool record(const FiscalWork& work, const FiscalTaken& taken, const std::stop_token& stop);
    bool record(const FiscalWork& work, const FiscalRefusal& refusal, const std::stop_token& stop);
    bool record(const FiscalWork& work, const FiscalSilence& silence, const std::stop_token& stop);
    bool submit(Submission submission, const std::stop_token& stop);
    void fail(const std::string& why);

    Partition& partition_;
    Owner owner_;
    MakeFiscalDevice make_device_;
    std::chrono::milliseconds every_;
    Backoff backoff_;
    Guarded<Health> health_;
    std::jthread thread_;
};

} // namespace tollbook::api
