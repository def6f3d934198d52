#pragma once

#include "ledger/ensure.hpp"
#include "ledger/journal.hpp"
#include "ledger/keyed_nodes.hpp"
#include "ledger/wanted_keys.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// hot: all rows are in memory. cold: a row is read when it is asked for, and may leave memory once
// it is flushed.
enum class Residency { hot, cold };

// As many flushed rows of a cold table stay in memory, the newest comers; so customers who are
// active are not read again with each command.
inline constexpr std::size_t clean_rows_max = 250'000;

// Rows of one kind by key: the building block of a Book. Row is a described struct whose default
// is an empty row. Not thread-safe.
//
// Pointers and references live until the next mark, flushed or undo of the journal; other edits do
// not move them. `find` of a cold row loads it: that changes nothing that anybody can see.
//
// Most members are defined in ledger/table_members.hpp: whoever owns the tables of a Row includes
// it and instantiates Table<Row> once, and the many who only use them need not compile it.
template <class Row>
class Table final : private JournaledTable {
public:
    // The journal outlives the table. A cold one keeps `clean_max` flushed rows in memory.
    Table(Journal& journal, char tag, Residency residency, std::size_t clean_max = clean_rows_max);

    // Null: there is no such row.
    const Row* find(std::string_view key) const;

    // The row to be changed; an empty one if there was none.
    Row& edit(std::string_view key);

    void erase(std::string_view key);

    // A row that will be asked for soon. The journal's `fetch_wanted` brings all of them near at
    // once; it changes nothing that anybody can see.
    void want(std::string_view key) const { wanted_.add(key_hash(key), key); }

    // All rows of a hot table, in no particular order.
    template <class F>
    void for_each(F&& visit) const {
        ensure(!cold_);
        rows_.for_each([&](const Node& node) {
            if (node.value.alive) visit(node.key(), node.value.row);
        });
    }

    std::size_t rows_in_memory() const { return rows_.size(); }

private:
    // A dead slot is a row that is known not to be there. Dead slots hold an empty row.
    struct Slot {
        Row row{};
        std::uint64_t window{}; // When it was journaled last.
        bool alive{};
        bool changed{};  // Listed in changed_.
        bool flushing{}; // Listed in flushing_.
        bool clean{};    // Listed in clean_.
    };

    using Nodes = KeyedNodes<Slot>;
    using Node = typename Nodes::Node;

    struct Undo {
        Node* node;
        std::uint64_t window;
        std::optional<Row> row; // None: there was none.
    };

    char tag() const override { return tag_; }

    bool cold() const override { return cold_; }

    Node* reach(std::uint64_t hash, std::string_view key) const;

    Node& take_in(
        std::uint64_t hash, std::string_view key, const std::optional<std::string>& stored
    ) const;

    void fetch_wanted() const override;

    // Those that are not in memory, with one question to the store.
    void read_wanted() const;

    void note_clean(Node& node) const;

    void touch(Node& node);

    void note_change(Node& node);

    void window_opened() override { drop_clean(); }

    void undo_to(std::uint64_t mark) override;

    void forget_undo(std::uint64_t mark) override;

    void take_changed_rows(std::vector<RowImage>& out) override;

    void flushed() override;

    // Lets the oldest comers go; those to which there may be a way back, and dead rows of a hot
    // table until then, come to the end of the queue.
    void drop_clean();

    void restore_row(std::string_view key, std::string_view value) override;

    void attach(const RowStore& rows) override { store_ = &rows; }

    void visit(const RowVisitor& visit) const override;

    std::vector<const Node*> nodes_by_key() const;

    std::string tagged(std::string_view key) const;

    // Bytes that this very version wrote: what does not fit is a bug of ours.
    static Row decoded(std::string_view value);

    Journal& journal_;
    char tag_;
    bool cold_;
    std::size_t clean_max_;
    const RowStore* store_{};
    mutable Nodes rows_;
    mutable WantedKeys wanted_;
    mutable std::deque<Node*> clean_; // May leave memory, the newest comer last.
    std::vector<Node*> changed_;      // Since they were taken last.
    std::vector<Node*> flushing_;     // Taken, not yet durable.
    std::deque<Undo> undo_;
};

} // namespace tollbook
