// Whether one dead router delays the others: the time from sending a suspension or reinstatement
// to its read-back report in the log, for the sites of nineteen routers, while the twentieth is
// dead and has work waiting, beside the same with all twenty alive.
//   bench_enforcement [SERVICES_PER_ROUTER] [SWEEPS] [REPEATS]
#define DOCTEST_CONFIG_IMPLEMENT
#include "bench/figure.hpp"
#include "tests/enforcement/small_provider.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <future>
#include <map>

using namespace tollbook;
using routeros::Fault;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t routers = 20;
constexpr std::size_t dead = routers - 1;
constexpr std::chrono::microseconds pace{2'500}; // Between two changes that are asked for.
constexpr std::size_t warm_up_sweeps = 1;

struct Scale {
    std::size_t services{}; // Of each router.
    std::size_t sweeps{};
};

std::string service_of(std::size_t router, std::size_t number) {
    return fmt::format("{}-{}", router, number);
}

// The provider with every site on its router, as it is on any day.
std::unique_ptr<SmallProvider> provision(const Scale& scale) {
    auto provider = std::make_unique<SmallProvider>(routers);
    provider->enforce(EnforcementOptions{});
    for (std::size_t router = 0; router < routers; ++router)
        for (std::size_t number = 0; number < scale.services; ++number)
            provider->provision(router, number);
    std::size_t done = 0;
    provider->await<SiteProvisioned>([&](const SiteProvisioned&) {
        return ++done == routers * scale.services;
    });
    return provider;
}

// Asks for one change of every service, router by router in turn, and returns the milliseconds
// after which each site of a living router was reported as it should be.
std::vector<double> sweep(SmallProvider& provider, std::size_t services, bool on) {
    std::map<std::string, std::pair<Clock::time_point, Clock::time_point>> changes;
    for (std::size_t router = 0; router < dead; ++router)
        for (std::size_t number = 0; number < services; ++number)
            changes[service_of(router, number)] = {};
    auto reader = std::async(std::launch::async, [&] {
        std::size_t left = changes.size();
        provider.await<SiteStateApplied>([&](const SiteStateApplied& e) {
            const auto found = changes.find(e.site);
            if (found == changes.end() || e.enabled != on) return false;
            found->second.second = Clock::now();
            return --left == 0;
        });
    });
    Clock::time_point due = Clock::now();
    for (std::size_t number = 0; number < services; ++number)
        for (std::size_t router = 0; router < routers; ++router) {
            std::this_thread::sleep_until(due += pace);
            const std::string service = service_of(router, number);
            if (router != dead) changes[service].first = Clock::now();
            if (on)
                provider.reinstate(service);
            else
                provider.suspend(service);
        }
    reader.get();
    std::vector<double> took;
    for (const auto& [service, change] : changes)
        took.push_back(std::chrono::duration<double>(change.second - change.first).count() * 1e3);
    return took;
}

double p99_ms(const Scale& scale, Fault fault) {
    const auto provider = provision(scale);
    provider->router(dead).set_fault(fault);
    std::vector<double> took;
    for (std::size_t i = 0; i < warm_up_sweeps + scale.sweeps; ++i) {
        const std::vector<double> more = sweep(*provider, scale.services, i % 2 == 1);
        if (i >= warm_up_sweeps) took.insert(took.end(), more.begin(), more.end());
    }
    std::ranges::sort(took);
    return took[took.size() * 99 / 100];
}

struct Death {
    std::string name;
    Fault fault{};
    std::string said;
};

void measure(const Scale& scale, const Death& death, std::size_t repeats) {
    bench::Series series;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        const double healthy = p99_ms(scale, Fault::none);
        const double with_dead = p99_ms(scale, death.fault);
        series.add(with_dead, healthy, healthy / with_dead);
    }
    bench::print(series.figure(
        death.name,
        0.67,
        "ms p99 to applied, less is better",
        fmt::format(
            "limit: the same with no router dead, ratio limit/value; {} test routers, one {}, {} "
            "services each, {} changes a second, p99 of {} changes on the other routers, median "
            "of {}",
            routers,
            death.said,
            scale.services,
            std::chrono::microseconds(std::chrono::seconds(1)) / pace,
            scale.sweeps * scale.services * dead,
            repeats
        )
    ));
}

} // namespace

int main(int argc, char** argv) {
    const Scale scale{
        argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10,
        argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 3};
    const std::size_t repeats = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 5;
    doctest::Context asserts; // The rig speaks through it: what it refuses ends the bench.
    asserts.setAsDefaultForAssertsOutOfTestCases();
    asserts.setAssertHandler([](const doctest::AssertData& data) {
        fmt::print(stderr, "bench: {}:{}: {}\n", data.m_file, data.m_line, data.m_expr);
        std::exit(1);
    });
    measure(
        scale, {"enforcement_silent", Fault::never_answer, "accepts and never answers"}, repeats
    );
    measure(scale, {"enforcement_refusing", Fault::refuse, "refuses connections"}, repeats);
    return 0;
}
