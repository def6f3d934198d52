#pragma once

#include "ledger/submit.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace tollbook {

// Makes one answer of the answers to the commands of a batch, whoever gives them and when.
class GatheredAnswers : public std::enable_shared_from_this<GatheredAnswers> {
public:
    static std::shared_ptr<GatheredAnswers> of(std::size_t commands, BatchAnswer answer);

    // To be called once: the last of them answers the batch.
    Answer item(std::size_t index);

private:
    GatheredAnswers(std::size_t commands, BatchAnswer answer);
    void settle(std::size_t index, Result<Receipt> outcome);
    Result<std::vector<Receipt>> together();

    std::vector<Result<Receipt>> outcomes_; // Each written by its own answer.
    std::atomic<std::size_t> left_;
    BatchAnswer answer_;
};

} // namespace tollbook
