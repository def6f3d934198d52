#pragma once

#include "ledger/position.hpp"
#include "projections/projection.hpp"
#include "projections/sql_session.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A key of a projection whose events wait since one could not be folded.
struct ParkedKey {
    std::string tenant;
    std::string key;
    std::uint64_t group_seq{}; // Keys that share events wait, and are resumed, together.
    std::uint64_t first_seq{}; // The first event that waits here, and why.
    std::string event_id;
    std::string type;
    std::string reason;
    std::uint64_t waiting{}; // Events, the first among them.
    std::string from_state;  // A reader state before the first.
    std::optional<Timestamp> since;
};
BOOST_DESCRIBE_STRUCT(
    ParkedKey,
    (),
    (tenant, key, group_seq, first_seq, event_id, type, reason, waiting, from_state, since)
)

// Whose tables the keys are parked for.
struct ParkedOwner {
    std::string projection;
    std::uint32_t partition{};
};

// The parked keys of one projection. An event that has a parked key waits, and every other key of
// it is parked with that one: so each row stays as the events before made it, and what waits can be
// folded later in its own order. The database holds the same once `write` was committed.
class ParkedKeys {
public:
    // Beyond so many of one tenant, or in one event, all of the tenant is parked under one key.
    static constexpr std::size_t keys_max = 1'000;
    static constexpr std::size_t keys_of_event_max = 64;

    // Replaces what is held by what the database holds.
    Status load(SqlSession& db, const ParkedOwner& owner);

    // Inside the transaction that moves the checkpoint.
    Status write(SqlSession& db, const ParkedOwner& owner);

    bool empty() const { return tenants_.empty(); }

    // Whether the fact has to wait. `hold` counts it and parks its other keys; `before` is a
    // reader state before it.
    bool waits(const Fact& fact, const Projection::Keys& keys) const;
    bool hold(const Fact& fact, const Projection::Keys& keys, const ReaderState& before);

    // Parks the fact's keys because of it.
    void park(
        const Fact& fact,
        Projection::Keys keys,
        const std::string& reason,
        const ReaderState& before
    );

    // The groups to which a key of that tenant and name belongs; an empty name means any.
    ParkedKeys groups_of(const std::string& tenant, const std::string& key) const;

    // Forgets the groups of `others`, in memory and in the database.
    Status remove(SqlSession& db, const ParkedOwner& owner, const ParkedKeys& others);

    std::vector<ParkedKey> list() const;

private:
    using Tenant = std::map<std::string, ParkedKey, std::less<>>;

    std::map<std::string, Tenant, std::less<>> tenants_;
    bool changed_{};
};

// The keys of `before` that are not in `after`.
std::vector<ParkedKey> freed(const ParkedKeys& before, const ParkedKeys& after);

// Events that wait for each projection, and how many keys they wait under.
struct ParkedCount {
    std::string projection;
    std::uint64_t keys{};
    std::uint64_t waiting{};
};

ParkedCount count_of(const std::string& projection, const ParkedKeys& parked);

} // namespace tollbook
