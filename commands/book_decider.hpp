#pragma once

#include "commands/billing/billing_preview.hpp"
#include "commands/book.hpp"
#include "commands/commands.hpp"
#include "ledger/decider.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Keyed hash of something personal under the tenant's key, as hex. Thread-safe.
using PrivateHash = std::function<std::string(std::string_view tenant, std::string_view text)>;

// An hour of a tenant's own time in which what is due is to be renewed by itself.
struct BillingHour {
    std::string tenant;
    Date day;
    std::uint32_t hour{};
};

// A rule of a wallet that has something to do.
struct DueTopUp {
    std::string customer;
    std::string rule;
    std::uint64_t changes{}; // Of the wallet's rules: names the state in which it was found.
};

// The Book and its rules, as the partition writer holds them.
class BookDecider final : public Decider {
public:
    explicit BookDecider(PrivateHash private_hash);

    std::uint32_t version() const override;
    Result<std::shared_ptr<const Prepared>> prepare(
        std::string_view tenant, std::string_view type, std::string_view body
    ) const override;
    void expect(std::span<const ExpectedCommand> commands) const override;
    Result<std::vector<NewEvent>> decide(
        const Prepared& command, std::string_view tenant, Timestamp recorded_at
    ) const override;
    void evolve(const Event& event, const Record& record) override;
    std::uint64_t mark() override;
    void undo_to(std::uint64_t mark) override;
    void forget_undo(std::uint64_t mark) override;
    std::vector<RowImage> take_changed_rows() override;
    void flushed() override;
    void restore_row(std::string_view key, std::string_view value) override;
    void attach(const RowStore& rows) override;
    std::string cold_tags() const override;
    Hash state_hash() const override;

    const Book& book() const { return book_; }

    // The services of a tenant that are due and run, customer by customer, oldest due first, then
    // lowest service number. Refuses an unknown tenant.
    Result<std::vector<DueService>> due_services(std::string_view tenant, Timestamp recorded_at)
        const;

    // The tenant exists.
    Date today(std::string_view tenant, Timestamp recorded_at) const;

    // The tenant exists.
    Timestamp now(std::string_view tenant, Timestamp recorded_at) const;

    // The hour that it is for each tenant with a billing schedule, from its schedule's hour on.
    std::vector<BillingHour> billing_hours(Timestamp recorded_at) const;

    // The customers in whose wallets something lapsed that is not booked yet: what settle_wallet is
    // for. Refuses with tenant_unknown.
    Result<std::vector<std::string>> lapsed_wallets(std::string_view tenant, Timestamp recorded_at)
        const;

    // Refuses with tenant_unknown.
    Result<std::vector<DueTopUp>> due_top_ups(std::string_view tenant, Timestamp recorded_at) const;

    // The drafts of invoices to which runs added periods. Refuses with tenant_unknown.
    Result<std::vector<std::string>> drafts_to_issue(std::string_view tenant) const;

    // The customers that pay by invoice, owe for one that was due before today, and have a service
    // that no `unpaid` holds. Refuses with tenant_unknown.
    Result<std::vector<std::string>> overdue_customers(
        std::string_view tenant, Timestamp recorded_at
    ) const;

private:
    PrivateHash private_hash_;
    Book book_;
};

} // namespace tollbook
