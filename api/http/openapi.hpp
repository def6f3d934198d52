#pragma once

#include <string>

namespace tollbook::api {

// OpenAPI 3.1 of the route table, the commands and the error table. schemas/openapi.json is its
// output (`tollbook openapi`); a test compares them.
std::string openapi_document();

} // namespace tollbook::api
