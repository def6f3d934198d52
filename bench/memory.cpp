// What a partition with many customers takes of memory, each with a name, a reference, a wallet
// that holds money and a service at a site of its own: the most while all of them come in, and once
// it serves after a restart.
//   bench_memory [CUSTOMERS]
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "ledger/ensure.hpp"
#include "tests/support/scratch_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <semaphore>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tollbook;

namespace {

constexpr std::size_t group_commands_max = 8'192;
constexpr std::ptrdiff_t waiting_max = 10'000;
constexpr std::size_t openings_of_one_command = 1'000;
constexpr double megabytes_max = 1'500;
constexpr double megabyte = 1'000'000;

Submission submission(std::string_view type, std::string_view id, std::string body) {
    Submission made;
    made.tenant = "provider";
    made.key = fmt::format("{}:{}", type, id);
    made.type = type;
    made.body = std::move(body);
    made.actor = "key:bench";
    return made;
}

using Take = std::function<void(Submission)>;

void each_of_customer(const std::string& id, const Take& take) {
    take(submission(
        "register_customer",
        id,
        fmt::format(
            R"({{"customer":"{0}","name":"Some Name","phone":"254700000000","references":["{0}"]}})",
            id
        )
    ));
    take(submission(
        "add_service",
        id,
        fmt::format(
            R"({{"service":"{0}-1","customer":"{0}","plan":"home","renews_on":"2026-12-01"}})", id
        )
    ));
}

void each_command(std::size_t customers, const Take& take) {
    take(submission(
        "open_tenant", "provider", R"({"name":"Provider","timezone":"UTC","currency":"KES"})"
    ));
    take(submission(
        "define_plan",
        "home",
        R"({"plan":"home","name":"Home","price_minor":250000,"currency":"KES","down_mbps":10,"up_mbps":5})"
    ));
    std::string openings;
    for (std::size_t i = 1; i <= customers; ++i) {
        const std::string id = fmt::format("ACC{:07}", i);
        each_of_customer(id, take);
        openings +=
            fmt::format(R"({}{{"customer":"{}","minor":100000}})", openings.empty() ? "" : ",", id);
        if (i % openings_of_one_command != 0 && i != customers) continue;
        take(submission(
            "post_opening_balances",
            id,
            fmt::format(
                R"({{"booked_on":"2026-01-01","wallets":[{}],"cash":[],"complete":false}})",
                openings
            )
        ));
        openings.clear();
    }
}

// Many on their way at once; a refusal ends the bench.
void fill(const std::string& directory, std::size_t customers) {
    ensure(Store::create(directory).has_value());
    bench::Engine engine(directory, group_commands_max);
    std::counting_semaphore<> room{waiting_max};
    each_command(customers, [&](Submission command) {
        room.acquire();
        engine.partition->submit(std::move(command), [&](const Result<Receipt>& receipt) {
            ensure(receipt.has_value());
            room.release();
        });
    });
    for (std::ptrdiff_t i = 0; i < waiting_max; ++i)
        room.acquire();
}

// In a process of its own: its memory goes with it. Returns the most that it held.
double fill_elsewhere(const std::string& directory, std::size_t customers) {
    const pid_t child = ::fork();
    ensure(child >= 0);
    if (child == 0) {
        fill(directory, customers);
        ::_exit(0);
    }
    int status = 0;
    rusage used{};
    ensure(::wait4(child, &status, 0, &used) == child && status == 0);
    return static_cast<double>(used.ru_maxrss) * 1024 / megabyte;
}

double resident_megabytes() {
    std::ifstream file("/proc/self/statm");
    double pages_in_all = 0;
    double pages_resident = 0;
    file >> pages_in_all >> pages_resident;
    return pages_resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / megabyte;
}

void print(std::string bench, double megabytes, std::size_t customers, std::string_view when) {
    bench::print(
        {std::move(bench),
         megabytes,
         megabytes_max,
         megabytes_max / megabytes,
         1,
         "MB resident",
         fmt::format(
             "limit: what it may be; {} customers, each with a reference, a wallet with money, a "
             "service and a site, {}",
             customers,
             when
         )}
    );
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t customers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const ScratchDirectory scratch;
    const std::string directory = scratch.path + "/data";
    const double most = fill_elsewhere(directory, customers);
    print("memory_filling", most, customers, "the most while they came in");
    const bench::Engine engine(directory, group_commands_max);
    print("memory_serving", resident_megabytes(), customers, "after a restart");
    return 0;
}
