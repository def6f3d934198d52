#include "ledger/mark.hpp"

#include "ledger/bytes.hpp"

#include <chrono>
#include <optional>
#include <thread>
#include <xxhash.h>

namespace tollbook {

namespace {

constexpr std::string_view magic = "TBMK";
constexpr std::size_t slot_bytes = 64;
constexpr std::size_t slot_count = 2;
constexpr std::size_t checked_bytes = 56;
constexpr std::uint32_t partition = 0;
constexpr int peeks_max = 10;
constexpr std::chrono::milliseconds peek_pause{1};

std::string encode(const Head& head, std::uint64_t counter) {
    std::string slot(magic);
    put_fixed(slot, partition);
    put_fixed(slot, head.seq);
    slot += view_of(head.hash);
    put_fixed(slot, counter);
    put_fixed(slot, XXH3_64bits(slot.data(), slot.size()));
    return slot;
}

Error unavailable(const std::string& path, const rocksdb::Status& status) {
    return {Errc::store_unavailable, path + ": " + status.ToString()};
}

} // namespace

Status MarkFile::create(rocksdb::Env& env, const std::string& path, const Head& head) {
    std::string bytes = encode(head, 1);
    bytes.resize(slot_bytes * slot_count);
    const rocksdb::Status status = rocksdb::WriteStringToFile(&env, bytes, path, true);
    if (!status.ok()) return unavailable(path, status);
    return Done{};
}

Result<MarkFile::Slot> MarkFile::newest(rocksdb::Env& env, const std::string& path) {
    std::string bytes;
    const rocksdb::Status status = rocksdb::ReadFileToString(&env, path, &bytes);
    if (status.IsNotFound() || status.IsPathNotFound())
        return Error{Errc::store_damaged, path + " is missing"};
    if (!status.ok()) return unavailable(path, status);
    std::optional<Slot> best;
    bool damaged = false;
    for (std::uint64_t i = 0; i < slot_count && bytes.size() == slot_bytes * slot_count; ++i) {
        ByteReader reader(std::string_view(bytes).substr(i * slot_bytes, slot_bytes));
        const std::uint64_t sum = XXH3_64bits(bytes.data() + i * slot_bytes, checked_bytes);
        const bool ours =
            reader.take(magic.size()) == magic && reader.fixed<std::uint32_t>() == partition;
        Slot slot{{reader.fixed<std::uint64_t>(), reader.array<32>()}, 0, i, false};
        slot.counter = reader.fixed<std::uint64_t>();
        const bool valid = ours && reader.fixed<std::uint64_t>() == sum;
        if (valid && (!best || best->counter < slot.counter)) best = slot;
        const bool written = bytes.find_first_not_of('\0', i * slot_bytes) < (i + 1) * slot_bytes;
        damaged = damaged || (written && !valid);
    }
    if (!best) return Error{Errc::store_damaged, path + " holds no valid mark"};
    best->other_damaged = damaged;
    return *best;
}

Result<Head> MarkFile::peek(rocksdb::Env& env, const std::string& path) {
    Result<Slot> slot = newest(env, path);
    for (int again = 0; slot && slot->other_damaged && again < peeks_max; ++again) {
        std::this_thread::sleep_for(peek_pause); // Its writer may be in the middle of it.
        slot = newest(env, path);
    }
    if (!slot) return slot.error();
    if (slot->other_damaged)
        return Error{Errc::store_damaged, path + ": one of its two slots is damaged"};
    return slot->head;
}

Result<std::unique_ptr<MarkFile>> MarkFile::open(rocksdb::Env& env, const std::string& path) {
    const Result<Slot> slot = newest(env, path);
    if (!slot) return slot.error();
    std::unique_ptr<rocksdb::RandomRWFile> file;
    rocksdb::Status status = env.NewRandomRWFile(path, &file, {});
    if (status.ok()) status = file->Sync();
    if (!status.ok()) return unavailable(path, status);
    std::unique_ptr<MarkFile> mark(new MarkFile(std::move(file)));
    mark->head_ = slot->head;
    mark->counter_ = slot->counter;
    mark->slot_ = 1 - slot->index;
    return mark;
}

Status MarkFile::write(const Head& head) {
    const rocksdb::Status status = file_->Write(slot_ * slot_bytes, encode(head, counter_ + 1));
    if (!status.ok()) return unavailable("mark", status);
    ++counter_;
    head_ = head;
    dirty_ = true;
    return Done{};
}

Status MarkFile::sync() {
    if (!dirty_) return Done{};
    const rocksdb::Status status = file_->Sync();
    if (!status.ok()) return unavailable("mark", status);
    dirty_ = false;
    slot_ = 1 - slot_;
    return Done{};
}

} // namespace tollbook
