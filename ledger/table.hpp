#pragma once

#include "ledger/ensure.hpp"
#include "ledger/journal.hpp"
#include "ledger/json.hpp"
#include "ledger/keyed_nodes.hpp"
#include "ledger/wanted_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
template <class Row>
class Table final : private JournaledTable {
public:
    // The journal outlives the table. A cold one keeps `clean_max` flushed rows in memory.
    Table(Journal& journal, char tag, Residency residency, std::size_t clean_max = clean_rows_max)
        : journal_(journal)
        , tag_(tag)
        , cold_(residency == Residency::cold)
        , clean_max_(cold_ ? clean_max : 0) {
        journal.add(*this);
    }

    // Null: there is no such row.
    const Row* find(std::string_view key) const {
        const Node* node = reach(key_hash(key), key);
        return node != nullptr && node->value.alive ? &node->value.row : nullptr;
    }

    // The row to be changed; an empty one if there was none.
    Row& edit(std::string_view key) {
        const std::uint64_t hash = key_hash(key);
        Node* node = reach(hash, key);
        if (node == nullptr) node = &rows_.add(hash, key);
        touch(*node);
        node->value.alive = true;
        return node->value.row;
    }

    void erase(std::string_view key) {
        Node* node = reach(key_hash(key), key);
        if (node == nullptr || !node->value.alive) return;
        touch(*node);
        node->value.alive = false;
        node->value.row = Row{};
    }

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

    Node* reach(std::uint64_t hash, std::string_view key) const {
        Node* node = rows_.find(hash, key);
        if (node != nullptr || !cold_ || store_ == nullptr) return node;
        return &take_in(hash, key, store_->get(tagged(key)));
    }

    Node& take_in(
        std::uint64_t hash, std::string_view key, const std::optional<std::string>& stored
    ) const {
        Node& node = rows_.add(hash, key);
        if (stored) {
            node.value.row = decoded(*stored);
            node.value.alive = true;
        }
        note_clean(node);
        return node;
    }

    void fetch_wanted() const override {
        rows_.bring_near(wanted_.places());
        if (cold_ && store_ != nullptr) read_wanted();
        wanted_.clear();
    }

    // Those that are not in memory, with one question to the store.
    void read_wanted() const {
        std::vector<WantedKeys::Place> absent;
        std::vector<std::string> keys;
        for (const WantedKeys::Place& place : wanted_.places()) {
            if (rows_.find(place.hash, wanted_.key(place)) != nullptr) continue;
            absent.push_back(place);
            keys.push_back(tagged(wanted_.key(place)));
        }
        const std::vector<std::optional<std::string>> stored = store_->get_all(keys);
        for (std::size_t i = 0; i < absent.size(); ++i) {
            const std::string_view key = wanted_.key(absent[i]);
            if (rows_.find(absent[i].hash, key) == nullptr) // Wanted twice.
                take_in(absent[i].hash, key, stored[i]);
        }
    }

    void note_clean(Node& node) const {
        if (node.value.clean) return;
        node.value.clean = true;
        clean_.push_back(&node);
    }

    void touch(Node& node) {
        Slot& slot = node.value;
        if (slot.window != journal_.window()) {
            slot.window = journal_.window();
            undo_.push_back(
                {&node, slot.window, slot.alive ? std::optional(slot.row) : std::nullopt}
            );
        }
        note_change(node);
    }

    void note_change(Node& node) {
        if (node.value.changed) return;
        node.value.changed = true;
        changed_.push_back(&node);
    }

    void window_opened() override { drop_clean(); }

    void undo_to(std::uint64_t mark) override {
        while (!undo_.empty() && undo_.back().window >= mark) {
            Undo& undo = undo_.back();
            Slot& slot = undo.node->value;
            slot.alive = undo.row.has_value();
            slot.row = slot.alive ? std::move(*undo.row) : Row{};
            note_change(*undo.node);
            undo_.pop_back();
        }
    }

    void forget_undo(std::uint64_t mark) override {
        while (!undo_.empty() && undo_.front().window < mark)
            undo_.pop_front();
    }

    void take_changed_rows(std::vector<RowImage>& out) override {
        ensure(flushing_.empty());
        out.reserve(out.size() + changed_.size());
        for (Node* node : changed_) {
            Slot& slot = node->value;
            slot.changed = false;
            slot.flushing = true;
            RowImage& image = out.emplace_back(RowImage{tagged(node->key()), {}});
            if (slot.alive) write_json(image.value.emplace(), slot.row);
        }
        flushing_.swap(changed_);
    }

    void flushed() override {
        for (Node* node : flushing_) {
            Slot& slot = node->value;
            slot.flushing = false;
            if (!slot.changed && (cold_ || !slot.alive)) note_clean(*node);
        }
        flushing_.clear();
        drop_clean();
    }

    // Lets the oldest comers go; those to which there may be a way back, and dead rows of a hot
    // table until then, come to the end of the queue.
    void drop_clean() {
        for (std::size_t left = clean_.size(); left > clean_max_; --left) {
            Node* node = clean_.front();
            clean_.pop_front();
            Slot& slot = node->value;
            slot.clean = false;
            if (slot.changed || slot.flushing) continue; // Listed again when it is flushed.
            if (slot.window >= journal_.oldest_window())
                note_clean(*node);
            else
                rows_.erase(*node);
        }
    }

    void restore_row(std::string_view key, std::string_view value) override {
        const std::uint64_t hash = key_hash(key);
        Node* node = rows_.find(hash, key);
        if (node == nullptr) node = &rows_.add(hash, key);
        node->value.row = decoded(value);
        node->value.alive = true;
    }

    void attach(const RowStore& rows) override { store_ = &rows; }

    void visit(const RowVisitor& visit) const override {
        const std::vector<const Node*> nodes = nodes_by_key();
        std::size_t next = 0;
        const auto visit_until = [&](std::optional<std::string_view> key) {
            for (; next < nodes.size() && (!key || nodes[next]->key() < *key); ++next) {
                const Node& node = *nodes[next];
                if (node.value.alive) visit(tagged(node.key()), to_json(node.value.row));
            }
        };
        if (cold_ && store_ != nullptr) {
            store_->for_each(tagged({}), [&](std::string_view key, std::string_view value) {
                visit_until(key.substr(1));
                const bool in_memory = next < nodes.size() && nodes[next]->key() == key.substr(1);
                if (!in_memory) visit(key, value);
            });
        }
        visit_until(std::nullopt);
    }

    std::vector<const Node*> nodes_by_key() const {
        std::vector<const Node*> nodes;
        nodes.reserve(rows_.size());
        rows_.for_each([&](const Node& node) { nodes.push_back(&node); });
        std::ranges::sort(nodes, {}, &Node::key);
        return nodes;
    }

    std::string tagged(std::string_view key) const {
        std::string text;
        text.reserve(key.size() + 1);
        text += tag_;
        text += key;
        return text;
    }

    // Bytes that this very version wrote: what does not fit is a bug of ours.
    static Row decoded(std::string_view value) {
        Result<Row> row = from_json<Row>(value);
        ensure(row.has_value());
        return std::move(*row);
    }

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
