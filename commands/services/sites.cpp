#include "commands/deciders.hpp"

namespace tollbook {

namespace {

Status check_driver_data(const ProvisionSite& command) {
    if (command.username.empty()) return Error{Errc::value_out_of_range, "username: required"};
    if (const Status status = check_text("username", command.username, 64); !status) return status;
    if (const Status status = check_text("password", command.password, 128); !status) return status;
    return check_text("profile", command.profile.value_or(""), 64);
}

} // namespace

Status decide(Decision& decision, const ProvisionSite& command) {
    const SiteRow* site = decision.book().sites.find(decision.key(command.site));
    if (site == nullptr) return Error{Errc::site_unknown, command.site};
    if (site->phase != SitePhase::planned && site->phase != SitePhase::failed &&
        site->phase != SitePhase::removed)
        return Error{Errc::site_exists, command.site};
    if (command.kind != "ppp") return Error{Errc::value_out_of_range, "kind: ppp"};
    if (decision.book().routers.find(decision.key(command.target)) == nullptr)
        return Error{Errc::router_unknown, command.target};
    if (const Status status = check_driver_data(command); !status) return status;

    const ServiceRow* service = decision.book().services.find(decision.key(site->service));
    decision.add(
        "site:" + command.site,
        SiteRequested{
            command.site,
            site->service,
            service->customer,
            command.kind,
            command.target,
            command.username,
            command.profile.value_or(service->plan),
            service->blocks.empty()},
        Personal{"customer:" + service->customer, to_json(SiteSecret{command.password})}
    );
    return Done{};
}

Status decide(Decision& decision, const RemoveSite& command) {
    const SiteRow* site = decision.book().sites.find(decision.key(command.site));
    if (site == nullptr) return Error{Errc::site_unknown, command.site};
    if (site->phase == SitePhase::planned || site->phase == SitePhase::removing ||
        site->phase == SitePhase::removed)
        return Error{Errc::site_not_live, command.site};
    decision.add("site:" + command.site, SiteRemovalRequested{command.site, site->target});
    return Done{};
}

// Reports come from several attempts at once: one that is older than what was applied is stale.
Status decide(Decision& decision, const ReportSite& command) {
    const SiteRow* site = decision.book().sites.find(decision.key(command.site));
    if (site == nullptr) return Error{Errc::site_unknown, command.site};
    if (site->phase == SitePhase::planned || site->phase == SitePhase::removed)
        return Error{Errc::site_not_live, command.site};
    const bool repaired = command.repaired.value_or(false);
    if (command.applied_seq < site->applied_seq ||
        (command.applied_seq == site->applied_seq && !repaired))
        return Error{Errc::version_conflict, "a newer state was applied"};
    const std::string error = command.error.value_or("");
    const std::string detail = command.detail.value_or("");
    if (const Status status = check_text("error", error); !status) return status;
    if (const Status status = check_text("detail", detail, 500); !status) return status;

    const std::string stream = "site:" + command.site;
    switch (command.outcome) {
    case SiteOutcome::provisioned:
        decision.add(
            stream,
            SiteProvisioned{command.site, site->target, command.applied_seq, command.enabled}
        );
        break;
    case SiteOutcome::applied:
        decision.add(
            stream,
            SiteStateApplied{
                command.site, site->target, command.applied_seq, command.enabled, repaired}
        );
        break;
    case SiteOutcome::failed:
        decision.add(
            stream, SiteFailed{command.site, site->target, command.applied_seq, error, detail}
        );
        break;
    case SiteOutcome::removed:
        decision.add(stream, SiteRemoved{command.site, site->target, command.applied_seq});
        break;
    }
    return Done{};
}

} // namespace tollbook
