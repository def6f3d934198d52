#include "tests/routeros/out_buffer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tollbook::routeros {

OutBuffer::OutBuffer(std::optional<std::uint64_t> split_seed) {
    if (split_seed) random_.emplace(*split_seed);
}

void OutBuffer::append(const Answered& answered) {
    std::size_t start = 0;
    for (const std::size_t end : answered.sentence_ends) {
        pieces_.push_back(answered.bytes.substr(start, end - start));
        start = end;
    }
    if (start < answered.bytes.size()) pieces_.push_back(answered.bytes.substr(start));
}

std::string OutBuffer::take() {
    if (!random_) {
        std::string first = std::move(pieces_.front());
        pieces_.pop_front();
        return first;
    }
    constexpr std::array<std::size_t, 4> scales{3, 40, 700, 20'000};
    std::size_t wanted = 1 + (*random_)() % scales[(*random_)() % scales.size()];
    std::string bytes;
    while (wanted > 0 && !pieces_.empty()) {
        const std::string& first = pieces_.front();
        const std::size_t count = std::min(wanted, first.size() - taken_);
        bytes.append(first, taken_, count);
        taken_ += count;
        wanted -= count;
        if (taken_ < first.size()) continue;
        pieces_.pop_front();
        taken_ = 0;
    }
    return bytes;
}

void OutBuffer::cut_in_half() {
    std::string all;
    while (!pieces_.empty())
        all += take();
    if (all.size() > 1) pieces_.push_back(all.substr(0, all.size() / 2));
}

} // namespace tollbook::routeros
