#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tollbook::api {

// "; did you mean `limit`?" for the known name nearest to a misspelt one, or nothing when none is
// near. Ready to be appended to a refusal's detail.
std::string suggestion(std::string_view misspelt, std::span<const std::string_view> known);

} // namespace tollbook::api
