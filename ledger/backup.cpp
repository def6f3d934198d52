#include "ledger/backup.hpp"

#include "ledger/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace tollbook {

namespace {

Error fault(const std::string& path, Errc code, const std::string& why) {
    return {code, path + ": " + why};
}

Error damaged(const std::string& path, const std::string& why) {
    return fault(path, Errc::store_damaged, why);
}

// Why the file does not stand where its name says.
std::string misnamed(const BackupFile& file) {
    const auto name = parse_backup_name(std::filesystem::path(file.path).filename().string());
    if (file.from.seq >= file.to.seq) return "it holds no record";
    if (name && name->first_seq == file.from.seq + 1 && name->last_seq == file.to.seq) return {};
    return fmt::format("it holds seq {} to {}", file.from.seq + 1, file.to.seq);
}

// Why the file does not run on from where the one before it ended.
std::string does_not_follow(const ReaderState& end, const ReaderState& from) {
    if (from.seq > end.seq)
        return fmt::format("a gap before it: seq {} to {}", end.seq + 1, from.seq);
    if (from.seq < end.seq)
        return fmt::format("an overlap: seq {} stands in the file before it", from.seq + 1);
    if (from.hash != end.hash)
        return fmt::format("seq {} has another hash in the file before it", from.seq);
    if (from.term != end.term || from.leader != end.leader)
        return fmt::format("seq {} has another leader in the file before it", from.seq);
    return {};
}

Result<Frame> frame_behind(ExportFile& file, const LogCursor& cursor) {
    const auto messages = file.messages_after(cursor, 1);
    if (!messages) return messages.error();
    return decode_frame(messages->back().bytes);
}

// Reads the first and the last frame: when they were recorded.
Status look_inside(ExportFile& opened, BackupFile& file) {
    const Result<Frame> first = frame_behind(opened, {file.from.seq, file.from.term});
    if (!first) return first.error();
    const Result<Frame> last = frame_behind(opened, {file.to.seq - 1, ~std::uint64_t{0}});
    if (!last) return last.error();
    file.first_recorded_at = first->records.front().command.recorded_at;
    file.last_recorded_at = last->records.back().command.recorded_at;
    return Done{};
}

} // namespace

Result<std::unique_ptr<Backup>> Backup::open(const std::string& directory) {
    const Result<BackupListing> listing = list_backup(directory);
    if (!listing) return listing.error();
    if (listing->files.empty()) return Error{Errc::not_found, directory + " holds no backup"};
    std::unique_ptr<Backup> backup(new Backup);
    for (const std::string& path : listing->files)
        if (const Status taken = backup->take(path); !taken) return taken.error();
    return backup;
}

Status Backup::take(const std::string& path) {
    const Result<std::unique_ptr<ExportFile>> opened = ExportFile::open(path);
    if (!opened) return opened.error();
    if (files_.empty()) identity_ = (*opened)->identity();
    if ((*opened)->identity() != identity_)
        return fault(path, Errc::store_foreign, "it is of another cluster");
    BackupFile file;
    file.path = path;
    file.bytes = (*opened)->bytes();
    file.from = (*opened)->start();
    file.to = *(*opened)->head();

    ReaderState end;
    end.incarnation = file.from.incarnation;
    end.hash = genesis_hash(identity_.cluster, identity_.partition);
    if (!files_.empty()) end = files_.back().to;
    if (file.from.incarnation != end.incarnation)
        return fault(path, Errc::store_foreign, "it is of another incarnation");
    if (const std::string why = misnamed(file); !why.empty()) return damaged(path, why);
    if (const std::string why = does_not_follow(end, file.from); !why.empty())
        return damaged(path, why);
    if (const Status held = look_inside(**opened, file); !held)
        return fault(path, held.error().code, held.error().detail);
    files_.push_back(std::move(file));
    return Done{};
}

const BackupFile& Backup::file_of(std::uint64_t seq) const {
    const auto found = std::ranges::lower_bound(files_, seq, {}, [](const BackupFile& file) {
        return file.to.seq;
    });
    return found == files_.end() ? files_.back() : *found;
}

Result<Batch> Backup::read(
    const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
) {
    const BackupFile& file = file_of(from.seq + 1);
    Result<Batch> batch = opened_.with([&](Opened& opened) -> Result<Batch> {
        if (opened.path != file.path) {
            Result<std::unique_ptr<ExportFile>> fresh = ExportFile::open(file.path);
            if (!fresh) return fresh.error();
            opened = {file.path, std::move(*fresh)};
        }
        return opened.file->read(from, bytes_max, wait);
    });
    if (!batch && !batch.error().detail.starts_with(file.path))
        return fault(file.path, batch.error().code, batch.error().detail);
    return batch;
}

} // namespace tollbook
