#pragma once

#include "ledger/events.hpp"
#include "ledger/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Personal data of one event, to be sealed by the writer after deciding.
struct Personal {
    std::string subject; // "customer:<id>", "payer:<keyed hash>", "router:<id>"
    std::string json;
};

// An event that a command wants to append.
struct NewEvent {
    std::string stream; // "service:ACC00001-1"
    Event event;
    Timestamp effective_at;
    Date booked_on;
    std::optional<Personal> personal;
};

// A command that was read and checked by itself (types, ranges), off the writer's thread.
class Prepared {
public:
    Prepared() = default;
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;
    virtual ~Prepared() = default;

    // Canonical JSON of the command, without what was computed: what the fingerprint covers.
    virtual std::string canonical() const = 0;

    // The stream that an expected revision speaks of.
    virtual std::string stream() const = 0;
};

// One row of the write side, as it is checkpointed: no value means that the row is gone.
struct RowImage {
    std::string key; // Table tag byte, then the row's key.
    std::optional<std::string> value;
};

// Rows that are not in memory any more. Reads come from the writer's thread only.
class RowStore {
public:
    RowStore() = default;
    RowStore(const RowStore&) = delete;
    RowStore& operator=(const RowStore&) = delete;
    virtual ~RowStore() = default;

    virtual std::optional<std::string> get(std::string_view key) const = 0;

    // Many at once, in the order of the keys.
    virtual std::vector<std::optional<std::string>> get_all(std::span<const std::string> keys
    ) const = 0;

    // The rows whose keys begin with `prefix`, in key order.
    virtual void for_each(
        std::string_view prefix,
        const std::function<void(std::string_view key, std::string_view value)>& visit
    ) const = 0;
};

// A command that is about to be decided.
struct ExpectedCommand {
    const Prepared* command{};
    std::string_view tenant;
};

// The write side of one partition: its state (the Book) and its rules. The partition writer owns
// one and calls it from its thread alone, but `prepare`, which any thread may call.
// Real ones: the Book of commands/, and the counter of the ledger's own tests.
class Decider {
public:
    Decider() = default;
    Decider(const Decider&) = delete;
    Decider& operator=(const Decider&) = delete;
    virtual ~Decider() = default;

    // Of decide, evolve and the rows: a checkpoint of another version is not used.
    virtual std::uint32_t version() const = 0;

    virtual Result<std::shared_ptr<const Prepared>> prepare(
        std::string_view tenant, std::string_view type, std::string_view body
    ) const = 0;

    // Commands that are decided next: the rows that they will ask for can be fetched together.
    // Changes nothing that anybody can see.
    virtual void expect(std::span<const ExpectedCommand> commands) const = 0;

    // What the command makes of today's state; at least one event, or a refusal. Changes nothing.
    // Pure but for loading rows that are not in memory. `recorded_at` is the writer's stamp.
    virtual Result<std::vector<NewEvent>> decide(
        const Prepared& command, std::string_view tenant, Timestamp recorded_at
    ) const = 0;

    // Takes the event into the state; never refuses. The record has its numbers; its sealed part
    // and hash are made later, so nothing may rest on them.
    virtual void evolve(const Event& event, const Record& record) = 0;

    // Undo: evolve calls since `mark()` are taken back by `undo_to(mark)`, in reverse;
    // `forget_undo(mark)` gives up the way back below it once they are confirmed.
    virtual std::uint64_t mark() = 0;
    virtual void undo_to(std::uint64_t mark) = 0;
    virtual void forget_undo(std::uint64_t mark) = 0;

    // The rows changed since the last call, as they are now; called when nothing is unconfirmed.
    // `flushed()` says that they are durable, so that cold ones may leave memory.
    virtual std::vector<RowImage> take_changed_rows() = 0;
    virtual void flushed() = 0;

    // Start: the rows of the checkpoint, one by one, then where to read cold rows.
    virtual void restore_row(std::string_view key, std::string_view value) = 0;
    virtual void attach(const RowStore& rows) = 0;

    // Table tags whose rows are not restored, only read when they are needed.
    virtual std::string cold_tags() const { return {}; }

    // SHA-256 over the whole state, rows in order: equal books have equal hashes.
    virtual Hash state_hash() const = 0;
};

} // namespace tollbook
