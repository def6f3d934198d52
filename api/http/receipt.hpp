#pragma once

#include "ledger/position.hpp"

#include <string>
#include <string_view>

namespace tollbook::api {

// "0:123"
std::string to_string(const Position& position);
Result<Position> parse_position(std::string_view text);

std::string_view name_of(Acknowledgement level);
std::optional<Acknowledgement> acknowledgement_named(std::string_view name);

// {"object":"receipt","position":"0:123",...}
void write_receipt(std::string& out, const Receipt& receipt);

Position position_of(const Receipt& receipt);

} // namespace tollbook::api
