// Facts of one command, on the way back to the commands that come to them (simulated_commands.hpp).
#pragma once

#include "commands/book.hpp"
#include "commands/commands.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

class SimulatedReading {
public:
    SimulatedReading(const Book& before, std::string_view tenant, std::span<const Event> facts)
        : before_(before), tenant_(tenant), facts_(facts) {}

protected:
    // The first fact of a type. Null: there is none.
    template <class E>
    const E* first() const {
        for (const Event& fact : facts_)
            if (const auto* found = std::get_if<E>(&fact)) return found;
        return nullptr;
    }

    // Once for each service: a renewal makes several facts. After money or a command of a person it
    // follows by itself.
    void renew(const std::string& service);

    // So many of a product as the price of before, in the customer's currency, makes of it.
    void sell(
        const std::string& customer,
        const std::string& charge,
        const PlanChoiceRow& product,
        std::int64_t minor,
        const std::optional<std::string>& service
    );

    // Whether a renewal made it so, for a period that begins on that day.
    bool came_with_period(const std::string& service, Date from) const;

    // Whether a renewal took the add-on away, or gave it its terms, as it was to.
    bool ended_with_its_period(const AddonRemoved& e) const;
    bool changed_with_its_period(const AddonChanged& e) const;

    // As it was before. Null: the service had none of that name.
    const AddonRow* addon_before(const std::string& service, const std::string& addon) const;

    const Book& before_;
    std::string_view tenant_;
    std::span<const Event> facts_;
    std::vector<Command> commands_;
};

// What came in and went out, and what wallets hold back, owe and are given.
class ReadMoney : public SimulatedReading {
public:
    using SimulatedReading::SimulatedReading;

protected:
    void read(const PaymentReceived& e);
    void read(const SuspenseAssigned& e);
    void read(const PaymentReversed& e);
    void read(const PaymentMoved& e);
    void read(const WalletCharged& e);
    void read(const ChargeCredited& e);
    void read(const CreditGranted& e);
    void read(const LotExpired& e);
    void read(const HoldReleased& e);
    void read(const OverdraftLimitSet& e);
    void read(const FundsTransferred& e);
    void read(const RefundRequested& e);
    void read(const RefundApproved& e);
    void read(const RefundRejected& e);
    void read(const RefundPaid& e);
    void read(const DepositTaken& e);
    void read(const DepositReturned& e);
    void read(const DepositKept& e);
    void read(const TopUpRuleSet& e);
    void read(const TopUpRuleEnded& e);
    void read(const TopUpGranted& e);
    void read(const FundsHeld& e);
    void read(const TopUpRequested& e);
    void read(const TopUpPassed& e);
    void read(const TopUpRequestEnded& e);
};

} // namespace tollbook
