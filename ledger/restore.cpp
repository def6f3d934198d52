#include "ledger/restore.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/directory.hpp"
#include "ledger/identity_file.hpp"
#include "ledger/reader_rule.hpp"
#include "ledger/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tollbook {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t group_bytes = 4U << 20U;
// In the order in which they get their places. The last makes it a store.
constexpr std::array part_names{"/keys", "/master.key", "/log", "/mark", "/identity"};
constexpr auto key_names = std::span(part_names).first<2>();
constexpr auto store_names = std::span(part_names).last<3>();

// Puts what the reader rule admits into the log, in groups.
class Loader {
public:
    Loader(Log& log, const ReaderState& start) : log_(log), state_(start) {}

    const ReaderState& state() const { return state_; }

    // A message as the backup has it.
    Status take(StoredFrame message) {
        const ReaderState before = state_;
        Verdict verdict = judge(state_, log_.identity(), {message.last_seq, message.bytes});
        if (const auto* stopped = std::get_if<Stopped>(&verdict)) return stopped->why;
        if (const auto* dropped = std::get_if<Dropped>(&verdict))
            return Error{
                Errc::store_damaged,
                fmt::format("behind seq {}: {}", before.seq, to_string(dropped->reason))};
        std::string bytes = in_incarnation(std::move(message.bytes), log_.incarnation());
        if (std::holds_alternative<Claimed>(verdict)) return take_claim(bytes);
        bytes_ += bytes.size();
        group_.push_back({state_.seq, std::move(bytes)});
        return bytes_ < group_bytes ? Status(Done{}) : flush();
    }

    Status flush() {
        if (group_.empty()) return Done{};
        const Status appended = log_.append(group_, {state_.seq, state_.hash});
        group_.clear();
        bytes_ = 0;
        return appended;
    }

private:
    Status take_claim(std::string_view bytes) {
        if (const Status flushed = flush(); !flushed) return flushed;
        const Result<ControlMessage> claim = decode_control(bytes);
        if (!claim) return claim.error();
        return log_.take_claim(*claim);
    }

    Log& log_;
    ReaderState state_;
    std::vector<StoredFrame> group_;
    std::size_t bytes_{};
};

Error failure(const std::string& path, const std::error_code& problem) {
    return {Errc::store_unavailable, path + ": " + problem.message()};
}

Status sync_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const std::error_code problem(errno, std::generic_category());
    if (file >= 0) ::close(file);
    return synced ? Status(Done{}) : failure(path, problem);
}

// What the file has behind the cursor: it was found to have something when the backup was opened.
Result<std::vector<StoredFrame>> messages_in(
    ExportFile& file, const std::string& path, const LogCursor& cursor, std::size_t bytes_max
) {
    auto messages = file.messages_after(cursor, bytes_max);
    if (messages && messages->empty())
        return Error{
            Errc::store_damaged, fmt::format("{}: nothing behind seq {} now", path, cursor.seq)};
    return messages;
}

Status load_file(Loader& loader, const BackupFile& file, std::uint64_t upto) {
    const Result<std::unique_ptr<ExportFile>> opened = ExportFile::open(file.path);
    if (!opened) return opened.error();
    LogCursor cursor{file.from.seq, file.from.term};
    while (cursor.seq < std::min(upto, file.to.seq)) {
        auto messages = messages_in(**opened, file.path, cursor, group_bytes);
        if (!messages) return messages.error();
        for (StoredFrame& message : *messages) {
            if (loader.state().seq >= upto) break;
            const Status taken = loader.take(std::move(message));
            if (!taken && taken.error().code == Errc::store_damaged)
                return Error{Errc::store_damaged, file.path + ": " + taken.error().detail};
            if (!taken) return taken; // Of the disk that is written to.
        }
        cursor = {loader.state().seq, loader.state().term};
    }
    if (upto >= file.to.seq && loader.state().hash != file.to.hash)
        return Error{Errc::store_damaged, file.path + ": its end names another hash"};
    return Done{};
}

Result<Head> load(
    const Backup& backup, Log& log, const RestoreOptions& options, std::uint64_t upto
) {
    Loader loader(log, backup.start());
    for (const BackupFile& file : backup.files()) {
        if (file.from.seq >= upto) break;
        if (const Status loaded = load_file(loader, file, upto); !loaded) return loaded.error();
        if (options.progress) options.progress(loader.state().seq, upto);
    }
    if (const Status flushed = loader.flush(); !flushed) return flushed.error();
    return Head{loader.state().seq, loader.state().hash};
}

// Where the frame that holds the record ends.
Result<std::uint64_t> frame_end(const Backup& backup, std::uint64_t seq) {
    const std::string& path = backup.file_of(seq).path;
    const Result<std::unique_ptr<ExportFile>> file = ExportFile::open(path);
    if (!file) return file.error();
    const auto messages = messages_in(**file, path, {seq - 1, ~std::uint64_t{0}}, 1);
    if (!messages) return messages.error();
    return messages->front().last_seq;
}

// What a start would find there.
Status check_head(const std::string& directory, const StoreOptions& options, const Head& head) {
    StoreOptions reading = options;
    reading.read_only = true;
    const Result<std::unique_ptr<Store>> store = Store::open(directory, reading);
    if (!store) return store.error();
    if ((*store)->log().head() == head) return Done{};
    return Error{Errc::store_damaged, directory + ": it does not end as it was written"};
}

bool exists(const std::string& path) {
    std::error_code unknown;
    return fs::exists(path, unknown) || unknown;
}

bool has_keys(const std::string& directory) {
    return exists(directory + "/keys/keys") && exists(directory + "/master.key");
}

Status copy_keys(const std::string& from, const std::string& to) {
    std::error_code problem;
    fs::create_directory(to + "/keys", problem);
    if (problem) return failure(to + "/keys", problem);
    for (const char* name : {"/keys/keys", "/master.key"}) {
        fs::copy_file(from + name, to + name, problem);
        if (problem) return failure(to + name, problem);
        if (const Status synced = sync_file(to + name); !synced) return synced;
    }
    return sync_directory(to + "/keys");
}

Status check_target(const RestoreOptions& options) {
    for (const char* name : store_names)
        if (exists(options.directory + name))
            return Error{
                Errc::store_foreign,
                fmt::format("data.dir {} holds a store, or half of one", options.directory)};
    if (options.keys.empty()) return Done{};
    if (!has_keys(options.keys))
        return Error{
            Errc::config_invalid, "--keys " + options.keys + " has no keys/keys and master.key"};
    for (const char* name : key_names)
        if (exists(options.directory + name))
            return Error{
                Errc::store_foreign, fmt::format("data.dir {} has keys", options.directory)};
    return Done{};
}

// A head that lies below the backup's end is another log's from there on.
Result<RestoreSummary> build(
    const Backup& backup, const RestoreOptions& options, const std::string& directory
) {
    const ReaderState& end = backup.files().back().to;
    const Result<std::uint64_t> upto = frame_end(backup, options.at.value_or(end.seq));
    if (!upto) return upto.error();
    RestoreSummary summary;
    summary.is_new_incarnation = options.new_incarnation || *upto < end.seq;
    summary.incarnation =
        summary.is_new_incarnation ? fresh_identity().incarnation : end.incarnation;
    StoreOptions store_options;
    store_options.env = options.env;
    const Status made =
        Store::create_for(directory, backup.identity(), summary.incarnation, store_options);
    if (!made) return made.error();
    {
        const Result<std::unique_ptr<Store>> store = Store::open(directory, store_options);
        if (!store) return store.error();
        const Result<Head> head = load(backup, (*store)->log(), options, *upto);
        if (!head) return head.error();
        summary.head = *head;
    }
    if (const Status held = check_head(directory, store_options, summary.head); !held)
        return held.error();
    if (!options.keys.empty())
        if (const Status copied = copy_keys(options.keys, directory); !copied)
            return copied.error();
    return summary;
}

Status move_up(const std::string& from, const std::string& directory) {
    for (const char* name : part_names) {
        if (!exists(from + name)) continue; // Keys that were not given.
        std::error_code problem;
        fs::rename(from + name, directory + name, problem);
        if (problem) return failure(directory + name, problem);
        if (const Status synced = sync_directory(directory); !synced) return synced;
        crash_point("restore.moved");
    }
    return sync_directory(directory + "/.."); // It may be a new one.
}

} // namespace

Result<RestoreSummary> restore_backup(const Backup& backup, const RestoreOptions& options) {
    const std::uint64_t last = backup.files().back().to.seq;
    if (options.at && (*options.at == 0 || *options.at > last))
        return Error{
            Errc::config_invalid,
            fmt::format("--at {}: the backup holds seq 1 to {}", *options.at, last)};
    const Result<DirectoryLock> lock = DirectoryLock::take(options.directory);
    if (!lock) return lock.error();
    if (const Status free = check_target(options); !free) return free.error();

    const std::string building = fmt::format("{}/{}", options.directory, restoring_directory);
    std::error_code ignored;
    fs::remove_all(building, ignored);
    Result<RestoreSummary> summary = build(backup, options, building);
    if (summary)
        if (const Status moved = move_up(building, options.directory); !moved)
            summary = moved.error();
    fs::remove_all(building, ignored);
    if (summary) summary->has_keys = has_keys(options.directory);
    return summary;
}

} // namespace tollbook
