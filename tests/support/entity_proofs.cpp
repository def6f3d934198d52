#include "tests/support/entity_proofs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tollbook {

namespace {

// Two legal entities, and a currency in which something is due.
struct Between {
    std::string one;
    std::string other;
    Currency currency;

    friend auto operator<=>(const Between&, const Between&) = default;
};

// What is known of legal entities from the facts alone.
class EntityProof {
public:
    // What is wrong with the fact; empty: nothing.
    std::string take(const Fact& fact) {
        if (std::string fault = closing_fault(fact); !fault.empty()) return fault;
        learn(fact.event);
        if (std::string fault = number_fault(fact.event); !fault.empty()) return fault;
        const Postings* postings = postings_of(fact.event);
        if (postings == nullptr) return {};
        std::map<std::pair<std::string, Currency>, std::int64_t> sums;
        for (const Posting& leg : *postings) {
            const std::string entity = leg.entity.value_or(own_);
            sums[{entity, leg.currency}] += leg.minor;
            if (std::string fault = leg_fault(fact.event, leg, entity); !fault.empty())
                return fault;
            if (leg.account.starts_with(due)) note_due(entity, leg);
            if (!is_open(entity, fact.booked_on)) return entity + " is closed that day";
        }
        if (const auto* settled = std::get_if<EntitiesSettled>(&fact.event))
            if (std::string fault = settling_fault(*settled); !fault.empty()) return fault;
        for (const auto& [of, sum] : sums)
            if (sum != 0) return fmt::format("{} is off by {} {}", of.first, sum, of.second.code());
        for (const auto& [of, sum] : dues_)
            if (sum != 0) return fmt::format("{} and {}: {} is due", of.one, of.other, sum);
        return {};
    }

private:
    static constexpr std::string_view due = "due_entity:";

    void learn(const Event& event) {
        if (const auto* opened = std::get_if<TenantOpened>(&event)) {
            own_ = opened->legal_entity;
            own_currency_ = opened->currency;
        }
        if (const auto* customer = std::get_if<CustomerRegistered>(&event))
            of_customer_[customer->customer] = customer->entity.value_or(own_);
        if (const auto* defined = std::get_if<LegalEntityDefined>(&event)) {
            std::erase_if(of_channel_, [&](const auto& known) {
                return known.second == defined->entity;
            });
            for (const std::string& channel : defined->channels)
                of_channel_[channel] = defined->entity;
        }
        if (const auto* received = std::get_if<PaymentReceived>(&event))
            of_payment_[received->payment] = owner_of_channel(received->channel);
    }

    std::string owner_of_channel(const std::string& channel) const {
        const auto found = of_channel_.find(channel);
        return found == of_channel_.end() ? own_ : found->second;
    }

    // Nobody's books are closed twice through a day, so none is ever open again.
    std::string closing_fault(const Fact& fact) {
        const auto* period = std::get_if<PeriodClosed>(&fact.event);
        if (period == nullptr) return {};
        const std::string entity = period->entity.value_or("");
        const bool again =
            period->entity ? !is_open(entity, period->through) : is_closed("", period->through);
        if (again) return "closed again through " + to_string(period->through);
        closed_through_[entity] = period->through;
        return {};
    }

    bool is_closed(const std::string& entity, Date day) const {
        const auto closed = closed_through_.find(entity);
        return closed != closed_through_.end() && day <= closed->second;
    }

    bool is_open(const std::string& entity, Date day) const {
        return !is_closed("", day) && !is_closed(entity, day);
    }

    // What remains is what is due in the books of who paid, and it was due to the other.
    std::string settling_fault(const EntitiesSettled& e) const {
        const auto sum = owed_.find({e.from, e.to, e.currency.value_or(own_currency_)});
        const std::int64_t owed = sum == owed_.end() ? 0 : -sum->second;
        if (owed == e.remaining && owed >= 0) return {};
        return fmt::format("{}: {} remain, not {}", e.reference, owed, e.remaining);
    }

    std::string number_fault(const Event& event) {
        if (const auto* issued = std::get_if<InvoiceIssued>(&event))
            return count(*issued, "invoice", issued->invoice);
        if (const auto* issued = std::get_if<CreditNoteIssued>(&event))
            return count(*issued, "credit note", issued->credit_note);
        return {};
    }

    template <class Issued>
    std::string count(const Issued& e, const std::string& kind, const std::string& name) {
        const std::uint64_t wanted = ++numbers_[{e.entity, kind}];
        if (e.entity != of_customer_[e.customer]) return name + " is of another entity";
        if (of_number_.emplace(e.number, e.entity).first->second != e.entity)
            return e.number + " is a number of two entities";
        if (e.number_seq == wanted) return {};
        return fmt::format("{} has {}, not {}", name, e.number_seq, wanted);
    }

    std::string leg_fault(const Event& event, const Posting& leg, const std::string& entity) const {
        const std::size_t colon = leg.account.find(':');
        const std::string kind = leg.account.substr(0, colon);
        const std::string part =
            colon == std::string::npos ? std::string{} : leg.account.substr(colon + 1);
        std::string wanted = entity;
        if (kind == "wallet" || kind == "receivable" || kind == "deposit" ||
            kind == "refund_payable")
            wanted = of_customer_.at(part);
        else if (kind == "cash" || kind == "suspense")
            wanted = cash_entity(event, part);
        else if (kind != "opening" && kind != "due_entity")
            wanted = of_customer_.at(customer_of(event));
        if (wanted == entity) return {};
        return fmt::format("{} of {} stands with {}", leg.account, wanted, entity);
    }

    std::string cash_entity(const Event& event, const std::string& channel) const {
        return std::visit(
            [&](const auto& e) {
                if constexpr (requires { e.payment.size(); })
                    return of_payment_.at(e.payment);
                else
                    return owner_of_channel(channel);
            },
            event
        );
    }

    static std::string customer_of(const Event& event) {
        return std::visit(
            [](const auto& e) -> std::string {
                if constexpr (requires { std::string(e.customer); })
                    return e.customer;
                else
                    return {};
            },
            event
        );
    }

    void note_due(const std::string& entity, const Posting& leg) {
        const std::string other = leg.account.substr(due.size());
        const auto [one, another] = std::minmax(entity, other);
        dues_[{one, another, leg.currency}] += leg.minor;
        owed_[{entity, other, leg.currency}] += leg.minor;
    }

    std::string own_;
    Currency own_currency_;
    std::map<std::string, std::string> of_customer_;
    std::map<std::string, std::string> of_channel_;
    std::map<std::string, std::string> of_payment_;
    std::map<std::string, std::string> of_number_;
    std::map<std::string, Date> closed_through_; // By entity; empty: of all of them.
    std::map<Between, std::int64_t> dues_;
    std::map<Between, std::int64_t> owed_; // In the books of the first.
    std::map<std::pair<std::string, std::string>, std::uint64_t> numbers_;
};

} // namespace

std::string entity_fault(const std::vector<Fact>& facts) {
    EntityProof proof;
    for (const Fact& fact : facts)
        if (std::string fault = proof.take(fact); !fault.empty())
            return fmt::format("fact {} ({}): {}", fact.seq, type_of(fact.event), fault);
    return {};
}

} // namespace tollbook
