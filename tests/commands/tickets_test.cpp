#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

OpenTicket ticket(const std::string& id) {
    OpenTicket open;
    open.ticket = id;
    open.customer = "A";
    open.subject = "No internet";
    open.text = "Since this morning.\nThe lamp is red.";
    open.service = "A-1";
    return open;
}

Story with_services() {
    return world() + Story{service("A-1", "A", "2026-12-01"), service("B-1", "B", "2026-12-01")};
}

// Ticket T1 of A about A-1.
Story one_ticket() {
    return with_services() +
           Story{
               TicketOpened{"T1", "A", "A-1", TicketPriority::normal, TicketAuthor::customer, ""}};
}

TicketRow row_of(Spec& book) { return *book.run().book().tickets.find(book_key(tenant_id, "T1")); }

} // namespace

TEST_CASE("open_ticket: by the customer, or by staff who write it down; its words are sealed") {
    Spec book = given(with_services());
    book.when(ticket("T1"))
        .then({TicketOpened{"T1", "A", "A-1", TicketPriority::normal, TicketAuthor::customer, ""}});
    CHECK(book.made().front().stream == "ticket:T1");
    CHECK(
        book.made().front().sealed ==
        R"({"subject":"No internet","text":"Since this morning.\u000aThe lamp is red."})"
    );
    OpenTicket open = ticket("T2");
    open.service.reset();
    open.priority = TicketPriority::urgent;
    open.user = "ann";
    book.when(open).then({TicketOpened{
        "T2", "A", {}, TicketPriority::urgent, TicketAuthor::staff, "ann"}});
    CHECK(row_of(book).texts == 1);
    CHECK(row_of(book).service == "A-1");
    CHECK_FALSE(row_of(book).closed);
}

TEST_CASE("open_ticket: refusals stand in their order") {
    Spec book = given(one_ticket());
    OpenTicket open = ticket("T 1");
    open.customer = "X";
    open.subject = std::string(201, 'x');
    open.text = "";
    open.service = "NONE";
    open.user = "";
    book.when(open).refused(Errc::value_out_of_range, "ticket");
    open.ticket = "T1";
    book.when(open).refused(Errc::ticket_exists, "T1");
    open.ticket = "T2";
    book.when(open).refused(Errc::customer_unknown, "X");
    open.customer = "A";
    book.when(open).refused(Errc::value_out_of_range, "subject");
    open.subject = "No internet";
    book.when(open).refused(Errc::value_out_of_range, "text: it is empty");
    open.text = std::string(10'001, 'x');
    book.when(open).refused(Errc::value_out_of_range, "text: at most 10000 bytes");
    open.text = "a\rb";
    book.when(open).refused(Errc::value_out_of_range, "text: control characters");
    open.text = std::string(10'000, 'x');
    book.when(open).refused(Errc::service_unknown, "NONE");
    open.service = "B-1"; // Another customer's.
    book.when(open).refused(Errc::service_unknown, "B-1");
    open.service = "A-1";
    book.when(open).refused(Errc::value_out_of_range, "user");
    open.user = "ann";
    book.when(open).then_types("ticket_opened");
}

TEST_CASE("answer_ticket: texts are numbered, and each is sealed by itself") {
    Spec book = given(one_ticket());
    book.when(AnswerTicket{"T1", "Have you tried\tanother cable?", "ann"})
        .then({TicketAnswered{"T1", "A", 2, TicketAuthor::staff, "ann"}});
    CHECK(book.made().front().stream == "ticket:T1");
    CHECK(book.made().front().sealed == R"({"text":"Have you tried\u0009another cable?"})");
    book.when(AnswerTicket{"T1", "Yes.", {}}
    ).then({TicketAnswered{"T1", "A", 3, TicketAuthor::customer, ""}});
    CHECK(row_of(book).texts == 3);
}

TEST_CASE("answer_ticket: a customer's answer opens a closed ticket again; staff may not answer") {
    Spec book = given(one_ticket());
    book.when(CloseTicket{"T1", "ann"}).then({TicketClosed{"T1", "A", "ann"}});
    CHECK(row_of(book).closed);
    book.when(AnswerTicket{"T1", "By the way ...", "ann"}).refused(Errc::ticket_closed, "T1");
    book.when(CloseTicket{"T1", "ann"}).refused(Errc::ticket_closed, "T1");
    book.when(AnswerTicket{"T1", "It is back: no internet.", {}}).then_types("ticket_answered");
    CHECK_FALSE(row_of(book).closed);
    book.when(AnswerTicket{"T1", "We come.", "ann"}).then_types("ticket_answered");
    book.when(CloseTicket{"T1", "ben"}).then_types("ticket_closed");
}

TEST_CASE("answer_ticket, close_ticket: refusals stand in their order") {
    Spec book = given(one_ticket() + Story{TicketClosed{"T1", "A", "ann"}});
    book.when(AnswerTicket{"T2", "", ""}).refused(Errc::ticket_unknown, "T2");
    book.when(AnswerTicket{"T1", "", ""}).refused(Errc::value_out_of_range, "text");
    book.when(AnswerTicket{"T1", "x", ""}).refused(Errc::value_out_of_range, "user");
    book.when(AnswerTicket{"T1", "x", "ann"}).refused(Errc::ticket_closed);
    book.when(CloseTicket{"T2", ""}).refused(Errc::ticket_unknown, "T2");
    book.when(CloseTicket{"T1", ""}).refused(Errc::value_out_of_range, "user");
    book.when(CloseTicket{"T1", "ann"}).refused(Errc::ticket_closed);
}

TEST_CASE("answer_ticket: a ticket has 1000 texts at most") {
    Spec book =
        given(one_ticket() + Story{TicketAnswered{"T1", "A", 999, TicketAuthor::customer, ""}});
    book.when(AnswerTicket{"T1", "x", {}}).then_types("ticket_answered");
    book.when(AnswerTicket{"T1", "x", {}}).refused(Errc::value_out_of_range, "a ticket has 1000");
}

TEST_CASE("link_ticket: about another service of its customer, or about none") {
    Spec book = given(one_ticket() + Story{service("A-2", "A", "2026-12-01")});
    book.when(LinkTicket{"T2", "NONE"}).refused(Errc::ticket_unknown, "T2");
    book.when(LinkTicket{"T1", "NONE"}).refused(Errc::service_unknown, "NONE");
    book.when(LinkTicket{"T1", "B-1"}).refused(Errc::service_unknown, "B-1");
    book.when(LinkTicket{"T1", "A-2"}).then({TicketLinked{"T1", "A", "A-2"}});
    CHECK(row_of(book).service == "A-2");
    book.when(LinkTicket{"T1", {}}).then({TicketLinked{"T1", "A", {}}});
    CHECK_FALSE(row_of(book).service);
    book.when(CloseTicket{"T1", "ann"});
    book.when(LinkTicket{"T1", "A-1"}).then_types("ticket_linked"); // Closed or not.
}

TEST_CASE("link_ticket: services that were merged into another customer are still its own") {
    Spec book = given(one_ticket());
    book.when(MergeCustomers{"A", "B", "the same man"});
    book.when(ticket("T2")).refused(Errc::customer_merged, "into B");
    book.when(LinkTicket{"T1", {}}).when(LinkTicket{"T1", "A-1"});
    book.then({TicketLinked{"T1", "A", "A-1"}});
    book.when(AnswerTicket{"T1", "It works again.", {}}).then_types("ticket_answered");
}
