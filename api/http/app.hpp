#pragma once

#include "api/http/admission.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <variant>

namespace tollbook::api {

class ReadRunner;

// The whole API behind the sockets. A request is admitted by its head, then handled with its body;
// the answer comes through the Reply, from any thread. Thread-safe.
class App {
public:
    App(Services services, Limits limits = {});
    App(const App&) = delete;
    App& operator=(const App&) = delete;
    ~App();

    // What the head alone decides.
    std::variant<Admitted, Response> admit(const Request& head) const;

    std::size_t body_bytes_max(const Admitted& admitted) const;

    // Answers overloaded at once when too many requests wait already. The connection says with
    // `leave` that its request waits no more.
    void handle(Request request, Admitted admitted, Reply reply);

    void leave();

    // Called once for each answer that was written. `route` is null when none was found.
    void answered(const Route* route, int status, double seconds);

    const Services& services() const { return services_; }

    const Limits& limits() const { return limits_; }

    std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

private:
    void dispatch(Request request, Admitted admitted, Reply reply);
    void run(Request request, Admitted admitted, const Reply& reply);
    void run_tariff(RunOrder order, const Request& request, const Reply& reply);
    void try_out(const Request& request, Admitted admitted, const Reply& reply);

    Services services_;
    Limits limits_;
    std::atomic<std::size_t> in_flight_{0};
    std::unique_ptr<ReadRunner> reads_;
    std::unique_ptr<Workers> batches_;
};

// "req_..." unlike any other of this or another process.
std::string new_request_id();

} // namespace tollbook::api
