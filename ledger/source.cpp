#include "ledger/source.hpp"

#include <iterator>
#include <utility>

namespace tollbook {

void Batch::add(Frame frame) {
    if (records.empty()) {
        records = std::move(frame.records);
        hashes = std::move(frame.hashes);
        return;
    }
    const std::size_t count = records.size() + frame.records.size();
    if (records.capacity() < count) records.reserve(2 * count);
    std::move(frame.records.begin(), frame.records.end(), std::back_inserter(records));
    hashes.insert(hashes.end(), frame.hashes.begin(), frame.hashes.end());
}

} // namespace tollbook
