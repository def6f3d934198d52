#pragma once

#include "ledger/decider.hpp"
#include "ledger/record.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

using RowVisitor = std::function<void(std::string_view key, std::string_view value)>;

// What a Journal asks of its tables (ledger/table.hpp is the only one).
class JournaledTable {
public:
    JournaledTable() = default;
    JournaledTable(const JournaledTable&) = delete;
    JournaledTable& operator=(const JournaledTable&) = delete;
    virtual ~JournaledTable() = default;

    virtual char tag() const = 0;
    virtual bool cold() const = 0;
    virtual void fetch_wanted() const = 0;
    virtual void window_opened() = 0;
    virtual void undo_to(std::uint64_t mark) = 0;
    virtual void forget_undo(std::uint64_t mark) = 0;
    virtual void take_changed_rows(std::vector<RowImage>& out) = 0;
    virtual void flushed() = 0;
    virtual void restore_row(std::string_view key, std::string_view value) = 0;
    virtual void attach(const RowStore& rows) = 0;

    // Keys with their tag, in order.
    virtual void visit(const RowVisitor& visit) const = 0;
};

// The way back, and the way to disk, of all tables of one state. It has the members of Decider that
// deal with rows under the same names, so that a Decider hands them on. A row is copied once per
// window, at its first edit; `mark` opens the next window. Declare it before its tables.
//
//   const auto before = journal.mark();
//   customers.edit("ACC00001").balance -= 100;
//   journal.undo_to(before);                   // the balance is back
//   journal.forget_undo(journal.mark());       // or: no way back any more
class Journal {
public:
    void add(JournaledTable& table); // Its tag is its alone.

    // Brings all rows near that its tables were told to want since the last time.
    void fetch_wanted() const;

    std::uint64_t mark();
    void undo_to(std::uint64_t mark);
    void forget_undo(std::uint64_t mark);

    std::vector<RowImage> take_changed_rows();
    void flushed();
    void restore_row(std::string_view key, std::string_view value);
    void attach(const RowStore& rows);
    std::string cold_tags() const;

    // SHA-256 over all rows: tables by tag, rows by key, each key and value length-prefixed.
    Hash state_hash() const;

    // For the tables: the open window, and the oldest one that can still be undone.
    std::uint64_t window() const { return window_; }

    std::uint64_t oldest_window() const { return oldest_; }

private:
    std::vector<JournaledTable*> tables_; // By tag.
    std::uint64_t window_{1};
    std::uint64_t oldest_{1};
};

} // namespace tollbook
