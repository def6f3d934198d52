// How fast the runner turns a provider's days into rows (all read models, the checkpoint compared
// and set in every transaction), beside COPY of the same rows into tables with the same keys and
// indexes.
//   bench_projection [CUSTOMERS] [ROUNDS] [REPEATS]
#include "bench/figure.hpp"
#include "bench/limits/copy_rows.hpp"
#include "bench/provider_days.hpp"
#include "ledger/ensure.hpp"
#include "projections/migrations.hpp"
#include "projections/runner.hpp"
#include "tests/projections/postgres_fixture.hpp"

#include <cstdlib>

using namespace tollbook;

namespace {

constexpr std::chrono::minutes run_max{5};

RunnerOptions runner_options(const std::string& dsn) {
    RunnerOptions options;
    options.dsn = dsn;
    options.open_personal = &open_told;
    return options;
}

// From a runner that starts on migrated, empty tables to the last row committed.
double project(Source& source, const std::string& dsn) {
    const std::uint64_t head = source.head().value().seq;
    return bench::seconds([&] {
        const ProjectionRunner runner(source, runner_options(dsn));
        ensure(runner.wait_for(head, std::chrono::steady_clock::now() + run_max).has_value());
    });
}

struct Repeat {
    double projected{};
    bench::CopiedRows copied;
};

// In a database of its own, so that no repeat finds the pages of another.
Repeat run_once(const Cluster& cluster, const std::string& directory, Source& source) {
    const auto system = SqlSession::connect(cluster.dsn(), "bench").value();
    system->run("CREATE DATABASE bench").value();
    const std::string dsn = cluster.dsn().substr(0, cluster.dsn().rfind('=') + 1) + "bench";
    Repeat repeat;
    {
        const auto db = SqlSession::connect(dsn, "bench").value();
        migrate(*db).value();
        db->run("CHECKPOINT").value();
        repeat.projected = project(source, dsn);
        repeat.copied = bench::copy_rows(*db, directory + "/postgres/run", bench::Indexes::before);
    }
    system->run("DROP DATABASE bench WITH (FORCE)").value();
    return repeat;
}

} // namespace

int main(int argc, char** argv) {
    const bench::Scale scale{
        argc > 1 ? std::atoi(argv[1]) : 10'000, argc > 2 ? std::atoi(argv[2]) : 2};
    const int repeats = argc > 3 ? std::atoi(argv[3]) : 5;
    const OpenDirectory directory;
    const auto cluster = Cluster::start(directory.path).value();
    MemorySource source;
    bench::fill(source, scale);
    bench::Series series;
    std::uint64_t rows = 0;
    for (int i = 0; i < repeats; ++i) {
        const Repeat repeat = run_once(*cluster, directory.path, source);
        rows = repeat.copied.rows;
        series.add_work(rows, repeat.projected, repeat.copied.seconds);
    }
    bench::print(series.figure(
        "projection",
        0.3,
        "rows/s",
        fmt::format(
            "limit: COPY of the same {} rows from files into empty tables with the same keys and "
            "indexes; {} records of {} customers, all read models, fsync on, median of {}",
            rows,
            source.head().value().seq,
            scale.customers,
            repeats
        )
    ));
    return 0;
}
