#pragma once

#include <string_view>

namespace tollbook::api {

inline constexpr std::string_view version = TOLLBOOK_VERSION;
inline constexpr std::string_view commit = TOLLBOOK_COMMIT;

} // namespace tollbook::api
