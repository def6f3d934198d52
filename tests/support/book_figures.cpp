#include "tests/support/book_figures.hpp"

#include "ledger/match.hpp"
#include "tests/support/currency_proofs.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <map>
#include <set>

namespace tollbook {

namespace {

namespace json = boost::json;

struct ServiceState {
    std::string router;
    std::vector<std::string> blocks;
    Date renews_on;
};

// Whether debits are counted up in an account of this kind.
bool debit_normal(const std::string& account) {
    return account.starts_with("cash:") || account == "provider_fee" || account == "in_transit";
}

// "wallet:ACC00001" counts under "wallets", "revenue:HOME10" under "revenue".
std::string rolled_up(const std::string& account) {
    if (account.starts_with("wallet:")) return "wallets";
    if (account.starts_with("revenue:")) return "revenue";
    return account;
}

json::array sorted(const std::map<std::string, json::object>& rows) {
    json::array list;
    for (const auto& [key, row] : rows)
        list.push_back(row);
    return list;
}

json::array names(const std::vector<std::string>& values) {
    json::array list;
    for (const std::string& value : values)
        list.emplace_back(value);
    return list;
}

// Folds the events in order. Nothing here reads the Book.
class Figures {
public:
    Figures(Timestamp run_at, const Currencies& currencies)
        : run_at_(run_at), currencies_(currencies) {}

    void take(const Fact& fact, bool in_run) {
        in_run_ = in_run;
        fact_ = &fact;
        std::visit([this](const auto& e) { see(e); }, fact.event);
        if (const Postings* postings = postings_of(fact.event))
            for (const Posting& leg : *postings)
                move(leg);
    }

    json::object told() const {
        json::object told = counted_;
        for (const char* name :
             {"callbacks",
              "desk_entries",
              "accepted",
              "duplicates",
              "conflicts",
              "confirmed",
              "foreign",
              "renewed_at_run",
              "cut_at_run",
              "reconnected_by_payment"})
            if (!told.contains(name)) told[name] = 0;
        told["suspense"] = suspense();
        told["paid_before_cut"] = sorted(paid_before_cut_);
        told["charges"] = sorted(charges_);
        told["payments_booked_on"] = counts(booked_on_);
        told["accounts_minor"] = counts(accounts_);
        told["wallets_minor"] = counts(wallets_);
        tell_services(told);
        return told;
    }

private:
    template <class T>
    void see(const T&) {}

    void see(const CustomerRegistered& e) { wallets_[e.customer]; }

    void see(const CallbackReceived&) { count("callbacks"); }

    void see(const DeskEntryReceived&) { count("desk_entries"); }

    void see(const ArrivalResolved& e) {
        static const std::map<Outcome, const char*> blocks{
            {Outcome::accepted, "accepted"},
            {Outcome::duplicate, "duplicates"},
            {Outcome::conflict, "conflicts"},
            {Outcome::confirmed, "confirmed"},
            {Outcome::foreign, "foreign"},
            {Outcome::malformed, "malformed"}};
        count(blocks.at(e.outcome));
    }

    void see(const PaymentReceived& e) {
        ++booked_on_[to_string(fact_->booked_on)];
        if (!e.customer) suspended_[e.receipt] = e.minor;
    }

    void see(const ServiceAdded& e) {
        services_[e.service].blocks = e.blocks;
        services_[e.service].renews_on = e.renews_on;
    }

    void see(const SiteRequested& e) { services_[e.service].router = e.target; }

    void see(const ServiceSuspended& e) {
        services_[e.service].blocks = e.blocks;
        if (!in_run_) return;
        count("cut_at_run");
        cut_.insert(e.service);
    }

    void see(const ServiceReinstated& e) {
        services_[e.service].blocks = e.blocks;
        if (!e.payment) return;
        count("reconnected_by_payment");
        if (!cut_.contains(e.service) || *e.paid_at >= run_at_) return;
        const std::int64_t waited = fact_->effective_at.micros - run_at_.micros;
        paid_before_cut_[e.service] = {{"service_no", e.service}, {"minutes", waited / 60'000'000}};
    }

    void see(const ServiceRenewed& e) {
        services_[e.service].renews_on = e.to;
        if (in_run_) count("renewed_at_run");
    }

    void see(const WalletCharged& e) {
        const ChargeLine& line = e.lines.at(0);
        charges_[*e.service] = {
            {"service_no", *e.service},
            {"from", to_string(*line.service_from)},
            {"to", to_string(*line.service_to)},
            {"net_minor", line.net},
            {"tax_minor", line.tax}};
    }

    void move(const Posting& leg) {
        const std::string account = currencies_.name_of(rolled_up(leg.account), leg.currency);
        accounts_[account] += debit_normal(leg.account) ? leg.minor : -leg.minor;
        if (leg.account.starts_with("wallet:")) wallets_[leg.account.substr(7)] -= leg.minor;
    }

    void count(const char* block) {
        const json::value* now = counted_.if_contains(block);
        counted_[block] = now == nullptr ? 1 : now->as_int64() + 1;
    }

    static json::object counts(const std::map<std::string, std::int64_t>& values) {
        json::object object;
        for (const auto& [key, value] : values)
            object[key] = value;
        return object;
    }

    json::object suspense() const {
        json::array receipts;
        std::int64_t minor = 0;
        for (const auto& [receipt, amount] : suspended_) {
            receipts.emplace_back(receipt);
            minor += amount;
        }
        return {{"count", receipts.size()}, {"minor", minor}, {"receipts", receipts}};
    }

    void tell_services(json::object& told) const {
        json::object suspended;
        json::object renews_on;
        std::map<std::string, std::array<std::int64_t, 2>> routers;
        for (const auto& [service, state] : services_) {
            ++routers[state.router].at(state.blocks.empty() ? 0 : 1);
            renews_on[service] = to_string(state.renews_on);
            if (!state.blocks.empty()) suspended[service] = names(state.blocks);
        }
        json::object& by_router = told["routers"].emplace_object();
        for (const auto& [router, sites] : routers)
            by_router[router] = {{"enabled", sites[0]}, {"disabled", sites[1]}};
        told["suspended"] = suspended;
        told["renews_on"] = renews_on;
    }

    Timestamp run_at_;
    const Currencies& currencies_;
    bool in_run_{};
    const Fact* fact_{};
    json::object counted_;
    std::map<std::string, std::int64_t> booked_on_;
    std::map<std::string, std::int64_t> suspended_;
    std::map<std::string, std::int64_t> accounts_;
    std::map<std::string, std::int64_t> wallets_;
    std::map<std::string, ServiceState> services_;
    std::set<std::string> cut_;
    std::map<std::string, json::object> paid_before_cut_;
    std::map<std::string, json::object> charges_;
};

} // namespace

json::object figures_of(const LivedDay& day, Timestamp run_at) {
    const Currencies currencies(day.run.facts());
    Figures figures(run_at, currencies);
    for (const Fact& fact : day.run.facts())
        figures.take(fact, fact.seq > day.run_begins && fact.seq <= day.run_ends);
    return figures.told();
}

} // namespace tollbook
