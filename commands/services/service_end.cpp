#include "commands/services/service_end.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/billing/unused_days.hpp"
#include "commands/catalogue/addons.hpp"
#include "commands/deciders.hpp"

#include <algorithm>

namespace tollbook {

namespace {

void remove_site(Decision& decision, const std::string& site) {
    const SiteRow* row = decision.book().sites.find(decision.key(site));
    const bool is_live = row->phase == SitePhase::requested ||
                         row->phase == SitePhase::provisioned || row->phase == SitePhase::failed;
    if (is_live) decision.add("site:" + site, SiteRemovalRequested{site, row->target});
}

} // namespace

bool holds(const std::vector<std::string>& blocks, const std::string& reason) {
    return std::ranges::find(blocks, reason) != blocks.end();
}

bool has_ended(const ServiceRow& row) { return holds(row.blocks, ended_reason); }

void add_suspension(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    std::vector<std::string> blocks = row.blocks;
    blocks.push_back(reason);
    std::ranges::sort(blocks);
    decision.add(
        "service:" + service,
        ServiceSuspended{service, row.customer, row.site, reason, std::move(blocks)}
    );
}

void end_service(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    remove_addons(decision, service, row);
    add_suspension(decision, service, row, ended_reason);
    decision.add(
        "service:" + service, ServiceEnded{service, row.customer, decision.today(), reason}
    );
    remove_site(decision, row.site);
}

Status decide(Decision& decision, const EndService& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (has_ended(*row)) return Error{Errc::service_ended, command.service};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const bool at_period_end =
        command.when.value_or(ChangeTime::period_end) == ChangeTime::period_end &&
        row->renews_on > decision.today() && !row->days_left;
    if (at_period_end) {
        if (command.credit_unused.value_or(false))
            return Error{Errc::value_out_of_range, "credit_unused: nothing is unused at its end"};
        decision.add(
            "service:" + command.service,
            ServiceEndScheduled{command.service, row->customer, row->renews_on, command.reason}
        );
        return Done{};
    }
    if (command.credit_unused.value_or(false) && was_invoiced(decision, command.service, *row))
        return Error{Errc::policy_unsupported, "credit_unused: its days are on an invoice"};
    if (command.credit_unused.value_or(false))
        if (const Status given = credit_all_unused(decision, command.service, *row, command.reason);
            !given)
            return given;
    end_service(decision, command.service, *row, command.reason);
    if (command.credit_unused.value_or(false))
        reconnect_paid(
            decision, row->customer, std::nullopt, ChangedService{command.service, std::nullopt}
        );
    return Done{};
}

Status decide(Decision& decision, const CancelSchedule& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (command.addon) return keep_addon(decision, command.service, *row, *command.addon);
    if (!row->scheduled) return Error{Errc::change_not_scheduled, command.service};
    const std::string stream = "service:" + command.service;
    if (*row->scheduled == Scheduled::end) {
        decision.add(stream, ServiceEndCancelled{command.service, row->customer});
    } else {
        const NextPlanRow& next = decision.next_plan(command.service);
        decision.add(
            stream, PlanChangeCancelled{command.service, row->customer, next.plan, next.version}
        );
    }
    ServiceRow kept = *row;
    kept.scheduled.reset();
    reconnect_due(decision, command.service, kept);
    return Done{};
}

} // namespace tollbook
