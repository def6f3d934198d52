// Tenants that are billed by their schedule, on a real log.
#include "api/automatic_billing.hpp"

#include "tests/api/due_provider.hpp"

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

// As much as all that is due: half of the customers have the money for one service.
constexpr std::uint64_t payable = customers / 2;

} // namespace

TEST_CASE("automatic billing: from the schedule's hour on, once in each hour") {
    DueProvider provider; // It is 9 o'clock there.
    AutomaticBilling billing(provider.partition(), {});
    const std::uint64_t before = provider.head();
    billing.look();
    CHECK(provider.head() == before); // No schedule, no run.

    provider.send("set_billing_schedule", R"({"from_hour":10})");
    billing.look();
    CHECK(provider.charges() == 0);
    CHECK(billing.counts().runs == 0);

    provider.send("advance_test_clock", R"({"to":"2026-11-20T10:00:00Z"})");
    billing.look();
    CHECK(provider.charges() == payable);
    CHECK(billing.counts().runs == 1);

    provider.pay(2, 1'000);
    provider.send("add_service", R"({"service":"C4-3","customer":"C4","plan":"HOME"})");
    const std::uint64_t after = provider.head();
    billing.look(); // Not again in the same hour.
    CHECK(provider.head() == after);
    provider.pay(4, 1'000);
    const std::uint64_t paid = provider.charges();
    provider.send("advance_test_clock", R"({"to":"2026-11-20T11:00:00Z"})");
    billing.look();
    CHECK(billing.counts().runs == 2);
    CHECK(provider.charges() >= paid);
    CHECK(provider.preview().due == 0);
}

TEST_CASE("automatic billing: the next day it waits for the hour again; without one it ends") {
    DueProvider provider;
    provider.send("set_billing_schedule", R"({"from_hour":0})");
    AutomaticBilling billing(provider.partition(), {});
    billing.look();
    CHECK(billing.counts().runs == 1);
    provider.send("advance_test_clock", R"({"to":"2026-12-20T09:00:00Z"})");
    provider.send("set_billing_schedule", R"({"from_hour":23})");
    billing.look();
    CHECK(billing.counts().runs == 1);
    provider.send("set_billing_schedule", "{}");
    provider.send("advance_test_clock", R"({"to":"2026-12-20T23:30:00Z"})");
    billing.look();
    CHECK(billing.counts().runs == 1);
    CHECK(provider.preview().due > 0);
}

TEST_CASE("automatic billing: on its own thread, and again after a restart it charges nobody twice"
) {
    DueProvider provider;
    provider.send("set_billing_schedule", R"({"from_hour":0})");
    for (int i = 0; i < 2; ++i) {
        const AutomaticBilling billing(provider.partition(), std::chrono::milliseconds(1));
        while (billing.counts().runs == 0)
            std::this_thread::yield();
    }
    CHECK(provider.charges() == payable);
}
