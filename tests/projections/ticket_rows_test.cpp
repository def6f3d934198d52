#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

const std::string c = "ACC1";

Told opened(std::optional<std::string> personal) {
    return told(
        TicketOpened{"T1", c, "ACC1-1", TicketPriority::high, TicketAuthor::customer, ""},
        "2026-11-20T09:00:00Z",
        std::move(personal)
    );
}

Told answered(
    std::uint32_t number, const std::string& user, std::string_view time, const std::string& text
) {
    const TicketAuthor author = user.empty() ? TicketAuthor::customer : TicketAuthor::staff;
    return told(TicketAnswered{"T1", c, number, author, user}, time, to_json(TicketText{text}));
}

std::string state(SqlSession& db) {
    return ask(
        db,
        "SELECT concat_ws(' ', status, priority, customer, service, texts, last_author, "
        "to_char(answered_at AT TIME ZONE 'UTC', 'HH24:MI'), "
        "to_char(closed_at AT TIME ZONE 'UTC', 'HH24:MI'), closed_by) FROM tickets"
    );
}

} // namespace

TEST_CASE("tickets: a ticket is open, answered, closed, and opened again by its customer") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const auto after = [&](Told told) {
        source.add(std::move(told));
        REQUIRE(project_all(*db, source));
        return state(*db);
    };
    CHECK(
        after(opened(to_json(TicketSubject{"No internet", "Since today.\nRed lamp."}))) ==
        "open high ACC1 ACC1-1 1 customer"
    );
    CHECK(ask(*db, "SELECT subject FROM tickets") == "No internet");
    CHECK(
        after(answered(2, "ann", "2026-11-20T10:00:00Z", "Is it on?")) ==
        "open high ACC1 ACC1-1 2 staff 10:00"
    );
    CHECK(
        after(told(TicketLinked{"T1", c, {}}, "2026-11-20T10:10:00Z")) ==
        "open high ACC1 2 staff 10:00"
    );
    CHECK(
        after(told(TicketClosed{"T1", c, "ben"}, "2026-11-20T10:20:00Z")) ==
        "closed high ACC1 2 staff 10:00 10:20 ben"
    );
    CHECK(
        after(answered(3, "", "2026-11-20T11:00:00Z", "It is.")) ==
        "open high ACC1 3 customer 11:00"
    );
    CHECK(
        after(answered(4, "ann", "2026-11-20T11:30:00Z", "We come.")) ==
        "open high ACC1 4 staff 11:30"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', number, author, written_by, text), '; ' "
            "ORDER BY number) FROM ticket_texts") ==
        "1 customer Since today.\nRed lamp.; 2 staff ann Is it on?; 3 customer It is.; "
        "4 staff ann We come."
    );
}

TEST_CASE("tickets: of a person that was forgotten no words stay") {
    MemorySource source;
    open_isp(source);
    source.add(opened(""));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(state(*db) == "open high ACC1 ACC1-1 1 customer");
    CHECK(ask(*db, "SELECT subject FROM tickets") == "NULL");
    CHECK(
        ask(*db, "SELECT concat_ws(' ', number, author, text) FROM ticket_texts") == "1 customer"
    );
}
