#pragma once

#include "api/http/admission.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tollbook::api {

// The body with the path parameters (but {tenant}) as its first members, inserted as text: the
// codec then refuses a body that names one of them again. An empty body counts as {}.
// Refuses what is not an object with malformed_json.
Result<std::string> merged_body(std::span<const PathValue> path, std::string_view body);

// Submits the command of the route and answers with its receipt or its refusal.
void run_command(const Services& services, Request request, Admitted admitted, Reply reply);

// Keeps a provider's delivery; answers 200 only when it is durable, else 503.
void run_hook(const Services& services, Request request, Admitted admitted, Reply reply);

// What the record remembers of the request: its trace, or its own id.
std::string correlation_of(const Request& request);

} // namespace tollbook::api
