#pragma once

#include "projections/enforcement/router_queue.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace tollbook {

// A payment that put a line on.
struct PaidOnline {
    Timestamp paid_recorded_at;
};

// Folds the log into the wishes of every router: plans become profiles, sites become PPP secrets,
// blocks become `disabled`, and what enforcement reported before is not asked for again.
// One thread folds; the queues themselves are thread-safe.
class Wishes {
public:
    // Called for each router once, when it is registered.
    using NewRouter = std::function<void(RouterQueue&)>;

    // Called for each record that says that a line which a payment brought back was read back as
    // on.
    using WhenOnline = std::function<void(const Record&, const PaidOnline&)>;

    Wishes(NewRouter new_router, WhenOnline when_online)
        : new_router_(std::move(new_router)), when_online_(std::move(when_online)) {}

    // Record types that are of no interest are skipped undecoded. Refuses what cannot be decoded.
    Status apply(const Record& record);

private:
    void on(const Record& record, const PlanDefined& event);
    void on(const Record& record, const RouterRegistered& event);
    void on(const Record& record, const SiteRequested& event);
    void on(const Record& record, const SiteProfileChanged& event);
    void on(const Record& record, const SiteRemovalRequested& event);
    void on(const Record& record, const ServiceSuspended& event);
    void on(const Record& record, const ServiceReinstated& event);
    void on(const Record& record, const SiteProvisioned& event);
    void on(const Record& record, const SiteStateApplied& event);
    void on(const Record& record, const SiteFailed& event);
    void on(const Record& record, const SiteRemoved& event);

    void want(const Record& record, const std::string& site, bool enabled);
    RouterQueue* queue_of_site(const Record& record, const std::string& site) const;

    void applied(const Record& record, const std::string& site, std::uint64_t applied_seq);

    NewRouter new_router_;
    WhenOnline when_online_;
    std::map<std::string, std::unique_ptr<RouterQueue>> routers_;     // tenant/router
    std::unordered_map<std::string, RouterQueue*> router_of_site_;    // tenant/site
    std::map<std::string, std::map<std::string, std::string>> rates_; // tenant -> profile -> rate
};

} // namespace tollbook
