#include "ledger/decided_group.hpp"

#include "ledger/ensure.hpp"
#include "ledger/posting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

// More than the stored bytes of a command can be beside its texts: so none that is accepted here
// fails to fit in a frame of its own.
constexpr std::size_t frame_overhead_bytes = 512;
constexpr std::size_t command_overhead_bytes = 256;
constexpr std::size_t record_overhead_bytes = 256;
constexpr std::size_t name_bytes_max = 4096;

// So many commands' rows fit in the caches nearest to the processor.
constexpr std::size_t expected_at_once = 64;

std::size_t stored_bytes_max(const DecidedCommand& command) {
    std::size_t bytes = frame_overhead_bytes + command_overhead_bytes;
    for (const Record& record : command.records) {
        const CommandHeader& header = record.command;
        if (record.index == 0)
            bytes += header.tenant.size() + header.idempotency_key.size() + header.actor.size() +
                     header.correlation.size() + header.causation.size();
        bytes += record_overhead_bytes + record.stream.size() + record.type.size() +
                 record.payload.size();
    }
    for (const Personal& personal : command.personal)
        bytes += record_overhead_bytes + personal.subject.size() + personal.json.size();
    return bytes;
}

CommandHeader header_of(PendingCommand& pending, const DecisionStamp& stamp, std::size_t count) {
    Submission& submission = pending.submission;
    return {
        std::move(submission.tenant),
        std::move(submission.key),
        pending.id,
        pending.fingerprint,
        static_cast<std::uint32_t>(count),
        stamp.term,
        stamp.leader,
        stamp.recorded_at,
        std::move(submission.actor),
        std::move(submission.correlation),
        std::move(submission.causation)};
}

Status check(const NewEvent& event) {
    const Postings* postings = postings_of(event.event);
    if (postings != nullptr)
        if (const Status balanced = check_postings(*postings); !balanced) return balanced.error();
    const std::size_t subject = event.personal ? event.personal->subject.size() : 0;
    if (std::max(event.stream.size(), subject) > name_bytes_max)
        return Error{Errc::command_too_large, "the name of a stream or subject"};
    return Done{};
}

} // namespace

DecidedGroup::DecidedGroup(WriterState& state, const Leadership& led)
    : state_(state), stamp_{led.term, led.leader, {}}, begin_(state.mark()) {}

Status DecidedGroup::decide(PendingCommands commands, Timestamp recorded_at) {
    stamp_.recorded_at = recorded_at;
    std::size_t first = commands_.size();
    commands_.resize(first + commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        DecidedCommand& command = commands_[first + i];
        command.rest = commands[i]->rest;
        command.pending = std::move(commands[i]);
    }
    for (; first < commands_.size(); first += expected_at_once) {
        const auto some = std::span(commands_).subspan(
            first, std::min(expected_at_once, commands_.size() - first)
        );
        if (const Status status = look_up(some); !status) return status.error();
        for (std::size_t i = 0; i < some.size(); ++i)
            decide_next(first + i, known_[i]);
    }
    return Done{};
}

// Everything that deciding these will ask for, at once.
Status DecidedGroup::look_up(std::span<const DecidedCommand> commands) {
    ids_.clear();
    expected_.clear();
    for (const DecidedCommand& command : commands) {
        const PendingCommand& pending = *command.pending;
        ids_.push_back(pending.id);
        expected_.push_back({pending.prepared.get(), pending.submission.tenant});
    }
    state_.expect(expected_);
    return state_.index().find_flushed(ids_, known_);
}

void DecidedGroup::decide_next(std::size_t at, std::optional<CommandPlace> known) {
    if (at == together_.end) begin_together(at);
    if (together_.refused) return;
    decide_one(commands_[at], known);
    if (together_.alone()) return;
    if (const auto why = breaks(at)) refuse_together(at, *why);
}

void DecidedGroup::begin_together(std::size_t first) {
    together_.first = first;
    together_.end = first + 1 + commands_[first].rest;
    together_.refused = false;
    if (together_.alone()) return;
    together_.begin = state_.mark();
    together_.size = {};
    together_.sealed_bytes = 0;
    together_.accepted_before = accepted_;
}

// Why the batch cannot be accepted, now that this command of it is decided.
std::optional<Error> DecidedGroup::breaks(std::size_t at) {
    const DecidedCommand& command = commands_[at];
    if (command.refusal) return command.refusal;
    if (command.first.has_value() != commands_[together_.first].first.has_value())
        return Error{Errc::idempotency_key_reused, "some keys of the batch were accepted before"};
    if (command.first) return {};
    together_.size.add(command.records);
    for (const Personal& personal : command.personal)
        together_.sealed_bytes += record_overhead_bytes + personal.json.size();
    if (together_.size.bytes() + together_.sealed_bytes <= frame_bytes_max) return {};
    return Error{Errc::command_too_large, "the batch needs more than one frame holds"};
}

void DecidedGroup::refuse_together(std::size_t at, const Error& why) {
    take_out(together_.first, at + 1);
    state_.undo_to(together_.begin);
    accepted_ = together_.accepted_before;
    const Error told = at_item(at - together_.first, why);
    for (std::size_t i = together_.first; i < together_.end; ++i) {
        DecidedCommand& command = commands_[i];
        command.records.clear();
        command.personal.clear();
        command.first.reset();
        command.refusal = told;
    }
    together_.refused = true;
}

void DecidedGroup::decide_one(DecidedCommand& command, std::optional<CommandPlace> known) {
    const auto recent = state_.index().find_recent(command.pending->id);
    command.first = recent ? recent : known;
    if (command.first) return;
    Result<std::vector<NewEvent>> events = ask(command);
    if (!events) {
        command.refusal = events.error();
        return;
    }
    if (Status written = write_down(command, *events); !written) {
        command.records.clear();
        command.personal.clear();
        command.refusal = written.error();
        return;
    }
    accept(command, *events);
}

Result<std::vector<NewEvent>> DecidedGroup::ask(const DecidedCommand& command) const {
    const Submission& submission = command.pending->submission;
    const Prepared& prepared = *command.pending->prepared;
    if (submission.expected_revision) {
        const std::uint64_t revision = state_.revision(submission.tenant, prepared.stream());
        if (revision != *submission.expected_revision)
            return Error{Errc::version_conflict, fmt::format("it is at {}", revision)};
    }
    Result<std::vector<NewEvent>> events =
        state_.decider().decide(prepared, submission.tenant, stamp_.recorded_at);
    if (!events) return events;
    ensure(!events->empty());
    for (const NewEvent& event : *events)
        if (const Status checked = check(event); !checked) return checked.error();
    return events;
}

// Makes the records but for their numbers. Refused here, nothing has moved yet.
Status DecidedGroup::write_down(DecidedCommand& command, std::vector<NewEvent>& events) const {
    PendingCommand& pending = *command.pending;
    command.records.resize(events.size());
    command.records.front().command = header_of(pending, stamp_, events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        NewEvent& event = events[i];
        Record& record = command.records[i];
        if (i > 0) record.command = command.records.front().command;
        record.index = static_cast<std::uint32_t>(i);
        record.stream = std::move(event.stream);
        record.event_id =
            event_id_of(record.command.tenant, record.command.idempotency_key, record.index);
        record.type = type_of(event.event);
        record.schema_version = schema_version_of(event.event);
        record.effective_at = event.effective_at;
        record.booked_on = event.booked_on;
        record.payload = payload_of(event.event);
        if (!event.personal) continue;
        record.sealed.emplace().subject = event.personal->subject;
        command.personal.push_back(std::move(*event.personal));
    }
    if (stored_bytes_max(command) > frame_bytes_max)
        return Error{Errc::command_too_large, "it needs more than one frame holds"};
    return Done{};
}

void DecidedGroup::accept(DecidedCommand& command, const std::vector<NewEvent>& events) {
    for (std::size_t i = 0; i < events.size(); ++i) {
        state_.number(command.records[i]);
        state_.evolve(events[i].event, command.records[i]);
    }
    const auto count = static_cast<std::uint32_t>(events.size());
    state_.index().add(command.pending->id, {command.records.front().seq, count});
    ++accepted_;
}

void DecidedGroup::undo() {
    take_out(0, commands_.size());
    state_.undo_to(begin_);
}

// Of the index: the rest goes back by itself.
void DecidedGroup::take_out(std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i)
        if (const DecidedCommand& command = commands_[i]; !command.records.empty())
            state_.index().remove(command.records.front().command.command_id);
}

Receipt receipt_of(
    DecidedCommand& command, std::uint32_t partition, Acknowledgement acknowledgement
) {
    Receipt receipt;
    receipt.partition = partition;
    receipt.first_seq = command.records.front().seq;
    receipt.last_seq = command.records.back().seq;
    receipt.term = command.records.front().command.term;
    receipt.hash = command.hash;
    receipt.level = acknowledgement;
    receipt.events.reserve(command.records.size());
    for (Record& record : command.records)
        receipt.events.push_back(
            {record.event_id, std::move(record.type), std::move(record.stream), record.revision}
        );
    return receipt;
}

} // namespace tollbook
