// How fast all read models are built anew from the log, proven equal and swapped in, beside COPY of
// the same rows into bare tables and CREATE INDEX behind it.
//   bench_rebuild [CUSTOMERS] [ROUNDS] [REPEATS]
#include "bench/figure.hpp"
#include "bench/limits/copy_rows.hpp"
#include "bench/provider_days.hpp"
#include "ledger/ensure.hpp"
#include "projections/catalogue.hpp"
#include "projections/migrations.hpp"
#include "projections/rebuild_all.hpp"
#include "projections/runner.hpp"
#include "tests/projections/postgres_fixture.hpp"

#include <cstdlib>

using namespace tollbook;

namespace {

constexpr std::chrono::minutes run_max{5};
constexpr std::size_t at_once = 2;

void project(Source& source, const std::string& dsn) {
    RunnerOptions options;
    options.dsn = dsn;
    options.open_personal = &open_told;
    const ProjectionRunner runner(source, options);
    const std::uint64_t head = source.head().value().seq;
    ensure(runner.wait_for(head, std::chrono::steady_clock::now() + run_max).has_value());
}

double rebuild_everything(const std::string& dsn, Source& source) {
    std::vector<RebuildOptions> wanted;
    for (const auto& projection : make_projections(live_schema)) {
        RebuildOptions& options = wanted.emplace_back();
        options.projection = projection->name();
        options.replay.open_personal = &open_told;
    }
    return bench::seconds([&] {
        const auto connect = [&] { return SqlSession::connect(dsn, "bench"); };
        for (const auto& report : rebuild_all(connect, source, wanted, at_once))
            ensure(report.has_value() && report->swapped && all_equal(report->tables));
    });
}

struct Repeat {
    double rebuilt{};
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
        project(source, dsn);
        db->run("CHECKPOINT").value();
        repeat.rebuilt = rebuild_everything(dsn, source);
        repeat.copied = bench::copy_rows(*db, directory + "/postgres/run", bench::Indexes::after);
    }
    system->run("DROP DATABASE bench WITH (FORCE)").value();
    return repeat;
}

} // namespace

int main(int argc, char** argv) {
    const bench::Scale scale{
        argc > 1 ? std::atoi(argv[1]) : 20'000, argc > 2 ? std::atoi(argv[2]) : 4};
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
        series.add_work(rows, repeat.rebuilt, repeat.copied.seconds);
    }
    bench::print(series.figure(
        "rebuild",
        0.5,
        "rows/s",
        fmt::format(
            "limit: COPY of the same {} rows from files into bare tables, then their keys and "
            "indexes; {} records of {} customers, all read models, {} at a time, each compared "
            "with the live one and swapped, fsync on, median of {}",
            rows,
            source.head().value().seq,
            scale.customers,
            at_once,
            repeats
        )
    ));
    return 0;
}
