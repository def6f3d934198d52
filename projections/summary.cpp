#include "ledger/match.hpp"
#include "projections/catalogue.hpp"
#include "projections/keyed_rows.hpp"
#include "projections/summary_views.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tollbook {

namespace {

constexpr std::int64_t recent_invoices = 10;

constexpr std::string_view active = "active";
constexpr std::string_view suspended = "suspended";
constexpr std::string_view ended = "ended";

// What an event makes of a service.
struct Standing {
    std::string service;
    std::string customer;
    std::string_view status;
};

std::optional<Standing> standing_after(const Event& event) {
    std::optional<Standing> standing;
    const auto by_blocks = [&](const auto& e) {
        standing = {e.service, e.customer, e.blocks.empty() ? active : suspended};
    };
    match(
        event,
        [&](const ServiceAdded& e) { by_blocks(e); },
        [&](const ServiceSuspended& e) { by_blocks(e); },
        [&](const ServiceReinstated& e) { by_blocks(e); },
        [&](const ServiceEnded& e) {
            standing = {e.service, e.customer, ended};
        },
        [](const auto&) {}
    );
    return standing;
}

// What is owed for an invoice, before an event and after it.
struct Owed {
    std::int64_t before{};
    std::int64_t after{};
};

// Most events are about one invoice; the other is zero before and after then.
std::array<Owed, 2> owed_by(const Event& event) {
    std::array<Owed, 2> owed{};
    match(
        event,
        [&](const InvoiceIssued& e) {
            owed[0] = {0, e.minor};
        },
        [&](const FundsApplied& e) {
            owed[0] = {e.remaining + e.minor, e.remaining};
        },
        [&](const FundsReleased& e) {
            owed[0] = {e.remaining - e.minor, e.remaining};
        },
        [&](const FundsReallocated& e) {
            owed[0] = {e.from_remaining - e.minor, e.from_remaining};
            owed[1] = {e.to_remaining + e.minor, e.to_remaining};
        },
        [&](const CreditNoteIssued& e) {
            owed[0] = {e.remaining + e.offset, e.remaining};
        },
        [&](const InvoiceVoided& e) {
            owed[0] = {e.offset, 0};
        },
        [&](const InvoiceWrittenOff& e) {
            owed[0] = {e.minor, 0};
        },
        [&](const TaxWithheld& e) {
            owed[0] = {e.remaining + e.minor, e.remaining};
        },
        [](const auto&) {}
    );
    return owed;
}

bool moves_invoices(const Event& event) {
    for (const Owed& one : owed_by(event))
        if (one.before != one.after) return true;
    return false;
}

// What an event adds to the figures of its day, in one currency.
struct Earned {
    Currency currency;
    std::int64_t revenue{}; // What is given back takes away from it.
    std::int64_t owed{};    // For invoices.
};

std::vector<Earned> earned_by(const Event& event) {
    std::vector<Earned> earned;
    const Postings* postings = postings_of(event);
    if (postings == nullptr) return earned;
    for (const Posting& posting : *postings) {
        const auto kind = std::string_view(posting.account).substr(0, posting.account.find(':'));
        const bool is_revenue = kind == "revenue" || kind == "fee";
        if (!is_revenue && kind != "receivable") continue;
        auto of = std::ranges::find(earned, posting.currency, &Earned::currency);
        if (of == earned.end()) of = earned.insert(of, {posting.currency, 0, 0});
        if (is_revenue)
            of->revenue -= posting.minor;
        else
            of->owed += posting.minor;
    }
    std::erase_if(earned, [](const Earned& e) { return e.revenue == 0 && e.owed == 0; });
    return earned;
}

std::int64_t slot_of(const InvoiceIssued& e) {
    return static_cast<std::int64_t>(e.number_seq) % recent_invoices;
}

bool is_counted(const Event& event) {
    return std::holds_alternative<CustomerRegistered>(event) ||
           std::holds_alternative<CustomerMerged>(event) ||
           std::holds_alternative<InvoiceIssued>(event) ||
           std::holds_alternative<ServiceMoved>(event) || moves_invoices(event) ||
           standing_after(event).has_value();
}

// A provider's figures, kept by counting what changes: asking for them costs the same whatever the
// number of customers.
class Summary final : public Projection {
public:
    explicit Summary(std::string_view schema)
        : Projection({"summary", 2, "118_summary_v2"})
        , counts_(schema, "summary_counts", 1)
        , days_(schema, "summary_days", 3)
        , invoices_(schema, "summary_invoices", 2)
        , services_(schema, "summary_services", 2)
        , customers_(schema, "summary_customers", 2) {}

    // All of a tenant's events share its counts.
    Keys keys(const Fact& fact) const override {
        if (!is_counted(fact.event) && earned_by(fact.event).empty()) return {};
        return {std::string(whole_tenant)};
    }

    void touch(const Fact& fact) override {
        const std::string& tenant = fact.tenant();
        if (is_counted(fact.event)) counts_.want(row_key(tenant));
        for (const Earned& earned : earned_by(fact.event))
            days_.want(day_key(fact, earned));
        if (const auto* issued = std::get_if<InvoiceIssued>(&fact.event))
            invoices_.want(row_key(tenant, slot_of(*issued)));
        if (const auto standing = standing_after(fact.event)) {
            services_.want(row_key(tenant, standing->service));
            customers_.want(row_key(tenant, standing->customer));
        }
        if (const auto* moved = std::get_if<ServiceMoved>(&fact.event)) {
            services_.want(row_key(tenant, moved->service));
            customers_.want(row_key(tenant, moved->from));
            customers_.want(row_key(tenant, moved->to));
        }
    }

    void apply(const Fact& fact) override {
        if (std::holds_alternative<CustomerRegistered>(fact.event)) ++counts(fact).customers;
        if (std::holds_alternative<CustomerMerged>(fact.event)) --counts(fact).customers;
        if (const auto standing = standing_after(fact.event)) stand(fact, *standing);
        if (const auto* moved = std::get_if<ServiceMoved>(&fact.event)) move(fact, *moved);
        if (moves_invoices(fact.event)) owe(fact);
        if (const auto* issued = std::get_if<InvoiceIssued>(&fact.event)) remember(fact, *issued);
        for (const Earned& earned : earned_by(fact.event))
            earn(fact, earned);
    }

    std::vector<RowSet*> tables() override {
        return {&counts_, &days_, &invoices_, &services_, &customers_};
    }

private:
    SummaryCountsView& counts(const Fact& fact) {
        SummaryCountsView fresh;
        fresh.tenant = fact.tenant();
        SummaryCountsView& row = counts_.edit_or_put(row_key(fact.tenant()), std::move(fresh));
        row.seq = fact.record.seq;
        return row;
    }

    void stand(const Fact& fact, const Standing& standing) {
        SummaryServiceView fresh{fact.tenant(), standing.service, {}, 0};
        SummaryServiceView& row =
            services_.edit_or_put(row_key(fact.tenant(), standing.service), std::move(fresh));
        row.seq = fact.record.seq;
        if (row.status == standing.status || row.status == ended) return;
        count(fact, standing.customer, row.status, -1);
        row.status = standing.status;
        count(fact, standing.customer, row.status, 1);
    }

    void count(
        const Fact& fact, const std::string& customer, std::string_view status, std::int64_t change
    ) {
        if (status == suspended) counts(fact).services_suspended += change;
        if (status != active) return;
        counts(fact).services_active += change;
        count_active(fact, customer, change);
    }

    void count_active(const Fact& fact, const std::string& customer, std::int64_t change) {
        SummaryCustomerView fresh{fact.tenant(), customer, 0, 0};
        SummaryCustomerView& row =
            customers_.edit_or_put(row_key(fact.tenant(), customer), std::move(fresh));
        const bool was_active = row.services_active > 0;
        row.services_active += change;
        row.seq = fact.record.seq;
        const bool is_active = row.services_active > 0;
        if (was_active != is_active) counts(fact).customers_active += is_active ? 1 : -1;
    }

    void move(const Fact& fact, const ServiceMoved& e) {
        const SummaryServiceView* row = services_.find(row_key(fact.tenant(), e.service));
        if (row == nullptr || row->status != active) return;
        count_active(fact, e.from, -1);
        count_active(fact, e.to, 1);
    }

    void owe(const Fact& fact) {
        SummaryCountsView& row = counts(fact);
        for (const Owed& owed : owed_by(fact.event))
            row.invoices_pending += (owed.after > 0 ? 1 : 0) - (owed.before > 0 ? 1 : 0);
    }

    void remember(const Fact& fact, const InvoiceIssued& e) {
        invoices_.put({fact.tenant(), slot_of(e), e.invoice, e.number_seq, fact.record.seq});
    }

    static std::string day_key(const Fact& fact, const Earned& earned) {
        return row_key(fact.tenant(), fact.record.booked_on, std::string(earned.currency.code()));
    }

    void earn(const Fact& fact, const Earned& earned) {
        SummaryDayView fresh;
        fresh.tenant = fact.tenant();
        fresh.booked_on = fact.record.booked_on;
        fresh.currency = earned.currency.code();
        SummaryDayView& row = days_.edit_or_put(day_key(fact, earned), std::move(fresh));
        row.revenue_minor += earned.revenue;
        row.owed_minor += earned.owed;
        row.seq = fact.record.seq;
    }

    KeyedRows<SummaryCountsView> counts_;
    KeyedRows<SummaryDayView> days_;
    KeyedRows<SummaryInvoiceView> invoices_;
    KeyedRows<SummaryServiceView> services_;
    KeyedRows<SummaryCustomerView> customers_;
};

} // namespace

std::unique_ptr<Projection> make_summary(std::string_view schema) {
    return std::make_unique<Summary>(schema);
}

} // namespace tollbook
