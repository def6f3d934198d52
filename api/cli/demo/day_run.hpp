#pragma once

#include "api/cli/demo/day_files.hpp"
#include "api/client.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// Where a router of the day listens in this run, and how to get in.
struct RouterPort {
    std::string router;
    std::uint16_t port{};
};

struct DayAccess {
    std::string hook_path; // Of the tenant's C2B confirmations.
    std::vector<RouterPort> routers;
    std::string router_user;
    std::string router_password;
};

// Called with what is being done, and how far it is (0 of 0: unknown).
using DayProgress = std::function<void(std::string_view step, std::size_t done, std::size_t total)>;

// Lives a provider's day through a node's HTTP API, as its importer, its cashiers, M-Pesa and its
// scheduler would. Every command has a fixed key, so a step can be sent again.
class DayRun {
public:
    // `client` is asked each time: a restarted node is another connection.
    using ClientNow = std::function<Client&()>;

    DayRun(const Day& day, DayAccess access, ClientNow client, DayProgress progress);

    // Tenant, plans, routers, customers, services, sites and opening balances.
    Status import_provider();

    // Arrivals, the renewal run and the closing, in order of time. `between` is called once, half
    // way through (the demo restarts the node there).
    Status live(const std::function<Status()>& between);

    // The scheduler's call; any number of times.
    Status run_renewals();

private:
    struct Item {
        std::string key;
        std::string type;
        std::string body;
    };

    std::string path(std::string_view rest) const;
    Status send_batches(std::string_view step, const std::vector<Item>& items);
    Status send_batch(const std::vector<Item>& items, std::size_t begin, std::size_t end);
    Status open_tenant();
    std::vector<Item> openings() const;
    Status advance(Timestamp to);
    Status arrive(const DayArrival& arrival, std::size_t number);
    Status close_previous_day();

    const Day& day_;
    DayAccess access_;
    ClientNow client_;
    DayProgress progress_;
    Timestamp clock_;
};

} // namespace tollbook::api
