#include "ledger/writer_state.hpp"

#include "ledger/table_members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tollbook {

template class Table<CountRow>;

namespace {

std::string stream_key(std::string_view tenant, std::string_view stream) {
    std::string key;
    key.reserve(tenant.size() + 1 + stream.size());
    key.append(tenant).append(1, '\0').append(stream);
    return key;
}

std::optional<Hash> read_hash(std::string_view text) {
    Hash hash{};
    if (text.size() != 2 * hash.size()) return std::nullopt;
    for (std::size_t i = 0; i < hash.size(); ++i) {
        const auto digits = text.substr(2 * i, 2);
        const auto [end, failed] = std::from_chars(digits.begin(), digits.end(), hash[i], 16);
        if (failed != std::errc() || end != digits.end()) return std::nullopt;
    }
    return hash;
}

void restore_hot(
    const RowStore& rows,
    const std::string& cold_tags,
    const std::function<void(std::string_view, std::string_view)>& restore
) {
    for (int tag = 0; tag < 256; ++tag) {
        const std::string prefix(1, static_cast<char>(tag));
        if (cold_tags.find(prefix) == std::string::npos) rows.for_each(prefix, restore);
    }
}

} // namespace

WriterState::WriterState(
    std::unique_ptr<Decider> decider, const DerivedStore& store, const Uuid& cluster
)
    : decider_(std::move(decider)), store_(store), cluster_(hex(cluster)), index_(store) {}

std::uint64_t WriterState::revision(std::string_view tenant, std::string_view stream) const {
    const CountRow* row = streams_.find(stream_key(tenant, stream));
    return row == nullptr ? 0 : row->last;
}

void WriterState::expect(std::span<const ExpectedCommand> commands) const {
    for (const ExpectedCommand& expected : commands)
        streams_.want(stream_key(expected.tenant, expected.command->stream()));
    journal_.fetch_wanted();
    decider_->expect(commands);
}

void WriterState::number(Record& record) {
    record.seq = ++head_.seq;
    record.tenant_seq = ++tenants_.edit(record.command.tenant).last;
    record.revision = ++streams_.edit(stream_key(record.command.tenant, record.stream)).last;
    recorded_at_ = record.command.recorded_at;
}

Status WriterState::replay(const Record& record, const Hash& hash) {
    const Result<Event> event = decode_event(record.type, record.schema_version, record.payload);
    if (!event)
        return Error{
            event.error().code, fmt::format("seq {}: {}", record.seq, event.error().detail)};
    Record numbered;
    numbered.command.tenant = record.command.tenant;
    numbered.command.recorded_at = record.command.recorded_at;
    numbered.stream = record.stream;
    number(numbered);
    const bool runs_on = numbered.seq == record.seq && numbered.tenant_seq == record.tenant_seq &&
                         numbered.revision == record.revision;
    if (!runs_on)
        return Error{Errc::store_damaged, fmt::format("seq {} does not run on", record.seq)};
    evolve(*event, record);
    settle(hash);
    if (record.index == 0)
        index_.add(record.command.command_id, {record.seq, record.command.count});
    return Done{};
}

WriterState::Mark WriterState::mark() {
    return {decider_->mark(), journal_.mark(), head_, recorded_at_};
}

void WriterState::undo_to(const Mark& mark) {
    decider_->undo_to(mark.decider);
    journal_.undo_to(mark.rows);
    head_ = mark.head;
    recorded_at_ = mark.recorded_at;
}

void WriterState::forget_undo() {
    decider_->forget_undo(decider_->mark());
    journal_.forget_undo(journal_.mark());
}

void WriterState::forget_undo(const Mark& mark) {
    decider_->forget_undo(mark.decider);
    journal_.forget_undo(mark.rows);
}

Checkpoint WriterState::take_checkpoint() {
    forget_undo();
    Checkpoint checkpoint;
    checkpoint.mark = {
        checkpoint_format, decider_->version(), cluster_, head_.seq, hex(head_.hash), recorded_at_};
    checkpoint.decider_rows = decider_->take_changed_rows();
    checkpoint.writer_rows = journal_.take_changed_rows();
    checkpoint.commands = index_.take();
    return checkpoint;
}

void WriterState::flushed() {
    decider_->flushed();
    journal_.flushed();
    index_.flushed();
}

bool WriterState::fits(const CheckpointMark& mark) const {
    return mark.format == checkpoint_format && mark.decider_version == decider_->version() &&
           mark.cluster == cluster_ && read_hash(mark.hash).has_value();
}

Status WriterState::restore(const CheckpointMark& mark) {
    head_ = {mark.seq, *read_hash(mark.hash)};
    recorded_at_ = mark.recorded_at;
    restore_hot(
        store_.decider_rows(),
        decider_->cold_tags(),
        [&](std::string_view key, std::string_view value) { decider_->restore_row(key, value); }
    );
    restore_hot(
        store_.writer_rows(),
        journal_.cold_tags(),
        [&](std::string_view key, std::string_view value) { journal_.restore_row(key, value); }
    );
    return store_.reads_held();
}

void WriterState::attach() {
    decider_->attach(store_.decider_rows());
    journal_.attach(store_.writer_rows());
}

} // namespace tollbook
