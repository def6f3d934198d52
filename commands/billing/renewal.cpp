#include "commands/billing/renewal.hpp"

#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/wallets/top_ups.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>

namespace tollbook {

bool only_unpaid(const std::vector<std::string>& blocks) {
    return blocks.size() == 1 && blocks.front() == "unpaid";
}

std::vector<std::string> services_in_order(const Decision& decision, const std::string& customer) {
    const CustomerRow* row = decision.book().customers.find(decision.key(customer));
    ensure(row != nullptr);
    std::vector<std::string> services = row->services;
    const auto due = [&](const std::string& service) {
        return decision.book().services.find(decision.key(service))->renews_on;
    };
    std::ranges::sort(services, [&](const std::string& a, const std::string& b) {
        const Date due_a = due(a);
        const Date due_b = due(b);
        return due_a != due_b ? due_a < due_b : natural_less(a, b);
    });
    return services;
}

Result<bool> charge_due(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    const DuePrice due = price_of_due(decision, service, row);
    if (const std::string* charge = charged_before(decision, due))
        return Error{Errc::charge_exists, *charge};
    if (is_invoiced(decision, row.customer)) {
        if (is_overdue(decision, row.customer)) return false;
    } else {
        settle(decision, row.customer);
        if (spendable(decision.wallet(row.customer)) < due.minor) return false;
    }
    if (due.undecided) return Error{Errc::backlog_undecided, service};
    charge_covered(decision, service, row, due, cause);
    return true;
}

bool reconnect(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    if (is_ending(row, decision.today()) || is_overdue(decision, row.customer)) return false;
    const bool paid_for = row.renews_on > decision.today();
    if (!paid_for) {
        const Result<bool> charged = charge_due(decision, service, row, cause);
        if (!charged || !*charged) return false;
    }
    ServiceReinstated reinstated{
        service, row.customer, row.site, "unpaid", {}, std::nullopt, std::nullopt};
    if (cause) {
        reinstated.payment = cause->payment;
        reinstated.paid_at = cause->paid_at;
    }
    decision.add("service:" + service, std::move(reinstated));
    return true;
}

void reconnect_due(Decision& decision, const std::string& service, const ServiceRow& row) {
    if (only_unpaid(row.blocks) && row.renews_on <= decision.today())
        reconnect(decision, service, row, std::nullopt);
}

namespace {

// Runs, and is due: its customer's promise is being kept, or dunning has not cut it yet.
void renew_running(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    if (row.renews_on > decision.today() || !row.blocks.empty()) return;
    if (!is_promised(row, decision.today()) && !dunning_policy(decision, row)) return;
    if (is_ending(row, decision.today())) return;
    // Money is never refused because of a service: what is wrong with it stays as it is.
    static_cast<void>(charge_due(decision, service, row, cause));
}

} // namespace

void reconnect_paid(
    Decision& decision,
    const std::string& customer,
    const std::optional<Cause>& cause,
    const std::optional<ChangedService>& changed
) {
    std::optional<std::string> payment;
    if (cause) {
        payment = cause->payment;
        end_requests(decision, customer, cause->payment);
    }
    const std::vector<OpenInvoice> open = open_invoices(decision, customer);
    apply_funds(decision, customer, due_of(open, decision.today()), payment);
    for (const std::string& service : services_in_order(decision, customer)) {
        const bool is_changed = changed && changed->service == service;
        if (is_changed && !changed->row) continue;
        const ServiceRow& row =
            is_changed ? *changed->row : *decision.book().services.find(decision.key(service));
        if (only_unpaid(row.blocks))
            reconnect(decision, service, row, cause);
        else
            renew_running(decision, service, row, cause);
    }
    apply_funds(decision, customer, open, payment);
}

} // namespace tollbook
