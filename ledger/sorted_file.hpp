#pragma once

#include "ledger/database.hpp"
#include "ledger/derived_store.hpp"

#include <rocksdb/sst_file_writer.h>

#include <span>
#include <string>
#include <string_view>

namespace tollbook {

// Writes the derived column family's rows into a file outside of the database, family by family in
// the order of their letters.
class SortedFile {
public:
    SortedFile(const Database& database, std::string path);

    void put(std::string_view key, std::string_view value);
    // Table by table, in the order of their tags, as the journal tells them.
    void put_rows(char family, std::span<const RowImage> rows);
    void put_commands(std::span<const IndexEntry> commands);

    // The first failure of all that was done.
    rocksdb::Status finish();

private:
    void put_table(char family, std::span<const RowImage> rows);

    rocksdb::Options options_;
    rocksdb::SstFileWriter writer_;
    std::string path_;
    rocksdb::Status status_;
};

} // namespace tollbook
