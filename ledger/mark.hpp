#pragma once

#include "ledger/error.hpp"
#include "ledger/log.hpp"

#include <rocksdb/env.h>

#include <cstdint>
#include <memory>
#include <string>

namespace tollbook {

// The high-water mark of a log: a lower bound of what is durable in it, kept outside of it. It is
// written after the sync of the log and before the answer; its own sync follows about once a
// second.
//
//   file = slot{2}
//   slot = magic "TBMK" | partition u32 | seq u64 | hash [32] | counter u64 | xxh3-64 u64
//
// The valid slot with the higher counter counts. Only the slot that is not the one synced last is
// ever written over, so that a torn write takes nothing but the news since the last sync.
class MarkFile {
public:
    static Status create(rocksdb::Env& env, const std::string& path, const Head& head);

    // Syncs what it finds, so that it is durable from here on.
    static Result<std::unique_ptr<MarkFile>> open(rocksdb::Env& env, const std::string& path);

    // Without opening it for writing; another process may be writing it. Refuses with store_damaged
    // when one slot is damaged, because nobody can say whether it was the newer one: opening it to
    // write, which looks at the log itself, makes it right.
    static Result<Head> peek(rocksdb::Env& env, const std::string& path);

    const Head& head() const { return head_; }

    Status write(const Head& head);
    Status sync(); // Nothing when nothing was written since.

private:
    struct Slot {
        Head head;
        std::uint64_t counter{};
        std::uint64_t index{};
        bool other_damaged{};
    };

    explicit MarkFile(std::unique_ptr<rocksdb::RandomRWFile> file) : file_(std::move(file)) {}

    static Result<Slot> newest(rocksdb::Env& env, const std::string& path);

    std::unique_ptr<rocksdb::RandomRWFile> file_;
    Head head_;
    std::uint64_t counter_{};
    std::uint64_t slot_{}; // The one to write to.
    bool dirty_{};
};

} // namespace tollbook
