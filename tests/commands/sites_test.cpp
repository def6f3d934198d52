#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

ProvisionSite asked(const std::string& id) {
    return {id, "ppp", "rtr-01", id + "@kiota", "s3cret", {}};
}

ReportSite report(SiteOutcome outcome, std::uint64_t applied_seq) {
    return {"A-1", outcome, applied_seq, true, {}, {}, {}};
}

Story requested() { return world() + Story{service("A-1", "A", "2026-12-01"), site("A-1", "A")}; }

Story provisioned(std::uint64_t applied_seq) {
    return requested() + Story{SiteProvisioned{"A-1", "rtr-01", applied_seq, true}};
}

} // namespace

TEST_CASE("provision_site: a service that runs wants its site enabled; the password is sealed") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-12-01")});
    book.when(asked("A-1")).then({site("A-1", "A")});
    CHECK(book.made().front().sealed == R"({"password":"s3cret"})");
}

TEST_CASE("provision_site: a blocked service wants its site disabled") {
    SiteRequested wish = site("A-1", "A");
    wish.enabled = false;
    wish.profile = "slow";
    ProvisionSite command = asked("A-1");
    command.profile = "slow";
    given(world() + Story{service("A-1", "A", "2026-12-01", {"abuse"})}).when(command).then({wish});
}

TEST_CASE("report_site: each outcome is a fact of its own") {
    given(requested())
        .when(report(SiteOutcome::provisioned, 9))
        .then({SiteProvisioned{"A-1", "rtr-01", 9, true}})
        .when(report(SiteOutcome::applied, 12))
        .then({SiteStateApplied{"A-1", "rtr-01", 12, true, false}})
        .when(RemoveSite{"A-1"})
        .then({SiteRemovalRequested{"A-1", "rtr-01"}})
        .when(report(SiteOutcome::removed, 14))
        .then({SiteRemoved{"A-1", "rtr-01", 14}});
}

TEST_CASE("report_site: a device that says no leaves a failed site, which may be asked for again") {
    ReportSite failure = report(SiteOutcome::failed, 9);
    failure.error = "device-refused";
    failure.detail = "no such profile";
    given(requested())
        .when(failure)
        .then({SiteFailed{"A-1", "rtr-01", 9, "device-refused", "no such profile"}})
        .when(asked("A-1"))
        .then_types("site_requested");
}

TEST_CASE("report_site: an older report does not undo a newer one") {
    given(provisioned(9))
        .when(report(SiteOutcome::applied, 8))
        .refused(Errc::version_conflict)
        .when(report(SiteOutcome::applied, 9))
        .refused(Errc::version_conflict)
        .when(report(SiteOutcome::failed, 8))
        .refused(Errc::version_conflict);
}

TEST_CASE("report_site: a repaired drift is told for the same state, as often as it happens") {
    ReportSite repaired = report(SiteOutcome::applied, 9);
    repaired.repaired = true;
    given(provisioned(9))
        .when(repaired)
        .then({SiteStateApplied{"A-1", "rtr-01", 9, true, true}})
        .when(repaired)
        .then_types("site_state_applied");
}

TEST_CASE("report_site: a late report of an earlier wish does not stop a removal") {
    given(provisioned(9) + Story{SiteRemovalRequested{"A-1", "rtr-01"}})
        .when(report(SiteOutcome::applied, 10))
        .then_types("site_state_applied")
        .when(RemoveSite{"A-1"})
        .refused(Errc::site_not_live)
        .when(report(SiteOutcome::removed, 11))
        .then_types("site_removed")
        .when(report(SiteOutcome::applied, 12))
        .refused(Errc::site_not_live)
        .when(asked("A-1"))
        .then_types("site_requested");
}

TEST_CASE("remove_site: a removal that the device refused may be asked for again") {
    given(provisioned(9) + Story{SiteRemovalRequested{"A-1", "rtr-01"}})
        .when(report(SiteOutcome::failed, 10))
        .then_types("site_failed")
        .when(RemoveSite{"A-1"})
        .then_types("site_removal_requested");
}
