// How fast records become rows, against a COPY of the very same rows into tables with the same
// keys and indexes. Not a test: projection_throughput [customers] [rounds] [batch KiB]
#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "projections/migrations.hpp"
#include "projections/rebuild.hpp"
#include "small_isp.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

using namespace tollbook;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

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

// A callback that pays for a month: six records, as a provider's day has them.
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

void fill(MemorySource& source, int customers, int rounds) {
    open_isp(source);
    for (int i = 0; i < customers; ++i) {
        const std::string customer = fmt::format("C{:06}", i);
        source.add(
            {customer_registered(customer, "Somebody Somewhere"),
             service_added(customer + "-1", customer),
             site_requested(customer + "-1", customer)}
        );
    }
    for (int round = 0; round < rounds; ++round)
        for (int i = 0; i < customers; ++i)
            pay_month(source, fmt::format("C{:06}", i), fmt::format("R{:03}X{:06}", round, i));
}

double project(SqlSession& db, Source& source, std::size_t bytes_max) {
    const auto projector = open_projector(db, source);
    const std::uint64_t before = db.statements();
    const auto start = Clock::now();
    std::size_t batches = 0;
    while (projector->advance({bytes_max, {}}).value() > 0)
        ++batches;
    const double seconds = seconds_since(start);
    fmt::print(
        "projected: {} batches, {:.1f} statements each\n",
        batches,
        static_cast<double>(db.statements() - before) / static_cast<double>(batches)
    );
    return seconds;
}

struct Copied {
    std::uint64_t rows{};
    double seconds{};
};

// Out to a file and into an empty table of the same shape, one transaction for each table.
Copied copy_again(SqlSession& db, const std::string& directory) {
    Copied copied;
    db.run("CREATE SCHEMA raw").value();
    for (const auto& projection : make_projections(live_schema)) {
        for (const DdlPart part : {DdlPart::rows, DdlPart::indexes})
            in_transaction(db, [&] { return run_ddl(db, *projection, "raw", part); }).value();
        for (const RowSet* table : projection->tables()) {
            RowShape shape = table->shape();
            const std::string file = sql_text(directory + "/rows.copy");
            const std::string names = copy_target(shape);
            db.run("COPY " + names + " TO " + file).value();
            shape.schema = "raw";
            const auto start = Clock::now();
            db.run("COPY " + copy_target(shape) + " FROM " + file).value();
            copied.seconds += seconds_since(start);
            copied.rows += std::stoull(ask(db, "SELECT count(*) FROM " + shape.qualified()));
        }
    }
    return copied;
}

} // namespace

int main(int argc, char** argv) {
    const int customers = argc > 1 ? std::atoi(argv[1]) : 20'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    const int kib = argc > 3 ? std::atoi(argv[3]) : 4'096;
    const OpenDirectory directory;
    const auto cluster = Cluster::start(directory.path).value();
    const auto db = SqlSession::connect(cluster->dsn(), "throughput").value();
    migrate(*db).value();
    MemorySource source;
    fill(source, customers, rounds);
    const auto records = static_cast<double>(source.head()->seq);

    const double projected = project(*db, source, static_cast<std::size_t>(kib) << 10U);
    const Copied copied = copy_again(*db, directory.path + "/postgres/run");
    const auto rows = static_cast<double>(copied.rows);
    fmt::print(
        "{:.0f} records, {:.0f} rows; projected in {:.2f} s: {:.0f} records/s, {:.0f} rows/s\n",
        records,
        rows,
        projected,
        records / projected,
        rows / projected
    );
    fmt::print(
        "COPY of the same rows {:.2f} s: {:.0f} rows/s; ratio {:.2f}\n",
        copied.seconds,
        rows / copied.seconds,
        copied.seconds / projected
    );
    const auto start = Clock::now();
    for (const std::string name : {"wallets", "event_index"})
        rebuild(*db, source, {name, {&open_told, {}}, false}).value();
    fmt::print("rebuilt wallets and event_index in {:.2f} s\n", seconds_since(start));
    return 0;
}
