#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace tollbook {

enum class AccountType { asset, liability, equity, income, expense };

struct AccountKind {
    std::string_view name;
    AccountType type{};
};

// The kinds of docs/accounts.md: all that a posting may name.
inline constexpr std::array account_kinds{
    AccountKind{"cash", AccountType::asset},
    AccountKind{"in_transit", AccountType::asset},
    AccountKind{"receivable", AccountType::asset},
    AccountKind{"withheld", AccountType::asset},
    AccountKind{"disputed", AccountType::asset},
    AccountKind{"reseller_receivable", AccountType::asset},
    AccountKind{"wallet", AccountType::liability},
    AccountKind{"deferred", AccountType::liability},
    AccountKind{"suspense", AccountType::liability},
    AccountKind{"voucher", AccountType::liability},
    AccountKind{"deposit", AccountType::liability},
    AccountKind{"tax", AccountType::liability},
    AccountKind{"reseller_payable", AccountType::liability},
    AccountKind{"refund_payable", AccountType::liability},
    AccountKind{"due_tenant", AccountType::liability},
    AccountKind{"due_entity", AccountType::liability},
    AccountKind{"opening", AccountType::equity},
    AccountKind{"revenue", AccountType::income},
    AccountKind{"fee", AccountType::income},
    AccountKind{"breakage", AccountType::income},
    AccountKind{"discount", AccountType::income},
    AccountKind{"granted", AccountType::expense},
    AccountKind{"provider_fee", AccountType::expense},
    AccountKind{"commission", AccountType::expense},
    AccountKind{"bad_debt", AccountType::expense},
    AccountKind{"over_short", AccountType::expense},
    AccountKind{"rounding", AccountType::expense},
    AccountKind{"fx", AccountType::expense},
};

// The type of an account ("wallet:ACC1"), by its kind; nothing for one that no posting may name.
constexpr std::optional<AccountType> account_type(std::string_view account) {
    const std::string_view kind = account.substr(0, account.find(':'));
    for (const AccountKind& known : account_kinds)
        if (known.name == kind) return known.type;
    return {};
}

} // namespace tollbook
