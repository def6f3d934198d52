#pragma once

#include "ledger/ensure.hpp"
#include "ledger/journal.hpp"
#include "ledger/json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
        const Node* node = reach(key);
        return node != nullptr && node->second.alive ? &node->second.row : nullptr;
    }

    // The row to be changed; an empty one if there was none.
    Row& edit(std::string_view key) {
        Node* node = reach(key);
        if (node == nullptr) node = &*rows_.emplace(std::string(key), Slot{}).first;
        touch(*node);
        node->second.alive = true;
        return node->second.row;
    }

    void erase(std::string_view key) {
        Node* node = reach(key);
        if (node == nullptr || !node->second.alive) return;
        touch(*node);
        node->second.alive = false;
        node->second.row = Row{};
    }

    // All rows of a hot table, in no particular order.
    template <class F>
    void for_each(F&& visit) const {
        ensure(!cold_);
        for (const Node& node : rows_)
            if (node.second.alive) visit(node.first, node.second.row);
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

    // Not noexcept: then libstdc++ keeps the hash in the node.
    struct KeyHash {
        using is_transparent = void; // NOLINT(readability-identifier-naming)

        std::size_t operator()(std::string_view key) const {
            return std::hash<std::string_view>{}(key);
        }
    };

    using Map = std::unordered_map<std::string, Slot, KeyHash, std::equal_to<>>;
    using Node = typename Map::value_type;

    struct Undo {
        Node* node;
        std::uint64_t window;
        std::optional<Row> row; // None: there was none.
    };

    char tag() const override { return tag_; }

    bool cold() const override { return cold_; }

    Node* reach(std::string_view key) const {
        const auto found = rows_.find(key);
        if (found != rows_.end()) return &*found;
        if (!cold_ || store_ == nullptr) return nullptr;

        Slot slot;
        if (const auto stored = store_->get(tagged(key))) {
            slot.row = decoded(*stored);
            slot.alive = true;
        }
        Node* node = &*rows_.emplace(std::string(key), std::move(slot)).first;
        note_clean(*node);
        return node;
    }

    void note_clean(Node& node) const {
        if (node.second.clean) return;
        node.second.clean = true;
        clean_.push_back(&node);
    }

    void touch(Node& node) {
        Slot& slot = node.second;
        if (slot.window != journal_.window()) {
            slot.window = journal_.window();
            undo_.push_back(
                {&node, slot.window, slot.alive ? std::optional(slot.row) : std::nullopt}
            );
        }
        note_change(node);
    }

    void note_change(Node& node) {
        if (node.second.changed) return;
        node.second.changed = true;
        changed_.push_back(&node);
    }

    void window_opened() override { drop_clean(); }

    void undo_to(std::uint64_t mark) override {
        while (!undo_.empty() && undo_.back().window >= mark) {
            Undo& undo = undo_.back();
            Slot& slot = undo.node->second;
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
            Slot& slot = node->second;
            slot.changed = false;
            slot.flushing = true;
            RowImage& image = out.emplace_back(RowImage{tagged(node->first), {}});
            if (slot.alive) write_json(image.value.emplace(), slot.row);
        }
        flushing_.swap(changed_);
    }

    void flushed() override {
        for (Node* node : flushing_) {
            Slot& slot = node->second;
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
            Slot& slot = node->second;
            slot.clean = false;
            if (slot.changed || slot.flushing) continue; // Listed again when it is flushed.
            if (slot.window >= journal_.oldest_window())
                note_clean(*node);
            else
                rows_.erase(rows_.find(node->first));
        }
    }

    void restore_row(std::string_view key, std::string_view value) override {
        Slot slot;
        slot.row = decoded(value);
        slot.alive = true;
        rows_.insert_or_assign(std::string(key), std::move(slot));
    }

    void attach(const RowStore& rows) override { store_ = &rows; }

    void visit(const RowVisitor& visit) const override {
        const std::vector<const Node*> nodes = nodes_by_key();
        std::size_t next = 0;
        const auto visit_until = [&](std::optional<std::string_view> key) {
            for (; next < nodes.size() && (!key || nodes[next]->first < *key); ++next) {
                const Node& node = *nodes[next];
                if (node.second.alive) visit(tagged(node.first), to_json(node.second.row));
            }
        };
        if (cold_ && store_ != nullptr) {
            store_->for_each(tagged({}), [&](std::string_view key, std::string_view value) {
                visit_until(key.substr(1));
                const bool in_memory = next < nodes.size() && nodes[next]->first == key.substr(1);
                if (!in_memory) visit(key, value);
            });
        }
        visit_until(std::nullopt);
    }

    std::vector<const Node*> nodes_by_key() const {
        std::vector<const Node*> nodes;
        nodes.reserve(rows_.size());
        for (const Node& node : rows_)
            nodes.push_back(&node);
        std::ranges::sort(nodes, {}, [](const Node* node) {
            return std::string_view(node->first);
        });
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
    mutable Map rows_;
    mutable std::deque<Node*> clean_; // May leave memory, the newest comer last.
    std::vector<Node*> changed_;      // Since they were taken last.
    std::vector<Node*> flushing_;     // Taken, not yet durable.
    std::deque<Undo> undo_;
};

} // namespace tollbook
