#include "bench/subscriber_months.hpp"

#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <utility>

namespace tollbook::bench {

namespace {

constexpr std::size_t changing_each = 20; // One of so many.
constexpr std::size_t reversed_each = 50;
constexpr int reversed_month = 6;
constexpr int late_days = 6;
constexpr int invoice_days = 10;

Submission submission_to(
    const std::string& tenant, std::string key, std::string type, std::string body
) {
    Submission made = submission(std::move(key), std::move(type), std::move(body));
    made.tenant = tenant;
    return made;
}

} // namespace

Payer mixed_payer(std::size_t subscriber) {
    const std::size_t place = subscriber % 100;
    if (place < 70) return Payer::prompt;
    if (place < 80) return Payer::late;
    return place < 98 ? Payer::invoiced : Payer::leaving;
}

bool changes_plan(std::size_t subscriber) {
    return subscriber % changing_each == 0 && mixed_payer(subscriber) == Payer::prompt;
}

int months_paid(std::size_t subscriber) { return 1 + static_cast<int>(subscriber / 100 % 6); }

std::string subscriber_id(std::size_t subscriber) { return fmt::format("S{:07}", subscriber); }

Date run_day(int month) {
    using namespace std::chrono;
    const year_month of = year_month{year{2026}, January} + months{month};
    const sys_days last = year_month_day_last{of.year(), month_day_last{of.month()}};
    return Date{static_cast<std::int32_t>(last.time_since_epoch().count())};
}

int anchor_of(std::size_t subscriber) { return 28 + static_cast<int>(subscriber % 4); }

SubscriberMonths::SubscriberMonths(Partition& partition, Shape shape)
    : partition_(partition), shape_(std::move(shape)) {
    open();
}

void SubscriberMonths::open() {
    send(
        "open_tenant",
        R"({"name":"Months","timezone":"Africa/Nairobi","currency":"KES","tills":["main"],)"
        R"("policies":{"recognition":"on_charge","renewal_anchor":"fixed"},)"
        R"("test_clock":"2026-01-01T06:00:00Z"})"
    );
    for (const auto& [plan, minor] : {std::pair("HOME", home_minor), std::pair("BIZ", biz_minor)})
        send(
            "define_plan",
            fmt::format(
                R"({{"plan":"{0}","name":"{0}","price_minor":{1},"currency":"KES","tax_percent":16,)"
                R"("down_mbps":10,"up_mbps":5}})",
                plan,
                minor
            )
        );
    Sender all(partition_);
    const auto take = [&](std::string type, std::string_view id, std::string body) {
        std::string key = fmt::format("{}:{}", type, id);
        all(submission_to(shape_.tenant, std::move(key), std::move(type), std::move(body)));
    };
    for (std::size_t i = 0; i < shape_.subscribers; ++i) {
        const std::string id = subscriber_id(i);
        take(
            "register_customer",
            id,
            fmt::format(
                R"({{"customer":"{0}","name":"Some Name","phone":"254700","references":["{0}"]}})",
                id
            )
        );
        take(
            "add_service",
            id,
            fmt::format(
                R"({{"service":"{0}-1","customer":"{0}","plan":"HOME","renews_on":"2026-01-{1}",)"
                R"("anchor_day":{1}}})",
                id,
                anchor_of(i)
            )
        );
        if (shape_.payer(i) == Payer::invoiced)
            take(
                "set_billing_mode", id, fmt::format(R"({{"customer":"{}","mode":"invoiced"}})", id)
            );
    }
}

void SubscriberMonths::send(const std::string& type, const std::string& body) {
    std::promise<bool> accepted;
    partition_.submit(
        submission_to(shape_.tenant, fmt::format("one:{}", ++sent_), type, body),
        [&](const Result<Receipt>& receipt) { accepted.set_value(receipt.has_value()); }
    );
    ensure(accepted.get_future().get());
}

// `hour` is in UTC; Nairobi is on the same day.
void SubscriberMonths::move_clock(Date day, int hour) {
    send("advance_test_clock", fmt::format(R"({{"to":"{}T{:02}:00:00Z"}})", to_string(day), hour));
}

std::int64_t SubscriberMonths::price(std::size_t subscriber) const {
    const bool changed = shape_.with_changes && changes_plan(subscriber);
    return changed && month_ > change_month ? biz_minor : home_minor;
}

std::size_t SubscriberMonths::pay(Payer payer, const std::string& when) {
    Sender all(partition_);
    std::size_t payments = 0;
    for (std::size_t i = 0; i < shape_.subscribers; ++i) {
        if (shape_.payer(i) != payer) continue;
        if (payer == Payer::leaving && month_ >= months_paid(i)) continue;
        const std::string id = subscriber_id(i);
        const std::string receipt = fmt::format("{}{}{}", id, when, month_);
        paid_minor_ += price(i);
        ++payments;
        all(submission_to(
            shape_.tenant,
            receipt,
            "record_payment",
            fmt::format(
                R"({{"channel":"till:main","receipt":"{}","customer":"{}","minor":{},"user":"u"}})",
                receipt,
                id,
                price(i)
            )
        ));
    }
    return payments;
}

void SubscriberMonths::change_plans() {
    Sender all(partition_);
    for (std::size_t i = 0; i < shape_.subscribers; ++i)
        if (changes_plan(i))
            all(submission_to(
                shape_.tenant,
                "change:" + subscriber_id(i),
                "change_plan",
                fmt::format(
                    R"({{"service":"{}-1","plan":"BIZ","when":"period_end"}})", subscriber_id(i)
                )
            ));
}

void SubscriberMonths::pay_and_reverse() {
    Sender all(partition_);
    for (std::size_t i = 0; i < shape_.subscribers; i += reversed_each) {
        const std::string id = subscriber_id(i);
        all(submission_to(
            shape_.tenant,
            "typed:" + id,
            "record_payment",
            fmt::format(
                R"({{"channel":"till:main","receipt":"T{0}","customer":"{0}","minor":900,"user":"u"}})",
                id
            )
        ));
        all(submission_to(
            shape_.tenant,
            "reversed:" + id,
            "reverse_payment",
            fmt::format(R"({{"payment":"till:main:T{}","reason":"typed twice"}})", id)
        ));
    }
}

LivedMonth SubscriberMonths::live_month() {
    LivedMonth lived;
    const Date day = run_day(month_);
    move_clock(day, 5);
    lived.payment_seconds =
        seconds([&] { lived.payments = pay(Payer::prompt, "P") + pay(Payer::leaving, "L"); });
    move_clock(day, 6);
    const double before = processor_seconds();
    lived.run_seconds = seconds([&] {
        const auto report = api::run_renewals(
            partition_, {shape_.tenant, "key:bench", {}, api::RunStep::renew, {}}
        );
        ensure(report.has_value() && report->failed == 0 && report->parked == 0);
        lived.report = *report;
    });
    lived.run_processor_seconds = processor_seconds() - before;
    if (shape_.with_changes && month_ == change_month) change_plans();
    if (shape_.with_changes && month_ == reversed_month) pay_and_reverse();
    move_clock(day + late_days, 6);
    pay(Payer::late, "A");
    move_clock(day + invoice_days, 6);
    pay(Payer::invoiced, "I");
    ++month_;
    return lived;
}

} // namespace tollbook::bench
