#include "ledger/frame_file.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/rocks_frames.hpp"

#include <rocksdb/sst_file_writer.h>

namespace tollbook {

namespace {

rocksdb::Status write_file(
    const Database& database, const std::string& path, std::span<const StoredFrame> frames
) {
    const rocksdb::Options options = database.db->GetOptions(database.frames);
    // Never written over: a file of that name may be a second name of one that was taken in.
    options.env->DeleteFile(path).PermitUncheckedError();
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, database.frames);
    rocksdb::Status status = writer.Open(path);
    for (const StoredFrame& frame : frames)
        if (status.ok()) status = writer.Put(frame_key(frame.last_seq), frame.bytes);
    return status.ok() ? writer.Finish() : status;
}

} // namespace

rocksdb::Status take_in_frames(
    const Database& database, const std::string& path, std::span<const StoredFrame> frames
) {
    if (const rocksdb::Status written = write_file(database, path, frames); !written.ok())
        return written;
    crash_point("log.file_written");
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.failed_move_fall_back_to_copy = true;
    return database.db->IngestExternalFile(database.frames, {path}, options);
}

} // namespace tollbook
