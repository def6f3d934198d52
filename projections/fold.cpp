#include "projections/fold.hpp"

#include <algorithm>
#include <exception>
#include <new>

namespace tollbook {

namespace {

// Only these personal parts are for people to read; secrets of sites and routers and raw callbacks
// stay sealed.
bool is_for_people(std::string_view type) {
    return type == CustomerRegistered::type || type == PaymentReceived::type ||
           type == LeadOpened::type || type == TicketOpened::type || type == TicketAnswered::type;
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

// A fold is not expected to throw; when it does, the record is to blame, but not for a lack of
// memory.
template <class Call>
Status guarded(const Fact& fact, Call&& call) {
    try {
        call();
        return Done{};
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& failure) {
        return Error{
            Errc::value_out_of_range,
            "seq " + std::to_string(fact.record.seq) + ": " + failure.what()};
    }
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
        if (!event && event.error().code == Errc::store_newer)
            return Error{
                event.error().code,
                "seq " + std::to_string(record.seq) + ": " + event.error().detail};
        Result<std::optional<std::string>> personal = open_part(record, open_personal);
        if (!personal) return personal.error();
        Fact& fact = facts.emplace_back(Fact{
            record, batch.hashes.at(i), partition, {}, std::move(*personal), std::nullopt});
        if (event)
            fact.event = std::move(*event);
        else
            fact.unreadable = event.error().detail;
    }
    return facts;
}

Facts facts_in(const std::vector<Fact>& facts, SeqRange range) {
    const auto seq = [](const Fact& fact) { return fact.record.seq; };
    const auto first = std::ranges::upper_bound(facts, range.after, {}, seq);
    const auto last = std::ranges::upper_bound(first, facts.end(), range.until, {}, seq);
    Facts found;
    found.reserve(static_cast<std::size_t>(last - first));
    for (auto fact = first; fact != last; ++fact)
        found.push_back(&*fact);
    return found;
}

Status fold(SqlSession& db, Projection& projection, const Facts& facts) {
    for (const Fact* fact : facts)
        if (const Status status = guarded(*fact, [&] { projection.touch(*fact); }); !status)
            return status;
    for (RowSet* table : projection.tables())
        if (const Status status = table->load(db); !status) return status;
    for (const Fact* fact : facts)
        if (const Status status = guarded(*fact, [&] { projection.apply(*fact); }); !status)
            return status;
    for (RowSet* table : projection.tables())
        if (const Status status = table->write(db); !status) return status;
    return Done{};
}

bool is_poison(const Error& error) { return error.code == Errc::value_out_of_range; }

Status open_tables(SqlSession& db, Projection& projection, bool empty) {
    for (RowSet* table : projection.tables())
        if (const Status status = table->open(db, empty); !status) return status;
    return Done{};
}

} // namespace tollbook
