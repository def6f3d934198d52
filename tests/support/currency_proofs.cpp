#include "tests/support/currency_proofs.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string_view>

namespace tollbook {

namespace {

constexpr std::string_view run_causes = "run:";

// What one run took, by currency: from wallets, and put on invoices.
struct Took {
    std::int64_t charged{};
    std::int64_t invoiced{};

    friend bool operator==(const Took&, const Took&) = default;
};

using TookByCurrency = std::map<Currency, Took>;

bool is_of_customer(const std::string& kind) {
    return kind == "wallet" || kind == "receivable" || kind == "deposit" ||
           kind == "refund_payable";
}

// "wallet" and "C1" of "wallet:C1".
std::pair<std::string, std::string> parts_of(const std::string& account) {
    const std::size_t colon = account.find(':');
    if (colon == std::string::npos) return {account, {}};
    return {account.substr(0, colon), account.substr(colon + 1)};
}

template <class E>
std::string customer_in(const E& e) {
    if constexpr (requires { std::string(e.customer); })
        return e.customer;
    else if constexpr (requires { std::string(e.customer.value()); })
        return e.customer.value_or("");
    else
        return {};
}

class CurrencyProof {
public:
    explicit CurrencyProof(const std::vector<Fact>& facts) : currencies_(facts) {}

    // What is wrong with the fact; empty: nothing.
    std::string take(const Fact& fact) {
        if (const Postings* postings = postings_of(fact.event))
            for (const Posting& leg : *postings)
                if (std::string fault = leg_fault(fact.event, leg); !fault.empty()) return fault;
        note_run(fact);
        if (const auto* issued = std::get_if<InvoiceIssued>(&fact.event))
            of_invoice_[issued->invoice] = issued->customer;
        return std::visit([this](const auto& e) { return fault_of(e); }, fact.event);
    }

private:
    template <class E>
    std::string fault_of(const E& e) const {
        if constexpr (requires { Currency(e.currency); })
            return told_fault(e.currency, wanted_of(e));
        else
            return {};
    }

    std::string fault_of(const CustomerRegistered& e) const {
        return e.currency == currencies_.own() ? "says the tenant's currency" : "";
    }

    std::string fault_of(const EntitiesSettled& e) const {
        return e.currency == currencies_.own() ? "says the tenant's currency" : "";
    }

    std::string fault_of(const PlanDefined& e) const {
        std::set<Currency> priced{e.currency};
        for (const PlanPrice& price : e.prices.value_or(std::vector<PlanPrice>{}))
            if (!priced.insert(price.currency).second) return "has two prices in one currency";
        return told_fault(e.currency, currencies_.own());
    }

    std::string fault_of(const BillingRunFinished& e) { return run_fault(e); }

    std::string fault_of(const BillingRunInterrupted& e) { return run_fault(e); }

    std::string fault_of(const OpeningBalancesPosted& e) const {
        return told_fault(e.currency, currencies_.own());
    }

    std::string fault_of(const FiscalTransmissionRequested& e) const {
        return told_fault(e.currency, currencies_.of(of_invoice_.at(e.invoice)));
    }

    std::string fault_of(const PaymentMoved& e) const {
        if (currencies_.of(e.debit.customer) != currencies_.of(e.credit.customer))
            return "moves money between two currencies";
        return told_fault(e.currency, currencies_.of(e.credit.customer));
    }

    static std::string told_fault(Currency told, Currency wanted) {
        if (told == wanted) return {};
        return fmt::format("says {} of {}", told.code(), wanted.code());
    }

    // Of whom it is; of a payment that nobody's is yet, or that parts of suspense become: of the
    // customers of its legs.
    template <class E>
    Currency wanted_of(const E& e) const {
        if (const std::string customer = customer_in(e); !customer.empty())
            return currencies_.of(customer);
        if constexpr (requires { e.postings.size(); })
            for (const Posting& leg : e.postings)
                if (const auto [kind, part] = parts_of(leg.account); is_of_customer(kind))
                    return currencies_.of(part);
        return currencies_.own();
    }

    std::string leg_fault(const Event& event, const Posting& leg) const {
        const auto [kind, part] = parts_of(leg.account);
        Currency wanted = std::visit([this](const auto& e) { return wanted_of(e); }, event);
        if (std::holds_alternative<OpeningBalancesPosted>(event)) wanted = leg.currency;
        if (const auto* settled = std::get_if<EntitiesSettled>(&event))
            wanted = settled->currency.value_or(currencies_.own());
        if (is_of_customer(kind)) wanted = currencies_.of(part);
        const bool is_own = kind == "suspense" || leg.account.starts_with("cash:mpesa:");
        if (leg.currency == wanted && (!is_own || wanted == currencies_.own())) return {};
        return fmt::format("{} {} in {}", leg.account, leg.minor, leg.currency.code());
    }

    void note_run(const Fact& fact) {
        if (const auto* started = std::get_if<BillingRunStarted>(&fact.event))
            runs_[started->run] = {};
        if (!fact.cause.causation.starts_with(run_causes)) return;
        const auto run = runs_.find(fact.cause.causation.substr(run_causes.size()));
        if (run == runs_.end()) return;
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
            run->second[currencies_.of(charged->customer)].charged += charged->minor;
        if (const auto* drafted = std::get_if<PeriodDrafted>(&fact.event))
            for (const DraftLine& line : drafted->lines)
                run->second[currencies_.of(drafted->customer)].invoiced += line.minor;
    }

    template <class Ended>
    std::string run_fault(const Ended& e) {
        TookByCurrency took = std::move(runs_[e.run]);
        runs_.erase(e.run);
        TookByCurrency told{{e.currency, {e.charged_minor, e.invoiced_minor}}};
        std::optional<Currency> before;
        for (const RunSums& sums : e.others.value_or(std::vector<RunSums>{})) {
            if (before && *before >= sums.currency) return "its sums are in no order";
            before = sums.currency;
            if (!told.try_emplace(sums.currency, Took{sums.charged_minor, sums.invoiced_minor})
                     .second)
                return "its sums have a currency twice";
        }
        std::erase_if(took, [](const auto& sums) { return sums.second == Took{}; });
        took.try_emplace(currencies_.own());
        if (e.others && e.others->empty()) return "its sums are none";
        return took == told ? told_fault(e.currency, currencies_.own()) : "its sums are wrong";
    }

    Currencies currencies_;
    std::map<std::string, TookByCurrency> runs_; // That are under way.
    std::map<std::string, std::string> of_invoice_;
};

} // namespace

Currencies::Currencies(const std::vector<Fact>& facts) {
    for (const Fact& fact : facts) {
        if (const auto* opened = std::get_if<TenantOpened>(&fact.event)) own_ = opened->currency;
        if (const auto* customer = std::get_if<CustomerRegistered>(&fact.event))
            if (customer->currency) others_[customer->customer] = *customer->currency;
    }
}

Currency Currencies::of(const std::string& customer) const {
    const auto found = others_.find(customer);
    return found == others_.end() ? own_ : found->second;
}

std::string Currencies::name_of(const std::string& account, Currency currency) const {
    if (currency == own_) return account;
    return fmt::format("{} {}", account, currency.code());
}

std::string currency_fault(const std::vector<Fact>& facts) {
    CurrencyProof proof(facts);
    for (const Fact& fact : facts)
        if (const std::string fault = proof.take(fact); !fault.empty())
            return fmt::format("fact {} ({}): {}", fact.seq, type_of(fact.event), fault);
    return {};
}

} // namespace tollbook
