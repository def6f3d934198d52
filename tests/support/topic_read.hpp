#pragma once

#include "ledger/record.hpp"
#include "ledger/topic.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tollbook {

// A topic as a reader that knows nothing else sees it.
struct TopicRead {
    std::vector<std::string> taken;         // Claims and frames, in order.
    std::map<std::uint64_t, Hash> hashes;   // By seq.
    std::map<Uuid, std::uint32_t> commands; // Records of each.
    std::uint64_t dropped{};
};

TopicRead read_all_of(Topic& topic, const LogIdentity& log, const Uuid& incarnation);

} // namespace tollbook
