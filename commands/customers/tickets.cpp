// What customers ask, and what they are answered. Texts are personal: they are sealed with the
// customer's key, and the book keeps none of them.
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::size_t text_bytes_max = 10'000;
constexpr std::uint32_t texts_max = 1'000; // Of one ticket.

Result<const TicketRow*> find_ticket(const Decision& decision, const std::string& ticket) {
    const TicketRow* row = decision.book().tickets.find(decision.key(ticket));
    if (row == nullptr) return Error{Errc::ticket_unknown, ticket};
    return row;
}

// Lines and paragraphs, but no other control characters.
Status check_written(const std::string& text) {
    const auto forbidden = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    };
    if (text.empty()) return Error{Errc::value_out_of_range, "text: it is empty"};
    if (text.size() > text_bytes_max)
        return Error{Errc::value_out_of_range, "text: at most 10000 bytes"};
    if (std::ranges::any_of(text, forbidden))
        return Error{Errc::value_out_of_range, "text: control characters"};
    return Done{};
}

// One that the ticket's customer has, or whoever that one was merged into.
Status check_service(
    const Decision& decision, const std::string& customer, const std::optional<std::string>& service
) {
    if (!service) return Done{};
    const ServiceRow* row = decision.book().services.find(decision.key(*service));
    if (row == nullptr || row->customer != owner_of(decision, customer))
        return Error{Errc::service_unknown, *service};
    return Done{};
}

Status check_user(const std::optional<std::string>& user) {
    return user ? check_id("user", *user) : Status{Done{}};
}

TicketAuthor author_of(const std::optional<std::string>& user) {
    return user ? TicketAuthor::staff : TicketAuthor::customer;
}

} // namespace

Status decide(Decision& decision, const OpenTicket& command) {
    if (const Status status = check_id("ticket", command.ticket); !status) return status;
    if (decision.book().tickets.find(decision.key(command.ticket)) != nullptr)
        return Error{Errc::ticket_exists, command.ticket};
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_text("subject", command.subject); !status) return status;
    if (const Status status = check_written(command.text); !status) return status;
    if (const Status status = check_service(decision, command.customer, command.service); !status)
        return status;
    if (const Status status = check_user(command.user); !status) return status;
    decision.add(
        "ticket:" + command.ticket,
        TicketOpened{
            command.ticket,
            command.customer,
            command.service,
            command.priority.value_or(TicketPriority::normal),
            author_of(command.user),
            command.user.value_or("")},
        Personal{
            "customer:" + command.customer, to_json(TicketSubject{command.subject, command.text})}
    );
    return Done{};
}

Status decide(Decision& decision, const AnswerTicket& command) {
    const auto found = find_ticket(decision, command.ticket);
    if (!found) return found.error();
    const TicketRow& row = **found;
    if (const Status status = check_written(command.text); !status) return status;
    if (const Status status = check_user(command.user); !status) return status;
    if (row.closed && command.user) return Error{Errc::ticket_closed, command.ticket};
    if (row.texts >= texts_max)
        return Error{Errc::value_out_of_range, "a ticket has 1000 texts at most"};
    decision.add(
        "ticket:" + command.ticket,
        TicketAnswered{
            command.ticket,
            row.customer,
            row.texts + 1,
            author_of(command.user),
            command.user.value_or("")},
        Personal{"customer:" + row.customer, to_json(TicketText{command.text})}
    );
    return Done{};
}

Status decide(Decision& decision, const LinkTicket& command) {
    const auto found = find_ticket(decision, command.ticket);
    if (!found) return found.error();
    const std::string& customer = (*found)->customer;
    if (const Status status = check_service(decision, customer, command.service); !status)
        return status;
    decision.add(
        "ticket:" + command.ticket, TicketLinked{command.ticket, customer, command.service}
    );
    return Done{};
}

Status decide(Decision& decision, const CloseTicket& command) {
    const auto found = find_ticket(decision, command.ticket);
    if (!found) return found.error();
    if (const Status status = check_id("user", command.user); !status) return status;
    if ((*found)->closed) return Error{Errc::ticket_closed, command.ticket};
    decision.add(
        "ticket:" + command.ticket, TicketClosed{command.ticket, (*found)->customer, command.user}
    );
    return Done{};
}

} // namespace tollbook
