#pragma once

#include "ledger/derived_store.hpp"

#include <memory>
#include <string>

namespace tollbook {

// The command index as the last checkpoint left it, opened read-only, also beside a running node:
// what it shows stays as it was when it was opened.
class IndexReader {
public:
    // `directory` is the data directory. Refuses with store_damaged or store_unavailable.
    static Result<std::unique_ptr<IndexReader>> open(const std::string& directory);

    IndexReader(const IndexReader&) = delete;
    IndexReader& operator=(const IndexReader&) = delete;
    ~IndexReader();

    // None: there is no checkpoint that this version can read.
    Result<std::optional<CheckpointMark>> mark() const { return derived_->mark(); }

    const DerivedStore& derived() const { return *derived_; }

private:
    explicit IndexReader(std::unique_ptr<Database> database);

    std::unique_ptr<Database> database_;
    std::unique_ptr<DerivedStore> derived_;
};

} // namespace tollbook
