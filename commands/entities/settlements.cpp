// What legal entities of a tenant pay each other.
#include "commands/customers/currencies.hpp"
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/payments/channels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tollbook {

namespace {

struct Till { // Whose it is said to be.
    const std::string& channel;
    const std::string& entity;
};

Status check_till(const Decision& decision, const Till& till) {
    if (!channel_exists(decision.row(), till.channel))
        return Error{Errc::channel_unknown, till.channel};
    const std::string owner =
        entity_of_account(decision, "cash:" + till.channel).value_or(decision.row().legal_entity);
    if (owner == till.entity) return Done{};
    return Error{Errc::channel_taken, till.channel + " is of " + owner};
}

Currency currency_of(const Decision& decision, const SettleEntities& command) {
    return command.currency.value_or(decision.row().currency);
}

// What `from` owes `to`; below zero: what it has coming.
std::int64_t due(const Decision& decision, const SettleEntities& command) {
    const std::pair<std::string, std::string> pair = std::minmax(command.from, command.to);
    const EntityDueRow* row =
        decision.book().dues.find(due_key(decision.tenant(), pair, currency_of(decision, command)));
    if (row == nullptr) return 0;
    return command.from == pair.first ? -row->minor : row->minor;
}

Status check_settled(const Decision& decision, const SettleEntities& command, std::int64_t minor) {
    const std::int64_t owed = std::max<std::int64_t>(due(decision, command), 0);
    if (owed == 0)
        return Error{
            Errc::exceeds_due, fmt::format("{} owes {} nothing", command.from, command.to)};
    if (const Status status = check_amount(minor); !status) return status;
    if (minor <= owed) return Done{};
    return Error{Errc::exceeds_due, fmt::format("{} owes {} {}", command.from, command.to, owed)};
}

// Its legs: the cash of both, and what they owe each other.
Postings legs_of(const Decision& decision, const SettleEntities& command, std::int64_t minor) {
    const Currency currency = currency_of(decision, command);
    const auto leg = [&](const std::string& of, std::string account, std::int64_t amount) {
        Posting posting{std::move(account), amount, currency, std::nullopt};
        if (of != decision.row().legal_entity) posting.entity = of;
        return posting;
    };
    return {
        leg(command.from, "cash:" + command.from_channel, -minor),
        leg(command.to, "cash:" + command.to_channel, minor),
        leg(command.from, "due_entity:" + command.to, minor),
        leg(command.to, "due_entity:" + command.from, -minor)};
}

// None: it is the tenant's.
std::optional<Currency> other_currency(const Decision& decision, const SettleEntities& command) {
    const Currency currency = currency_of(decision, command);
    return currency == decision.row().currency ? std::nullopt : std::optional{currency};
}

} // namespace

Status decide(Decision& decision, const SettleEntities& command) {
    for (const std::string& entity : {command.from, command.to})
        if (const auto found = find_entity(decision, entity); !found) return found.error();
    if (command.from == command.to) return Error{Errc::value_out_of_range, "to: the same entity"};
    if (const Status status = check_id("reference", command.reference); !status) return status;
    if (decision.book().credits.find(decision.key(settlement_key(command.reference))) != nullptr)
        return Error{Errc::settlement_exists, command.reference};
    for (const Till& till :
         {Till{command.from_channel, command.from}, Till{command.to_channel, command.to}}) {
        if (const Status status = check_till(decision, till); !status) return status;
        const Status fits =
            check_channel_currency(decision, till.channel, currency_of(decision, command));
        if (!fits) return fits;
    }
    const std::int64_t owed = due(decision, command);
    const std::int64_t minor = command.minor.value_or(owed);
    if (const Status status = check_settled(decision, command, minor); !status) return status;
    decision.add(
        "legal_entity:" + command.from,
        EntitiesSettled{
            command.reference,
            command.from,
            command.to,
            command.from_channel,
            command.to_channel,
            minor,
            owed - minor,
            legs_of(decision, command, minor),
            other_currency(decision, command)}
    );
    return Done{};
}

} // namespace tollbook
