#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/fiscal_examples.hpp"
#include "support/invoice_examples.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

constexpr auto state_sql =
    "SELECT concat_ws(' ', document, state, attempt, code, control_number, "
    "to_char(device_time AT TIME ZONE 'UTC', 'HH24:MI:SS'), "
    "to_char(changed_at AT TIME ZONE 'UTC', 'HH24:MI')) FROM fiscal_documents "
    "WHERE document = 'I1'";

FiscalTransmissionRequested of_note() {
    FiscalTransmissionRequested told = fiscal_request_example();
    told.credit_note = "N1";
    told.place = 2;
    told.number = "C-000001";
    return told;
}

} // namespace

TEST_CASE("fiscal: a document is pending, refused, retried, transmitted; a device is set anew") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const auto after = [&](Event event, std::string_view time) {
        source.add({std::move(event), at(time), {}, {}});
        REQUIRE(project_all(*db, source));
        return ask(*db, state_sql);
    };
    const std::vector<Event> story = fiscal_example_events();
    after(story[0], "2026-11-20T08:00:00Z");
    CHECK(after(story[1], "2026-11-20T09:00:00Z") == "I1 pending 1");
    CHECK(after(story[2], "2026-11-20T09:01:00Z") == "I1 refused 1 910 09:01");
    CHECK(
        ask(*db, "SELECT reason FROM fiscal_documents WHERE state = 'refused'") ==
        "custTin: not a PIN"
    );
    CHECK(after(story[3], "2026-11-20T09:02:00Z") == "I1 pending 2 910 09:02");
    const std::string taken = "I1 transmitted 2 KRACU0100000001/152 09:00:07 09:03";
    CHECK(after(story[4], "2026-11-20T09:03:00Z") == taken);
    CHECK(after(of_note(), "2026-11-20T09:04:00Z") == taken);
    const FiscalReceiptRecorded note{"I1", "N1", "main", {"CU/2", "S", "Q", Timestamp{}}};
    CHECK(after(note, "2026-11-20T09:05:00Z") == taken);
    CHECK(
        ask(*db,
            "SELECT concat_ws(' ', document, invoice, credit_note, place, number, state, "
            "control_number) FROM fiscal_documents WHERE document <> 'I1'") ==
        "note#N1 I1 N1 2 C-000001 transmitted CU/2"
    );
    after(
        FiscalDeviceSet{"main", false, FiscalDeviceKind::etims, "", "", 0}, "2026-11-20T09:06:00Z"
    );
    CHECK(
        ask(*db, "SELECT concat_ws(' ', entity, enabled, kind, from_number) FROM fiscal_devices") ==
        "main f etims 0"
    );
}

TEST_CASE("fiscal: what a device refused is void; other invoices that are have no row here") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    InvoiceVoided voided;
    voided.invoice = "I1";
    for (Event event : std::vector<Event>{voided, fiscal_request_example(), voided})
        source.add({std::move(event), at("2026-11-20T09:00:00Z"), {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(ask(*db, state_sql) == "I1 voided 1 09:00");
}
