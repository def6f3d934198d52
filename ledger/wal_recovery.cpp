#include "ledger/wal_recovery.hpp"

#include "ledger/database.hpp"
#include "ledger/rocks_frames.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace tollbook {

namespace {

constexpr std::size_t copy_buffer_bytes = 1U << 20U;
const std::string copy_name = "/log.recovering";

Status done(const rocksdb::Status& status, const std::string& what) {
    if (status.ok()) return Done{};
    return Error{Errc::store_unavailable, what + ": " + status.ToString()};
}

// Where the next damaged log goes: what was kept before stays.
std::string free_name(rocksdb::Env& env, const std::string& directory) {
    int number = 1;
    const auto name = [&] { return fmt::format("{}/log.damaged-{}", directory, number); };
    while (env.FileExists(name()).ok())
        ++number;
    return name();
}

// Absent is as good as removed.
void remove_all(rocksdb::Env& env, const std::string& directory) {
    std::vector<std::string> names;
    env.GetChildren(directory, &names).PermitUncheckedError();
    for (const std::string& name : names)
        env.DeleteFile(directory + "/" + name).PermitUncheckedError();
    env.DeleteDir(directory).PermitUncheckedError();
}

rocksdb::Status copy_file(rocksdb::Env& env, const std::string& from, const std::string& to) {
    std::unique_ptr<rocksdb::SequentialFile> in;
    std::unique_ptr<rocksdb::WritableFile> out;
    rocksdb::Status status = env.NewSequentialFile(from, &in, {});
    if (status.ok()) status = env.NewWritableFile(to, &out, {});
    std::vector<char> buffer(copy_buffer_bytes);
    while (status.ok()) {
        rocksdb::Slice piece;
        status = in->Read(buffer.size(), &piece, buffer.data());
        if (status.ok() && piece.empty()) break;
        if (status.ok()) status = out->Append(piece);
    }
    if (status.ok()) status = out->Sync();
    if (status.ok()) status = out->Close();
    return status;
}

Status copy_directory(rocksdb::Env& env, const std::string& from, const std::string& to) {
    remove_all(env, to);
    std::vector<std::string> names;
    rocksdb::Status status = env.CreateDir(to);
    if (status.ok()) status = env.GetChildren(from, &names);
    for (const std::string& name : names) {
        if (!status.ok()) break;
        if (name == "LOCK" || name == "." || name == "..") continue;
        status = copy_file(env, from + "/" + name, to + "/" + name);
    }
    return done(status, "copying the damaged log");
}

// Opens the copy at its last good point and holds it against the mark.
Status check_copy(const WalRecovery& recovery, const std::string& copy) {
    const DatabaseOptions options{
        recovery.env, OpenMode::point_in_time, recovery.write_buffer_bytes, nullptr};
    std::unique_ptr<Database> database;
    const rocksdb::Status status = open_database(copy, options, database);
    if (!status.ok()) return Error{Errc::store_damaged, status.ToString()};
    const Result<Tail> tail = read_tail(*database, recovery.identity);
    if (!tail) return tail.error();
    if (tail->head.seq < recovery.mark.seq)
        return Error{
            Errc::store_damaged,
            fmt::format(
                "it can be read up to seq {}, answered was up to seq {}",
                tail->head.seq,
                recovery.mark.seq
            )};
    const Result<Hash> hash = hash_at(*database, recovery.identity, recovery.mark.seq);
    if (!hash) return hash.error();
    if (*hash != recovery.mark.hash)
        return Error{
            Errc::store_damaged,
            fmt::format("seq {} has another hash than its mark", recovery.mark.seq)};
    return Done{};
}

} // namespace

Status recover_wal(const WalRecovery& recovery) {
    rocksdb::Env& env = *recovery.env;
    const std::string log = recovery.directory + "/log";
    const std::string copy = recovery.directory + copy_name;
    if (const Status copied = copy_directory(env, log, copy); !copied) return copied;
    if (const Status checked = check_copy(recovery, copy); !checked) {
        remove_all(env, copy);
        return checked;
    }
    const Result<std::string> replaced = replace_log(env, recovery.directory, copy);
    return replaced ? Status{Done{}} : Status{replaced.error()};
}

Result<std::string> replace_log(
    rocksdb::Env& env, const std::string& directory, const std::string& from
) {
    const std::string log = directory + "/log";
    const std::string copy = directory + copy_name;
    if (from != copy) {
        remove_all(env, copy);
        if (const Status moved = done(env.RenameFile(from, copy), "moving the new log"); !moved)
            return moved.error();
    }
    std::string kept;
    if (env.FileExists(log).ok()) {
        kept = free_name(env, directory);
        const Status set_aside = done(env.RenameFile(log, kept), "setting the old log aside");
        if (!set_aside) return set_aside.error();
    }
    if (const Status finished = finish_recovery(env, directory); !finished) return finished.error();
    return kept;
}

Status finish_recovery(rocksdb::Env& env, const std::string& directory) {
    const std::string log = directory + "/log";
    const std::string copy = directory + copy_name;
    if (env.FileExists(log).ok() || !env.FileExists(copy).ok()) return Done{};
    std::unique_ptr<rocksdb::Directory> opened;
    rocksdb::Status status = env.RenameFile(copy, log);
    if (status.ok()) status = env.NewDirectory(directory, &opened);
    if (status.ok()) status = opened->Fsync();
    return done(status, "putting the recovered log in its place");
}

} // namespace tollbook
