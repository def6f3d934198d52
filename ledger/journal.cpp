#include "ledger/journal.hpp"

#include "ledger/bytes.hpp"
#include "ledger/ensure.hpp"
#include "ledger/sha256.hpp"

#include <algorithm>

namespace tollbook {

namespace {

void add_prefixed(Sha256& hash, std::string_view text) {
    std::string prefix;
    put_fixed(prefix, std::uint64_t{text.size()});
    hash.add(prefix).add(text);
}

} // namespace

void Journal::add(JournaledTable& table) {
    const auto at = std::ranges::lower_bound(tables_, table.tag(), {}, &JournaledTable::tag);
    ensure(at == tables_.end() || (*at)->tag() != table.tag());
    tables_.insert(at, &table);
}

void Journal::fetch_wanted() const {
    for (const JournaledTable* table : tables_)
        table->fetch_wanted();
}

std::uint64_t Journal::mark() {
    ++window_;
    for (JournaledTable* table : tables_)
        table->window_opened();
    return window_;
}

// Rows of different tables do not overlap, so each table goes back on its own.
void Journal::undo_to(std::uint64_t mark) {
    ensure(mark >= oldest_);
    for (JournaledTable* table : tables_)
        table->undo_to(mark);
    ++window_; // What was copied in the window that is open is a copy of nothing now.
}

void Journal::forget_undo(std::uint64_t mark) {
    oldest_ = std::max(oldest_, mark);
    for (JournaledTable* table : tables_)
        table->forget_undo(mark);
}

std::vector<RowImage> Journal::take_changed_rows() {
    std::vector<RowImage> rows;
    for (JournaledTable* table : tables_)
        table->take_changed_rows(rows);
    return rows;
}

void Journal::flushed() {
    for (JournaledTable* table : tables_)
        table->flushed();
}

void Journal::restore_row(std::string_view key, std::string_view value) {
    ensure(!key.empty());
    const auto at = std::ranges::lower_bound(tables_, key.front(), {}, &JournaledTable::tag);
    ensure(at != tables_.end() && (*at)->tag() == key.front());
    (*at)->restore_row(key.substr(1), value);
}

void Journal::attach(const RowStore& rows) {
    for (JournaledTable* table : tables_)
        table->attach(rows);
}

std::string Journal::cold_tags() const {
    std::string tags;
    for (const JournaledTable* table : tables_)
        if (table->cold()) tags += table->tag();
    return tags;
}

Hash Journal::state_hash() const {
    Sha256 hash;
    for (const JournaledTable* table : tables_) {
        table->visit([&](std::string_view key, std::string_view value) {
            add_prefixed(hash, key);
            add_prefixed(hash, value);
        });
    }
    return hash.finish();
}

} // namespace tollbook
