#pragma once

#include "ledger/error.hpp"
#include "ledger/index_reader.hpp"
#include "ledger/money.hpp"
#include "ledger/position.hpp"
#include "ledger/source.hpp"
#include "ledger/time.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace tollbook::api {

// An account of a legal entity in one currency; no name of one means the tenant's own.
struct BookAccount {
    std::optional<std::string> entity;
    Currency currency;
    std::string account;

    friend auto operator<=>(const BookAccount&, const BookAccount&) = default;
};

// Sums of the accounts of each tenant, debit positive.
using TrialBalance = std::map<std::string, std::map<BookAccount, std::int64_t>>;

// Called now and then with the seq reached and the one that ends it.
using AuditProgress = std::function<void(std::uint64_t seq, std::uint64_t of)>;

// How far an audit reads: up to a seq, up to a time of recording, or to the head.
struct AuditLimit {
    std::optional<std::uint64_t> seq;
    std::optional<Timestamp> recorded_at;
};

// What a replay came to: the head it read up to, the Book's hash and the trial balance there.
struct ReplayReport {
    std::uint64_t records{};
    std::uint64_t seq{};
    Hash hash{};
    std::optional<Timestamp> recorded_at; // Of the last record.
    Hash state_hash{};
    TrialBalance trial_balance;
};

// Folds the records into a new Book. Reads only.
Result<ReplayReport> replay(Source& source, const AuditLimit& limit, const AuditProgress& progress);

// What a verification checked. A source admits a record only when its frame's checksum and the
// chain hold; here its payload is decoded, its postings are summed again, and the seqs, tenant
// seqs, revisions and command counts are held to be dense.
struct VerifyReport {
    std::uint64_t records{};
    std::uint64_t commands{};
    std::uint64_t postings{};
    std::uint64_t seq{};
    Hash hash{};
    std::uint64_t index_seq{}; // The command index was checked up to here.
    std::string problem;       // "seq 812: ..."; empty: nothing is wrong.
};

// `index` was opened before the source is read, so that the log is not behind it; null: there is
// none (an export has none).
Result<VerifyReport> verify(
    Source& source, const IndexReader* index, const AuditProgress& progress
);

} // namespace tollbook::api
