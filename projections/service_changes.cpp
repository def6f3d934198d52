#include "projections/service_changes.hpp"

#include <utility>

namespace tollbook {

namespace {

void forget_schedule(ServiceView& row) {
    row.scheduled.reset();
    row.next_plan.reset();
    row.next_plan_version.reset();
    row.next_plan_not_before.reset();
}

ServiceChange change(const PlanChangeScheduled& e) {
    return {e.service, "plan_change_scheduled", e.plan, [e](ServiceView& row) {
                row.scheduled = "plan_change";
                row.next_plan = e.plan;
                row.next_plan_version = e.plan_version;
                row.next_plan_not_before = e.not_before;
            }};
}

ServiceChange change(const PlanChangeCancelled& e) {
    return {e.service, "plan_change_cancelled", e.plan, &forget_schedule};
}

ServiceChange change(const PlanChanged& e) {
    return {e.service, "plan_changed", e.from_plan, [e](ServiceView& row) {
                forget_schedule(row);
                row.plan = e.plan;
                row.plan_version = e.plan_version;
                row.anchor_day = e.anchor_day.value_or(row.anchor_day);
            }};
}

ServiceChange change(const ServicePaused& e) {
    return {
        e.service, "paused", std::nullopt, [e](ServiceView& row) { row.days_left = e.days_left; }};
}

ServiceChange change(const ServiceResumed& e) {
    return {e.service, "resumed", std::nullopt, [e](ServiceView& row) {
                row.days_left.reset();
                row.renews_on = e.renews_on;
                row.anchor_day = e.anchor_day;
            }};
}

ServiceChange change(const ServiceEndScheduled& e) {
    return {e.service, "end_scheduled", e.reason, [](ServiceView& row) {
                forget_schedule(row);
                row.scheduled = "end";
            }};
}

ServiceChange change(const ServiceEndCancelled& e) {
    return {e.service, "end_cancelled", std::nullopt, &forget_schedule};
}

ServiceChange change(const ServiceEnded& e) {
    return {e.service, "ended", e.reason, [e](ServiceView& row) {
                forget_schedule(row);
                row.days_left.reset();
                row.promised_until.reset();
                row.ended_on = e.on;
                row.status = "ended";
            }};
}

ServiceChange change(const ServiceExtended& e) {
    return {e.service, "extended", e.reason, [e](ServiceView& row) {
                row.renews_on = e.renews_on;
                row.anchor_day = e.anchor_day;
            }};
}

ServiceChange change(const TariffCorrected& e) {
    return {e.service, "tariff_corrected", e.reason, [e](ServiceView& row) {
                if (row.plan == e.plan && row.plan_version == e.from_version)
                    row.plan_version = e.to_version;
            }};
}

ServiceChange change(const PaymentPromised& e) {
    return {e.service, "promised", std::nullopt, [e](ServiceView& row) {
                row.promised_until = e.until;
            }};
}

ServiceChange change(const DunningStepTaken& e) {
    return {e.service, "dunned", e.step, [](ServiceView&) {}};
}

ServiceChange change(const LateFeeWaived& e) {
    return {e.service, "late_fee_waived", e.reason, [](ServiceView&) {}};
}

ServiceChange change(const PeriodsForgiven& e) {
    const std::string reason = e.reason == ForgivenTime::suspended ? "suspended" : "backlog";
    return {e.service, "periods_forgiven", reason, [e](ServiceView& row) {
                row.renews_on = e.to;
                row.anchor_day = e.anchor_day;
            }};
}

ServiceChange change(const BacklogBilled& e) {
    return {e.service, "backlog_billed", std::nullopt, [](ServiceView&) {}};
}

ServiceChange change(const ServiceMoved& e) {
    return {e.service, "moved", e.from, [e](ServiceView& row) { row.customer = e.to; }};
}

} // namespace

std::optional<ServiceChange> change_of(const Event& event) {
    return std::visit(
        [](const auto& e) -> std::optional<ServiceChange> {
            if constexpr (requires { change(e); })
                return change(e);
            else
                return std::nullopt;
        },
        event
    );
}

} // namespace tollbook
