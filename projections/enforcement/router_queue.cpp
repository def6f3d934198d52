#include "projections/enforcement/router_queue.hpp"

namespace tollbook {

void RouterQueue::set_profile(const std::string& name, const std::string& rate_limit) {
    const std::scoped_lock lock(mutex_);
    rates_[name] = rate_limit;
}

std::optional<std::string> RouterQueue::rate_of(const std::string& profile) const {
    const std::scoped_lock lock(mutex_);
    const auto found = rates_.find(profile);
    if (found == rates_.end()) return std::nullopt;
    return found->second;
}

std::vector<SiteWish> RouterQueue::oldest_pending(
    std::size_t count_max, Clock::time_point until, std::stop_token stop
) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [&] { return !pending_.empty(); });
    std::vector<SiteWish> oldest;
    for (const auto& [seq, site] : pending_) {
        if (oldest.size() == count_max) break;
        oldest.push_back(sites_.at(site));
    }
    return oldest;
}

void RouterQueue::wait_until(Clock::time_point until, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, until, [] { return false; });
}

std::vector<SiteWish> RouterQueue::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<SiteWish> wishes;
    wishes.reserve(sites_.size());
    for (const auto& [site, wish] : sites_)
        wishes.push_back(wish);
    return wishes;
}

std::size_t RouterQueue::pending_count() const {
    const std::scoped_lock lock(mutex_);
    return pending_.size();
}

std::size_t RouterQueue::site_count() const {
    const std::scoped_lock lock(mutex_);
    return sites_.size();
}

} // namespace tollbook
