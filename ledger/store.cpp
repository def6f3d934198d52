#include "ledger/store.hpp"

#include "ledger/ensure.hpp"
#include "ledger/frame.hpp"
#include "ledger/local_source.hpp"
#include "ledger/rocks_copy.hpp"
#include "ledger/rocks_log.hpp"
#include "ledger/store_handles.hpp"
#include "ledger/wal_recovery.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

namespace tollbook {

namespace {

constexpr std::uint32_t only_partition = 0;

rocksdb::Env& env_of(const StoreOptions& options) {
    return options.env != nullptr ? *options.env : *rocksdb::Env::Default();
}

std::string log_path(const std::string& directory) { return directory + "/log"; }

std::string mark_path(const std::string& directory) { return directory + "/mark"; }

LogIdentity log_of(const StoreIdentity& identity) { return {identity.cluster, only_partition}; }

Error unavailable(const std::string& what, const rocksdb::Status& status) {
    return {Errc::store_unavailable, what + ": " + status.ToString()};
}

// The log's first message says whose it is; it goes to a table file at once, so that losing the
// write-ahead log cannot make another store of it.
Status write_genesis(const Database& database, const StoreIdentity& identity) {
    const LogIdentity log = log_of(identity);
    const ControlMessage genesis{
        Control::genesis,
        {identity.cluster, identity.incarnation, log.partition, 0, {}, 0, 0},
        genesis_hash(log.cluster, log.partition)};
    rocksdb::WriteOptions options;
    options.sync = true;
    rocksdb::Status status =
        database.db->Put(options, database.frames, control_key(0, 0), encode_control(genesis));
    if (status.ok()) status = database.db->Flush({}, database.frames);
    if (!status.ok()) return unavailable("genesis", status);
    return Done{};
}

Status check_genesis(const Database& database, const StoreIdentity& identity) {
    const Result<ControlMessage> genesis = read_genesis(database);
    if (!genesis) return genesis.error();
    const Envelope& envelope = genesis->envelope;
    if (envelope.cluster != identity.cluster || envelope.incarnation != identity.incarnation)
        return Error{
            Errc::store_foreign,
            fmt::format(
                "the log is of cluster {}, the directory of {}",
                to_string(envelope.cluster),
                to_string(identity.cluster)
            )};
    return Done{};
}

// The mark is a lower bound of what is durable: a log that does not reach it has lost something.
Status check_mark(
    const Database& database, const LogIdentity& log, const Tail& tail, const Head& mark
) {
    if (tail.head.seq < mark.seq)
        return Error{
            Errc::store_damaged,
            fmt::format(
                "the log ends at seq {}, answered was up to seq {}", tail.head.seq, mark.seq
            )};
    const Result<Hash> hash = hash_at(database, log, mark.seq);
    if (!hash) return hash.error();
    if (*hash != mark.hash)
        return Error{
            Errc::store_damaged, fmt::format("seq {} has another hash than its mark", mark.seq)};
    return Done{};
}

// Of a log that is synced lazily a power cut may keep a later write and lose an earlier one, above
// the mark. What stands behind such a hole was never confirmed by this disk; the topic has it.
Status mend_hole(Store::Handles& handles, const StoreOptions& options, const Head& mark) {
    const Database& database = *handles.database;
    const auto hole = find_hole(database, mark.seq);
    if (!hole) return hole.error();
    if (!*hole) return Done{};
    if (!options.sync_lazily)
        return Error{Errc::store_damaged, fmt::format("behind seq {}: frames are missing", **hole)};
    ++handles.recoveries;
    return cut_above(database, **hole);
}

// Opens the database, by way of a recovered copy when its write-ahead log is damaged.
Status open_or_recover(
    Store::Handles& handles,
    const DatabaseOptions& options,
    const LogIdentity& log,
    const Head& mark
) {
    if (const Status finished = finish_recovery(*handles.env, handles.directory); !finished)
        return finished;
    const std::string path = log_path(handles.directory);
    rocksdb::Status status = open_database(path, options, handles.database);
    if (status.IsCorruption()) {
        const Status recovered =
            recover_wal({handles.env, handles.directory, log, mark, options.write_buffer_bytes});
        if (!recovered)
            return Error{
                recovered.error().code, status.ToString() + "; " + recovered.error().detail};
        handles.recoveries = 1;
        status = open_database(path, options, handles.database);
    }
    if (status.ok()) return Done{};
    const bool gone = status.IsInvalidArgument() || status.IsCorruption() || status.IsNotFound();
    return Error{gone ? Errc::store_damaged : Errc::store_unavailable, status.ToString()};
}

Status open_to_write(Store::Handles& handles, const StoreOptions& options) {
    const LogIdentity log = log_of(handles.identity);
    Result<std::unique_ptr<MarkFile>> mark =
        MarkFile::open(*handles.env, mark_path(handles.directory));
    if (!mark) return mark.error();
    auto watch = std::make_shared<SyncWatch>();
    const DatabaseOptions database_options{
        handles.env, OpenMode::write, options.write_buffer_bytes, watch};
    if (const Status opened = open_or_recover(handles, database_options, log, (*mark)->head());
        !opened)
        return opened;
    const Database& database = *handles.database;
    if (const Status ours = check_genesis(database, handles.identity); !ours) return ours;
    if (const Status mended = mend_hole(handles, options, (*mark)->head()); !mended) return mended;
    const Result<Tail> tail = read_tail(database, log);
    if (!tail) return tail.error();
    if (const Status held = check_mark(database, log, *tail, (*mark)->head()); !held) return held;
    if (const Status moved = (*mark)->write(tail->head); !moved) return moved;
    if (const Status synced = (*mark)->sync(); !synced) return synced;

    handles.db = database.db.get();
    handles.derived = database.derived;
    handles.log = std::make_unique<RocksLog>(
        database,
        *handles.env,
        RocksLogParts{
            log,
            handles.identity.incarnation,
            *tail,
            std::move(*mark),
            std::move(watch),
            handles.directory,
            options.sync_lazily,
            options.frame_file_bytes_min,
            options.sabotage}
    );
    return Done{};
}

Status open_to_read(Store::Handles& handles) {
    Result<std::unique_ptr<RocksCopy>> copy = RocksCopy::open(
        {log_of(handles.identity), handles.identity.incarnation, handles.directory, handles.env}
    );
    if (!copy) return copy.error();
    if (const Status ours = check_genesis(*(*copy)->database(), handles.identity); !ours)
        return ours;
    handles.log = std::move(*copy);
    return Done{};
}

} // namespace

Store::Handles::~Handles() {
    log.reset();
    database.reset();
    if (lock != nullptr) env->UnlockFile(lock).PermitUncheckedError();
}

Store::Store(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}

Store::~Store() = default;

Status Store::create(const std::string& directory, StoreOptions options) {
    const StoreIdentity fresh = fresh_identity();
    return create_for(directory, log_of(fresh), fresh.incarnation, options);
}

Status Store::create_for(
    const std::string& directory,
    const LogIdentity& log,
    const Uuid& incarnation,
    StoreOptions options
) {
    ensure(log.partition == only_partition);
    const StoreIdentity identity{log.cluster, incarnation};
    rocksdb::Env& env = env_of(options);
    const std::string path = log_path(directory);
    if (read_identity(env, directory) != Error{Errc::not_found, {}} || env.FileExists(path).ok())
        return Error{Errc::store_foreign, directory + " holds a store, or half of one"};
    if (const rocksdb::Status made = env.CreateDirIfMissing(directory); !made.ok())
        return unavailable(directory, made);
    {
        const DatabaseOptions database_options{
            &env, OpenMode::create, options.write_buffer_bytes, nullptr};
        std::unique_ptr<Database> database;
        const rocksdb::Status opened = open_database(path, database_options, database);
        if (!opened.ok()) return unavailable(path, opened);
        if (const Status written = write_genesis(*database, identity); !written) return written;
    }
    const Head head{0, genesis_hash(log.cluster, log.partition)};
    if (const Status made = MarkFile::create(env, mark_path(directory), head); !made) return made;
    return write_identity(env, directory, identity); // Now it is a store.
}

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, StoreOptions options) {
    auto handles = std::make_unique<Handles>();
    handles->directory = directory;
    handles->env = &env_of(options);
    const Result<StoreIdentity> identity = read_identity(*handles->env, directory);
    if (!identity) return identity.error();
    handles->identity = *identity;
    if (!options.read_only) {
        const rocksdb::Status locked = handles->env->LockFile(directory + "/lock", &handles->lock);
        if (!locked.ok()) return Error{Errc::store_locked, locked.ToString()};
    }
    const Status opened =
        options.read_only ? open_to_read(*handles) : open_to_write(*handles, options);
    if (!opened) return opened.error();
    return std::unique_ptr<Store>(new Store(std::move(handles)));
}

LogIdentity Store::identity() const { return log_of(handles_->identity); }

const Uuid& Store::incarnation() const { return handles_->identity.incarnation; }

Log& Store::log() { return *handles_->log; }

std::unique_ptr<Source> Store::source() { return std::make_unique<LocalSource>(*handles_->log); }

std::uint64_t Store::recoveries() const { return handles_->recoveries; }

Store::Handles& Store::handles() { return *handles_; }

} // namespace tollbook
