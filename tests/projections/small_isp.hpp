#pragma once

#include "memory_source.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

Timestamp at(std::string_view text);
Date day(std::string_view text);

inline constexpr std::string_view noon_text = "2026-11-20T09:00:00Z"; // Of Nairobi.
inline const Timestamp noon = at(noon_text);

// What a test tells of: at noon, unless it says otherwise.
Told told(Event event, std::string_view time = noon_text, std::optional<std::string> personal = {});
void tell(MemorySource& source, std::vector<Event> events);

// Events of a small provider as commands would make them: tenant "savanna" in KES, shortcode
// 600901, plan HOME10 at 150000, router rtr-01.
Told tenant_opened();
Told plan_defined();
Told router_registered();
Told customer_registered(const std::string& customer, const std::string& name);
Told service_added(const std::string& service, const std::string& customer);
Told site_requested(const std::string& service, const std::string& customer);
Told paid(const std::string& receipt, const std::string& customer, std::int64_t minor);
Told into_suspense(const std::string& receipt, std::int64_t minor);
Told charged(const std::string& service, const std::string& customer, std::vector<LotTaken> lots);
Told renewed(const std::string& service, const std::string& customer);
Told suspended(const std::string& service, const std::string& customer, Timestamp at);

// The provider with two customers, their services and sites.
void open_isp(MemorySource& source);

// `customers` more customers who each pay and are charged, `rounds` times. Another prefix makes
// other people and receipts.
void run_business(MemorySource& source, int customers, int rounds, const std::string& prefix = "B");

} // namespace tollbook
