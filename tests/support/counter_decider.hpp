#pragma once

#include "ledger/decider.hpp"
#include "ledger/json.hpp"
#include "ledger/table.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

// "add": raises a counter, `times` events in one command. The rest makes it misbehave.
struct AddToCounter {
    std::string counter;
    std::int64_t amount{};
    std::optional<std::uint32_t> times;
    std::optional<std::int64_t> at_most;  // Refuses when the counter would come above.
    std::optional<std::string> secret;    // Personal data of the subject "counter:<counter>".
    std::optional<std::int64_t> off_by;   // Postings that do not sum to zero.
    std::optional<std::uint32_t> padding; // Bytes of payload for nothing.
};
BOOST_DESCRIBE_STRUCT(AddToCounter, (), (counter, amount, times, at_most, secret, off_by, padding))

struct CounterRow {
    std::int64_t value{};
    std::uint64_t additions{};
};
BOOST_DESCRIBE_STRUCT(CounterRow, (), (value, additions))

struct AdditionRow {
    std::int64_t amount{};
};
BOOST_DESCRIBE_STRUCT(AdditionRow, (), (amount))

// The smallest write side that has everything: hot and cold rows, money, refusals that depend on
// the state, personal data.
class CounterDecider final : public Decider {
public:
    explicit CounterDecider(std::uint32_t version = 1) : version_(version) {}

    std::uint32_t version() const override { return version_; }

    Result<std::shared_ptr<const Prepared>> prepare(
        std::string_view tenant, std::string_view type, std::string_view body
    ) const override;
    void expect(std::span<const ExpectedCommand> commands) const override;
    Result<std::vector<NewEvent>> decide(
        const Prepared& command, std::string_view tenant, Timestamp recorded_at
    ) const override;
    void evolve(const Event& event, const Record& record) override;

    std::uint64_t mark() override { return journal_.mark(); }

    void undo_to(std::uint64_t mark) override { journal_.undo_to(mark); }

    void forget_undo(std::uint64_t mark) override { journal_.forget_undo(mark); }

    std::vector<RowImage> take_changed_rows() override { return journal_.take_changed_rows(); }

    void flushed() override { journal_.flushed(); }

    void restore_row(std::string_view key, std::string_view value) override {
        journal_.restore_row(key, value);
    }

    void attach(const RowStore& rows) override { journal_.attach(rows); }

    std::string cold_tags() const override { return journal_.cold_tags(); }

    Hash state_hash() const override { return journal_.state_hash(); }

    std::int64_t value(std::string_view tenant, std::string_view counter) const;

private:
    std::uint32_t version_;
    Journal journal_;
    Table<CounterRow> counters_{journal_, 'C', Residency::hot};    // tenant/counter
    Table<AdditionRow> additions_{journal_, 'a', Residency::cold}; // tenant/addition
};

} // namespace tollbook
