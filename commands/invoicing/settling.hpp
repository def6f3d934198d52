#pragma once

#include "commands/decision.hpp"

#include <string>

namespace tollbook {

// Books what lapsed in a wallet: first the holds that are over, then the granted lots that expired,
// but for what holds still keep back. Whatever takes money asks for it first.
void settle(Decision& decision, const std::string& customer);

// Whether that would book something.
bool has_lapsed(const WalletRow& wallet, Timestamp now, Date today);

} // namespace tollbook
