#include "commands/simulation/simulated_world.hpp"

#include "commands/customers/currencies.hpp"
#include "commands/services/service_end.hpp"
#include "ledger/match.hpp"

#include <utility>

namespace tollbook {

namespace {

// Nothing personal is looked for in a simulation.
std::string no_hash(std::string_view, std::string_view text) { return std::string(text); }

bool is_income(const std::string& account) {
    return account == "fee" || account.starts_with("revenue:");
}

template <class E>
std::string customer_of(const E& event) {
    if constexpr (requires { std::string(event.customer); })
        return event.customer;
    else
        return {};
}

} // namespace

SimulatedWorld::SimulatedWorld(std::string tenant, Date from, Date to)
    : tenant_(std::move(tenant)), from_(from), to_(to), decider_(&no_hash) {
    record_.command.tenant = tenant_;
}

void SimulatedWorld::take(const Event& event, Date day) {
    count(event, day);
    decider_.evolve(event, record_);
}

Status SimulatedWorld::send(const Command& command, Timestamp at, bool counts) {
    const auto prepared = decider_.prepare(tenant_, type_of(command), canonical_json(command));
    if (!prepared) return prepared.error();
    const auto events = decider_.decide(**prepared, tenant_, at);
    if (!events) {
        if (counts) ++outcomes_.refused;
        return events.error();
    }
    for (const NewEvent& event : *events)
        take(event.event, event.booked_on);
    return Done{};
}

void SimulatedWorld::run(Timestamp at) {
    const auto due = decider_.due_services(tenant_, at);
    if (!due) return;
    for (const DueService& service : *due)
        static_cast<void>(send(RenewService{service.service, std::nullopt}, at, false));
    for (const std::string& invoice : decider_.drafts_to_issue(tenant_).value())
        static_cast<void>(send(IssueInvoice{invoice, std::nullopt, std::nullopt}, at, false));
    for (const std::string& customer : decider_.overdue_customers(tenant_, at).value())
        static_cast<void>(send(SuspendCustomer{customer, unpaid_reason}, at, false));
}

void SimulatedWorld::count(const Event& event, Date day) {
    if (day < from_ || day > to_) return;
    CustomerOutcome part;
    if (const Postings* postings = postings_of(event))
        for (const Posting& posting : *postings)
            if (is_income(posting.account)) {
                part.revenue_minor -= posting.minor;
                count_income(posting);
            }
    if (const auto* suspended = std::get_if<ServiceSuspended>(&event))
        part.suspensions = suspended->reason == unpaid_reason ? 1 : 0;
    if (std::holds_alternative<ServiceEnded>(event)) part.ends = 1;
    if (part == CustomerOutcome{}) return;
    outcomes_.all.suspensions += part.suspensions;
    outcomes_.all.ends += part.ends;
    const std::string customer = std::visit([](const auto& e) { return customer_of(e); }, event);
    CustomerOutcome& sum = outcomes_.customers[customer];
    sum.revenue_minor += part.revenue_minor;
    sum.suspensions += part.suspensions;
    sum.ends += part.ends;
    sum.currency = other_currency(book(), tenant_, customer);
}

void SimulatedWorld::count_income(const Posting& posting) {
    if (posting.currency == book().tenants.find(tenant_)->currency) {
        outcomes_.all.revenue_minor -= posting.minor;
        outcomes_.revenue[posting.account] -= posting.minor;
    } else {
        Revenue& other = outcomes_.others[posting.currency];
        other.minor -= posting.minor;
        other.accounts[posting.account] -= posting.minor;
    }
}

} // namespace tollbook
