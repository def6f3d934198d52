// Credit that nobody paid for, what a wallet may owe, and money that goes to another wallet.
#include "commands/wallets/grants.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"

namespace tollbook {

Status decide(Decision& decision, const GrantCredit& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("grant", command.grant); !status) return status;
    const std::string lot = std::string(granted_lots) + command.grant;
    if (decision.book().credits.find(decision.key(lot)) != nullptr)
        return Error{Errc::credit_exists, command.grant};
    if (const Status status = check_amount(command.minor); !status) return status;
    const std::uint32_t priority = command.priority.value_or(priority_plain);
    if (priority == 0 || priority > priority_plain)
        return Error{Errc::value_out_of_range, "priority: 1 to 50"};
    if (command.expires_on && *command.expires_on <= decision.today())
        return Error{Errc::value_out_of_range, "expires_on: it is over"};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    settle(decision, command.customer);

    add_grant(
        decision,
        {command.customer,
         command.grant,
         command.minor,
         priority,
         command.expires_on,
         command.reason}
    );
    return Done{};
}

void add_grant(Decision& decision, const Grant& granted) {
    const std::string lot = std::string(granted_lots) + granted.grant;
    WalletRow& wallet = decision.wallet(granted.customer);
    const std::int64_t repaid =
        grant(wallet, {lot, granted.priority, granted.expires_on}, granted.minor);
    decision.add(
        "wallet:" + granted.customer,
        CreditGranted{
            granted.grant,
            granted.customer,
            granted.minor,
            lot,
            granted.priority,
            granted.expires_on,
            repaid,
            granted.reason,
            {leg(decision, "granted", granted.minor),
             leg(decision, "wallet:" + granted.customer, -granted.minor)}}
    );
    reconnect_paid(decision, granted.customer, std::nullopt);
}

Status decide(Decision& decision, const SetOverdraftLimit& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (command.minor < 0) return Error{Errc::amount_not_positive, {}};
    if (command.minor > amount_minor_max) return Error{Errc::amount_overflow, {}};
    WalletRow& wallet = decision.wallet(command.customer);
    const bool rises = command.minor > terms_of(wallet).overdraft_limit;
    terms_of(wallet).overdraft_limit = command.minor;
    decision.add("wallet:" + command.customer, OverdraftLimitSet{command.customer, command.minor});
    if (rises) reconnect_paid(decision, command.customer, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const TransferFunds& command) {
    for (const std::string& customer : {command.from, command.to})
        if (const Status status = check_customer(decision, customer); !status) return status;
    if (command.from == command.to) return Error{Errc::value_out_of_range, "to: the same wallet"};
    if (const Status same = check_same_currency(decision, command.from, command.to); !same)
        return same;
    if (const Status status = check_id("transfer", command.transfer); !status) return status;
    const std::string lot = "transfer#" + command.transfer;
    if (decision.book().credits.find(decision.key(lot)) != nullptr)
        return Error{Errc::transfer_exists, command.transfer};
    if (const Status status = check_amount(command.minor); !status) return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    settle(decision, command.from);
    auto taken = take_paid(decision.wallet(command.from), command.minor);
    if (!taken) return Error{Errc::insufficient_funds, command.from};

    const std::int64_t repaid = credit(decision.wallet(command.to), lot, command.minor);
    decision.add(
        "wallet:" + command.from,
        FundsTransferred{
            command.transfer,
            command.from,
            command.to,
            command.minor,
            std::move(*taken),
            lot,
            repaid,
            command.reason,
            {leg(decision, "wallet:" + command.from, command.minor),
             leg(decision, "wallet:" + command.to, -command.minor)}}
    );
    reconnect_paid(decision, command.to, std::nullopt);
    return Done{};
}

} // namespace tollbook
