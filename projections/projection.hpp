#pragma once

#include "ledger/events.hpp"
#include "ledger/record.hpp"
#include "projections/rows.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// One record as the folds see it: decoded once for all of them.
struct Fact {
    const Record& record;
    const Hash& hash;
    std::uint32_t partition{};
    Event event;
    std::optional<std::string> personal; // Opened personal part; none: erased, or not asked for.

    // Why the payload cannot be read; `event` says nothing then.
    std::optional<std::string> unreadable;

    const std::string& tenant() const { return record.command.tenant; }

    Timestamp recorded_at() const { return record.command.recorded_at; }
};

// A read model: name, version, tables and a fold. Folds never refuse and know no clock: the same
// records make the same rows. A change of tables or fold raises the version and brings a new DDL
// file; the old tables live on until a rebuild has proven the new ones.
class Projection {
public:
    struct Identity {
        std::string_view name;
        std::uint32_t version{};
        std::string_view ddl; // schemas/sql/<ddl>.sql
    };

    explicit Projection(Identity identity) : identity_(identity) {}

    Projection(const Projection&) = delete;
    Projection& operator=(const Projection&) = delete;
    virtual ~Projection() = default;

    std::string_view name() const { return identity_.name; }

    std::uint32_t version() const { return identity_.version; }

    std::string_view ddl() const { return identity_.ddl; }

    // What the rows of a record hang on, within its tenant: two records of which one reads or
    // writes a row that the other writes share a key. When one of them cannot be folded, the later
    // ones of its keys wait. None: the record has no rows here.
    using Keys = std::vector<std::string>;

    // The key that every record of the tenant shares.
    static constexpr std::string_view whole_tenant = "*";

    virtual Keys keys(const Fact& fact) const = 0;

    // Whether `keys` and `apply` look at the event; else its record is enough for them.
    virtual bool reads_events() const { return true; }

    // Names the rows that `apply` will ask for; called for a whole batch before it.
    virtual void touch(const Fact&) {}

    virtual void apply(const Fact& fact) = 0;

    virtual std::vector<RowSet*> tables() = 0;

private:
    Identity identity_;
};

} // namespace tollbook
