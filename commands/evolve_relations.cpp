#include "commands/entities/entity_rows.hpp"
#include "commands/evolve_parts.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

std::optional<std::uint32_t> place_of_entity(
    const Book& book, std::string_view tenant, const std::optional<std::string>& entity
) {
    if (!entity) return std::nullopt;
    const auto& entities = book.entities.find(tenant)->entities;
    const auto known = std::ranges::find(entities, *entity, &LegalEntityRow::entity);
    return static_cast<std::uint32_t>(known - entities.begin());
}

void EvolveRelations::operator()(const LegalEntityDefined& e) {
    auto& entities = book().entities.edit(tenant()).entities;
    if (entities.empty()) entities.push_back({book().tenants.find(tenant())->legal_entity, {}});
    const auto known = std::ranges::find(entities, e.entity, &LegalEntityRow::entity);
    if (known == entities.end())
        entities.push_back({e.entity, e.channels});
    else
        known->channels = e.channels;
}

// A pair is told of twice, in the books of both: what the first one's say is enough.
void note_dues(Book& book, std::string_view tenant, const Postings& postings) {
    constexpr std::string_view due = "due_entity:";
    for (const Posting& posting : postings) {
        if (!posting.account.starts_with(due)) continue;
        const std::string& own = book.tenants.find(tenant)->legal_entity;
        std::pair pair{posting.entity.value_or(own), posting.account.substr(due.size())};
        if (pair.first > pair.second) continue;
        book.dues.edit(due_key(tenant, pair, posting.currency)).minor += posting.minor;
    }
}

// What it does to dues is in its postings.
void EvolveRelations::operator()(const EntitiesSettled& e) {
    book().credits.edit(key(settlement_key(e.reference))).value = 1;
}

void EvolveRelations::operator()(const CustomerRegistered& e) {
    CustomerRow& row = book().customers.edit(key(e.customer));
    row.entity = place_of_entity(book(), tenant(), e.entity);
    row.currency = e.currency;
    if (e.currency) book().tenants.edit(tenant()).has_currencies = true;
    book().wallets.edit(key(e.customer));
    for (const PaymentReference& reference : e.references)
        book().references.edit(key(reference.normalised)).name = e.customer;
}

void EvolveRelations::operator()(const PaymentReferenceAdded& e) {
    book().references.edit(key(e.reference.normalised)).name = e.customer;
}

void EvolveRelations::operator()(const LeadOpened& e) {
    book().leads.edit(key(e.lead)) = {LeadStage::open, e.plan};
}

void EvolveRelations::operator()(const LeadMoved& e) {
    book().leads.edit(key(e.lead)).stage = e.stage;
}

void EvolveRelations::operator()(const LeadConverted& e) {
    book().leads.edit(key(e.lead)).stage = LeadStage::converted;
}

void EvolveRelations::operator()(const LeadLost& e) {
    book().leads.edit(key(e.lead)).stage = LeadStage::lost;
}

void EvolveRelations::operator()(const TicketOpened& e) {
    book().tickets.edit(key(e.ticket)) = {e.customer, e.service, 1, false};
}

void EvolveRelations::operator()(const TicketAnswered& e) {
    TicketRow& row = book().tickets.edit(key(e.ticket));
    row.texts = e.number;
    if (e.author == TicketAuthor::customer) row.closed = false;
}

void EvolveRelations::operator()(const TicketLinked& e) {
    book().tickets.edit(key(e.ticket)).service = e.service;
}

void EvolveRelations::operator()(const TicketClosed& e) {
    book().tickets.edit(key(e.ticket)).closed = true;
}

void EvolveRelations::operator()(const ServiceMoved& e) {
    std::erase(book().customers.edit(key(e.from)).services, e.service);
    book().customers.edit(key(e.to)).services.push_back(e.service);
    ServiceRow& row = book().services.edit(key(e.service));
    row.customer = e.to;
    ++row.changes;
}

void EvolveRelations::operator()(const CustomerMerged& e) {
    book().merged.edit(key(e.customer)).name = e.into;
}

} // namespace tollbook
