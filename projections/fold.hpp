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
// Refuses with store_newer or store_damaged for an event that this binary cannot read.
Result<std::vector<Fact>> decode(
    const Batch& batch, std::uint32_t partition, const OpenPersonal& open_personal
);

// The part of a batch that a projection has not seen yet: after < seq <= until.
struct SeqRange {
    std::uint64_t after{};
    std::uint64_t until{UINT64_MAX};
};

// Folds the facts of that range into the projection's tables, inside the caller's transaction.
Status fold(SqlSession& db, Projection& projection, std::span<const Fact> facts, SeqRange range);

// Before the first fold. `empty`: its tables hold nothing yet.
Status open_tables(SqlSession& db, Projection& projection, bool empty);

} // namespace tollbook
