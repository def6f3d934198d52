#include "ledger/heal.hpp"

#include "ledger/identity_file.hpp"
#include "ledger/mark.hpp"
#include "ledger/store.hpp"
#include "ledger/topic_link.hpp"
#include "ledger/wal_recovery.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace tollbook {

namespace {

// A lock of the directory that a node takes too.
class StoreLock {
public:
    StoreLock(rocksdb::Env& env, const std::string& directory)
        : env_(env), status_(env.LockFile(directory + "/lock", &lock_)) {}

    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;

    ~StoreLock() {
        if (lock_ != nullptr) env_.UnlockFile(lock_).PermitUncheckedError();
    }

    const rocksdb::Status& status() const { return status_; }

private:
    rocksdb::Env& env_;
    rocksdb::FileLock* lock_{};
    rocksdb::Status status_;
};

// Whether it reaches what is known to have been acknowledged.
Status check_against(const Head& mark, const Log& log) {
    if (log.head().seq < mark.seq)
        return Error{
            Errc::store_damaged,
            fmt::format(
                "the topic ends at seq {}, acknowledged was up to seq {}", log.head().seq, mark.seq
            )};
    if (mark.seq == 0) return Done{};
    const Result<Hash> hash = hash_in(log, mark.seq);
    if (!hash) return hash.error();
    if (*hash == mark.hash) return Done{};
    return Error{
        Errc::store_damaged,
        fmt::format("seq {} has another hash in the topic than in the mark", mark.seq)};
}

Result<Head> fill(
    const std::string& beside, const StoreIdentity& identity, const Head& mark, Topic& topic
) {
    const LogIdentity log{identity.cluster, 0};
    if (const Status made = Store::create_for(beside, log, identity.incarnation); !made)
        return made.error();
    const Result<std::unique_ptr<Store>> store = Store::open(beside);
    if (!store) return store.error();
    TopicLink link({(*store)->log(), topic, {}, {}});
    if (const Status met = link.meet(Growth::allowed); !met) return met.error();
    if (const Status held = check_against(mark, (*store)->log()); !held) return held.error();
    return (*store)->log().head();
}

} // namespace

Result<Healed> heal(const std::string& directory, Topic& topic) {
    rocksdb::Env& env = *rocksdb::Env::Default();
    const Result<StoreIdentity> identity = read_identity(env, directory);
    if (!identity) return identity.error();
    const StoreLock lock(env, directory);
    if (!lock.status().ok()) return Error{Errc::store_locked, lock.status().ToString()};
    const Result<std::unique_ptr<MarkFile>> mark = MarkFile::open(env, directory + "/mark");
    if (!mark) return mark.error();
    const Result<std::uint64_t> end = topic.end();
    if (!end) return end.error();
    if (*end == 0) return Error{Errc::store_foreign, "the topic holds no log"};

    const std::string beside = directory + "/healing";
    std::filesystem::remove_all(beside); // Of one that was interrupted.
    const Result<Head> head = fill(beside, *identity, (*mark)->head(), topic);
    if (!head) {
        std::filesystem::remove_all(beside);
        return head.error();
    }
    Result<std::string> kept = replace_log(env, directory, beside + "/log");
    if (!kept) return kept.error();
    std::filesystem::remove_all(beside);
    return Healed{*head, std::move(*kept)};
}

} // namespace tollbook
