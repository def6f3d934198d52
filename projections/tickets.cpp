#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"
#include "projections/ticket_views.hpp"

namespace tollbook {

namespace {

// The ticket that an event is about.
const std::string* ticket_of(const Event& event) {
    return match(
        event,
        [](const TicketOpened& e) { return &e.ticket; },
        [](const TicketAnswered& e) { return &e.ticket; },
        [](const TicketLinked& e) { return &e.ticket; },
        [](const TicketClosed& e) { return &e.ticket; },
        [](const auto&) -> const std::string* { return nullptr; }
    );
}

std::optional<std::string> written_by(const std::string& user) {
    return user.empty() ? std::nullopt : std::optional(user);
}

// What customers ask, and what they are answered.
class Tickets final : public Projection {
public:
    explicit Tickets(std::string_view schema)
        : Projection({"tickets", 1, "122_tickets_v1"})
        , tickets_(schema, "tickets", 2)
        , texts_(schema, "ticket_texts", 3) {}

    Keys keys(const Fact& fact) const override {
        const std::string* ticket = ticket_of(fact.event);
        return ticket == nullptr ? Keys{} : Keys{"ticket:" + *ticket};
    }

    void touch(const Fact& fact) override {
        if (const std::string* ticket = ticket_of(fact.event))
            tickets_.want(row_key(fact.tenant(), *ticket));
    }

    void apply(const Fact& fact) override {
        match(
            fact.event,
            [&](const TicketOpened& e) { open(fact, e); },
            [&](const TicketAnswered& e) { answer(fact, e); },
            [&](const TicketLinked& e) {
                if (TicketView* row = edit(fact, e.ticket)) row->service = e.service;
            },
            [&](const TicketClosed& e) {
                if (TicketView* row = edit(fact, e.ticket)) {
                    row->status = "closed";
                    row->closed_at = fact.record.effective_at;
                    row->closed_by = e.user;
                }
            },
            [](const auto&) {}
        );
    }

    std::vector<RowSet*> tables() override { return {&tickets_, &texts_}; }

private:
    TicketView* edit(const Fact& fact, const std::string& ticket) {
        TicketView* row = tickets_.edit(row_key(fact.tenant(), ticket));
        if (row != nullptr) row->seq = fact.record.seq;
        return row;
    }

    void open(const Fact& fact, const TicketOpened& e) {
        TicketView row;
        row.tenant = fact.tenant();
        row.ticket = e.ticket;
        row.customer = e.customer;
        row.service = e.service;
        row.status = "open";
        row.priority = name_of(e.priority);
        row.texts = 1;
        row.last_author = name_of(e.author);
        row.opened_at = fact.record.effective_at;
        row.seq = fact.record.seq;
        TicketTextView text = text_of(fact, e);
        text.number = 1;
        if (fact.personal)
            if (Result<TicketSubject> asked = from_json<TicketSubject>(*fact.personal)) {
                row.subject = std::move(asked->subject);
                text.text = std::move(asked->text);
            }
        tickets_.put(std::move(row));
        texts_.add(text);
    }

    void answer(const Fact& fact, const TicketAnswered& e) {
        TicketTextView text = text_of(fact, e);
        text.number = e.number;
        if (fact.personal)
            if (Result<TicketText> written = from_json<TicketText>(*fact.personal))
                text.text = std::move(written->text);
        texts_.add(text);
        TicketView* row = edit(fact, e.ticket);
        if (row == nullptr) return;
        row->texts = e.number;
        row->last_author = name_of(e.author);
        row->answered_at = fact.record.effective_at;
        if (e.author == TicketAuthor::staff) return;
        row->status = "open";
        row->closed_at.reset();
        row->closed_by.reset();
    }

    template <class Writing>
    static TicketTextView text_of(const Fact& fact, const Writing& e) {
        TicketTextView text;
        text.tenant = fact.tenant();
        text.ticket = e.ticket;
        text.author = name_of(e.author);
        text.written_by = written_by(e.user);
        text.written_at = fact.record.effective_at;
        text.seq = fact.record.seq;
        return text;
    }

    KeyedRows<TicketView> tickets_;
    AppendedRows<TicketTextView> texts_;
};

} // namespace

std::unique_ptr<Projection> make_tickets(std::string_view schema) {
    return std::make_unique<Tickets>(schema);
}

} // namespace tollbook
