#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

const std::string service_id = "ACC1-1";
const std::string customer_id = "ACC1";

DunningStepTaken taken(const std::string& step, DunningAction action) {
    DunningStepTaken event;
    event.service = service_id;
    event.customer = customer_id;
    event.policy = std::string(1, 'P');
    event.policy_version = 1;
    event.step = step;
    event.action = action;
    event.due_since = day("2026-11-19");
    event.on = day("2026-11-20");
    event.owed_minor = 150'000;
    if (action != DunningAction::late_fee) return event;
    event.fee_minor = 20'000;
    event.charge = service_id + ":late_fee:2026-11-19:1";
    return event;
}

WalletCharged fee_charged() {
    WalletCharged charged;
    charged.charge = service_id + ":late_fee:2026-11-19:1";
    charged.customer = customer_id;
    charged.service = service_id;
    charged.minor = 20'000;
    charged.lines = {{"late_fee", {}, {}, 20'000, {}, 0, {}, {}}};
    charged.overdrawn = 20'000;
    charged.postings = {{"wallet:" + customer_id, 20'000, {}, {}}, {"fee", -20'000, {}, {}}};
    return charged;
}

std::string state(SqlSession& db) {
    return ask(
        db,
        "SELECT concat_ws(' ', status, due_since, array_to_string(steps, '+'), step, action, "
        "fees_minor) FROM dunning_services WHERE service = 'ACC1-1'"
    );
}

} // namespace

TEST_CASE("dunning: how far it is with a service, until what is due is paid") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const auto after = [&](Event event) {
        source.add(told(std::move(event)));
        REQUIRE(project_all(*db, source));
        return state(*db);
    };
    CHECK(after(taken("mail", DunningAction::remind)) == "open 2026-11-19 mail mail remind 0");
    CHECK(
        after(taken("fee", DunningAction::late_fee)) ==
        "open 2026-11-19 mail+fee fee late_fee 20000"
    );
    CHECK(
        after(BacklogBilled{service_id, customer_id, day("2026-11-19"), day("2026-12-19"), 1}) ==
        "open 2026-11-19 mail+fee fee late_fee 20000"
    );
    CHECK(after(fee_charged()) == "open 2026-11-19 mail+fee fee late_fee 0");
    PeriodsForgiven forgiven{
        service_id,
        customer_id,
        day("2026-11-19"),
        day("2026-12-19"),
        1,
        ForgivenTime::backlog,
        19};
    CHECK(after(forgiven) == "open 2026-12-19  fee late_fee 0");
    CHECK(
        after(ServiceRenewed{service_id, customer_id, "x", day("2026-12-19"), day("2027-01-19"), {}}
        ) == "settled 2026-12-19  fee late_fee 0"
    );
    DunningStepTaken later = taken("mail", DunningAction::remind);
    later.due_since = day("2027-01-19");
    CHECK(after(later) == "open 2027-01-19 mail mail remind 0");
    after(ServiceSuspended{service_id, customer_id, service_id, "ended", {"ended"}});
    CHECK(
        after(ServiceEnded{service_id, customer_id, day("2027-01-19"), "dunning"}) ==
        "ended 2027-01-19 mail mail remind 0"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(kind || coalesce(' ' || reason, ''), ', ' ORDER BY seq) "
            "FROM service_history WHERE service = 'ACC1-1'") ==
        "added, dunned mail, dunned fee, backlog_billed, periods_forgiven backlog, renewed, "
        "dunned mail, suspended ended, ended dunning"
    );
}

TEST_CASE("dunning: policies with their versions, whom they are for, and groups") {
    MemorySource source;
    open_isp(source);
    const DunningStep step{"mail", 2, DunningAction::remind, {}, {}};
    const DunningCalendar calendar{{DunningAction::remind}, {Weekday::sunday}, {}, 8, 17};
    for (Event& event : std::vector<Event>{
             DunningDefined{"P", 1, {step}, {}, SuspendedTime::free, CatchUp::bill},
             DunningDefined{"P", 2, {step}, calendar, SuspendedTime::charged, CatchUp::ask},
             DunningAssigned{"P", {}, {}},
             DunningAssigned{"P", "vip", "BIZ"},
             DunningAssigned{{}, "vip", "BIZ"},
             CustomerGrouped{customer_id, "vip"},
             CustomerGrouped{"ACC2", "vip"},
             CustomerGrouped{"ACC2", {}}})
        source.add(told(std::move(event)));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', version, steps->0->>'step', calendar->>'to_hour', "
            "suspended_time, catch_up), ', ' ORDER BY version) FROM dunning_policies") ==
        "1 mail free bill, 2 mail 17 charged ask"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', customer_group, plan, policy), ', ' "
            "ORDER BY customer_group) FROM dunning_assignments") == "* * P, vip BIZ"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', customer, customer_group), ', ' ORDER BY customer) "
            "FROM customer_groups") == "ACC1 vip, ACC2"
    );
}
