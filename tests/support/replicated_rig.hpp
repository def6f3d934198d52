#pragma once

#include "tests/support/memory_topic.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/topic_read.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace tollbook {

// A partition of counters whose log a topic in memory carries.
struct Replicated {
    explicit Replicated(Acknowledgement level = Acknowledgement::both) {
        rig.topic = &topic;
        rig.level = level;
        rig.options.answer_within = std::chrono::seconds{20};
    }

    TopicRead read() {
        return read_all_of(topic, rig.store().identity(), rig.store().incarnation());
    }

    Result<Receipt> send(int number) {
        return rig.send(add("k" + std::to_string(number), "A", number + 1));
    }

    // The publisher is behind what it follows.
    void await_topic(std::uint64_t seq) {
        while (rig.topic_health().seq < seq)
            std::this_thread::yield();
    }

    MemoryTopic topic;
    PartitionRig rig;
};

} // namespace tollbook
