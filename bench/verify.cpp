// How fast a log is verified: its hashes (read, checksums, chain), and all that `tollbook verify`
// holds an export against (payloads decoded, postings summed, everything dense), beside SHA-256
// over the same pieces on one core and nothing else.
//   bench_verify [CHARGES] [REPEATS]
#include "api/cli/audit.hpp"
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "bench/limits/hash_pieces.hpp"
#include "ledger/ensure.hpp"
#include "tests/support/scratch_directory.hpp"

#include <cstdlib>

using namespace tollbook;

namespace {

constexpr std::size_t group = 8'192;
constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;

void make_log(const std::string& directory, std::size_t charges) {
    ensure(Store::create(directory).has_value());
    const bench::Engine engine(directory, group);
    bench::open_book(*engine.partition);
    bench::charge(*engine.partition, {1, charges, 2 * group});
}

// Hands every batch on, as the reader rule admits it.
template <class F>
void read_all(Source& source, F&& take) {
    const std::uint64_t head = source.head().value().seq;
    ReaderState state = source.start();
    while (state.seq < head) {
        const Result<Batch> batch = source.read(state, batch_bytes_max, std::chrono::seconds(10));
        ensure(batch.has_value());
        take(*batch);
        state = batch->after;
    }
}

double hashes_seconds(Source& source) {
    return bench::seconds([&] { read_all(source, [](const Batch&) {}); });
}

double postings_seconds(Source& source) {
    return bench::seconds([&] {
        const auto report = api::verify(source, nullptr, [](std::uint64_t, std::uint64_t) {});
        ensure(report.has_value() && report->problem.empty() && report->postings > 0);
    });
}

struct Scale {
    std::size_t records{};
    std::size_t bytes{};
};

void print(const std::string& name, const bench::Series& series, const Scale& scale) {
    bench::print(series.figure(
        name,
        name == "verify_hashes" ? 0.5 : 0.3,
        "records/s",
        fmt::format(
            "limit: SHA-256 (Nettle) over header, payload, event id and command id of each of "
            "the same {} records, {} bytes each, one core; read from a log on disk on all cores, "
            "median of {}",
            scale.records,
            scale.bytes / scale.records,
            series.repeats()
        )
    ));
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t charges = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    const ScratchDirectory scratch;
    const std::string directory = scratch.path + "/data";
    make_log(directory, charges);
    StoreOptions reading;
    reading.read_only = true;
    const auto store = *Store::open(directory, reading);
    const auto source = store->source();
    bench::HashPieces pieces;
    read_all(*source, [&](const Batch& batch) { pieces.add(batch, source->identity()); });
    const Scale scale{pieces.records(), pieces.bytes()};
    bench::Series hashes;
    bench::Series postings;
    for (std::size_t i = 0; i < repeats; ++i) {
        const double limit = pieces.seconds();
        hashes.add_work(scale.records, hashes_seconds(*source), limit);
        postings.add_work(scale.records, postings_seconds(*source), limit);
    }
    print("verify_hashes", hashes, scale);
    print("verify_with_postings", postings, scale);
    return 0;
}
