#pragma once

#include <cstdint>
#include <string>

namespace tollbook::api {

// Minor units as an exact decimal: "-1234.05". Every currency that a tenant may have has
// hundredths.
std::string decimal(std::int64_t minor);

} // namespace tollbook::api
