#include "commands/billing/charge_lines.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr std::size_t holds_max = 100; // Of one wallet.

// The customer whose wallet it holds money of; it still holds some.
Result<std::string> holder_of(const Decision& decision, const std::string& hold) {
    const NameRow* row = decision.book().holds.find(decision.key(hold));
    if (row == nullptr) return Error{Errc::hold_unknown, hold};
    return row->name;
}

} // namespace

Status decide(Decision& decision, const HoldFunds& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("hold", command.hold); !status) return status;
    if (decision.book().holds.find(decision.key(command.hold)) != nullptr)
        return Error{Errc::hold_exists, command.hold};
    if (const Status status = check_amount(command.minor); !status) return status;
    if (command.expires_at && *command.expires_at <= decision.now())
        return Error{Errc::value_out_of_range, "expires_at: it is over"};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    settle(decision, command.customer);
    WalletRow& wallet = decision.wallet(command.customer);
    if (spendable(wallet) < command.minor) return Error{Errc::insufficient_funds, command.customer};
    if (terms_of(wallet).holds.size() >= holds_max)
        return Error{Errc::value_out_of_range, fmt::format("a wallet has {} holds", holds_max)};
    decision.add(
        "wallet:" + command.customer,
        FundsHeld{command.hold, command.customer, command.minor, command.expires_at, command.reason}
    );
    return Done{};
}

Status decide(Decision& decision, const CaptureHold& command) {
    const Result<std::string> customer = holder_of(decision, command.hold);
    if (!customer) return customer.error();
    if (const Status status = check_id("charge", command.charge); !status) return status;
    const std::string charge = manual_charge(command.charge);
    if (decision.book().charges.find(decision.key(charge)) != nullptr)
        return Error{Errc::charge_exists, command.charge};
    Result<LineTotals> totals = total_lines(decision, command.lines);
    if (!totals) return totals.error();
    settle(decision, *customer);
    WalletRow& wallet = decision.wallet(*customer);
    const Hold* hold = find_hold(wallet, command.hold);
    if (hold == nullptr) return Error{Errc::hold_unknown, command.hold + " is over"};
    if (totals->minor > hold->minor)
        return Error{Errc::hold_exceeded, fmt::format("{} are held", hold->minor)};

    const std::int64_t minor = totals->minor;
    const std::int64_t left = hold->minor - minor;
    const bool last = command.last.value_or(false);
    set_hold(wallet, command.hold, last ? 0 : left);
    add_charge(
        decision,
        charge,
        *customer,
        std::nullopt,
        command.lines,
        std::move(*totals),
        take_held(wallet, minor)
    );
    const std::string stream = "wallet:" + *customer;
    decision.add(stream, HoldCaptured{command.hold, *customer, charge, minor, left});
    if (last && left > 0) {
        decision.add(stream, HoldReleased{command.hold, *customer, left, "released"});
        reconnect_paid(decision, *customer, std::nullopt);
    }
    return Done{};
}

Status decide(Decision& decision, const ReleaseHold& command) {
    const Result<std::string> customer = holder_of(decision, command.hold);
    if (!customer) return customer.error();
    WalletRow& wallet = decision.wallet(*customer);
    const Hold* hold = find_hold(wallet, command.hold);
    if (hold == nullptr) return Error{Errc::hold_unknown, command.hold + " is over"};
    decision.add(
        "wallet:" + *customer, HoldReleased{command.hold, *customer, hold->minor, "released"}
    );
    set_hold(wallet, command.hold, 0);
    reconnect_paid(decision, *customer, std::nullopt);
    return Done{};
}

} // namespace tollbook
