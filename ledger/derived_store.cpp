#include "ledger/derived_store.hpp"

#include "ledger/bytes.hpp"
#include "ledger/crash_point.hpp"
#include "ledger/database.hpp"
#include "ledger/derived_layout.hpp"
#include "ledger/sorted_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tollbook {

using namespace derived_layout;

namespace {

constexpr std::size_t lookup_batch = 32; // What RocksDB looks up at once.

Error failure(std::string_view what, const rocksdb::Status& status) {
    const Errc code = status.IsNoSpace()      ? Errc::read_only
                      : status.IsCorruption() ? Errc::store_damaged
                                              : Errc::store_unavailable;
    return {code, fmt::format("checkpoint: {}: {}", what, status.ToString())};
}

std::optional<CommandPlace> read_place(std::string_view bytes) {
    ByteReader reader(bytes);
    const CommandPlace place{reader.varint(), static_cast<std::uint32_t>(reader.varint())};
    if (!reader.ok() || reader.left() != 0) return std::nullopt;
    return place;
}

// Looks `count` keys up; `visit` is told of each one's place, status and value. False from it ends
// the search.
template <class KeyOf, class Visit>
void look_up_all(const Database& database, std::size_t count, KeyOf key_of, Visit visit) {
    std::array<rocksdb::Slice, lookup_batch> keys;
    std::array<rocksdb::PinnableSlice, lookup_batch> values;
    std::array<rocksdb::Status, lookup_batch> statuses;
    for (std::size_t first = 0; first < count; first += lookup_batch) {
        const std::size_t some = std::min(lookup_batch, count - first);
        for (std::size_t i = 0; i < some; ++i) {
            keys[i] = slice(key_of(first + i));
            values[i].Reset();
        }
        database.db->MultiGet(
            {}, database.derived, some, keys.data(), values.data(), statuses.data()
        );
        for (std::size_t i = 0; i < some; ++i)
            if (!visit(first + i, statuses[i], view(values[i]))) return;
    }
}

} // namespace

// The rows under one family's letter.
class DerivedStore::Rows final : public RowStore {
public:
    Rows(const DerivedStore& store, char family) : store_(store), family_(family) {}

    std::optional<std::string> get(std::string_view key) const override {
        std::string value;
        const Database& database = store_.database_;
        const rocksdb::Status status =
            database.db->Get({}, database.derived, stored_key(key), &value);
        if (status.ok()) return value;
        if (!status.IsNotFound()) store_.failed_read_ = failure("row", status);
        return std::nullopt;
    }

    std::vector<std::optional<std::string>> get_all(std::span<const std::string> keys
    ) const override {
        std::vector<std::string> stored;
        stored.reserve(keys.size());
        for (const std::string& key : keys)
            stored.push_back(stored_key(key));
        std::vector<std::optional<std::string>> found(keys.size());
        look_up_all(
            store_.database_,
            keys.size(),
            [&](std::size_t i) { return std::string_view(stored[i]); },
            [&](std::size_t i, const rocksdb::Status& status, std::string_view value) {
                if (status.ok())
                    found[i].emplace(value);
                else if (!status.IsNotFound())
                    store_.failed_read_ = failure("rows", status);
                return true;
            }
        );
        return found;
    }

    void for_each(
        std::string_view prefix,
        const std::function<void(std::string_view key, std::string_view value)>& visit
    ) const override {
        const Database& database = store_.database_;
        const std::string from = stored_key(prefix);
        rocksdb::ReadOptions options;
        options.fill_cache = false;
        const std::unique_ptr<rocksdb::Iterator> at(
            database.db->NewIterator(options, database.derived)
        );
        for (at->Seek(from); at->Valid() && at->key().starts_with(from); at->Next())
            visit(view(at->key()).substr(1), view(at->value()));
        if (!at->status().ok()) store_.failed_read_ = failure("rows", at->status());
    }

private:
    std::string stored_key(std::string_view key) const {
        std::string stored(1, family_);
        return stored.append(key);
    }

    const DerivedStore& store_;
    char family_;
};

DerivedStore::DerivedStore(const Database& database, std::string directory)
    : database_(database)
    , directory_(std::move(directory))
    , decider_rows_(std::make_unique<Rows>(*this, decider_family))
    , writer_rows_(std::make_unique<Rows>(*this, writer_family)) {}

DerivedStore::~DerivedStore() = default;

const RowStore& DerivedStore::decider_rows() const { return *decider_rows_; }

const RowStore& DerivedStore::writer_rows() const { return *writer_rows_; }

Result<std::optional<CheckpointMark>> DerivedStore::mark() const {
    std::string value;
    const rocksdb::Status status =
        database_.db->Get({}, database_.derived, slice(mark_key), &value);
    if (status.IsNotFound()) return std::optional<CheckpointMark>();
    if (!status.ok()) return failure("mark", status);
    Result<CheckpointMark> mark = from_json<CheckpointMark>(value);
    if (!mark) return std::optional<CheckpointMark>(); // Of a format that is not ours.
    return std::optional(std::move(*mark));
}

Status DerivedStore::find(
    std::span<const Uuid> ids, std::vector<std::optional<CommandPlace>>& places
) const {
    places.assign(ids.size(), std::nullopt);
    std::vector<CommandKey> keys(ids.size());
    std::ranges::transform(ids, keys.begin(), command_key);
    Status found = Done{};
    look_up_all(
        database_,
        keys.size(),
        [&](std::size_t i) { return std::string_view(keys[i].data(), keys[i].size()); },
        [&](std::size_t i, const rocksdb::Status& status, std::string_view value) {
            if (status.IsNotFound()) return true;
            if (status.ok()) places[i] = read_place(value);
            if (!status.ok())
                found = failure("command index", status);
            else if (!places[i])
                found = Error{Errc::store_damaged, "the command index"};
            return found.has_value();
        }
    );
    return found;
}

Status DerivedStore::each_command(
    const std::function<bool(const Uuid& id, const std::optional<CommandPlace>& place)>& visit
) const {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> at(
        database_.db->NewIterator(options, database_.derived)
    );
    const rocksdb::Slice family(&command_family, 1);
    for (at->Seek(family); at->Valid() && at->key().starts_with(family); at->Next()) {
        Uuid id{};
        if (at->key().size() != 1 + id.size())
            return Error{Errc::store_damaged, "checkpoint: a key of the command index"};
        std::copy_n(at->key().data() + 1, id.size(), id.begin());
        if (!visit(id, read_place(view(at->value())))) return Done{};
    }
    if (!at->status().ok()) return failure("command index", at->status());
    return Done{};
}

Status DerivedStore::reads_held() const {
    if (failed_read_) return *failed_read_;
    return Done{};
}

Status DerivedStore::write(const Checkpoint& checkpoint) {
    const std::string path = directory_ + "/checkpoint.sst";
    {
        SortedFile file(database_, path);
        file.put_rows(decider_family, checkpoint.decider_rows);
        file.put_commands(checkpoint.commands);
        file.put(mark_key, to_json(checkpoint.mark));
        file.put_rows(writer_family, checkpoint.writer_rows);
        const rocksdb::Status status = file.finish();
        if (!status.ok()) return failure("file", status);
    }
    crash_point("checkpoint.file_written");
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.failed_move_fall_back_to_copy = true;
    const rocksdb::Status status =
        database_.db->IngestExternalFile(database_.derived, {path}, options);
    if (!status.ok()) return failure("taking in", status);
    crash_point("checkpoint.taken_in");
    return Done{};
}

Status DerivedStore::clear() {
    const std::string first(1, '\0');
    const std::string last(1, '\xff');
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    rocksdb::Status status = database_.db->DeleteRange(unlogged, database_.derived, first, last);
    if (status.ok()) status = database_.db->Flush({}, database_.derived);
    if (status.ok()) status = database_.db->CompactRange({}, database_.derived, nullptr, nullptr);
    if (!status.ok()) return failure("clearing", status);
    return Done{};
}

} // namespace tollbook
