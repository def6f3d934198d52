#pragma once

#include "api/http/message.hpp"
#include "ledger/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tollbook::api {

// The same in every installation; the page itself is also served below /problems/.
inline constexpr std::string_view problem_type_base = "https://tollbook.dev/problems/";

// Whether the same request, sent again with the same key, may succeed without anybody acting.
bool retryable(Errc code);

// RFC 9457, from the one error table.
Response problem_response(const Error& error, std::string_view request_id);

// The same as a JSON object, for the items of a batch and for the command line.
void write_problem(std::string& out, const Error& error, std::string_view request_id);

// The page of a problem for people, or nothing when no such problem exists.
std::optional<Response> problem_page(std::string_view slug);

// The code of a slug that this product knows.
std::optional<Errc> errc_of(std::string_view slug);

} // namespace tollbook::api
