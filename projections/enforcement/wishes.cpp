#include "projections/enforcement/wishes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tollbook {

namespace {

// RouterOS counts from the router: upload first.
std::string rate_limit(const PlanDefined& plan) {
    return fmt::format("{}M/{}M", plan.up_mbps, plan.down_mbps);
}

std::string key(const Record& record, const std::string& id) {
    return record.command.tenant + "/" + id;
}

template <class... Types>
struct Interest {
    static constexpr std::array types{Types::type...};
};

using Interesting = Interest<
    PlanDefined,
    RouterRegistered,
    SiteRequested,
    SiteProfileChanged,
    SiteRemovalRequested,
    ServiceSuspended,
    ServiceReinstated,
    SiteProvisioned,
    SiteStateApplied,
    SiteFailed,
    SiteRemoved>;

} // namespace

Status Wishes::apply(const Record& record) {
    if (std::ranges::find(Interesting::types, record.type) == Interesting::types.end())
        return Done{};
    const Result<Event> event = decode_event(record.type, record.schema_version, record.payload);
    if (!event) return event.error();
    std::visit(
        [&](const auto& e) {
            if constexpr (requires { on(record, e); }) on(record, e);
        },
        *event
    );
    return Done{};
}

void Wishes::on(const Record& record, const PlanDefined& event) {
    const std::string rate = rate_limit(event);
    rates_[record.command.tenant][event.plan] = rate;
    for (const auto& [id, queue] : routers_)
        if (queue->access().tenant == record.command.tenant) queue->set_profile(event.plan, rate);
}

void Wishes::on(const Record& record, const RouterRegistered& event) {
    auto& queue = routers_[key(record, event.router)];
    queue = std::make_unique<RouterQueue>(RouterAccess{
        event, record.command.tenant, record.sealed, record.event_id});
    for (const auto& [profile, rate] : rates_[record.command.tenant])
        queue->set_profile(profile, rate);
    new_router_(*queue);
}

void Wishes::on(const Record& record, const SiteRequested& event) {
    const auto router = routers_.find(key(record, event.target));
    if (router == routers_.end()) return;
    router_of_site_[key(record, event.site)] = router->second.get();
    router->second->change(event.site, [&](SiteWish& wish) {
        wish.tenant = record.command.tenant;
        wish.site = event.site;
        wish.username = event.username;
        wish.profile = event.profile;
        wish.secret = record.sealed;
        wish.secret_event = record.event_id;
        wish.enabled = event.enabled;
        wish.remove = false;
        wish.wanted_seq = record.seq;
    });
}

void Wishes::on(const Record& record, const SiteProfileChanged& event) {
    if (RouterQueue* queue = queue_of_site(record, event.site))
        queue->change(event.site, [&](SiteWish& wish) {
            if (wish.remove) return;
            wish.profile = event.profile;
            wish.wanted_seq = record.seq;
        });
}

void Wishes::on(const Record& record, const SiteRemovalRequested& event) {
    if (RouterQueue* queue = queue_of_site(record, event.site))
        queue->change(event.site, [&](SiteWish& wish) {
            wish.remove = true;
            wish.wanted_seq = record.seq;
        });
}

void Wishes::want(const Record& record, const std::string& site, bool enabled) {
    if (RouterQueue* queue = queue_of_site(record, site))
        queue->change(site, [&](SiteWish& wish) {
            if (wish.remove || wish.enabled == enabled) return;
            wish.enabled = enabled;
            wish.wanted_seq = record.seq;
            wish.paid_recorded_at.reset();
        });
}

void Wishes::on(const Record& record, const ServiceSuspended& event) {
    want(record, event.site, event.blocks.empty());
}

void Wishes::on(const Record& record, const ServiceReinstated& event) {
    want(record, event.site, event.blocks.empty());
    RouterQueue* queue = event.payment ? queue_of_site(record, event.site) : nullptr;
    if (queue == nullptr || !event.blocks.empty()) return;
    queue->change(event.site, [&](SiteWish& wish) {
        if (wish.wanted_seq == record.seq) wish.paid_recorded_at = record.command.recorded_at;
    });
}

void Wishes::applied(const Record& record, const std::string& site, std::uint64_t applied_seq) {
    RouterQueue* queue = queue_of_site(record, site);
    if (queue == nullptr) return;
    std::optional<Timestamp> paid;
    queue->change(site, [&](SiteWish& wish) {
        wish.applied_seq = std::max(wish.applied_seq, applied_seq);
        if (wish.enabled && !wish.pending()) paid = std::exchange(wish.paid_recorded_at, {});
    });
    if (paid) when_online_(record, {*paid});
}

void Wishes::on(const Record& record, const SiteProvisioned& event) {
    if (RouterQueue* queue = queue_of_site(record, event.site))
        queue->change(event.site, [](SiteWish& wish) { wish.provisioned = true; });
    applied(record, event.site, event.applied_seq);
}

void Wishes::on(const Record& record, const SiteStateApplied& event) {
    applied(record, event.site, event.applied_seq);
}

void Wishes::on(const Record& record, const SiteFailed& event) {
    if (RouterQueue* queue = queue_of_site(record, event.site))
        queue->change(event.site, [&](SiteWish& wish) {
            wish.failed_seq = std::max(wish.failed_seq, event.applied_seq);
        });
}

void Wishes::on(const Record& record, const SiteRemoved& event) {
    if (RouterQueue* queue = queue_of_site(record, event.site))
        queue->change(event.site, [&](SiteWish& wish) {
            wish.provisioned = false;
            wish.applied_seq = std::max(wish.applied_seq, event.applied_seq);
        });
}

RouterQueue* Wishes::queue_of_site(const Record& record, const std::string& site) const {
    const auto found = router_of_site_.find(key(record, site));
    return found == router_of_site_.end() ? nullptr : found->second;
}

} // namespace tollbook
