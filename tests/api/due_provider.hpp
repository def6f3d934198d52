// A provider on a real log, whose services are all due.
#pragma once

#include "api/renewals.hpp"
#include "commands/book_decider.hpp"
#include "ledger/keystore.hpp"
#include "ledger/store.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace tollbook::api::test {

inline constexpr int customers = 40; // The even ones have the money for one of their two services.

// A provider whose services are all due.
class DueProvider {
public:
    DueProvider() {
        const std::string directory = scratch_.path + "/data";
        REQUIRE(Store::create(directory));
        store_ = Store::open(directory).value();
        keys_ = KeyStore::open(directory, false).value();
        partition_ = Partition::open(
                         *store_,
                         *keys_,
                         std::make_unique<BookDecider>([](std::string_view, std::string_view) {
                             return std::string("hash");
                         }),
                         {}
        )
                         .value();
        send(
            "open_tenant",
            R"({"name":"D","timezone":"UTC","currency":"KES","tills":["main"],)"
            R"("test_clock":"2026-11-20T09:00:00Z"})"
        );
        send(
            "define_plan",
            R"({"plan":"HOME","name":"H","price_minor":1000,"currency":"KES","down_mbps":1,"up_mbps":1})"
        );
        for (int i = 0; i < customers; ++i)
            add_customer(i);
    }

    void send(const std::string& type, const std::string& body) {
        send_as(fmt::format("test-{}", ++sent_), {}, type, body);
    }

    // In the name of a run; `prefix` says what the command is for.
    void send_in_run(
        const std::string& run,
        const std::string& prefix,
        const std::string& type,
        const std::string& body
    ) {
        send_as(fmt::format("{}test-{}", prefix, ++sent_), "run:" + run, type, body);
    }

    void pay(int customer, int minor) { pay(fmt::format("C{}", customer), minor); }

    void pay(const std::string& customer, int minor) {
        send(
            "record_payment",
            fmt::format(
                R"({{"channel":"till:main","receipt":"R{}","customer":"{}","minor":{},"user":"u"}})",
                sent_,
                customer,
                minor
            )
        );
    }

    BillingPreview preview() const { return preview_run(*partition_, "due").value(); }

    Result<RenewalReport> confirm(const std::string& hash) const {
        return run_renewals(*partition_, {"due", "test", {}, RunStep::confirm, hash});
    }

    // How many the log holds.
    std::uint64_t charges() const {
        std::uint64_t count = 0;
        ReaderState state = partition_->source().start();
        while (state.seq < head()) {
            const Batch batch =
                partition_->source().read(state, 1 << 20, std::chrono::seconds(1)).value();
            for (const Record& record : batch.records)
                if (record.type == WalletCharged::type) ++count;
            state = batch.after;
        }
        return count;
    }

    std::uint64_t head() const { return partition_->health().head.seq; }

    Partition& partition() const { return *partition_; }

private:
    void send_as(
        const std::string& key,
        const std::string& causation,
        const std::string& type,
        const std::string& body
    ) {
        std::promise<Result<Receipt>> answered;
        partition_->submit(
            {"due", key, type, body, "test", {}, causation, std::nullopt},
            [&](Result<Receipt> answer) { answered.set_value(std::move(answer)); }
        );
        const Result<Receipt> answer = answered.get_future().get();
        REQUIRE_MESSAGE(answer, (type + " " + body));
    }

    void add_customer(int i) {
        send(
            "register_customer",
            fmt::format(R"({{"customer":"C{0}","name":"N","phone":"","references":["C{0}"]}})", i)
        );
        for (int number = 1; number <= 2; ++number)
            send(
                "add_service",
                fmt::format(
                    R"({{"service":"C{0}-{1}","customer":"C{0}","plan":"HOME","renews_on":"2026-11-20"}})",
                    i,
                    number
                )
            );
        if (i % 2 == 0) pay(i, 1'500);
    }

    ScratchDirectory scratch_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<KeyStore> keys_;
    std::unique_ptr<Partition> partition_;
    int sent_{};
};

inline constexpr int foreign_customers = 6; // Of each currency.

// Beside its customers of shillings it has some whose money is dollars, U0 ... U5, and euros, E0
// ... E5. Each has a service on DUAL, which is due: 10.00 shillings, 3.00 dollars or 2.00 euros. K,
// who has shillings, has one too. K and the even ones have the money for it.
class MixedProvider : public DueProvider {
public:
    MixedProvider() {
        define_dual(
            1'000,
            R"([{"currency":"EUR","price_minor":200},)"
            R"({"currency":"USD","price_minor":300}])"
        );
        add("K", {});
        pay("K", 1'000);
        for (int i = 0; i < foreign_customers; ++i) {
            const std::string number = std::to_string(i);
            add("E" + number, R"(,"currency":"EUR")");
            add("U" + number, R"(,"currency":"USD")");
            if (i % 2 != 0) continue;
            pay("E" + number, 250);
            pay("U" + number, 450);
        }
    }

    // The next version of it.
    void define_dual(int minor, const std::string& prices) {
        send(
            "define_plan",
            fmt::format(
                R"({{"plan":"DUAL","name":"D","price_minor":{},"currency":"KES","down_mbps":1,)"
                R"("up_mbps":1,"prices":{}}})",
                minor,
                prices
            )
        );
    }

    static Currency currency_of(const std::string& customer) {
        const char letter = customer.front();
        return Currency::parse(letter == 'E' ? "EUR" : letter == 'U' ? "USD" : "KES").value();
    }

private:
    void add(const std::string& customer, const std::string& currency) {
        send(
            "register_customer",
            fmt::format(
                R"({{"customer":"{0}","name":"N","phone":"","references":["{0}"]{1}}})",
                customer,
                currency
            )
        );
        send(
            "add_service",
            fmt::format(
                R"({{"service":"{0}-1","customer":"{0}","plan":"DUAL","renews_on":"2026-11-20"}})",
                customer
            )
        );
    }
};

} // namespace tollbook::api::test
