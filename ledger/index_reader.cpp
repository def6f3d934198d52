#include "ledger/index_reader.hpp"

#include "ledger/database.hpp"
#include "ledger/store.hpp"

#include <chrono>
#include <thread>

namespace tollbook {

namespace {

// A running node may delete a file between the moment it is named and the one it is opened.
constexpr int attempts_max = 20;
constexpr std::chrono::milliseconds attempt_pause{50};

} // namespace

IndexReader::IndexReader(std::unique_ptr<Database> database)
    : database_(std::move(database))
    , derived_(std::make_unique<DerivedStore>(*database_, std::string{})) {}

IndexReader::~IndexReader() = default;

Result<std::unique_ptr<IndexReader>> IndexReader::open(const std::string& directory) {
    DatabaseOptions options;
    options.env = rocksdb::Env::Default();
    options.mode = OpenMode::read_only;
    options.write_buffer_bytes = StoreOptions{}.write_buffer_bytes;
    rocksdb::Status status;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        if (attempt > 0) std::this_thread::sleep_for(attempt_pause);
        std::unique_ptr<Database> database;
        status = open_database(directory + "/log", options, database);
        if (status.ok()) return std::unique_ptr<IndexReader>(new IndexReader(std::move(database)));
        if (status.IsCorruption()) break;
    }
    const Errc code = status.IsCorruption() ? Errc::store_damaged : Errc::store_unavailable;
    return Error{code, "the command index: " + status.ToString()};
}

} // namespace tollbook
