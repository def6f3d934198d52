#include "ledger/gathered_answers.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

GatheredAnswers::GatheredAnswers(std::size_t commands, BatchAnswer answer)
    : outcomes_(commands, Result<Receipt>(Error{Errc::internal, {}}))
    , left_(commands)
    , answer_(std::move(answer)) {}

std::shared_ptr<GatheredAnswers> GatheredAnswers::of(std::size_t commands, BatchAnswer answer) {
    return std::shared_ptr<GatheredAnswers>(new GatheredAnswers(commands, std::move(answer)));
}

Answer GatheredAnswers::item(std::size_t index) {
    return [self = shared_from_this(), index](Result<Receipt> outcome) {
        self->settle(index, std::move(outcome));
    };
}

void GatheredAnswers::settle(std::size_t index, Result<Receipt> outcome) {
    outcomes_[index] = std::move(outcome);
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) answer_(together());
}

// What befell all of them is nobody's in particular.
Result<std::vector<Receipt>> GatheredAnswers::together() {
    const auto failed = std::ranges::find_if(outcomes_, [](const auto& one) { return !one; });
    if (failed != outcomes_.end()) {
        const bool all = std::ranges::none_of(outcomes_, [](const auto& one) { return !!one; });
        if (all) return failed->error();
        const auto index = static_cast<std::size_t>(failed - outcomes_.begin());
        return at_item(index, failed->error());
    }
    std::vector<Receipt> receipts;
    receipts.reserve(outcomes_.size());
    for (Result<Receipt>& outcome : outcomes_)
        receipts.push_back(std::move(*outcome));
    return receipts;
}

} // namespace tollbook
