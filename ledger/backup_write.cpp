#include "ledger/backup.hpp"
#include "ledger/directory.hpp"
#include "ledger/local_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace tollbook {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "book-";
constexpr std::string_view suffix = ".tbx";
constexpr std::string_view unfinished_suffix = ".tbx.partial";

struct Named {
    BackupName name;
    std::string path;
};

// Takes a number and leaves what follows it.
bool take_number(std::string_view& text, std::uint64_t& number) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

// Puts each file where it counts: the longest from the genesis on stands for all that end no later.
void sort_out(std::vector<Named> named, BackupListing& listing) {
    std::ranges::sort(named, [](const Named& a, const Named& b) {
        return std::pair(a.name.first_seq, b.name.last_seq) <
               std::pair(b.name.first_seq, a.name.last_seq);
    });
    const bool has_first = !named.empty() && named.front().name.first_seq == 1;
    const std::uint64_t held = has_first ? named.front().name.last_seq : 0;
    for (const Named& file : named) {
        const bool counts = &file == &named.front() || file.name.last_seq > held;
        (counts ? listing.files : listing.superseded).push_back(file.path);
    }
}

Status remove_all(const std::string& directory, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        std::error_code problem;
        fs::remove(path, problem);
        if (problem) return Error{Errc::store_unavailable, path + ": " + problem.message()};
    }
    return paths.empty() ? Status(Done{}) : sync_directory(directory);
}

Error foreign(const std::string& path, std::string_view why) {
    return {Errc::store_foreign, fmt::format("{}: {}", path, why)};
}

Error beyond(const std::string& path, std::uint64_t seq, const Log& log) {
    return foreign(
        path,
        fmt::format("it goes up to seq {}, the log of data.dir to seq {}", seq, log.head().seq)
    );
}

Status check_ours(const Log& log, const BackupFile& file) {
    if (file.to.seq > log.head().seq) return beyond(file.path, file.to.seq, log);
    LocalSource source(log);
    const Result<Batch> read = source.read(file.to, 1, {});
    if (!read) return foreign(file.path, "the log of data.dir is another: " + read.error().detail);
    return Done{};
}

Status check_identity(
    const Log& log, const std::string& path, const LogIdentity& identity, const Uuid& incarnation
) {
    if (identity != log.identity())
        return foreign(
            path,
            fmt::format(
                "it is of cluster {}, data.dir of {}",
                to_string(identity.cluster),
                to_string(log.identity().cluster)
            )
        );
    if (incarnation != log.incarnation())
        return foreign(
            path,
            fmt::format(
                "it is of incarnation {}, data.dir of {}",
                to_string(incarnation),
                to_string(log.incarnation())
            )
        );
    return Done{};
}

// Where an incremental file begins.
Result<ReaderState> end_of(const Log& log, const std::string& directory) {
    const Result<std::unique_ptr<Backup>> backup = Backup::open(directory);
    if (!backup && backup.error().code == Errc::not_found) return state_at_start(log);
    if (!backup) return backup.error();
    const BackupFile& last = (*backup)->files().back();
    const Status same = check_identity(log, last.path, (*backup)->identity(), last.to.incarnation);
    if (!same) return same.error();
    if (const Status ours = check_ours(log, last); !ours) return ours.error();
    return last.to;
}

// Whether a full file may take the place of these. What cannot be read is nobody's.
Status may_replace(const Log& log, const BackupListing& listing) {
    for (const std::string& path : listing.files) {
        const auto name = parse_backup_name(fs::path(path).filename().string());
        if (name->last_seq > log.head().seq) return beyond(path, name->last_seq, log);
        const Result<std::unique_ptr<ExportFile>> file = ExportFile::open(path);
        if (!file) continue;
        const Status same =
            check_identity(log, path, (*file)->identity(), (*file)->start().incarnation);
        if (!same) return same;
    }
    return Done{};
}

} // namespace

std::string backup_name(const BackupName& name) {
    return fmt::format("{}{:012}-{:012}{}", prefix, name.first_seq, name.last_seq, suffix);
}

std::optional<BackupName> parse_backup_name(std::string_view text) {
    BackupName name;
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    if (!take_number(text, name.first_seq) || !text.starts_with('-')) return std::nullopt;
    text.remove_prefix(1);
    if (!take_number(text, name.last_seq) || text != suffix) return std::nullopt;
    return name;
}

Result<BackupListing> list_backup(const std::string& directory) {
    std::error_code problem;
    BackupListing listing;
    std::vector<Named> named;
    for (fs::directory_iterator at(directory, problem), end; !problem && at != end;
         at.increment(problem)) {
        const std::string name = at->path().filename().string();
        if (const auto parsed = parse_backup_name(name))
            named.push_back({*parsed, at->path().string()});
        else if (name.starts_with(prefix) && name.ends_with(unfinished_suffix))
            listing.unfinished.push_back(at->path().string());
    }
    if (problem == std::errc::no_such_file_or_directory)
        return Error{Errc::not_found, directory + " is no directory"};
    if (problem) return Error{Errc::store_unavailable, directory + ": " + problem.message()};
    sort_out(std::move(named), listing);
    return listing;
}

Result<BackupStep> write_backup(const Log& log, const std::string& directory, BackupKind kind) {
    const Result<DirectoryLock> lock = DirectoryLock::take(directory);
    if (!lock) return lock.error();
    const Result<BackupListing> listing = list_backup(directory);
    if (!listing) return listing.error();
    ReaderState from = state_at_start(log);
    if (kind == BackupKind::full) {
        if (const Status may = may_replace(log, *listing); !may) return may.error();
    } else {
        const Result<ReaderState> end = end_of(log, directory);
        if (!end) return end.error();
        from = *end;
    }
    if (const Status removed = remove_all(directory, listing->unfinished); !removed)
        return removed.error();

    const Head head = log.head();
    BackupStep step{{}, {from.seq + 1, head.seq, head.hash, 0}};
    if (head.seq > from.seq) {
        step.path = (fs::path(directory) / backup_name({from.seq + 1, head.seq})).string();
        const Result<ExportSummary> written = write_export(log, {from, head.seq}, step.path);
        if (!written) return written.error();
        step.summary = *written;
    }
    const Result<BackupListing> now = list_backup(directory);
    if (!now) return now.error();
    if (const Status removed = remove_all(directory, now->superseded); !removed)
        return removed.error();
    return step;
}

} // namespace tollbook
