#pragma once

#include "projections/projection.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace tollbook {

// Every projection of this binary, writing into `schema`.
std::vector<std::unique_ptr<Projection>> make_projections(std::string_view schema);

// One of them; null when the name is not known.
std::unique_ptr<Projection> make_projection(std::string_view name, std::string_view schema);

std::unique_ptr<Projection> make_tenancy(std::string_view schema);
std::unique_ptr<Projection> make_subscribers(std::string_view schema);
std::unique_ptr<Projection> make_wallets(std::string_view schema);
std::unique_ptr<Projection> make_payments(std::string_view schema);
std::unique_ptr<Projection> make_services(std::string_view schema);
std::unique_ptr<Projection> make_routers(std::string_view schema);
std::unique_ptr<Projection> make_accounts(std::string_view schema);
std::unique_ptr<Projection> make_addons(std::string_view schema);
std::unique_ptr<Projection> make_billing_runs(std::string_view schema);
std::unique_ptr<Projection> make_deposits(std::string_view schema);
std::unique_ptr<Projection> make_dunning(std::string_view schema);
std::unique_ptr<Projection> make_event_index(std::string_view schema);
std::unique_ptr<Projection> make_fiscal(std::string_view schema);
std::unique_ptr<Projection> make_invoices(std::string_view schema);
std::unique_ptr<Projection> make_leads(std::string_view schema);
std::unique_ptr<Projection> make_legal_entities(std::string_view schema);
std::unique_ptr<Projection> make_summary(std::string_view schema);
std::unique_ptr<Projection> make_tickets(std::string_view schema);
std::unique_ptr<Projection> make_top_ups(std::string_view schema);

} // namespace tollbook
