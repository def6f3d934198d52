// Whether a month costs more for a customer who has been there for long: the processor time of a
// run for each customer whose account is one month old, twelve and a hundred and twenty, once for
// those that pay from wallets and once for those whose periods are drafted and issued as invoices.
// All of them are tenants of one partition, so that the log is the same length for all.
//   bench_age [CUSTOMERS] [MONTHS] [REPEATS]
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "bench/subscriber_months.hpp"
#include "ledger/ensure.hpp"
#include "ledger/store.hpp"
#include "tests/support/scratch_directory.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

using namespace tollbook;

namespace {

constexpr std::size_t group_commands_max = 8'192;
constexpr int months_young = 12;

bench::Payer prompt(std::size_t) { return bench::Payer::prompt; }

bench::Payer invoiced(std::size_t) { return bench::Payer::invoiced; }

struct Kind {
    std::string name;
    bench::Payer (*payer)(std::size_t){};
    std::string what;
};

struct Scale {
    std::size_t customers{};
    int months{};
    std::size_t repeats{};
};

// Those of one kind: each tenant is as old as it is named.
class Accounts {
public:
    Accounts(Partition& partition, Kind kind, const Scale& scale)
        : partition_(partition)
        , kind_(std::move(kind))
        , scale_(scale)
        , old_(of_age("old", scale.months))
        , young_(of_age("young", months_young)) {}

    // The least of all turns each: what else the process and its machine do only adds to it.
    void measure_and_print() {
        constexpr double none = std::numeric_limits<double>::max();
        double one = none;
        double twelve = none;
        double all = none;
        for (std::size_t turn = 0; turn < scale_.repeats; ++turn) {
            bench::SubscriberMonths fresh = of_age(fmt::format("new-{}", turn), 1);
            one = std::min(one, run_microseconds(fresh));
            twelve = std::min(twelve, run_microseconds(young_));
            all = std::min(all, run_microseconds(old_));
        }
        print(twelve, one, months_young);
        print(all, one, scale_.months);
    }

private:
    bench::SubscriberMonths of_age(const std::string& name, int months) {
        bench::SubscriberMonths lived(
            partition_, {kind_.name + "-" + name, scale_.customers, kind_.payer, false}
        );
        for (int month = 0; month < months; ++month)
            (void)lived.live_month();
        return lived;
    }

    // For each customer, in a month whose checkpoint is not its own.
    double run_microseconds(bench::SubscriberMonths& lived) {
        ensure(partition_.checkpoint().has_value());
        const bench::LivedMonth month = lived.live_month();
        ensure(month.report.renewed == scale_.customers);
        constexpr double microseconds = 1e6;
        return month.run_processor_seconds * microseconds / static_cast<double>(scale_.customers);
    }

    void print(double value, double limit, int months) const {
        bench::print(
            {fmt::format("age_{}_{}", kind_.name, months),
             value,
             limit,
             limit / value,
             0.8,
             "us of processor time",
             fmt::format(
                 "limit: the same at the age of one month; {} for a customer at the age of {} "
                 "months, {} customers of each age in one partition, least of {}",
                 kind_.what,
                 months,
                 scale_.customers,
                 scale_.repeats
             )}
        );
    }

    Partition& partition_;
    Kind kind_;
    Scale scale_;
    bench::SubscriberMonths old_;
    bench::SubscriberMonths young_;
};

} // namespace

int main(int argc, char** argv) {
    const Scale scale{
        argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 4'000,
        argc > 2 ? std::atoi(argv[2]) : 120,
        argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 9};
    const ScratchDirectory scratch;
    const std::string directory = scratch.path + "/data";
    ensure(Store::create(directory).has_value());
    bench::Engine engine(directory, group_commands_max);
    Accounts(
        *engine.partition, {"wallet", &prompt, "the renewal of a service from a wallet"}, scale
    )
        .measure_and_print();
    Accounts(
        *engine.partition, {"invoice", &invoiced, "a period drafted and its invoice issued"}, scale
    )
        .measure_and_print();
    return 0;
}
