#pragma once

#include "commands/tariffs/tariff_preview.hpp"
#include "tests/support/book_run.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tollbook {

// A clerk without a plan: sends random commands to one tenant's book, the same for the same seed.
// Receipts, times and names come from small sets, so that duplicates, conflicts, splits of splits
// and reversals of spent money are common. About one customer in five has another currency.
class BookClerk {
public:
    BookClerk(BookRun& run, std::uint64_t seed);

    // Opens the tenant with its plans, customers, services and some opening balances.
    void set_up();

    // Sends one random command. Many are refused; none may be unbalanced.
    void step();

    std::size_t accepted() const { return accepted_; }

    std::size_t refused() const { return refused_; }

    // A number below `n`.
    std::uint64_t roll(std::uint64_t n) { return dice_() % n; }

private:
    void send(const Command& command);
    void confirm();
    void told();
    void typed();
    void assign();
    void take_back();
    void move_payment(std::optional<std::int64_t> minor);
    void charge();
    void toggle_service();
    void change_service();
    void end_service();
    void credit();
    void hold();
    void invoice();
    void settle_invoice(const std::string& invoice);
    void set_invoice_terms();
    void dun();
    void lead();
    void ticket();
    void move_time();
    void tariff();
    void correct_newest_draft(TariffCorrection& correction);
    void draft_periods(); // Of somebody who pays by invoice by now, and issues what waits.
    void define_extras();
    void define_entities();
    void settle_entities();
    void settle_in_other_currency();
    std::string other_than(const std::string& customer); // Often with money of the same currency.
    Currency other_currency();
    std::optional<Currency> some_currency();
    std::optional<Currency> currency_of(const std::string& customer) const;
    std::optional<std::vector<PlanPrice>> prices_of(
        const std::string& plan, std::int64_t price_minor
    );
    std::optional<std::vector<DunningAmounts>> dunning_amounts();
    ChannelAmount opening_cash();
    std::optional<std::string> entity();
    void addon(); // Or a product that is sold once.
    void change_addon();
    std::string service_by_month();
    void top_up();
    TopUpTerms top_up_terms();
    void forgive(); // And what else comes after a run.
    void work_in_run(const std::string& run);
    std::string indebted();
    void deposit();
    void fiscal();
    void merge();
    void change_customers();
    void change_sites();

    std::string customer() { return "C" + std::to_string(1 + roll(8)); }

    std::string service() {
        return "C" + std::to_string(1 + roll(9)) + "-" + std::to_string(1 + roll(2));
    }

    std::string receipt() { return "R" + std::to_string(roll(receipts_ += 1) % 400); }

    // From 1 to `n`.
    std::uint32_t count(std::uint64_t n) { return static_cast<std::uint32_t>(1 + roll(n)); }

    Date day_ahead(std::uint64_t days); // Of the tenant: from today on.

    std::string payment();
    std::string channel();
    std::int64_t amount();
    std::string local_time();

    BookRun& run_;
    std::mt19937_64 dice_;
    std::size_t accepted_{};
    std::size_t refused_{};
    std::uint64_t receipts_{10};
    std::uint64_t charges_{};
    std::uint64_t arrivals_{};
    std::uint64_t merged_{};
};

// The tenant that the clerk works for.
inline constexpr const char* clerk_tenant = "bahati";

} // namespace tollbook
