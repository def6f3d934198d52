#include "commands/billing/charge_lines.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/payments/channels.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t openings_max = 2'000; // Of one command: its record must fit in a frame.

// Opening balances may be debts (below zero), never zero.
Status check_opening(std::int64_t minor) {
    if (minor == 0) return Error{Errc::amount_not_positive, "an opening balance of zero"};
    if (minor > amount_minor_max || minor < -amount_minor_max)
        return Error{Errc::amount_overflow, {}};
    return Done{};
}

Status open_wallets(
    Decision& decision, const PostOpeningBalances& command, OpeningBalancesPosted& posted
) {
    std::set<std::string> named;
    for (const WalletAmount& opening : command.wallets) {
        if (const Status status = check_customer(decision, opening.customer); !status)
            return status;
        const WalletRow* wallet = decision.book().wallets.find(decision.key(opening.customer));
        if (wallet->opened != 0 || !named.insert(opening.customer).second)
            return Error{Errc::opening_already_posted, opening.customer};
        if (const Status status = check_opening(opening.minor); !status) return status;
        WalletRow& opened = decision.wallet(opening.customer); // For check_sums.
        if (opening.minor > 0)
            credit(opened, std::string(opening_lot), opening.minor);
        else
            force_take(opened, opening.customer, opening_lot, -opening.minor);
        posted.wallets.push_back({opening.customer, opening.minor, std::string(opening_lot)});
        posted.postings.push_back(leg(decision, "wallet:" + opening.customer, -opening.minor));
        posted.postings.back().currency = decision.currency_of(opening.customer);
    }
    return Done{};
}

Status open_cash(
    Decision& decision, const PostOpeningBalances& command, OpeningBalancesPosted& posted
) {
    std::set<std::string> named;
    for (const ChannelAmount& opening : command.cash) {
        if (!channel_exists(decision.row(), opening.channel))
            return Error{Errc::channel_unknown, opening.channel};
        const Currency currency = opening.currency.value_or(decision.row().currency);
        if (const Status fits = check_channel_currency(decision, opening.channel, currency); !fits)
            return fits;
        OpeningCash opened{opening.channel, opening.minor};
        if (currency != decision.row().currency) opened.currency = currency;
        const std::string key = opening_key(opened);
        if (decision.book().openings.find(decision.key(key)) != nullptr ||
            !named.insert(key).second)
            return Error{Errc::opening_already_posted, opening.channel};
        if (const Status status = check_opening(opening.minor); !status) return status;
        posted.cash.push_back(std::move(opened));
        posted.postings.push_back(leg(decision, "cash:" + opening.channel, opening.minor));
        posted.postings.back().currency = currency;
    }
    return Done{};
}

// Everything opens against `opening`: one leg of each legal entity and currency takes the
// difference of all its others.
Status balance_with_opening(Decision& decision, Postings& postings) {
    std::map<std::pair<std::optional<std::string>, Currency>, std::int64_t> sums;
    for (Posting& posting : postings) {
        posting.entity = entity_of_account(decision, posting.account);
        std::int64_t& sum = sums[{posting.entity, posting.currency}];
        const Result<std::int64_t> next = add(sum, posting.minor);
        if (!next) return next.error();
        sum = *next;
    }
    for (const auto& [of, sum] : sums) {
        if (sum == 0) continue;
        postings.push_back({"opening", -sum, of.second, of.first});
    }
    return Done{};
}

} // namespace

Status decide(Decision& decision, const PostOpeningBalances& command) {
    if (decision.row().opening_complete) return Error{Errc::opening_closed, {}};
    if (decision.booked_on(command.booked_on) != command.booked_on)
        return Error{Errc::period_already_closed, to_string(command.booked_on)};
    if (command.booked_on > decision.today())
        return Error{
            Errc::value_out_of_range, "booked_on: today is " + to_string(decision.today())};
    if (command.wallets.size() + command.cash.size() > openings_max)
        return Error{Errc::command_too_large, "at most 2000 balances at once"};
    OpeningBalancesPosted posted;
    posted.complete = command.complete;
    posted.currency = decision.row().currency;
    if (const Status status = open_wallets(decision, command, posted); !status) return status;
    if (const Status status = open_cash(decision, command, posted); !status) return status;
    if (posted.postings.empty()) return Error{Errc::missing_field, "wallets or cash"};
    if (const Status status = balance_with_opening(decision, posted.postings); !status)
        return status;
    if (decision.booked_on(command.booked_on, posted.postings) != command.booked_on)
        return Error{Errc::period_already_closed, to_string(command.booked_on)};
    decision.add_at(
        decision.now(), command.booked_on, "tenant:" + decision.tenant(), std::move(posted)
    );
    return Done{};
}

std::string manual_charge(const std::string& charge) { return "manual#" + charge; }

Status decide(Decision& decision, const ChargeWallet& command) {
    const std::string charge = manual_charge(command.charge);
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_id("charge", command.charge); !status) return status;
    if (decision.book().charges.find(decision.key(charge)) != nullptr)
        return Error{Errc::charge_exists, command.charge};
    if (command.service) {
        const ServiceRow* service = decision.book().services.find(decision.key(*command.service));
        if (service == nullptr || service->customer != command.customer)
            return Error{Errc::service_unknown, *command.service};
    }
    Result<LineTotals> totals = total_lines(decision, command.lines);
    if (!totals) return totals.error();
    settle(decision, command.customer);
    const bool has_settled = !decision.empty(); // It may have set money free.
    auto taken = take_price(decision.wallet(command.customer), totals->minor);
    if (!taken) return Error{Errc::insufficient_funds, command.customer};
    add_charge(
        decision,
        charge,
        command.customer,
        command.service,
        command.lines,
        std::move(*totals),
        std::move(*taken)
    );
    if (has_settled) reconnect_paid(decision, command.customer, std::nullopt);
    return Done{};
}

} // namespace tollbook
