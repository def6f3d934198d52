#pragma once

#include "api/renewals.hpp"
#include "ledger/partition.hpp"
#include "ledger/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tollbook::bench {

// How a subscriber pays: before each run, or days after it was cut; by invoice; or for some months
// and then no more.
enum class Payer { prompt, late, invoiced, leaving };

// Of a provider like any other: 70 of 100 prompt, 10 late, 18 invoiced, 2 leaving.
Payer mixed_payer(std::size_t subscriber);

inline constexpr std::int64_t home_minor = 150'000;
inline constexpr std::int64_t biz_minor = 650'000;
inline constexpr int change_month = 4; // After its run some change to the other plan.

// One of the prompt ones that changes its plan.
bool changes_plan(std::size_t subscriber);

// For how many months one that leaves pays.
int months_paid(std::size_t subscriber);

// "S0000017", and of its only service "S0000017-1".
std::string subscriber_id(std::size_t subscriber);

// The last day of the month that stands so many months behind January 2026: the day of its run. The
// anchor days are 28 to 31, so that everybody is due by then.
Date run_day(int month);
int anchor_of(std::size_t subscriber);

// What a month took.
struct LivedMonth {
    api::RenewalReport report;
    double run_seconds{};
    double run_processor_seconds{}; // Of the process, all threads.
    std::size_t payments{};
    double payment_seconds{};
};

// The subscribers of one tenant, month by month by its test clock: money comes, what is due is
// renewed by one run, and money comes again. A refusal ends the bench.
class SubscriberMonths {
public:
    struct Shape {
        std::string tenant;
        std::size_t subscribers{};
        Payer (*payer)(std::size_t){};
        bool with_changes{}; // Of plans, and payments that are typed and reversed.
    };

    // Opens the tenant with its plans, customers and services.
    SubscriberMonths(Partition& partition, Shape shape);

    LivedMonth live_month();

    // Paid in so far, less what was reversed.
    std::int64_t paid_minor() const { return paid_minor_; }

private:
    void open();
    void send(const std::string& type, const std::string& body);
    void move_clock(Date day, int hour);
    std::size_t pay(Payer payer, const std::string& when);
    std::int64_t price(std::size_t subscriber) const;
    void change_plans();
    void pay_and_reverse();

    Partition& partition_;
    Shape shape_;
    int month_{};
    std::uint64_t sent_{};
    std::int64_t paid_minor_{};
};

} // namespace tollbook::bench
