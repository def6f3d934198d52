#pragma once

#include "api/http/services.hpp"
#include "commands/tariffs/tariff_preview.hpp"

#include <string>

namespace tollbook::api {

// Who was charged for the version of a plan since that day, as the read models have it: a
// TariffCandidates in JSON. Blocks on the database. Refuses with database_unavailable, and with
// projection_lag while the read models are starting.
Result<std::string> tariff_candidates(
    const Services& services, const std::string& tenant, const TariffCorrection& correction
);

} // namespace tollbook::api
