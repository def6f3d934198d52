// Those who may become customers, and what customers ask; a part of the table in
// api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

Result<ReadAnswer> list_leads(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_lead(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_tickets(ReaderPool& pool, const Query& query);
Result<ReadAnswer> get_ticket(ReaderPool& pool, const Query& query);

inline constexpr std::array relation_routes{
    command(
        {"/v1/tenants/{tenant}/leads", "open_lead", for_operators},
        "Write down who may become a customer"
    ),
    command(
        {"/v1/tenants/{tenant}/leads/{lead}/move", "move_lead", for_operators, 200},
        "Move a lead along the pipeline, or back"
    ),
    command(
        {"/v1/tenants/{tenant}/leads/{lead}/convert", "convert_lead", for_operators},
        "Make a customer and its first service of a lead"
    ),
    command(
        {"/v1/tenants/{tenant}/leads/{lead}/lose", "lose_lead", for_operators, 200},
        "Say that nothing comes of a lead"
    ),
    read(
        {"/v1/tenants/{tenant}/leads",
         &list_leads,
         for_readers,
         "min_position limit cursor stage source"},
        "Leads of a stage; without one, those of which something may still come"
    ),
    read(
        {"/v1/tenants/{tenant}/leads/{lead}", &get_lead, for_readers},
        "A lead with its way through the pipeline"
    ),
    command(
        {"/v1/tenants/{tenant}/tickets", "open_ticket", for_operators},
        "Write down what a customer asks"
    ),
    command(
        {"/v1/tenants/{tenant}/tickets/{ticket}/answers", "answer_ticket", for_operators},
        "Answer a ticket; its customer's answer opens it again"
    ),
    command(
        {"/v1/tenants/{tenant}/tickets/{ticket}/service", "link_ticket", for_operators, 200},
        "Say which service a ticket is about, or none"
    ),
    command(
        {"/v1/tenants/{tenant}/tickets/{ticket}/close", "close_ticket", for_operators, 200},
        "Say that nothing is left to do for a ticket"
    ),
    read(
        {"/v1/tenants/{tenant}/tickets",
         &list_tickets,
         for_readers,
         "min_position limit cursor customer service status priority"},
        "Tickets; those of a customer are also those of customers that were merged into it"
    ),
    read(
        {"/v1/tenants/{tenant}/tickets/{ticket}", &get_ticket, for_readers},
        "A ticket with all its texts"
    ),
};

} // namespace tollbook::api
