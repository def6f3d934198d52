// The members of Table: for the one file that says `template class Table<Row>;`.
#pragma once

#include "ledger/json.hpp"
#include "ledger/table.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

template <class Row>
Table<Row>::Table(Journal& journal, char tag, Residency residency, std::size_t clean_max)
    : journal_(journal)
    , tag_(tag)
    , cold_(residency == Residency::cold)
    , clean_max_(cold_ ? clean_max : 0) {
    journal.add(*this);
}

template <class Row>
const Row* Table<Row>::find(std::string_view key) const {
    const Node* node = reach(key_hash(key), key);
    return node != nullptr && node->value.alive ? &node->value.row : nullptr;
}

template <class Row>
Row& Table<Row>::edit(std::string_view key) {
    const std::uint64_t hash = key_hash(key);
    Node* node = reach(hash, key);
    if (node == nullptr) node = &rows_.add(hash, key);
    touch(*node);
    node->value.alive = true;
    return node->value.row;
}

template <class Row>
void Table<Row>::erase(std::string_view key) {
    Node* node = reach(key_hash(key), key);
    if (node == nullptr || !node->value.alive) return;
    touch(*node);
    node->value.alive = false;
    node->value.row = Row{};
}

template <class Row>
typename Table<Row>::Node* Table<Row>::reach(std::uint64_t hash, std::string_view key) const {
    Node* node = rows_.find(hash, key);
    if (node != nullptr || !cold_ || store_ == nullptr) return node;
    return &take_in(hash, key, store_->get(tagged(key)));
}

template <class Row>
typename Table<Row>::Node& Table<Row>::take_in(
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

template <class Row>
void Table<Row>::fetch_wanted() const {
    rows_.bring_near(wanted_.places());
    if (cold_ && store_ != nullptr) read_wanted();
    wanted_.clear();
}

template <class Row>
void Table<Row>::read_wanted() const {
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

template <class Row>
void Table<Row>::note_clean(Node& node) const {
    if (node.value.clean) return;
    node.value.clean = true;
    clean_.push_back(&node);
}

template <class Row>
void Table<Row>::touch(Node& node) {
    Slot& slot = node.value;
    if (slot.window != journal_.window()) {
        slot.window = journal_.window();
        undo_.push_back({&node, slot.window, slot.alive ? std::optional(slot.row) : std::nullopt});
    }
    note_change(node);
}

template <class Row>
void Table<Row>::note_change(Node& node) {
    if (node.value.changed) return;
    node.value.changed = true;
    changed_.push_back(&node);
}

template <class Row>
void Table<Row>::undo_to(std::uint64_t mark) {
    while (!undo_.empty() && undo_.back().window >= mark) {
        Undo& undo = undo_.back();
        Slot& slot = undo.node->value;
        slot.alive = undo.row.has_value();
        slot.row = slot.alive ? std::move(*undo.row) : Row{};
        note_change(*undo.node);
        undo_.pop_back();
    }
}

template <class Row>
void Table<Row>::forget_undo(std::uint64_t mark) {
    while (!undo_.empty() && undo_.front().window < mark)
        undo_.pop_front();
}

template <class Row>
void Table<Row>::take_changed_rows(std::vector<RowImage>& out) {
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

template <class Row>
void Table<Row>::flushed() {
    for (Node* node : flushing_) {
        Slot& slot = node->value;
        slot.flushing = false;
        if (!slot.changed && (cold_ || !slot.alive)) note_clean(*node);
    }
    flushing_.clear();
    drop_clean();
}

template <class Row>
void Table<Row>::drop_clean() {
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

template <class Row>
void Table<Row>::restore_row(std::string_view key, std::string_view value) {
    const std::uint64_t hash = key_hash(key);
    Node* node = rows_.find(hash, key);
    if (node == nullptr) node = &rows_.add(hash, key);
    node->value.row = decoded(value);
    node->value.alive = true;
}

template <class Row>
void Table<Row>::visit(const RowVisitor& visit) const {
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

template <class Row>
std::vector<const typename Table<Row>::Node*> Table<Row>::nodes_by_key() const {
    std::vector<const Node*> nodes;
    nodes.reserve(rows_.size());
    rows_.for_each([&](const Node& node) { nodes.push_back(&node); });
    std::ranges::sort(nodes, {}, &Node::key);
    return nodes;
}

template <class Row>
std::string Table<Row>::tagged(std::string_view key) const {
    std::string text;
    text.reserve(key.size() + 1);
    text += tag_;
    text += key;
    return text;
}

template <class Row>
Row Table<Row>::decoded(std::string_view value) {
    Result<Row> row = from_json<Row>(value);
    ensure(row.has_value());
    return std::move(*row);
}

} // namespace tollbook
