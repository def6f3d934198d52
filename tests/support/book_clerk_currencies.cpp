// What the clerk does in other currencies than the tenant's: C3 has dollars, C6 has euros, and so
// have a few of those that come later, C8 dollars most often. Some plans have no price in one of
// them.
#include "tests/support/book_clerk.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

Currency dollars() { return Currency::parse("USD").value(); }

Currency euros() { return Currency::parse("EUR").value(); }

// What a plan costs in other currencies.
using Prices = std::optional<std::vector<PlanPrice>>;

} // namespace

Currency BookClerk::other_currency() { return roll(2) == 0 ? dollars() : euros(); }

// Absent: the tenant's; or the tenant's by name, which is the same.
std::optional<Currency> BookClerk::some_currency() {
    switch (roll(10)) {
    case 0:
    case 1:
        return other_currency();
    case 2:
        return Currency{};
    default:
        return std::nullopt;
    }
}

std::string BookClerk::other_than(const std::string& customer) {
    if (roll(2) == 0) {
        if (customer == "C3") return "C8";
        if (customer == "C8") return "C3";
    }
    return this->customer();
}

void BookClerk::move_payment(std::optional<std::int64_t> minor) {
    MovePayment move{payment(), customer(), {}, minor, "moved"};
    const bool is_abroad = roll(4) == 0;
    const auto newest =
        std::find_if(run_.facts().rbegin(), run_.facts().rend(), [&](const Fact& fact) {
            const auto* received = std::get_if<PaymentReceived>(&fact.event);
            return received != nullptr && received->currency == dollars();
        });
    if (is_abroad && newest != run_.facts().rend()) {
        const auto& received = std::get<PaymentReceived>(newest->event);
        move.payment = received.payment;
        move.from = *received.customer;
    }
    move.to = other_than(move.from);
    send(move);
}

std::optional<Currency> BookClerk::currency_of(const std::string& customer) const {
    if (customer == "C3") return dollars();
    if (customer == "C6") return euros();
    const CustomerRow* row = run_.book().customers.find(book_key(clerk_tenant, customer));
    return row == nullptr ? std::nullopt : row->currency;
}

Prices BookClerk::prices_of(const std::string& plan, std::int64_t price_minor) {
    const PlanPrice in_usd{dollars(), price_minor / 100 + 1'00, {}};
    const PlanPrice in_eur{euros(), price_minor / 110 + 2'00, 1'99};
    if (plan == "BIZ" || plan == "CABLE") return {{in_usd}};
    switch (roll(6)) {
    case 0:
        return std::nullopt;
    case 1:
        return {{in_eur}};
    case 2:
        return {{in_usd}};
    default:
        return {{in_usd, in_eur}};
    }
}

std::optional<std::vector<DunningAmounts>> BookClerk::dunning_amounts() {
    DunningAmounts in_usd{dollars(), 1 + amount() / 100, {}};
    DunningAmounts in_eur{euros(), {}, 1 + amount() / 100};
    if (roll(2) == 0) std::swap(in_usd.fee_minor, in_usd.min_owed_minor);
    if (roll(2) == 0) in_eur.fee_minor = 75;
    switch (roll(4)) {
    case 0:
        return std::nullopt;
    case 1:
        return {{in_eur}};
    default:
        return {{in_usd, in_eur}};
    }
}

// Cash of the same till in several currencies, one after the other.
ChannelAmount BookClerk::opening_cash() {
    ChannelAmount opening{channel(), amount(), {}};
    if (roll(2) == 0) opening.currency = other_currency();
    return opening;
}

// Over tills: M-Pesa has the tenant's currency only.
void BookClerk::settle_in_other_currency() {
    SettleEntities settle{
        "x" + std::to_string(roll(400)), "main", "coast", "till:main", "till:shop", {}, {}};
    settle.currency = other_currency();
    if (roll(4) == 0) settle.minor = amount();
    send(settle);
    settle.reference += "-back";
    std::swap(settle.from, settle.to);
    std::swap(settle.from_channel, settle.to_channel);
    send(settle);
}

} // namespace tollbook
