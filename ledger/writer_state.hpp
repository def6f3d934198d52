#pragma once

#include "ledger/command_index.hpp"
#include "ledger/decider.hpp"
#include "ledger/derived_store.hpp"
#include "ledger/log.hpp"
#include "ledger/table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tollbook {

// How far a tenant's or a stream's own numbering has come.
struct CountRow {
    std::uint64_t last{};
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (last))

// The state of a partition's writer at its head: the decider's and its own. Touched by the writer's
// thread alone.
class WriterState {
public:
    struct Mark {
        std::uint64_t decider{};
        std::uint64_t rows{};
        Head head;
        Timestamp recorded_at;
    };

    WriterState(std::unique_ptr<Decider> decider, const DerivedStore& store, const Uuid& cluster);

    const Decider& decider() const { return *decider_; }

    const Head& head() const { return head_; }

    Timestamp recorded_at() const { return recorded_at_; }

    CommandIndex& index() { return index_; }

    // The stream's revision; 0: nothing was ever written to it.
    std::uint64_t revision(std::string_view tenant, std::string_view stream) const;

    // Commands that are decided next: brings near what deciding them will ask for.
    void expect(std::span<const ExpectedCommand> commands) const;

    // Gives the record the next places in its tenant and its stream, and the seq after the head,
    // which moves there. `settle` tells the head's hash once it is known.
    void number(Record& record);

    void evolve(const Event& event, const Record& record) { decider_->evolve(event, record); }

    void settle(const Hash& hash) { head_.hash = hash; }

    // Takes a record in that was numbered before; store_damaged when it does not run on.
    Status replay(const Record& record, const Hash& hash);

    // Commands that the index learned since the mark are the caller's to take out.
    Mark mark();
    void undo_to(const Mark& mark);
    void forget_undo();                 // All of it.
    void forget_undo(const Mark& mark); // Below it.

    // Everything that changed since the last one. Only when nothing is unconfirmed.
    Checkpoint take_checkpoint();
    void flushed();

    // None: the mark is of another version or log.
    Status restore(const CheckpointMark& mark);
    bool fits(const CheckpointMark& mark) const;

    // To be called once, after `restore` if there is one: where cold rows are.
    void attach();

private:
    std::unique_ptr<Decider> decider_;
    const DerivedStore& store_;
    std::string cluster_;
    Journal journal_;
    Table<CountRow> tenants_{journal_, 't', Residency::hot};  // tenant
    Table<CountRow> streams_{journal_, 's', Residency::cold}; // tenant NUL stream
    CommandIndex index_;
    Head head_;
    Timestamp recorded_at_;
};

} // namespace tollbook
