#pragma once

#include "ledger/ensure.hpp"
#include "projections/rows.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollbook {

// More rows than this leave memory after a batch, when none of them waits to be written.
inline constexpr std::size_t rows_cached_max = 200'000;

// As many new rows of a batch are copied; fewer go with the changed ones in one upsert.
inline constexpr std::size_t copied_min = 32;

// Rows by key that later events change. A fold first names the keys it will need (`want`), all of
// them are read at once, then it edits. Rows stay in memory between batches: the checkpoint's
// compare-and-set proves that nobody else wrote them.
template <class Row>
class KeyedRows final : public RowSet {
public:
    // all: a small table that is read once and stays in memory.
    enum class Residency { cached, all };

    KeyedRows(
        std::string_view schema,
        std::string_view table,
        std::size_t keys,
        Residency residency = Residency::cached
    )
        : RowSet(shape_of<Row>(schema, table, keys))
        , residency_(residency)
        , upsert_(upsert_sql(shape()))
        , select_(select_sql(shape())) {}

    void want(const std::string& key) {
        if (!complete_ && slots_.try_emplace(key).second) wanted_.push_back(key);
    }

    const Row* find(const std::string& key) const {
        const auto found = slots_.find(key);
        ensure(complete_ || found != slots_.end()); // Nobody wanted it.
        return found != slots_.end() && found->second.exists ? &found->second.row : nullptr;
    }

    // Null: there is no such row.
    Row* edit(const std::string& key) {
        if (find(key) == nullptr) return nullptr;
        Node& node = *slots_.find(key);
        mark(node);
        return &node.second.row;
    }

    // A new row, or another one in its place.
    Row& put(Row row) {
        Node& node = *slots_.try_emplace(key_of(row, shape().keys)).first;
        node.second.row = std::move(row);
        node.second.exists = true;
        mark(node);
        return node.second.row;
    }

    Row& edit_or_put(const std::string& key, Row fresh) {
        Row* row = edit(key);
        return row != nullptr ? *row : put(std::move(fresh));
    }

    Status open(SqlSession& db, bool empty) override {
        slots_.clear();
        wanted_.clear();
        changed_.clear();
        held_ = false;
        complete_ = empty;
        if (empty || residency_ == Residency::cached) return Done{};
        Result<SqlRows> rows = db.query(select_all_sql(shape()));
        if (!rows) return rows.error();
        take(*rows);
        complete_ = true;
        return Done{};
    }

    Status load(SqlSession& db) override {
        if (wanted_.empty()) return Done{};
        std::ranges::sort(wanted_);
        const Result<SqlRows> rows = db.query(select_, key_arrays());
        wanted_.clear();
        if (!rows) return rows.error();
        take(*rows);
        return Done{};
    }

    Status write(SqlSession& db) override {
        if (held_ || changed_.empty()) return Done{};
        sort_changed();
        const std::span<Node* const> all(changed_);
        const auto first_new =
            std::ranges::find_if(all, [](const Node* node) { return !node->second.stored; });
        auto upserted = static_cast<std::size_t>(first_new - all.begin());
        if (all.size() - upserted < copied_min) upserted = all.size();
        if (const Status status = upsert(db, all.first(upserted)); !status) return status;
        if (const Status status = copy(db, all.subspan(upserted)); !status) return status;
        settle_changed();
        return Done{};
    }

    void hold() override { held_ = true; }

    Status settle(SqlSession& db) override {
        held_ = false;
        sort_changed();
        if (const Status status = copy(db, changed_); !status) return status;
        settle_changed();
        return Done{};
    }

    std::size_t rows_in_memory() const override { return slots_.size(); }

private:
    struct Slot {
        Row row{};
        bool exists{};
        bool stored{}; // In the table.
        bool changed{};
    };

    using Map = std::unordered_map<std::string, Slot>;
    using Node = typename Map::value_type;

    void mark(Node& node) {
        if (watched()) tell(node.first);
        if (std::exchange(node.second.changed, true)) return;
        changed_.push_back(&node);
    }

    // The new rows behind those of the table, by key each.
    void sort_changed() {
        std::ranges::sort(changed_, {}, [](const Node* node) {
            return std::pair(!node->second.stored, std::string_view(node->first));
        });
    }

    void settle_changed() {
        for (Node* node : changed_) {
            node->second.changed = false;
            node->second.stored = true;
        }
        changed_.clear();
        if (residency_ == Residency::all || slots_.size() <= rows_cached_max) return;
        slots_.clear();
        complete_ = false;
    }

    std::vector<SqlParam> key_arrays() const {
        std::vector<SqlParam> arrays(shape().keys, "{");
        for (const std::string& key : wanted_) {
            std::string_view rest = key;
            for (SqlParam& array : arrays) {
                if (array->size() > 1) *array += ',';
                column::put_element_text(*array, rest.substr(0, rest.find('\0')));
                rest.remove_prefix(rest.find('\0') + 1);
            }
        }
        for (SqlParam& array : arrays)
            *array += '}';
        return arrays;
    }

    Status upsert(SqlSession& db, std::span<Node* const> nodes) {
        if (nodes.empty()) return Done{};
        const Result<SqlRows> written = db.query(upsert_, row_arrays(nodes));
        return written ? Status{Done{}} : Status{written.error()};
    }

    Status copy(SqlSession& db, std::span<Node* const> nodes) {
        if (nodes.empty()) return Done{};
        std::string lines;
        for (const Node* node : nodes)
            put_copy_line(lines, node->second.row);
        return db.copy(copy_target(shape()), lines);
    }

    std::vector<SqlParam> row_arrays(std::span<Node* const> nodes) const {
        std::vector<SqlParam> arrays(shape().columns.size(), "{");
        for (const Node* node : nodes) {
            std::size_t i = 0;
            boost::mp11::mp_for_each<codec::Members<Row>>([&](auto member) {
                std::string& array = *arrays[i++];
                if (array.size() > 1) array += ',';
                column::put_element(array, node->second.row.*member.pointer);
            });
        }
        for (SqlParam& array : arrays)
            *array += '}';
        return arrays;
    }

    void take(const SqlRows& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto row =
                std::make_unique<Row>(); // On the stack, g++ 12 warns of a string unset.
            std::size_t column = 0;
            boost::mp11::mp_for_each<codec::Members<Row>>([&](auto member) {
                column::get(rows.at(i, column++), (*row).*member.pointer);
            });
            Slot& slot = slots_[key_of(*row, shape().keys)];
            slot.row = std::move(*row);
            slot.exists = true;
            slot.stored = true;
        }
    }

    Residency residency_;
    bool complete_{}; // Every row of the table is in memory.
    bool held_{};
    std::string upsert_;
    std::string select_;
    Map slots_;
    std::vector<std::string> wanted_;
    std::vector<Node*> changed_;
};

} // namespace tollbook
