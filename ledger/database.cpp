#include "ledger/database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

namespace {

constexpr std::size_t cache_bytes = 64U << 20U;
constexpr std::size_t wal_bytes_max = 256U << 20U;
constexpr std::size_t derived_buffer_divisor = 2;
constexpr std::size_t frames_block_bytes = 32U << 10U;
constexpr int frames_zstd_level = 1; // 3 takes twice as long for a tenth less at best.
constexpr std::size_t derived_block_bytes = 8U << 10U;
constexpr double bloom_bits =
    16; // With 10 a profile shows blocks that are read in vain for new keys.
constexpr int open_files_max = 512;
constexpr int background_jobs = 2; // 7.8.3 may lose flush order from 8 on.

// A read-only opening must not even make a LOG file. What is kept is the line that names a
// write-ahead log with damaged bytes: the status of the opening does not.
class Silence final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;

    void Logv(const char* format, va_list arguments) override {
        std::array<char, line_bytes_max> line{};
        std::vsnprintf(line.data(), line.size(), format, arguments);
        if (std::string_view(line.data()).find(": dropping ") != std::string_view::npos)
            dropped_ = line.data();
    }

    const std::string& dropped() const { return dropped_; }

private:
    static constexpr std::size_t line_bytes_max = 512;

    std::string dropped_;
};

rocksdb::BlockBasedTableOptions table_options(std::size_t block_bytes) {
    static const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(cache_bytes);
    rocksdb::BlockBasedTableOptions table;
    table.block_size = block_bytes;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    table.whole_key_filtering = true;
    return table;
}

rocksdb::ColumnFamilyOptions common(const DatabaseOptions& options) {
    rocksdb::ColumnFamilyOptions family;
    family.write_buffer_size = options.write_buffer_bytes;
    family.compaction_style = rocksdb::kCompactionStyleLevel;
    family.level_compaction_dynamic_level_bytes = true;
    family.ttl = 0;
    family.periodic_compaction_seconds = 0;
    family.compression = rocksdb::kLZ4Compression;
    return family;
}

rocksdb::ColumnFamilyOptions frames_options(const DatabaseOptions& options) {
    rocksdb::ColumnFamilyOptions family = common(options);
    family.bottommost_compression = rocksdb::kZSTD;
    family.bottommost_compression_opts.enabled = true;
    family.bottommost_compression_opts.level = frames_zstd_level;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(frames_block_bytes))
    );
    return family;
}

rocksdb::ColumnFamilyOptions derived_options(const DatabaseOptions& options) {
    rocksdb::ColumnFamilyOptions family = common(options);
    family.write_buffer_size = options.write_buffer_bytes / derived_buffer_divisor;
    rocksdb::BlockBasedTableOptions table = table_options(derived_block_bytes);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits));
    // A filter is megabytes large: no shard of the cache holds one. 16 bits per key stay in memory.
    table.cache_index_and_filter_blocks = false;
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return family;
}

rocksdb::DBOptions database_options(const DatabaseOptions& options) {
    rocksdb::DBOptions db;
    db.env = options.env;
    db.create_if_missing = options.mode == OpenMode::create;
    db.create_missing_column_families = options.mode == OpenMode::create;
    db.error_if_exists = options.mode == OpenMode::create;
    db.wal_recovery_mode = options.mode == OpenMode::point_in_time
                               ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                               : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    db.paranoid_checks = true;
    db.max_total_wal_size = wal_bytes_max;
    db.max_background_jobs = background_jobs;
    db.max_open_files = open_files_max;
    db.keep_log_file_num = 4;
    db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    db.stats_dump_period_sec = 0;
    db.stats_persist_period_sec = 0;
    if (options.listener) db.listeners.push_back(options.listener);
    if (options.mode == OpenMode::read_only) {
        db.info_log = std::make_shared<Silence>();
        db.max_open_files = -1; // All open at once: the writer may delete them meanwhile.
    }
    return db;
}

} // namespace

Database::~Database() {
    if (!db) return;
    for (rocksdb::ColumnFamilyHandle* family : {frames, derived})
        db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    db->Close().PermitUncheckedError();
}

rocksdb::Status open_database(
    const std::string& path, const DatabaseOptions& options, std::unique_ptr<Database>& database
) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families{
        {rocksdb::kDefaultColumnFamilyName, {}},
        {"log-0", frames_options(options)},
        {"derived-0", derived_options(options)}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const rocksdb::DBOptions db_options = database_options(options);
    const rocksdb::Status status =
        options.mode == OpenMode::read_only
            ? rocksdb::DB::OpenForReadOnly(db_options, path, families, &handles, &db)
            : rocksdb::DB::Open(db_options, path, families, &handles, &db);
    if (status.IsCorruption() && options.mode == OpenMode::read_only) {
        const auto& silence = static_cast<const Silence&>(*db_options.info_log);
        if (silence.dropped().empty()) return status;
        return rocksdb::Status::Corruption(silence.dropped());
    }
    if (!status.ok()) return status;
    database = std::make_unique<Database>();
    database->db.reset(db);
    database->frames = handles[1];
    database->derived = handles[2];
    return db->DestroyColumnFamilyHandle(handles[0]);
}

} // namespace tollbook
