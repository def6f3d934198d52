#include "projections/parking_fold.hpp"

namespace tollbook {

namespace {

bool is_lost(const Projection& projection, const Fact& fact) {
    return fact.unreadable && projection.reads_events();
}

// What PostgreSQL says behind the first line quotes the row, which may hold personal data.
std::string reason_of(const Error& error) {
    return error.detail.substr(0, error.detail.find('\n'));
}

} // namespace

Projection::Keys keys_of(const Projection& projection, const Fact& fact) {
    if (is_lost(projection, fact)) return {std::string(Projection::whole_tenant)};
    return projection.keys(fact);
}

// Keys are only made while some are parked: the usual batch pays nothing for them.
Facts ParkingFold::without_waiting(Facts facts, const ReaderState& before) {
    std::erase_if(facts, [&](const Fact* fact) {
        const bool lost = is_lost(projection_, *fact);
        if (parked_.empty() && !lost) return false;
        const Projection::Keys keys = keys_of(projection_, *fact);
        if (parked_.hold(*fact, keys, before)) return true;
        if (lost) parked_.park(*fact, keys, *fact->unreadable, before);
        return lost;
    });
    return facts;
}

Status ParkingFold::fold_whole(Facts facts, const ReaderState& before) {
    return fold(db_, projection_, without_waiting(std::move(facts), before));
}

Status ParkingFold::fold_and_park(Facts facts, const ReaderState& before) {
    facts = without_waiting(std::move(facts), before);
    if (facts.empty()) return Done{};
    if (const Status status = db_.run("SAVEPOINT batch"); !status) return status;
    const Status folded = fold(db_, projection_, facts);
    if (folded) return db_.run("RELEASE SAVEPOINT batch");
    if (!is_poison(folded.error())) return folded;
    if (const Status undone = db_.run("ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch");
        !undone)
        return undone;
    if (const Status opened = open_tables(db_, projection_, false); !opened) return opened;
    if (facts.size() == 1) {
        parked_.park(*facts[0], keys_of(projection_, *facts[0]), reason_of(folded.error()), before);
        return Done{};
    }
    const auto middle = facts.begin() + static_cast<std::ptrdiff_t>(facts.size() / 2);
    if (const Status status = fold_and_park({facts.begin(), middle}, before); !status)
        return status;
    return fold_and_park({middle, facts.end()}, before);
}

} // namespace tollbook
