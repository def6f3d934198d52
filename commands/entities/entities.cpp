#include "commands/entities/entities.hpp"

#include "commands/account_names.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

namespace tollbook {

namespace {

// The place of an entity among the tenant's; 0 is its own.
using Place = std::uint32_t;

std::optional<std::string> name_at(const Decision& decision, Place place) {
    if (place == 0) return std::nullopt;
    return decision.entities()->entities[place].entity;
}

Place place_of_customer(const Decision& decision, std::string_view customer) {
    const CustomerRow* row = decision.book().customers.find(decision.key(customer));
    ensure(row != nullptr);
    return row->entity.value_or(0);
}

Place place_of_channel(const Decision& decision, std::string_view channel) {
    const auto& entities = decision.entities()->entities;
    for (std::size_t i = 1; i < entities.size(); ++i)
        if (std::ranges::find(entities[i].channels, channel) != entities[i].channels.end())
            return static_cast<Place>(i);
    return 0;
}

// Where money that came before stands, whoever has its channel now; nothing for other events.
std::optional<Place> place_of_payment(const Decision& decision, const Event& event) {
    const std::string* payment = nullptr;
    if (const auto* assigned = std::get_if<SuspenseAssigned>(&event)) payment = &assigned->payment;
    if (const auto* reversed = std::get_if<PaymentReversed>(&event)) payment = &reversed->payment;
    if (payment == nullptr) return std::nullopt;
    const PaymentRow* row = decision.book().payments.find(decision.key(*payment));
    ensure(row != nullptr);
    return row->entity.value_or(0);
}

// The legs of one event on their way to their entities. `cash` is where its cash or suspense
// stands, if that is known before.
class Placing {
public:
    Placing(const Decision& decision, Postings& postings, std::optional<Place> cash)
        : decision_(decision), postings_(postings), cash_(cash) {
        for (const Posting& posting : postings_) {
            const std::string_view kind = kind_of_account(posting.account);
            if (!customer_ && is_of_customer(kind))
                customer_ = place_of_customer(decision_, part_of_account(posting.account));
            if (!cash_ && kind == "cash")
                cash_ = place_of_channel(decision_, part_of_account(posting.account));
        }
    }

    void place() {
        std::vector<std::int64_t> sums(decision_.entities()->entities.size());
        const Place hub = cash_.value_or(place_of(postings_.front().account));
        for (Posting& posting : postings_) {
            const Place place = place_of(posting.account);
            posting.entity = name_at(decision_, place);
            sums[place] += posting.minor; // They are parts of one amount.
        }
        for (std::size_t i = 0; i < sums.size(); ++i)
            if (i != hub && sums[i] != 0) owe(hub, static_cast<Place>(i), sums[i]);
    }

private:
    // What is neither a customer's nor cash (revenue, taxes, expenses) goes with the customer.
    Place place_of(std::string_view account) const {
        const std::string_view kind = kind_of_account(account);
        if (is_of_customer(kind)) return place_of_customer(decision_, part_of_account(account));
        if (kind == "cash" || kind == "suspense") return cash_.value_or(0);
        return customer_.value_or(0);
    }

    // The two balance each other: `other` is off by that much, and the hub by as much less.
    void owe(Place hub, Place other, std::int64_t minor) {
        add_due(other, hub, -minor);
        add_due(hub, other, minor);
    }

    void add_due(Place of, Place to, std::int64_t minor) {
        const std::string& creditor = decision_.entities()->entities[to].entity;
        Posting due = leg(decision_, "due_entity:" + creditor, minor);
        due.entity = name_at(decision_, of);
        postings_.push_back(std::move(due));
    }

    const Decision& decision_;
    Postings& postings_;
    std::optional<Place> customer_{};
    std::optional<Place> cash_;
};

} // namespace

const std::string& entity_of(const Decision& decision, std::string_view customer) {
    if (decision.entities() == nullptr) return decision.row().legal_entity;
    return decision.entities()->entities[place_of_customer(decision, customer)].entity;
}

Result<std::uint32_t> find_entity(const Decision& decision, const std::string& entity) {
    if (entity == decision.row().legal_entity) return std::uint32_t{0};
    if (decision.entities() == nullptr) return Error{Errc::legal_entity_unknown, entity};
    const auto& entities = decision.entities()->entities;
    const auto found = std::ranges::find(entities, entity, &LegalEntityRow::entity);
    if (found == entities.end()) return Error{Errc::legal_entity_unknown, entity};
    return static_cast<std::uint32_t>(found - entities.begin());
}

Status check_same_entity(const Decision& decision, const std::string& a, const std::string& b) {
    const std::string& of_a = entity_of(decision, a);
    const std::string& of_b = entity_of(decision, b);
    if (of_a == of_b) return Done{};
    return Error{
        Errc::legal_entity_differs, fmt::format("{} is of {}, {} of {}", a, of_a, b, of_b)};
}

std::optional<std::string> entity_of_account(const Decision& decision, std::string_view account) {
    if (decision.entities() == nullptr) return std::nullopt;
    const std::string_view kind = kind_of_account(account);
    if (kind == "cash")
        return name_at(decision, place_of_channel(decision, part_of_account(account)));
    ensure(is_of_customer(kind));
    return name_at(decision, place_of_customer(decision, part_of_account(account)));
}

void place_postings(const Decision& decision, Event& event) {
    if (std::holds_alternative<OpeningBalancesPosted>(event)) return;
    if (std::holds_alternative<EntitiesSettled>(event)) return;
    Postings* postings = postings_of(event);
    if (postings == nullptr || postings->empty()) return;
    Placing(decision, *postings, place_of_payment(decision, event)).place();
}

} // namespace tollbook
