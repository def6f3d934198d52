#pragma once

#include "ledger/error.hpp"

#include <string>
#include <string_view>

namespace tollbook::api {

// An account's name in exported journals, which beancount and hledger both take: no two accounts
// share one (docs/accounts.md).
//
//   wallet:ACC1          Liabilities:Wallet:ACC1
//   cash:mpesa:600901    Assets:Cash:Mpesa:600901
//   revenue:HOME-10      Income:Revenue:HOME--10
//
// `entity` is empty for the tenant's own. Refuses with internal an account of no known kind.
Result<std::string> journal_name(std::string_view account, std::string_view entity);

} // namespace tollbook::api
