#include "projections/contradictions.hpp"

namespace tollbook {

namespace {

std::string row_key_of(const RowDifference& difference) {
    std::string key;
    for (const KeyPart& part : difference.key)
        key += row_key(part.value);
    return key;
}

} // namespace

Contradictions::Contradictions(
    std::unique_ptr<Projection> projection, std::vector<TableComparison>& tables
)
    : Projection({projection->name(), projection->version(), projection->ddl()})
    , projection_(std::move(projection))
    , watched_(tables.size()) {
    const std::vector<RowSet*> sets = projection_->tables();
    for (std::size_t i = 0; i < sets.size(); ++i) {
        for (RowDifference& difference : tables[i].examples)
            watched_[i].emplace(row_key_of(difference), &difference);
        if (watched_[i].empty()) continue;
        sets[i]->watch([this, &rows = watched_[i]](const std::string& key) {
            if (const auto found = rows.find(key); found != rows.end()) note(*found->second);
        });
    }
}

// A fold may already write here.
void Contradictions::touch(const Fact& fact) {
    fact_ = &fact;
    projection_->touch(fact);
}

void Contradictions::apply(const Fact& fact) {
    fact_ = &fact;
    projection_->apply(fact);
}

void Contradictions::note(RowDifference& difference) const {
    std::vector<EventName>& events = difference.events;
    const Record& record = fact_->record;
    if (!events.empty() && events.front().seq == record.seq) return;
    if (events.size() == RowDifference::events_max) events.pop_back();
    events.insert(events.begin(), {record.seq, to_string(record.event_id), record.type});
}

} // namespace tollbook
