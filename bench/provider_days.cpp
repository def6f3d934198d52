#include "bench/provider_days.hpp"

#include "tests/projections/small_isp.hpp"

#include <fmt/format.h>

namespace tollbook::bench {

namespace {

Told resolved(const std::string& arrival, const std::string& receipt) {
    ArrivalResolved e;
    e.arrival = arrival;
    e.outcome = Outcome::accepted;
    e.payment = "mpesa:" + receipt;
    e.channel = "mpesa:600901";
    e.receipt = receipt;
    e.minor = 150'000;
    return {std::move(e), at("2026-11-20T06:00:00Z"), {}, {}};
}

// A callback that pays for a month of a service that was cut: six records of one command.
void pay_month(MemorySource& source, const std::string& customer, const std::string& receipt) {
    const std::string service = customer + "-1";
    const std::string charge = fmt::format("{}:period:{}:0", service, receipt);
    Told callback{
        CallbackReceived{"in-" + receipt, "mpesa", "196.201.214.200", std::string(32, 'a')},
        at("2026-11-20T06:00:00Z"),
        {},
        "raw"};
    Told charged_month = charged(service, customer, {{"mpesa:" + receipt, 150'000}});
    std::get<WalletCharged>(charged_month.event).charge = charge;
    Told renewal = renewed(service, customer);
    std::get<ServiceRenewed>(renewal.event).charge = charge;
    std::get<ServiceRenewed>(renewal.event).payment = "mpesa:" + receipt;
    ServiceReinstated back{
        service, customer, service, "unpaid", {}, "mpesa:" + receipt, at("2026-11-20T05:00:00Z")};
    source.add(
        {std::move(callback),
         resolved("in-" + receipt, receipt),
         paid(receipt, customer, 150'000),
         std::move(charged_month),
         std::move(renewal),
         Told{std::move(back), at("2026-11-20T06:00:00Z"), {}, {}}}
    );
}

;

} // namespace

void fill(MemorySource& source, const Scale& scale) {
    open_isp(source);
    for (int i = 0; i < scale.customers; ++i) {
        const std::string customer = fmt::format("C{:06}", i);
        source.add(
            {customer_registered(customer, "Somebody Somewhere"),
             service_added(customer + "-1", customer),
             site_requested(customer + "-1", customer)}
        );
    }
    for (int round = 0; round < scale.rounds; ++round)
        for (int i = 0; i < scale.customers; ++i)
            pay_month(source, fmt::format("C{:06}", i), fmt::format("R{:03}X{:06}", round, i));
}

} // namespace tollbook::bench
