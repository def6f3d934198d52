#pragma once

#include "api/migrations.hpp"
#include "api/renewals.hpp"
#include "api/tariffs.hpp"

#include <string>

namespace tollbook::api {

// "1,234,567.89": every currency that a tenant may have has hundredths.
std::string amount(std::int64_t minor);

// A preview and a run as people read them, in lines; the last one has no end.
std::string preview_text(const BillingPreview& preview, const std::string& tenant);
std::string report_text(const RenewalReport& report);
std::string preview_text(const MigrationPreview& preview);
std::string preview_text(const TariffPreview& preview);
std::string report_text(const ChangeReport& report);

} // namespace tollbook::api
