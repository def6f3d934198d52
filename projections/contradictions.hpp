#pragma once

#include "projections/comparison.hpp"
#include "projections/projection.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tollbook {

// A projection that is folded once more while the rows that differ are watched: each event that
// makes or edits one of them is noted in its RowDifference.
class Contradictions final : public Projection {
public:
    // Notes the events in the examples of `tables`, which are of this projection and outlive this.
    Contradictions(std::unique_ptr<Projection> projection, std::vector<TableComparison>& tables);

    Keys keys(const Fact& fact) const override { return projection_->keys(fact); }

    bool reads_events() const override { return projection_->reads_events(); }

    void touch(const Fact& fact) override;
    void apply(const Fact& fact) override;

    std::vector<RowSet*> tables() override { return projection_->tables(); }

private:
    using Watched = std::unordered_map<std::string, RowDifference*>; // By row key.

    void note(RowDifference& difference) const;

    std::unique_ptr<Projection> projection_;
    std::vector<Watched> watched_; // One for each table.
    const Fact* fact_{};
};

} // namespace tollbook
