#include "projections/enforcement/routeros/ppp.hpp"

#include "projections/enforcement/routeros/secret_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace tollbook::routeros {

namespace {

constexpr int rounds_max = 3;

// The rows of that name. A router that answers with others does not do what it was asked: nothing
// is written, removed or believed on their word.
Answer<Reply> find(Client& client, Command print, const std::string& name, Deadline deadline) {
    Answer<Reply> printed = client.call(std::move(print).where("name", name), deadline);
    if (!printed) return printed;
    for (const Item& item : printed->items)
        if (item.get("name") != name)
            return transient(Errc::device_protocol, "a row of another name than was asked for");
    return printed;
}

Answer<std::optional<SecretRow>> find_secret(
    Client& client, const std::string& name, Deadline deadline
) {
    const Answer<Reply> printed = find(client, print_secrets(Passwords::asked), name, deadline);
    if (!printed) return printed.error();
    if (printed->items.empty()) return std::optional<SecretRow>{};
    if (printed->items.size() > 1) return repeated_secret(name);
    return std::optional(row_of(printed->items.front()));
}

Answer<Reply> find_sessions(Client& client, const std::string& name, Deadline deadline) {
    return find(client, print_sessions(), name, deadline);
}

Answer<Done> end_sessions(Client& client, const std::string& name, Deadline deadline) {
    const Answer<Reply> sessions = find_sessions(client, name, deadline);
    if (!sessions) return sessions.error();
    for (const Item& session : sessions->items) {
        const Answer<Reply> removed =
            client.call(remove_item("/ppp/active", session.get(".id")), deadline);
        if (!removed && removed.error().refusal != Refusal::no_such_item) return removed.error();
    }
    return Done{};
}

// Makes the secret as wished and says what it was before.
Answer<std::optional<SecretRow>> write_secret(
    Client& client, const SecretWish& wish, Deadline deadline
) {
    Answer<std::optional<SecretRow>> before = find_secret(client, wish.name, deadline);
    if (!before) return before;
    const std::optional<SecretRow>& row = *before;
    if (row && !owned_by(*row, wish.mark)) return foreign_secret(wish.name);

    const std::optional<Command> write = row ? correction(*row, wish) : add_secret(wish);
    if (!write) return before;
    const Answer<Reply> written = client.call(*write, deadline);
    if (!written) return written.error();
    return before;
}

Answer<SecretFact> read_back(Client& client, const SecretWish& wish, Deadline deadline) {
    const Answer<std::optional<SecretRow>> row = find_secret(client, wish.name, deadline);
    if (!row) return row.error();
    const Answer<Reply> sessions = find_sessions(client, wish.name, deadline);
    if (!sessions) return sessions.error();

    SecretFact fact{.name = wish.name};
    if (*row) fact = fact_of(**row, wish, !sessions->items.empty());
    if (const auto short_of = shortfall(fact, wish)) return *short_of;
    return fact;
}

Answer<Done> erase_secret(Client& client, const SecretKey& key, Deadline deadline) {
    const Answer<std::optional<SecretRow>> row = find_secret(client, key.name, deadline);
    if (!row) return row.error();
    if (!*row) return Done{};
    if (!owned_by(**row, key.mark)) return foreign_secret(key.name);
    const Answer<Reply> removed = client.call(remove_item("/ppp/secret", (*row)->id), deadline);
    if (!removed && removed.error().refusal != Refusal::no_such_item) return removed.error();
    return end_sessions(client, key.name, deadline);
}

} // namespace

Answer<SecretFact> converge(Client& client, const SecretWish& wish) {
    if (const auto refusal = objection(wish)) return *refusal;
    const Deadline deadline = client.deadline_for();
    Answer<std::optional<SecretRow>> before = write_secret(client, wish, deadline);
    for (int round = 1; !before && lost_race(before.error()) && round < rounds_max; ++round)
        before = write_secret(client, wish, deadline);
    if (!before) return before.error();

    const std::optional<SecretRow>& row = *before;
    if (ends_session(wish, row ? &*row : nullptr)) {
        const Answer<Done> ended = end_sessions(client, wish.name, deadline);
        if (!ended) return ended.error();
    }
    return read_back(client, wish, deadline);
}

Answer<SecretFact> read_secret(Client& client, const std::string& name) {
    const Deadline deadline = client.deadline_for();
    const Answer<std::optional<SecretRow>> row = find_secret(client, name, deadline);
    if (!row) return row.error();
    const Answer<Reply> sessions = find_sessions(client, name, deadline);
    if (!sessions) return sessions.error();
    const bool live = !sessions->items.empty();
    if (!*row) return SecretFact{.name = name, .session_live = live};
    return fact_of(**row, live);
}

Answer<std::vector<SecretFact>> read_all_secrets(Client& client) {
    const Deadline deadline = client.deadline_for();
    const Answer<Reply> secrets = client.call(print_secrets(Passwords::skipped), deadline);
    if (!secrets) return secrets.error();
    const Answer<Reply> sessions = client.call(print_sessions(), deadline);
    if (!sessions) return sessions.error();

    std::unordered_set<std::string_view> live;
    for (const Item& session : sessions->items)
        live.insert(session.get("name"));
    std::vector<SecretFact> facts;
    facts.reserve(secrets->items.size());
    for (const Item& item : secrets->items)
        facts.push_back(fact_of(row_of(item), live.contains(item.get("name"))));
    return facts;
}

Answer<Done> remove_secret(Client& client, const SecretKey& key) {
    const Deadline deadline = client.deadline_for();
    const Answer<Done> erased = erase_secret(client, key, deadline);
    if (!erased) return erased.error();
    const Answer<std::optional<SecretRow>> row = find_secret(client, key.name, deadline);
    if (!row) return row.error();
    if (*row) return transient(Errc::device_refused, fmt::format("{} is still there", key.name));
    return Done{};
}

} // namespace tollbook::routeros
