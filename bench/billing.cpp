// A billing run of many due services on a real log: its preview, and its confirmation beside plain
// wallet charges of the same engine.
//   bench_billing [SERVICES] [REPEATS] [TAX VERSIONS of their plan: 0]
#include "api/renewals.hpp"
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "ledger/ensure.hpp"
#include "ledger/store.hpp"
#include "tests/support/scratch_directory.hpp"

#include <cstdlib>

using namespace tollbook;

namespace {

constexpr std::string_view tenant = "bench";
constexpr std::size_t group_commands_max = 8'192;
constexpr double preview_seconds_max = 5;

// A plan with as many versions of its tax, each a month after the one before.
void define_plan(bench::Sender& send, std::size_t tax_versions) {
    send(bench::submission(
        "plan",
        "define_plan",
        fmt::format(
            R"({{"plan":"HOME","name":"Home","price_minor":150000,"currency":"KES",{}"down_mbps":10,"up_mbps":5}})",
            tax_versions > 0 ? R"("tax_percent":16,"tax_code":"vat",)" : ""
        )
    ));
    for (std::size_t i = 0; i < tax_versions; ++i)
        send(bench::submission(
            fmt::format("tax{}", i),
            "define_tax",
            fmt::format(
                R"({{"tax":"vat","valid_from":"2026-{:02}-15","rates":[{{"code":"vat","rate_ppm":{},"compound":false}}]}})",
                i + 1,
                160'000 + i
            )
        ));
}

// The bench's customers have the money; each gets a service that is due every month.
void add_services(Partition& partition, std::size_t services, std::size_t tax_versions) {
    bench::Sender send(partition);
    define_plan(send, tax_versions);
    for (std::size_t i = 0; i < services; ++i)
        send(bench::submission(
            fmt::format("s{}", i),
            "add_service",
            fmt::format(
                R"({{"service":"S{0}","customer":"ACC{1:06}","plan":"HOME","renews_on":"2026-01-02"}})",
                i,
                i % bench::engine_customers
            )
        ));
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t services = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    const std::size_t tax_versions = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
    const ScratchDirectory scratch;
    const std::string directory = scratch.path + "/data";
    ensure(Store::create(directory).has_value());
    bench::Engine engine(directory, group_commands_max);
    bench::open_book(*engine.partition);
    add_services(*engine.partition, services, tax_versions);

    bench::Series previews;
    bench::Series runs;
    std::uint64_t charges = 1;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        api::BillingPreview preview;
        const double looked = bench::seconds([&] {
            preview = *api::preview_run(*engine.partition, std::string(tenant));
        });
        ensure(preview.charged.services == services);
        previews.add(looked, preview_seconds_max, preview_seconds_max / looked);
        const double took = bench::seconds([&] {
            const auto report = api::run_renewals(
                *engine.partition,
                {std::string(tenant), "key:bench", {}, api::RunStep::confirm, preview.preview}
            );
            ensure(report.has_value() && report->renewed == services);
        });
        const double limit =
            bench::charge(*engine.partition, {charges, services, 2 * group_commands_max});
        charges += services;
        runs.add_work(services, took, limit);
    }
    bench::print(previews.figure(
        "billing_preview",
        1,
        "seconds",
        fmt::format("{} due services; the limit is what is promised", services)
    ));
    bench::print(runs.figure(
        "billing_confirm",
        0,
        "services/s",
        fmt::format(
            "{} due services, two events each, the preview made again before; beside as many plain "
            "wallet charges",
            services
        )
    ));
    return 0;
}
