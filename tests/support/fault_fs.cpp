#include "tests/support/fault_fs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tollbook {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::uint64_t sector_bytes = 512;

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void put_content(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    FaultFile(FaultFs& fs, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs), path_(std::move(path)) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        const FaultFs::Step step = fs_.take(FileStep::append, path_);
        if (!step.happens) return step.status;
        const IOStatus done = target()->Append(data, options, debug);
        if (done.ok()) fs_.appended(path_, data.size());
        return done.ok() ? step.status : done;
    }

    IOStatus Append(
        const Slice& data,
        const IOOptions& options,
        const rocksdb::DataVerificationInfo&,
        IODebugContext* debug
    ) override {
        return Append(data, options, debug);
    }

    IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug)
        override {
        fs_.truncated(path_, size);
        return target()->Truncate(size, options, debug);
    }

    // The real disk is not asked: whether bytes survive is decided here.
    IOStatus Sync(const IOOptions&, IODebugContext*) override {
        const FaultFs::Step step = fs_.take(FileStep::sync, path_);
        if (step.happens) fs_.synced(path_);
        return step.status;
    }

    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return Sync(options, debug);
    }

private:
    FaultFs& fs_;
    std::string path_;
};

class FaultRandomFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
public:
    FaultRandomFile(FaultFs& fs, std::string path, std::unique_ptr<rocksdb::FSRandomRWFile> file)
        : FSRandomRWFileOwnerWrapper(std::move(file)), fs_(fs), path_(std::move(path)) {}

    IOStatus Write(
        std::uint64_t offset, const Slice& data, const IOOptions& options, IODebugContext* debug
    ) override {
        const FaultFs::Step step = fs_.take(FileStep::write, path_);
        if (!step.happens) return step.status;
        const std::string whole = content_of(path_);
        fs_.written(path_, offset, whole.substr(offset, data.size()));
        const IOStatus done = FSRandomRWFileOwnerWrapper::Write(offset, data, options, debug);
        return done.ok() ? step.status : done;
    }

    IOStatus Sync(const IOOptions&, IODebugContext*) override {
        const FaultFs::Step step = fs_.take(FileStep::sync, path_);
        if (step.happens) fs_.synced(path_);
        return step.status;
    }

    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return Sync(options, debug);
    }

private:
    FaultFs& fs_;
    std::string path_;
};

class FaultDirectory final : public rocksdb::FSDirectoryWrapper {
public:
    FaultDirectory(FaultFs& fs, std::string path, std::unique_ptr<rocksdb::FSDirectory> directory)
        : FSDirectoryWrapper(std::move(directory)), fs_(fs), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override {
        const FaultFs::Step step = fs_.take(FileStep::sync_directory, path_);
        if (step.happens) fs_.directory_synced(path_);
        return step.status;
    }

    IOStatus
    FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug, const rocksdb::DirFsyncOptions&)
        override {
        return Fsync(options, debug);
    }

private:
    FaultFs& fs_;
    std::string path_;
};

} // namespace

FaultFs::FaultFs() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

void FaultFs::cut_at(std::uint64_t step) {
    const std::scoped_lock lock(mutex_);
    cut_step_ = steps_ + step;
}

void FaultFs::fail_at(std::uint64_t step) {
    const std::scoped_lock lock(mutex_);
    fail_step_ = steps_ + step;
}

std::optional<FileStep> FaultFs::failed() const {
    const std::scoped_lock lock(mutex_);
    return failed_;
}

void FaultFs::cut() {
    const std::scoped_lock lock(mutex_);
    cut_ = true;
}

bool FaultFs::is_cut() const {
    const std::scoped_lock lock(mutex_);
    return cut_;
}

std::uint64_t FaultFs::steps() const {
    const std::scoped_lock lock(mutex_);
    return steps_;
}

std::uint64_t FaultFs::syncs() const {
    const std::scoped_lock lock(mutex_);
    return syncs_;
}

void FaultFs::fail_next(FileStep step, const std::string& path_end, const IOStatus& status) {
    const std::scoped_lock lock(mutex_);
    fault_ = Fault{step, path_end, status};
}

void FaultFs::set_free_space(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    free_space_ = bytes;
}

// A step that the cut hits in its middle: bytes may be on their way, nothing else is.
FaultFs::Step FaultFs::take(FileStep step, const std::string& path) {
    const std::scoped_lock lock(mutex_);
    const IOStatus off = IOStatus::IOError("the power is off");
    if (cut_) return {off, false};
    if (fault_ && fault_->step == step && path.ends_with(fault_->path_end)) {
        const IOStatus status = fault_->status;
        fault_.reset();
        return {status, false};
    }
    if (++steps_ >= cut_step_) {
        cut_ = true;
        return {off, step == FileStep::append || step == FileStep::write};
    }
    const bool spared = step == FileStep::sync && path.find("/MANIFEST-") != std::string::npos;
    if (steps_ >= fail_step_ && !failed_ && !spared) {
        failed_ = step;
        if (step == FileStep::sync) never_synced_ = path;
        return {IOStatus::IOError("Input/output error"), false};
    }
    return {IOStatus::OK(), true};
}

void FaultFs::appended(const std::string& path, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    files_[path].size += bytes;
}

void FaultFs::truncated(const std::string& path, std::uint64_t size) {
    const std::scoped_lock lock(mutex_);
    Tracked& file = files_[path];
    file.size = size;
    file.synced = std::min(file.synced, size);
}

void FaultFs::written(const std::string& path, std::uint64_t offset, const std::string& before) {
    const std::scoped_lock lock(mutex_);
    files_[path].overwrites.push_back({offset, before});
}

void FaultFs::synced(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (path == never_synced_) return;
    Tracked& file = files_[path];
    file.synced = file.size;
    file.overwrites.clear();
    ++syncs_;
}

void FaultFs::directory_synced(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    names_.erase(std::filesystem::path(path).lexically_normal().string());
}

// It has no name on the disk yet.
bool FaultFs::is_new(const std::string& path) const {
    const auto names = names_.find(folder_of(path));
    return names != names_.end() && std::ranges::any_of(names->second, [&](const NewName& name) {
               return name.path == path && !name.before;
           });
}

void FaultFs::forget_name(const std::string& path) {
    const auto names = names_.find(folder_of(path));
    if (names == names_.end()) return;
    std::erase_if(names->second, [&](const NewName& name) { return name.path == path; });
}

IOStatus FaultFs::NewWritableFile(
    const std::string& path,
    const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* file,
    IODebugContext* debug
) {
    const Step step = take(FileStep::create, path);
    if (!step.happens) return step.status;
    std::unique_ptr<rocksdb::FSWritableFile> opened;
    const IOStatus done = target()->NewWritableFile(path, options, &opened, debug);
    if (!done.ok()) return done;
    const std::scoped_lock lock(mutex_);
    files_[path] = {};
    names_[folder_of(path)].push_back({path, std::nullopt});
    *file = std::make_unique<FaultFile>(*this, path, std::move(opened));
    return done;
}

IOStatus FaultFs::NewRandomRWFile(
    const std::string& path,
    const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
    IODebugContext* debug
) {
    std::unique_ptr<rocksdb::FSRandomRWFile> opened;
    const IOStatus done = target()->NewRandomRWFile(path, options, &opened, debug);
    if (!done.ok()) return done;
    const std::scoped_lock lock(mutex_);
    if (!files_.contains(path)) files_[path].size = files_[path].synced = content_of(path).size();
    *file = std::make_unique<FaultRandomFile>(*this, path, std::move(opened));
    return done;
}

IOStatus FaultFs::NewDirectory(
    const std::string& path,
    const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* directory,
    IODebugContext* debug
) {
    std::unique_ptr<rocksdb::FSDirectory> opened;
    const IOStatus done = target()->NewDirectory(path, options, &opened, debug);
    if (done.ok()) *directory = std::make_unique<FaultDirectory>(*this, path, std::move(opened));
    return done;
}

IOStatus FaultFs::DeleteFile(
    const std::string& path, const IOOptions& options, IODebugContext* debug
) {
    const Step step = take(FileStep::remove, path);
    if (!step.happens) return step.status;
    const std::scoped_lock lock(mutex_);
    files_.erase(path);
    forget_name(path);
    return target()->DeleteFile(path, options, debug);
}

IOStatus FaultFs::RenameFile(
    const std::string& from, const std::string& to, const IOOptions& options, IODebugContext* debug
) {
    const Step step = take(FileStep::rename, from);
    if (!step.happens) return step.status;
    const std::scoped_lock lock(mutex_);
    forget_name(from);
    if (std::filesystem::is_regular_file(from) && !is_new(to)) {
        NewName& name = names_[folder_of(to)].emplace_back(NewName{to, std::nullopt});
        if (std::filesystem::exists(to)) name.before = content_of(to);
    }
    files_[to] = files_[from];
    files_.erase(from);
    return target()->RenameFile(from, to, options, debug);
}

IOStatus FaultFs::GetFreeSpace(
    const std::string& path, const IOOptions& options, std::uint64_t* free, IODebugContext* debug
) {
    const std::scoped_lock lock(mutex_);
    if (!free_space_) return target()->GetFreeSpace(path, options, free, debug);
    *free = *free_space_;
    return IOStatus::OK();
}

void FaultFs::lose(Loss loss, std::uint64_t seed) {
    const std::scoped_lock lock(mutex_);
    std::mt19937_64 random(seed);
    for (const auto& [path, file] : files_)
        if (std::filesystem::exists(path)) lose_bytes(path, file, loss, random);
    lose_names(loss, random);
    files_.clear();
    names_.clear();
}

// The last names are taken back first: an older one may stand behind a newer.
void FaultFs::lose_names(Loss loss, std::mt19937_64& random) {
    for (const auto& [folder, names] : names_) {
        const std::size_t kept = loss == Loss::drop ? 0 : random() % (names.size() + 1);
        for (std::size_t i = names.size(); i > kept; --i) {
            const NewName& name = names[i - 1];
            if (name.before)
                put_content(name.path, *name.before);
            else
                std::filesystem::remove(name.path);
        }
    }
}

void FaultFs::lose_bytes(
    const std::string& path, const Tracked& file, Loss loss, std::mt19937_64& random
) {
    std::string content = content_of(path);
    const auto survives = [&] { return loss != Loss::drop && random() % 2 == 0; };
    for (auto write = file.overwrites.rbegin(); write != file.overwrites.rend(); ++write) {
        if (survives()) continue;
        const std::uint64_t kept = loss == Loss::tear ? random() % (write->before.size() + 1) : 0;
        content.replace(write->offset + kept, write->before.size() - kept, write->before, kept);
    }
    std::uint64_t end = file.synced;
    if (loss == Loss::tear) end += random() % (file.size - file.synced + 1);
    for (std::uint64_t at = file.synced; loss == Loss::reorder && at < file.size;) {
        const std::uint64_t next = std::min((at / sector_bytes + 1) * sector_bytes, file.size);
        if (survives())
            end = next;
        else
            std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(at), next - at, '\0');
        at = next;
    }
    content.resize(std::min<std::uint64_t>(end, content.size()));
    put_content(path, content);
}

} // namespace tollbook
