#include "ledger/ensure.hpp"
#include "projections/enforcement/routeros/ppp.hpp"
#include "projections/enforcement/routeros/secret_row.hpp"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tollbook::routeros {

namespace {

struct Found {
    SecretRow row;
    bool repeated = false;
};

using Rows = std::unordered_map<std::string, Found>;
using SessionIds = std::unordered_map<std::string, std::vector<std::string>>;

// A print of a whole table is one command, however long; it gets the time of the whole batch.
Answer<Rows> read_rows(Client& client, Deadline deadline) {
    const Answer<Reply> printed = client.call(print_secrets(Passwords::asked), deadline);
    if (!printed) return printed.error();
    Rows rows;
    rows.reserve(printed->items.size());
    for (const Item& item : printed->items) {
        SecretRow row = row_of(item);
        std::string name = row.name;
        const auto [found, first] = rows.try_emplace(std::move(name), Found{std::move(row)});
        found->second.repeated = !first;
    }
    return rows;
}

Answer<SessionIds> read_sessions(Client& client, Deadline deadline) {
    const Answer<Reply> printed = client.call(print_sessions(), deadline);
    if (!printed) return printed.error();
    SessionIds sessions;
    for (const Item& item : printed->items)
        sessions[std::string(item.get("name"))].emplace_back(item.get(".id"));
    return sessions;
}

// Commands and, for each, which wish it is for.
struct Batch {
    std::vector<Command> commands;
    std::vector<std::size_t> wishes;

    void add(std::size_t wish, Command command) {
        wishes.push_back(wish);
        commands.push_back(std::move(command));
    }
};

// One converge_many: every wish is open until it has an answer.
class BulkConverge {
public:
    BulkConverge(Client& client, std::span<const SecretWish> wishes)
        : client_(client)
        , wishes_(wishes)
        , answers_(wishes.size())
        , deadline_(client.deadline_for(3 * wishes.size())) {}

    std::vector<Answer<SecretFact>> run();

private:
    void refuse_unsuitable();
    Answer<Done> write_differences();
    void plan(std::size_t index, const Found* found, Batch& batch);
    Answer<Done> end_sessions();
    Answer<Done> read_back();
    void send(const Batch& batch, Refusal harmless);
    void repeat_lost_races();
    void answer_open(const Failure& failure);

    Client& client_;
    std::span<const SecretWish> wishes_;
    std::vector<std::optional<Answer<SecretFact>>> answers_;
    std::vector<std::size_t> kicks_; // Wishes whose session has to end.
    Deadline deadline_;
};

std::vector<Answer<SecretFact>> BulkConverge::run() {
    refuse_unsuitable();
    Answer<Done> step = write_differences();
    if (step) step = end_sessions();
    if (step) step = read_back();
    if (!step) answer_open(step.error());
    repeat_lost_races();

    std::vector<Answer<SecretFact>> answers;
    answers.reserve(answers_.size());
    for (auto& answer : answers_)
        answers.push_back(std::move(*answer));
    return answers;
}

void BulkConverge::refuse_unsuitable() {
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
        if (const auto refusal = objection(wishes_[i]))
            answers_[i] = *refusal;
        else if (!names.insert(wishes_[i].name).second)
            answers_[i] = final_refusal(Errc::value_out_of_range, "an earlier wish has this name");
    }
}

Answer<Done> BulkConverge::write_differences() {
    const Answer<Rows> rows = read_rows(client_, deadline_);
    if (!rows) return rows.error();
    Batch batch;
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
        if (answers_[i]) continue;
        const auto found = rows->find(wishes_[i].name);
        plan(i, found == rows->end() ? nullptr : &found->second, batch);
    }
    send(batch, Refusal::none);
    return Done{};
}

void BulkConverge::plan(std::size_t index, const Found* found, Batch& batch) {
    const SecretWish& wish = wishes_[index];
    if (found == nullptr) {
        if (ends_session(wish, nullptr)) kicks_.push_back(index);
        batch.add(index, add_secret(wish));
        return;
    }
    if (found->repeated)
        answers_[index] = repeated_secret(wish.name);
    else if (!owned_by(found->row, wish.mark))
        answers_[index] = foreign_secret(wish.name);
    if (answers_[index]) return;

    if (ends_session(wish, &found->row)) kicks_.push_back(index);
    std::optional<Command> write = correction(found->row, wish);
    if (write) batch.add(index, std::move(*write));
}

// The sessions are read after the writes: one that was not there before may have begun meanwhile.
Answer<Done> BulkConverge::end_sessions() {
    if (kicks_.empty()) return Done{};
    const Answer<SessionIds> sessions = read_sessions(client_, deadline_);
    if (!sessions) return sessions.error();
    Batch batch;
    for (const std::size_t i : kicks_) {
        const auto live = sessions->find(wishes_[i].name);
        if (answers_[i] || live == sessions->end()) continue;
        for (const std::string& id : live->second)
            batch.add(i, remove_item("/ppp/active", id));
    }
    send(batch, Refusal::no_such_item);
    return Done{};
}

Answer<Done> BulkConverge::read_back() {
    const Answer<Rows> rows = read_rows(client_, deadline_);
    if (!rows) return rows.error();
    const Answer<SessionIds> sessions = read_sessions(client_, deadline_);
    if (!sessions) return sessions.error();
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
        if (answers_[i]) continue;
        const SecretWish& wish = wishes_[i];
        const auto row = rows->find(wish.name);
        SecretFact fact{.name = wish.name};
        if (row != rows->end())
            fact = fact_of(row->second.row, wish, sessions->contains(wish.name));
        const std::optional<Failure> short_of = shortfall(fact, wish);
        if (short_of)
            answers_[i] = *short_of;
        else
            answers_[i] = std::move(fact);
    }
    return Done{};
}

// What was refused closes its wish, unless the refusal says that the work is done.
void BulkConverge::send(const Batch& batch, Refusal harmless) {
    const auto replies = client_.call_many(batch.commands, deadline_);
    ensure(replies.size() == batch.wishes.size());
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (replies[i]) continue;
        const Failure& failure = replies[i].error();
        if (failure.refusal == Refusal::none || failure.refusal != harmless)
            answers_[batch.wishes[i]] = failure;
    }
}

// Races are rare; each loser goes the slow way, which reads again before it writes.
void BulkConverge::repeat_lost_races() {
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
        const bool lost = !*answers_[i] && lost_race(answers_[i]->error());
        if (lost && client_.alive()) answers_[i] = converge(client_, wishes_[i]);
    }
}

void BulkConverge::answer_open(const Failure& failure) {
    for (auto& answer : answers_)
        if (!answer) answer = failure;
}

} // namespace

std::vector<Answer<SecretFact>> converge_many(Client& client, std::span<const SecretWish> wishes) {
    if (wishes.empty()) return {};
    return BulkConverge(client, wishes).run();
}

} // namespace tollbook::routeros
