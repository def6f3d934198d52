// Export files, as they are and with their sums made right.
#include "ledger/bytes.hpp"
#include "ledger/export_file.hpp"
#include "ledger/frame.hpp"
#include "ledger/sha256.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/frame_tools.hpp"

#include <sys/mman.h>
#include <unistd.h>

using namespace tollbook;

namespace {

constexpr std::size_t header_bytes_all = 120;
constexpr std::size_t trailer_bytes = 40;

// A file in memory that has a path.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("export", 0)) {
        ensure(descriptor_ >= 0);
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        ensure(written == static_cast<ssize_t>(bytes.size()));
    }

    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    ~MemoryFile() { ::close(descriptor_); }

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

// The same pieces, every message repaired and every sum made right.
class Sums {
public:
    std::string repaired(std::string_view file) {
        ByteReader reader(file);
        add({}, std::string(reader.take(header_bytes_all)));
        reader.take(export_sum_bytes);
        while (reader.ok()) {
            const auto length = reader.fixed<std::uint32_t>();
            std::string piece(reader.take(length == 0 ? trailer_bytes : length));
            if (!reader.ok()) break;
            if (length != 0) repair(piece);
            std::string prefix;
            put_fixed(prefix, length);
            add(prefix, piece);
            reader.take(export_sum_bytes);
            if (length == 0) break;
        }
        return out_ + std::string(reader.take(reader.left()));
    }

private:
    void add(std::string_view prefix, const std::string& piece) {
        const Hash hash = Sha256().add(sum_).add(prefix).add(piece).finish();
        sum_ = view_of(hash).substr(0, export_sum_bytes);
        out_.append(prefix).append(piece).append(sum_);
    }

    std::string sum_;
    std::string out_;
};

struct Outcome {
    std::vector<Record> records;
    std::vector<Hash> hashes;
    ReaderState after;
    bool whole{};
};

Outcome read_all(ExportFile& file, std::size_t bytes_max) {
    Outcome outcome;
    outcome.after = file.start();
    while (true) {
        const Result<Batch> batch = file.read(outcome.after, bytes_max, {});
        if (!batch) {
            fuzz::ensure_refusal(batch.error(), {Errc::store_damaged, Errc::store_newer});
            return outcome;
        }
        outcome.after = batch->after;
        if (batch->records.empty()) break;
        outcome.records.insert(outcome.records.end(), batch->records.begin(), batch->records.end());
        outcome.hashes.insert(outcome.hashes.end(), batch->hashes.begin(), batch->hashes.end());
    }
    outcome.whole = true;
    return outcome;
}

void check(std::string_view bytes) {
    const MemoryFile memory(bytes);
    const auto file = ExportFile::open(memory.path());
    if (!file) {
        fuzz::ensure_refusal(file.error(), {Errc::store_damaged, Errc::store_newer});
        return;
    }
    const Outcome small = read_all(**file, 1);
    const Outcome large = read_all(**file, 1U << 20U);
    ensure(small.whole == large.whole);
    if (!small.whole) return;
    ensure(small.records == large.records && small.hashes == large.hashes);
    ensure(small.after == large.after);
    const Result<ReaderState> head = (*file)->head();
    ensure(head && head->seq == small.after.seq && head->hash == small.after.hash);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = fuzz::text_of(data, size);
    check(bytes);
    check(Sums().repaired(bytes));
    return 0;
}
