#pragma once

#include "ledger/source.hpp"
#include "projections/projection.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Opens a personal part; refuses with not_found when its subject was forgotten.
// KeyStore::open_sealed, or nothing where no keys are at hand (all personal columns are NULL then).
using OpenPersonal =
    std::function<Result<std::string>(std::string_view, const Sealed&, const Uuid&)>;

// The records of a batch, each decoded once. Facts refer to the batch and live as long as it.
// Refuses with store_newer for an event that only a newer binary knows. A payload that does not
// fit its own type makes the fact unreadable.
Result<std::vector<Fact>> decode(
    const Batch& batch, std::uint32_t partition, const OpenPersonal& open_personal
);

// The part of a batch that a projection has not seen yet: after < seq <= until.
struct SeqRange {
    std::uint64_t after{};
    std::uint64_t until{UINT64_MAX};
};

using Facts = std::vector<const Fact*>;

Facts facts_in(const std::vector<Fact>& facts, SeqRange range);

// Folds the facts into the projection's tables, inside the caller's transaction. After a refusal
// neither the transaction nor the tables' memory can be used: roll back, and open the tables again.
// See is_poison.
Status fold(SqlSession& db, Projection& projection, const Facts& facts);

// Whether a fold was refused because of what a record says: its code throws, or the database does
// not take the row. Trying again changes nothing; what else goes wrong is no record's fault.
bool is_poison(const Error& error);

// Before the first fold, and after one that was refused: forgets what is in memory. `empty`: the
// tables hold nothing yet.
Status open_tables(SqlSession& db, Projection& projection, bool empty);

} // namespace tollbook
