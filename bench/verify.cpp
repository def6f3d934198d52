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

struct Series {
    std::vector<double> took;
    std::vector<double> ratios;

    void add(double seconds, double limit) {
        took.push_back(seconds);
        ratios.push_back(limit / seconds);
    }
};

struct Scale {
    std::size_t records{};
    std::size_t bytes{};
    std::size_t repeats{};
};

void print(
    const std::string& name, const Series& series, const Series& limits, const Scale& scale
) {
    const auto records = static_cast<double>(scale.records);
    bench::print(
        {name,
         records / bench::median(series.took),
         records / bench::median(limits.took),
         bench::median(series.ratios),
         name == "verify_hashes" ? 0.5 : 0.3,
         "records/s",
         fmt::format(
             "limit: SHA-256 (Nettle) over the header, payload, event id and command id of each "
             "of "
             "the same {} records, {} bytes each, one core; read from a log on disk, median of {}",
             scale.records,
             scale.bytes / scale.records,
             scale.repeats
         )}
    );
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
    Series limits;
    Series hashes;
    Series postings;
    for (std::size_t i = 0; i < repeats; ++i) {
        const double limit = pieces.seconds();
        limits.add(limit, limit);
        hashes.add(hashes_seconds(*source), limit);
        postings.add(postings_seconds(*source), limit);
    }
    const Scale scale{pieces.records(), pieces.bytes(), repeats};
    print("verify_hashes", hashes, limits, scale);
    print("verify_with_postings", postings, limits, scale);
    return 0;
}
