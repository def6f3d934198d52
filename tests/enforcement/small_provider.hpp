#pragma once

#include "commands/book_decider.hpp"
#include "ledger/keystore.hpp"
#include "ledger/partition.hpp"
#include "ledger/store.hpp"
#include "projections/enforcement/enforcement.hpp"
#include "tests/routeros/test_router.hpp"
#include "tests/support/scratch_directory.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tollbook {

// A provider on a real log with real test routers, whose enforcement can be stopped and started.
// Routers are "r0", "r1" ...; the services of router rN are "N-0", "N-1" ..., all of customer C1.
class SmallProvider {
public:
    explicit SmallProvider(std::size_t routers);

    // A command; its refusal fails the test. The seq of its first record.
    std::uint64_t send(const std::string& type, const std::string& body);

    // Adds service "<router>-<number>" and asks for its site.
    void provision(std::size_t router, std::size_t number);
    std::uint64_t suspend(const std::string& service);
    std::uint64_t reinstate(const std::string& service, const std::string& reason = "manual");

    void enforce(EnforcementOptions options = quick());

    // Waits until enforcement has read the whole log.
    void settle();

    void stop_enforcing() { enforcement_.reset(); }

    // Quick to notice a dead router, and never auditing by itself.
    static EnforcementOptions quick();

    // Reads the log until a record of that type is found that `wanted` takes; the records before
    // it are passed over for the next call. Fails the test after a minute.
    template <class E>
    E await(const std::function<bool(const E&)>& wanted) {
        return std::get<E>(await_event([&](const Event& event) {
            const E* found = std::get_if<E>(&event);
            return found != nullptr && wanted(*found);
        }));
    }

    routeros::TestRouter& router(std::size_t number) { return *routers_.at(number); }

    // The secret of a service on its router; none has an empty name.
    routeros::SecretSeen secret(const std::string& service);

    Enforcement& enforcement() { return *enforcement_; }

private:
    Event await_event(const std::function<bool(const Event&)>& wanted);

    ScratchDirectory scratch_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<KeyStore> keys_;
    std::unique_ptr<Partition> partition_;
    std::vector<std::unique_ptr<routeros::TestRouter>> routers_;
    std::unique_ptr<Enforcement> enforcement_;
    ReaderState read_;
    std::vector<Record> ahead_;
    std::size_t sent_{};
};

} // namespace tollbook
