#include "ledger/export_file.hpp"

#include "ledger/bytes.hpp"
#include "ledger/frame.hpp"
#include "ledger/local_source.hpp"
#include "ledger/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

constexpr std::string_view magic = "TBEXPORT";
constexpr std::size_t header_size = 120;
constexpr std::size_t length_size = 4;
constexpr std::size_t hash_size = 32;
constexpr std::size_t trailer_size = 8 + hash_size; // Behind its zero length.

Error damaged(std::string_view why) {
    return {Errc::store_damaged, fmt::format("export: {}", why)};
}

// Walks through a file from its beginning, piece by piece, each held against its sum.
class Scanner {
public:
    explicit Scanner(std::ifstream& file) : file_(file) {}

    // Of the piece taken last: without its length and its sum.
    std::string_view taken() const { return bytes_; }

    std::uint64_t taken_at() const { return offset_ - export_sum_bytes - bytes_.size(); }

    std::uint64_t end() const { return offset_; }

    Status take_header() { return take({}, header_size); }

    // An empty one: the trailer comes next.
    Status take_message() {
        if (!read(prefix_, length_size)) return damaged("it is cut short");
        const auto length = ByteReader(prefix_).fixed<std::uint32_t>();
        bytes_.clear();
        if (length == 0) return Done{};
        if (length > frame_bytes_max) return damaged("a length is out of range");
        return take(prefix_, length);
    }

    Status take_trailer() {
        if (const Status taken = take(prefix_, trailer_size); !taken) return taken;
        if (file_.peek() != std::ifstream::traits_type::eof())
            return damaged("something follows its end");
        return Done{};
    }

private:
    bool read(std::string& bytes, std::size_t size) {
        bytes.resize(size);
        offset_ += size;
        return static_cast<bool>(file_.read(bytes.data(), static_cast<std::streamsize>(size)));
    }

    Status take(std::string_view prefix, std::size_t size) {
        std::string stored;
        if (!read(bytes_, size) || !read(stored, export_sum_bytes))
            return damaged("it is cut short");
        const Hash hash = Sha256().add(sum_).add(prefix).add(bytes_).finish();
        sum_ = view_of(hash).substr(0, export_sum_bytes);
        if (stored != sum_) return damaged(fmt::format("the sum at byte {} is wrong", offset_));
        return Done{};
    }

    std::ifstream& file_;
    std::string prefix_;
    std::string bytes_;
    std::string sum_;
    std::uint64_t offset_{};
};

} // namespace

Result<std::unique_ptr<ExportFile>> ExportFile::open(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{Errc::not_found, path + " cannot be opened"};
    std::unique_ptr<ExportFile> opened(new ExportFile(std::move(file)));
    const Status indexed =
        opened->file_.with([&](std::ifstream& own) { return opened->index(own); });
    if (!indexed)
        return Error{
            indexed.error().code,
            fmt::format("{}: behind seq {}: {}", path, opened->head_.seq, indexed.error().detail)};
    if (const Status ends = opened->check(opened->head_); !ends)
        return Error{
            ends.error().code,
            fmt::format("{}: its end names another hash for seq {}", path, opened->head_.seq)};
    return opened;
}

Status ExportFile::index(std::ifstream& file) {
    Scanner scanner(file);
    if (const Status taken = scanner.take_header(); !taken) return taken;
    if (const Status read = read_header(scanner.taken()); !read) return read;
    while (true) {
        if (const Status taken = scanner.take_message(); !taken) return taken;
        if (scanner.taken().empty()) break;
        const Status added = add(scanner.taken(), scanner.taken_at());
        if (!added) return added;
    }
    if (const Status taken = scanner.take_trailer(); !taken) return taken;
    bytes_ = scanner.end();
    ByteReader trailer(scanner.taken());
    if (trailer.fixed<std::uint64_t>() != head_.seq) return damaged("its end names another seq");
    head_.hash = trailer.array<hash_size>();
    return Done{};
}

Status ExportFile::read_header(std::string_view bytes) {
    ByteReader reader(bytes);
    if (reader.take(magic.size()) != magic) return damaged("it is none");
    const auto version = reader.fixed<std::uint32_t>();
    if (version > export_format_version)
        return Error{Errc::store_newer, fmt::format("export format {}", version)};
    identity_.cluster = reader.array<16>();
    start_.incarnation = reader.array<16>();
    identity_.partition = reader.fixed<std::uint32_t>();
    start_.term = reader.fixed<std::uint64_t>();
    start_.leader = reader.array<24>();
    start_.seq = reader.fixed<std::uint64_t>();
    start_.hash = reader.array<hash_size>();
    head_ = start_;
    return Done{};
}

Status ExportFile::add(std::string_view message, std::uint64_t offset) {
    const Result<Envelope> envelope = decode_envelope(message);
    if (!envelope) return envelope.error();
    const bool control = is_control(message);
    const Entry entry{
        control ? std::max(head_.seq, envelope->last_seq) : envelope->last_seq,
        control ? envelope->fencing_term : 0,
        offset,
        static_cast<std::uint32_t>(message.size())};
    const auto before = entries_.empty() ? std::pair(start_.seq, start_.term)
                                         : std::pair(entries_.back().seq, entries_.back().term);
    if (before >= std::pair(entry.seq, entry.term))
        return damaged(fmt::format("seq {} stands at a wrong place", entry.seq));
    entries_.push_back(entry);
    head_.seq = entry.seq;
    head_.term = envelope->fencing_term;
    head_.leader = envelope->leader;
    return Done{};
}

Result<std::string> ExportFile::message(const Entry& entry) {
    std::string bytes(entry.length, '\0');
    const bool read = file_.with([&](std::ifstream& file) {
        file.clear();
        file.seekg(static_cast<std::streamoff>(entry.offset));
        return static_cast<bool>(file.read(bytes.data(), entry.length));
    });
    if (!read) return Error{Errc::store_unavailable, "the export cannot be read"};
    return bytes;
}

// Whether the reader stands at the export's start, or at the end of one of its frames.
Status ExportFile::check(const ReaderState& from) {
    const Error refusal = damaged(fmt::format("a reader at seq {} does not stand in it", from.seq));
    if (from.incarnation != start_.incarnation) return refusal;
    if (from.seq == start_.seq) return from.hash == start_.hash ? Status(Done{}) : refusal;
    const auto entry = std::ranges::lower_bound(entries_, from.seq, {}, &Entry::seq);
    if (entry == entries_.end() || entry->seq != from.seq || entry->term != 0) return refusal;
    const Result<std::string> bytes = message(*entry);
    if (!bytes) return bytes.error();
    const Result<Frame> frame = decode_frame(*bytes);
    if (!frame) return frame.error();
    return frame->last_hash() == from.hash ? Status(Done{}) : refusal;
}

Result<std::vector<StoredFrame>> ExportFile::messages_after(
    const LogCursor& cursor, std::size_t bytes_max
) {
    std::vector<StoredFrame> found;
    std::size_t bytes = 0;
    bool has_frame = false;
    auto entry = std::ranges::upper_bound(
        entries_,
        std::pair(cursor.seq, cursor.term),
        {},
        [](const Entry& e) { return std::pair(e.seq, e.term); }
    );
    for (; entry != entries_.end() && !(has_frame && bytes >= bytes_max); ++entry) {
        Result<std::string> stored = message(*entry);
        if (!stored) return stored.error();
        bytes += stored->size();
        has_frame = has_frame || entry->term == 0;
        found.push_back({entry->seq, std::move(*stored)});
    }
    return found;
}

Result<Batch> ExportFile::read(
    const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds
) {
    if (const Status checked = check(from); !checked) return checked.error();
    const auto messages = messages_after({from.seq, from.term}, bytes_max);
    if (!messages) return messages.error();
    Batch batch;
    batch.after = from;
    if (const Status taken = take_own(batch, identity_, *messages); !taken) return taken.error();
    return batch;
}

} // namespace tollbook
