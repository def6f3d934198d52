#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

std::string person() {
    return to_json(LeadPersonal{"DAN ODHIAMBO", "254700000001", "d@x.ke", "plot 7"});
}

} // namespace

TEST_CASE("leads: who it is, how far it has come, and what became of it") {
    MemorySource source;
    open_isp(source);
    source.add(told(LeadOpened{"L1", "web", "HOME10"}, "2026-11-20T09:00:00Z", person()));
    source.add(told(LeadOpened{"L2", "", {}}, "2026-11-20T09:00:00Z", person()));
    const TestDatabase database;
    const auto db = database.prepared();
    const auto state = [&](const std::string& lead) {
        REQUIRE(project_all(*db, source));
        return ask(
            *db,
            "SELECT concat_ws(' ', source, plan, stage, customer, service, "
            "to_char(changed_at AT TIME ZONE 'UTC', 'HH24:MI')) FROM leads WHERE lead = '" +
                lead + "'"
        );
    };
    CHECK(state("L1") == "web HOME10 open 09:00");
    CHECK(
        ask(*db, "SELECT concat_ws('|', name, phone, mail, address) FROM leads WHERE lead = 'L1'"
        ) == "DAN ODHIAMBO|254700000001|d@x.ke|plot 7"
    );
    source.add(told(LeadMoved{"L1", LeadStage::surveyed, "pole"}, "2026-11-20T10:00:00Z"));
    source.add(told(LeadLost{"L2", "too far"}, "2026-11-20T10:30:00Z"));
    CHECK(state("L1") == "web HOME10 surveyed 10:00");
    CHECK(state("L2") == " lost 10:30");
    source.add(told(LeadMoved{"L1", LeadStage::open, ""}, "2026-11-20T11:00:00Z"));
    source.add(told(LeadConverted{"L1", "ACC9", "ACC9-1"}, "2026-11-20T12:00:00Z"));
    CHECK(state("L1") == "web HOME10 converted ACC9 ACC9-1 12:00");
    CHECK(ask(*db, "SELECT opened_at < changed_at FROM leads WHERE lead = 'L1'") == "t");
    CHECK(
        ask(*db,
            "SELECT string_agg(lead || ' ' || stage || ' ' || note, ', ' ORDER BY lead, seq) "
            "FROM lead_steps") ==
        "L1 open , L1 surveyed pole, L1 open , L1 converted , L2 open , L2 lost too far"
    );
}

TEST_CASE("leads: of a person that was forgotten the rest stays") {
    MemorySource source;
    open_isp(source);
    source.add(told(LeadOpened{"L1", "web", "HOME10"}, "2026-11-20T09:00:00Z", ""));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT concat_ws(' ', lead, source, plan, stage, num_nulls(name, phone, mail, "
            "address)) FROM leads") == "L1 web HOME10 open 4"
    );
}
