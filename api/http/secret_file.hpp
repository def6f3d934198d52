// Files of hashed secrets: one line each, words separated by one space, mode 0600. They are written
// by the command line and read again by the server when they change.
#pragma once

#include "ledger/error.hpp"
#include "ledger/guarded.hpp"
#include "ledger/record.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::api {

using Words = std::vector<std::string>;

// The lines, cut up; an absent file has none. Refuses a file that others may read, and a line that
// has not `words` words.
Result<std::vector<Words>> read_secret_file(const std::string& path, std::size_t words);

// Appends one line and syncs it; makes the file if there is none.
Status append_secret_line(const std::string& path, const Words& words);

// Refuses with config_invalid what would not stay one word of a line.
Status check_word(std::string_view word);

// BLAKE2b-256. Our secrets are 32 random bytes: no slow hash is needed.
Hash secret_hash(std::string_view secret);
bool same_hash(const Hash& a, const Hash& b); // In constant time.

// `bytes` random bytes in hex.
std::string random_hex(std::size_t bytes);

Result<Hash> parse_hash(std::string_view hex);

// What identifies the content of a file without reading it.
struct FileStamp {
    std::int64_t modified_ns{};
    std::uint64_t inode{};
    std::int64_t size{-1}; // -1: there is no file.

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp stamp_of(const std::string& path);

// A table read from a file, and read again within `look_every` of a change. A change that cannot
// be read keeps the table that stands. Thread-safe.
template <class Table>
class FileTable {
public:
    using Load = Result<Table> (*)(const std::string& path);

    FileTable(std::string path, Load load, std::chrono::milliseconds look_every)
        : path_(std::move(path)), load_(load), look_every_(look_every) {}

    Status open() {
        const FileStamp stamp = stamp_of(path_);
        Result<Table> table = load_(path_);
        if (!table) return table.error();
        state_.with([&](State& state) {
            state = {std::make_shared<const Table>(std::move(*table)), stamp};
        });
        return Done{};
    }

    std::shared_ptr<const Table> current() {
        if (is_time_to_look()) look();
        return state_.with([](const State& state) { return state.table; });
    }

    // The same, looked at just now: for a name that is not in `current`, because it may be new.
    std::shared_ptr<const Table> fresh() {
        look();
        return state_.with([](const State& state) { return state.table; });
    }

private:
    struct State {
        std::shared_ptr<const Table> table = std::make_shared<const Table>();
        FileStamp stamp;
    };

    bool is_time_to_look() {
        const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now().time_since_epoch()
        )
                                     .count();
        std::int64_t next = next_look_ms_.load(std::memory_order_relaxed);
        return now >= next &&
               next_look_ms_.compare_exchange_strong(next, now + look_every_.count());
    }

    void look() {
        const FileStamp stamp = stamp_of(path_);
        if (state_.with([&](const State& state) { return state.stamp == stamp; })) return;
        Result<Table> table = load_(path_);
        state_.with([&](State& state) {
            state.stamp = stamp;
            if (table) state.table = std::make_shared<const Table>(std::move(*table));
        });
    }

    std::string path_;
    Load load_;
    std::chrono::milliseconds look_every_;
    std::atomic<std::int64_t> next_look_ms_{0};
    Guarded<State> state_;
};

} // namespace tollbook::api
