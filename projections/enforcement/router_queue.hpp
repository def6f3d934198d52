#pragma once

#include "ledger/events.hpp"
#include "ledger/record.hpp"
#include "projections/enforcement/backoff.hpp"
#include "projections/enforcement/routeros/device.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollbook {

// What one site shall be on its router, and how far that has come.
struct SiteWish {
    std::string tenant;
    std::string site;
    std::string username;
    std::string profile;
    std::optional<Sealed> secret; // Of the event `secret_event`.
    Uuid secret_event{};
    bool enabled{};
    bool remove{};
    bool provisioned{};          // It has been there once.
    std::uint64_t wanted_seq{};  // The record that wanted this.
    std::uint64_t applied_seq{}; // The newest wish that was applied and read back ...
    std::uint64_t failed_seq{};  // ... or refused for good.

    std::optional<Timestamp> paid_recorded_at; // Of the payment that wants it on; none once it is.

    bool pending() const { return wanted_seq > applied_seq && wanted_seq > failed_seq; }
};

// How to reach a router.
struct RouterAccess {
    RouterRegistered router;
    std::string tenant;
    std::optional<Sealed> secret;
    Uuid secret_event{};
};

// The wishes of one router, oldest first. The reader of the log fills it, the router's one worker
// empties it. Thread-safe.
class RouterQueue {
public:
    using Clock = std::chrono::steady_clock;

    explicit RouterQueue(RouterAccess access) : access_(std::move(access)) {}

    const RouterAccess& access() const { return access_; }

    // Changes the wish of a site (an empty one if it is new) and queues it if that leaves it
    // pending.
    template <class Change>
    void change(const std::string& site, Change&& apply) {
        const std::scoped_lock lock(mutex_);
        SiteWish& wish = sites_[site];
        pending_.erase({wish.wanted_seq, site});
        std::forward<Change>(apply)(wish);
        if (!wish.pending()) return;
        pending_.insert({wish.wanted_seq, site});
        changed_.notify_one();
    }

    void set_profile(const std::string& name, const std::string& rate_limit);
    std::optional<std::string> rate_of(const std::string& profile) const;

    // Waits until something is pending, `until` has come or stop was asked; then the oldest
    // pending wishes, at most `count_max`. They stay queued until a change says otherwise.
    std::vector<SiteWish> oldest_pending(
        std::size_t count_max, Clock::time_point until, std::stop_token stop
    );

    // Waits without looking at the queue.
    void wait_until(Clock::time_point until, std::stop_token stop);

    std::vector<SiteWish> all() const;
    std::size_t pending_count() const;
    std::size_t site_count() const;

private:
    const RouterAccess access_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::unordered_map<std::string, SiteWish> sites_;
    std::set<std::pair<std::uint64_t, std::string>> pending_;
    std::map<std::string, std::string> rates_;
};

} // namespace tollbook
