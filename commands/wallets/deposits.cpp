// Money that stands for equipment lent to a customer: taken from the wallet, and given back to it,
// or kept for what did not come back whole.
#include "commands/billing/renewal.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

struct Part {
    const DepositRow* row;
    std::int64_t minor{};
};

// What of the deposit a command means.
Result<Part> part_of(
    const Decision& decision, const std::string& deposit, const std::optional<std::int64_t>& minor
) {
    const DepositRow* row = decision.book().deposits.find(decision.key(deposit));
    if (row == nullptr) return Error{Errc::deposit_unknown, deposit};
    const std::int64_t wanted = minor.value_or(row->remaining);
    if (row->remaining == 0) return Error{Errc::exceeds_deposit, "nothing is left of it"};
    if (const Status status = check_amount(wanted); !status) return status.error();
    if (wanted > row->remaining)
        return Error{Errc::exceeds_deposit, fmt::format("{} are left", row->remaining)};
    return Part{row, wanted};
}

std::string account_of(const std::string& customer) { return "deposit:" + customer; }

} // namespace

Status decide(Decision& decision, const TakeDeposit& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("deposit", command.deposit); !status) return status;
    if (decision.book().deposits.find(decision.key(command.deposit)) != nullptr)
        return Error{Errc::deposit_exists, command.deposit};
    if (const Status status = check_text("equipment", command.equipment); !status) return status;
    if (const Status status = check_amount(command.minor); !status) return status;
    settle(decision, command.customer);
    auto taken = take_paid(decision.wallet(command.customer), command.minor);
    if (!taken) return Error{Errc::insufficient_funds, command.customer};
    decision.add(
        "deposit:" + command.deposit,
        DepositTaken{
            command.deposit,
            command.customer,
            command.equipment,
            command.minor,
            std::move(*taken),
            {leg(decision, "wallet:" + command.customer, command.minor),
             leg(decision, account_of(command.customer), -command.minor)}}
    );
    return Done{};
}

Status decide(Decision& decision, const ReturnDeposit& command) {
    const Result<Part> part = part_of(decision, command.deposit, command.minor);
    if (!part) return part.error();
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const DepositRow& row = *part->row;
    const std::string& owner = owner_of(decision, row.customer);
    const std::string lot = fmt::format("deposit#{}~{}", command.deposit, row.returns + 1);
    const std::int64_t repaid = credit(decision.wallet(owner), lot, part->minor);
    decision.add(
        "deposit:" + command.deposit,
        DepositReturned{
            command.deposit,
            owner,
            part->minor,
            row.remaining - part->minor,
            lot,
            repaid,
            command.reason,
            {leg(decision, account_of(row.customer), part->minor),
             leg(decision, "wallet:" + owner, -part->minor)}}
    );
    reconnect_paid(decision, owner, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const KeepDeposit& command) {
    const Result<Part> part = part_of(decision, command.deposit, command.minor);
    if (!part) return part.error();
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const DepositRow& row = *part->row;
    decision.add(
        "deposit:" + command.deposit,
        DepositKept{
            command.deposit,
            row.customer,
            part->minor,
            row.remaining - part->minor,
            command.reason,
            {leg(decision, account_of(row.customer), part->minor),
             leg(decision, "fee", -part->minor)}}
    );
    return Done{};
}

} // namespace tollbook
