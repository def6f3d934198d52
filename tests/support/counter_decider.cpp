#include "tests/support/counter_decider.hpp"

#include "ledger/table_members.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

namespace tollbook {

template class Table<CounterRow>;
template class Table<AdditionRow>;

namespace {

class PreparedAddition final : public Prepared {
public:
    explicit PreparedAddition(AddToCounter read) : command(std::move(read)) {}

    std::string canonical() const override { return to_json(command); }

    std::string stream() const override { return "counter:" + command.counter; }

    AddToCounter command;
};

std::string key_of(std::string_view tenant, std::string_view name) {
    return fmt::format("{}/{}", tenant, name);
}

WalletCharged addition(const AddToCounter& command, std::uint64_t number) {
    const Currency kes = *Currency::parse("KES");
    const std::string wallet = "wallet:" + command.counter;
    const std::int64_t credit = command.off_by.value_or(0) - command.amount;
    WalletCharged event;
    event.charge = fmt::format("{}:{}", command.counter, number);
    event.customer = command.counter;
    if (command.padding) event.service = std::string(*command.padding, 'p');
    event.minor = command.amount;
    event.postings = {{wallet, command.amount, kes, {}}, {"revenue:counting", credit, kes, {}}};
    return event;
}

} // namespace

Result<std::shared_ptr<const Prepared>> CounterDecider::prepare(
    std::string_view, std::string_view type, std::string_view body
) const {
    if (type != "add") return Error{Errc::not_found, std::string(type)};
    Result<AddToCounter> command = from_json<AddToCounter>(body);
    if (!command) return command.error();
    return std::shared_ptr<const Prepared>(std::make_shared<PreparedAddition>(std::move(*command)));
}

void CounterDecider::expect(std::span<const ExpectedCommand> commands) const {
    for (const ExpectedCommand& expected : commands) {
        const auto& command = static_cast<const PreparedAddition&>(*expected.command).command;
        counters_.want(key_of(expected.tenant, command.counter));
    }
    journal_.fetch_wanted();
}

Result<std::vector<NewEvent>> CounterDecider::decide(
    const Prepared& prepared, std::string_view tenant, Timestamp recorded_at
) const {
    const AddToCounter& command = static_cast<const PreparedAddition&>(prepared).command;
    if (command.amount <= 0) return Error{Errc::amount_not_positive, {}};
    const CounterRow* row = counters_.find(key_of(tenant, command.counter));
    const CounterRow counter = row == nullptr ? CounterRow{} : *row;
    const std::uint32_t times = command.times.value_or(1);
    if (command.at_most && counter.value + command.amount * times > *command.at_most)
        return Error{Errc::insufficient_funds, fmt::format("it is at {}", counter.value)};

    std::vector<NewEvent> events;
    for (std::uint32_t i = 1; i <= times; ++i) {
        const WalletCharged event = addition(command, counter.additions + i);
        ensure(additions_.find(key_of(tenant, event.charge)) == nullptr);
        NewEvent& added = events.emplace_back(NewEvent{
            "counter:" + command.counter, event, recorded_at, Date{20'000}, {}});
        if (command.secret) added.personal = {"counter:" + command.counter, *command.secret};
    }
    return events;
}

void CounterDecider::evolve(const Event& event, const Record& record) {
    const auto& addition = std::get<WalletCharged>(event);
    const std::string& tenant = record.command.tenant;
    CounterRow& counter = counters_.edit(key_of(tenant, addition.customer));
    counter.value += addition.minor;
    ++counter.additions;
    additions_.edit(key_of(tenant, addition.charge)).amount = addition.minor;
}

std::int64_t CounterDecider::value(std::string_view tenant, std::string_view counter) const {
    const CounterRow* row = counters_.find(key_of(tenant, counter));
    return row == nullptr ? 0 : row->value;
}

} // namespace tollbook
