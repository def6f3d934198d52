#include "ledger/bytes.hpp"
#include "ledger/directory.hpp"
#include "ledger/export_file.hpp"
#include "ledger/frame.hpp"
#include "ledger/sha256.hpp"

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

namespace tollbook {

namespace {

constexpr std::size_t read_bytes = 4U << 20U;

// Appends pieces with their sums to a new file.
class Writer {
public:
    Status open(const std::string& path) { return done(env_.NewWritableFile(path, &file_, {})); }

    Status write(std::string_view prefix, std::string_view bytes) {
        const Hash hash = Sha256().add(sum_).add(prefix).add(bytes).finish();
        sum_ = view_of(hash).substr(0, export_sum_bytes);
        for (const std::string_view part : {prefix, bytes, std::string_view(sum_)}) {
            size_ += part.size();
            const rocksdb::Status status = file_->Append({part.data(), part.size()});
            if (!status.ok()) return done(status);
        }
        return Done{};
    }

    // The disk, then its name.
    Status finish(const std::string& path, const std::string& name) {
        rocksdb::Status status = file_->Sync();
        if (status.ok()) status = file_->Close();
        if (status.ok()) status = env_.RenameFile(path, name);
        if (!status.ok()) return done(status);
        return sync_directory(std::filesystem::path(name).parent_path().string());
    }

    // What a failure left behind.
    void abandon(const std::string& path) {
        file_.reset();
        env_.DeleteFile(path).PermitUncheckedError();
    }

    std::uint64_t size() const { return size_; }

private:
    static Status done(const rocksdb::Status& status) {
        if (status.ok()) return Done{};
        return Error{Errc::store_unavailable, "export: " + status.ToString()};
    }

    rocksdb::Env& env_{*rocksdb::Env::Default()};
    std::unique_ptr<rocksdb::WritableFile> file_;
    std::string sum_;
    std::uint64_t size_{};
};

std::string header_of(const Log& log, const ReaderState& from) {
    const LogIdentity identity = log.identity();
    std::string out = "TBEXPORT";
    put_fixed(out, export_format_version);
    out += view_of(identity.cluster);
    out += view_of(from.incarnation);
    put_fixed(out, identity.partition);
    put_fixed(out, from.term);
    out += view_of(from.leader);
    put_fixed(out, from.seq);
    out += view_of(from.hash);
    return out;
}

Status write_message(Writer& writer, const StoredFrame& message) {
    std::string length;
    put_fixed(length, static_cast<std::uint32_t>(message.bytes.size()));
    return writer.write(length, message.bytes);
}

// The messages up to the frame that holds `upto_seq`. The head is where they end.
Status write_messages(Writer& writer, const Log& log, const ExportRange& range, Head& head) {
    LogCursor cursor{range.from.seq, range.from.term};
    std::string last;
    while (cursor.seq < range.upto_seq) {
        const auto messages = log.messages_after(cursor, read_bytes);
        if (!messages) return messages.error();
        for (const StoredFrame& message : *messages) {
            if (cursor.seq >= range.upto_seq) break;
            if (const Status written = write_message(writer, message); !written) return written;
            const Result<Envelope> envelope = decode_envelope(message.bytes);
            if (!envelope) return envelope.error();
            cursor = {envelope->last_seq, envelope->fencing_term};
            if (!is_control(message.bytes)) last = message.bytes;
        }
    }
    if (last.empty()) return Done{};
    const Result<Frame> frame = decode_frame(last);
    if (!frame) return frame.error();
    head = {frame->envelope.last_seq, frame->last_hash()};
    return Done{};
}

// All of the file; the head is where it ends.
Status write_file(Writer& writer, const Log& log, const ExportRange& range, Head& head) {
    if (const Status begun = writer.write({}, header_of(log, range.from)); !begun) return begun;
    if (const Status written = write_messages(writer, log, range, head); !written) return written;
    std::string end;
    put_fixed(end, std::uint32_t{0});
    std::string trailer;
    put_fixed(trailer, head.seq);
    trailer += view_of(head.hash);
    return writer.write(end, trailer);
}

} // namespace

Result<ExportSummary> write_export(
    const Log& log, const ExportRange& range, const std::string& path
) {
    const Head newest = log.head();
    ExportRange bounded = range;
    if (range.upto_seq == 0 || range.upto_seq > newest.seq) bounded.upto_seq = newest.seq;

    const std::string partial = path + ".partial";
    Writer writer;
    if (const Status opened = writer.open(partial); !opened) return opened.error();
    Head head{range.from.seq, range.from.hash};
    Status done = write_file(writer, log, bounded, head);
    if (done) done = writer.finish(partial, path);
    if (!done) {
        writer.abandon(partial);
        return done.error();
    }
    return ExportSummary{range.from.seq + 1, head.seq, head.hash, writer.size()};
}

} // namespace tollbook
