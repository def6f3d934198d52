#include "projections/fold.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// Only these personal parts are for people to read; secrets of sites and routers and raw callbacks
// stay sealed.
bool is_for_people(std::string_view type) {
    return type == CustomerRegistered::type || type == PaymentReceived::type;
}

Result<std::optional<std::string>> open_part(
    const Record& record, const OpenPersonal& open_personal
) {
    using Personal = std::optional<std::string>;
    if (!record.sealed || !open_personal || !is_for_people(record.type)) return Personal{};
    Result<std::string> opened =
        open_personal(record.command.tenant, *record.sealed, record.event_id);
    if (opened) return Personal{std::move(*opened)};
    if (opened.error().code == Errc::not_found) return Personal{};
    return opened.error();
}

std::span<const Fact> cut(std::span<const Fact> facts, SeqRange range) {
    const auto seq = [](const Fact& fact) { return fact.record.seq; };
    const auto first = std::ranges::upper_bound(facts, range.after, {}, seq);
    const auto last = std::ranges::upper_bound(first, facts.end(), range.until, {}, seq);
    return {first, last};
}

} // namespace

Result<std::vector<Fact>> decode(
    const Batch& batch, std::uint32_t partition, const OpenPersonal& open_personal
) {
    std::vector<Fact> facts;
    facts.reserve(batch.records.size());
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        const Record& record = batch.records[i];
        Result<Event> event = decode_event(record.type, record.schema_version, record.payload);
        if (!event)
            return Error{
                event.error().code,
                "seq " + std::to_string(record.seq) + ": " + event.error().detail};
        Result<std::optional<std::string>> personal = open_part(record, open_personal);
        if (!personal) return personal.error();
        facts.push_back(
            {record, batch.hashes.at(i), partition, std::move(*event), std::move(*personal)}
        );
    }
    return facts;
}

Status fold(SqlSession& db, Projection& projection, std::span<const Fact> facts, SeqRange range) {
    const std::span<const Fact> news = cut(facts, range);
    for (const Fact& fact : news)
        projection.touch(fact);
    for (RowSet* table : projection.tables())
        if (const Status status = table->load(db); !status) return status;
    for (const Fact& fact : news)
        projection.apply(fact);
    for (RowSet* table : projection.tables())
        if (const Status status = table->write(db); !status) return status;
    return Done{};
}

Status open_tables(SqlSession& db, Projection& projection, bool empty) {
    for (RowSet* table : projection.tables())
        if (const Status status = table->open(db, empty); !status) return status;
    return Done{};
}

} // namespace tollbook
