// What anyone may see: health, version, metrics, the contract, the problems.
#pragma once

#include "api/http/message.hpp"
#include "api/http/routes.hpp"

#include <span>

namespace tollbook::api {

Response live_page(const Services& services, std::span<const PathValue> path);
Response ready_page(const Services& services, std::span<const PathValue> path);
Response version_page(const Services& services, std::span<const PathValue> path);
Response metrics_page(const Services& services, std::span<const PathValue> path);
Response openapi_page(const Services& services, std::span<const PathValue> path);
Response problem_page_handler(const Services& services, std::span<const PathValue> path);

} // namespace tollbook::api
