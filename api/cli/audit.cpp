#include "api/cli/audit.hpp"

#include "api/cli/index_check.hpp"
#include "api/cli/read_all.hpp"
#include "commands/book_decider.hpp"
#include "ledger/parallel.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <string_view>
#include <unordered_map>
#include <vector>
#include <xxhash.h>

namespace tollbook::api {

namespace {

constexpr std::size_t slice_records = 256;

bool beyond(const AuditLimit& limit, const Record& record) {
    return (limit.seq && record.seq > *limit.seq) ||
           (limit.recorded_at && record.command.recorded_at > *limit.recorded_at);
}

void add_postings(TrialBalance& balance, const std::string& tenant, const Event& event) {
    const Postings* postings = postings_of(event);
    if (postings == nullptr) return;
    for (const Posting& posting : *postings)
        balance[tenant][{posting.entity, posting.currency, posting.account}] += posting.minor;
}

// Stands for a tenant's stream: 128 bits of XXH3, so that no two of a log share one.
using StreamId = XXH128_hash_t;

StreamId stream_id(const Record& record) {
    std::string name;
    name.reserve(record.command.tenant.size() + 1 + record.stream.size());
    name.append(record.command.tenant).append(1, '\0').append(record.stream);
    return XXH3_128bits(name.data(), name.size());
}

// What a record says by itself.
struct RecordCheck {
    std::string problem;
    std::size_t postings{};
    StreamId stream{};
};

// What must be dense, as far as it was read.
class Density {
public:
    // Why the record does not follow what was read before; empty: it does.
    std::string_view check(const Record& record, const StreamId& stream) {
        if (record.seq != ++seq_) return "the seq is not dense";
        if (record.tenant_seq != ++tenants_[record.command.tenant])
            return "the tenant seq is not dense";
        if (record.revision != ++revisions_[stream]) return "the stream's revision is not dense";
        if (record.index != index_) return "a command's records are not together";
        index_ = record.index + 1 == record.command.count ? 0 : index_ + 1;
        return {};
    }

private:
    struct IdHash {
        using is_avalanching = void; // NOLINT(readability-identifier-naming)

        std::size_t operator()(const StreamId& id) const noexcept { return id.low64; }
    };

    struct SameId {
        bool operator()(const StreamId& a, const StreamId& b) const noexcept {
            return a.low64 == b.low64 && a.high64 == b.high64;
        }
    };

    std::uint64_t seq_{};
    std::uint32_t index_{};
    std::unordered_map<std::string, std::uint64_t> tenants_;
    boost::unordered_flat_map<StreamId, std::uint64_t, IdHash, SameId> revisions_;
};

RecordCheck check_record(const Record& record) {
    const Result<Event> event = decode_event(record.type, record.schema_version, record.payload);
    if (!event) return {event.error().detail, 0, {}};
    if (record.event_id !=
        event_id_of(record.command.tenant, record.command.idempotency_key, record.index))
        return {"the event id does not follow from the key", 0, {}};
    const Postings* postings = postings_of(*event);
    if (postings == nullptr || postings->empty()) return {{}, 0, stream_id(record)};
    const Status balanced = check_postings(*postings);
    if (!balanced) return {balanced.error().detail, 0, {}};
    return {{}, postings->size(), stream_id(record)};
}

std::vector<RecordCheck> check_records(const std::vector<Record>& records) {
    std::vector<RecordCheck> checks(records.size());
    const std::size_t slices = (records.size() + slice_records - 1) / slice_records;
    for_each_in_parallel(slices, [&](std::size_t slice) {
        const std::size_t first = slice * slice_records;
        const std::size_t last = std::min(first + slice_records, records.size());
        for (std::size_t i = first; i < last; ++i)
            checks[i] = check_record(records[i]);
    });
    return checks;
}

} // namespace

Result<ReplayReport> replay(
    Source& source, const AuditLimit& limit, const AuditProgress& progress
) {
    BookDecider book([](std::string_view, std::string_view) { return std::string{}; });
    ReplayReport report;
    Status decoded = Done{};
    const auto take = [&](const Record& record, const Hash& hash) {
        if (beyond(limit, record)) return false;
        const Result<Event> event =
            decode_event(record.type, record.schema_version, record.payload);
        if (!event) {
            decoded = event.error();
            return false;
        }
        book.evolve(*event, record);
        book.forget_undo(book.mark());
        add_postings(report.trial_balance, record.command.tenant, *event);
        ++report.records;
        report.seq = record.seq;
        report.hash = hash;
        report.recorded_at = record.command.recorded_at;
        return true;
    };
    const Status read = read_all(source, progress, [&](const Batch& batch) {
        for (std::size_t i = 0; i < batch.records.size(); ++i)
            if (!take(batch.records[i], batch.hashes[i])) return false;
        return true;
    });
    if (!read) return read.error();
    if (!decoded) return decoded.error();
    report.state_hash = book.state_hash();
    return report;
}

Result<VerifyReport> verify(
    Source& source, const IndexReader* index, const AuditProgress& progress
) {
    VerifyReport report;
    Density density;
    std::optional<IndexCheck> check;
    if (index != nullptr) {
        Result<IndexCheck> begun = IndexCheck::begin(*index);
        if (!begun) return begun.error();
        check = std::move(*begun);
    }
    const Status read = read_all(source, progress, [&](const Batch& batch) {
        const std::vector<RecordCheck> checks = check_records(batch.records);
        for (std::size_t i = 0; i < checks.size(); ++i) {
            const Record& record = batch.records[i];
            std::string problem = checks[i].problem;
            if (problem.empty()) problem = density.check(record, checks[i].stream);
            if (problem.empty() && check) problem = check->take(record, batch.hashes[i]);
            if (!problem.empty()) {
                report.problem = fmt::format("seq {}: {}", record.seq, problem);
                return false;
            }
            ++report.records;
            report.commands += record.index == 0 ? 1 : 0;
            report.postings += checks[i].postings;
            report.seq = record.seq;
            report.hash = batch.hashes[i];
        }
        return true;
    });
    if (!read) return read.error();
    if (!check || !report.problem.empty()) return report;
    report.index_seq = check->seq();
    if (check->seq() > report.seq) {
        report.problem = fmt::format("the checkpoint is of seq {}, beyond the log", check->seq());
        return report;
    }
    Result<std::string> verdict = check->verdict();
    if (!verdict) return verdict.error();
    report.problem = std::move(*verdict);
    return report;
}

} // namespace tollbook::api
