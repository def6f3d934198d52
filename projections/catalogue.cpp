#include "projections/catalogue.hpp"

#include <array>

namespace tollbook {

namespace {

using Make = std::unique_ptr<Projection> (*)(std::string_view);

constexpr std::array<Make, 19> makers{
    &make_tenancy,
    &make_subscribers,
    &make_wallets,
    &make_payments,
    &make_services,
    &make_routers,
    &make_accounts,
    &make_addons,
    &make_billing_runs,
    &make_deposits,
    &make_dunning,
    &make_event_index,
    &make_fiscal,
    &make_invoices,
    &make_leads,
    &make_legal_entities,
    &make_summary,
    &make_tickets,
    &make_top_ups};

} // namespace

std::vector<std::unique_ptr<Projection>> make_projections(std::string_view schema) {
    std::vector<std::unique_ptr<Projection>> projections;
    for (const Make make : makers)
        projections.push_back(make(schema));
    return projections;
}

std::unique_ptr<Projection> make_projection(std::string_view name, std::string_view schema) {
    for (const Make make : makers)
        if (auto projection = make(schema); projection->name() == name) return projection;
    return nullptr;
}

} // namespace tollbook
