// What brokers do to messages, at random: nothing that was acknowledged is lost or doubled.
#include "tests/support/memory_topic.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"
#include "tests/support/topic_read.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tollbook;
using namespace std::chrono_literals;

namespace {

struct FaultRun {
    std::string wrong; // Empty: all held.
    int acknowledged{};
    int unknown{};
    std::uint64_t resends{};
    std::uint64_t dropped{};
};

// A life of bursts of commands through a topic that misbehaves, with restarts and wiped disks.
FaultRun run_faults(unsigned seed, Acknowledgement level, TopicSabotage sabotage) {
    std::mt19937 random(seed);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    MemoryTopic topic;
    std::mt19937 fates(seed + 1);
    topic.fate = [&](std::string_view) {
        constexpr std::array bad{Fate::twice, Fate::lost, Fate::kept_unreported, Fate::late};
        const auto dice = fates() % 100;
        return dice < 16 ? bad.at(dice % bad.size()) : Fate::kept;
    };
    PartitionRig rig;
    rig.topic = &topic;
    rig.level = level;
    rig.sabotage = sabotage;
    rig.options.answer_within = 20s;
    const auto patience = sabotage == TopicSabotage::none ? 60s : 1s;
    FaultRun run;
    std::map<std::string, Receipt> receipts;
    std::vector<std::pair<std::string, std::future<Result<Receipt>>>> waiting;
    const auto collect = [&] {
        for (auto& [key, outcome] : waiting) {
            const Result<Receipt> receipt = outcome.get();
            if (!receipt) {
                ++run.unknown;
                continue;
            }
            if (receipts.contains(key) && receipts[key].hash != receipt->hash)
                run.wrong = key + " has two receipts";
            receipts[key] = *receipt;
        }
        waiting.clear();
    };
    unsigned number = 0;
    for (int life = 0; life < 6 && run.wrong.empty(); ++life) {
        if (const Status opened = rig.open(); !opened) {
            run.wrong = "it does not open: " + opened.error().detail;
            return run;
        }
        for (int burst = 0; burst < 8; ++burst) {
            for (int i = 0; i < 10; ++i) {
                const bool again = number > 0 && chance(15);
                const std::string key = "k" + std::to_string(again ? random() % number : number++);
                waiting.emplace_back(key, rig.start(add(key, "A", 1)));
            }
            if (chance(20)) topic.deliver_late();
            if (chance(80)) collect();
        }
        collect();
        if (level == Acknowledgement::local)
            for (const auto until = std::chrono::steady_clock::now() + patience;
                 rig.topic_health().seq < rig.partition().health().head.seq;)
                if (std::chrono::steady_clock::now() > until) {
                    run.wrong = "the topic does not catch up";
                    break;
                }
        const TopicRead read =
            read_all_of(topic, rig.store().identity(), rig.store().incarnation());
        run.dropped = read.dropped;
        for (const auto& [key, receipt] : receipts) {
            const auto found = read.hashes.find(receipt.last_seq);
            if (found == read.hashes.end() || found->second != receipt.hash)
                run.wrong = key + " is not in the topic";
        }
        for (const auto& [command, records] : read.commands)
            if (records != 1) run.wrong = "a command stands twice in the topic";
        if (read.taken != rig.messages()) run.wrong = "disk and topic differ";
        if (!rig.partition().health().serving) run.wrong = "it stopped";
        rig.close();
        if (level != Acknowledgement::local && chance(40)) rig.wipe();
    }
    run.acknowledged = static_cast<int>(receipts.size());
    return run;
}

} // namespace

TEST_CASE("topic faults: nothing acknowledged is lost or doubled") {
    int acknowledged = 0;
    std::uint64_t dropped = 0;
    for (const auto level : {Acknowledgement::both, Acknowledgement::local}) {
        for (unsigned seed = 1; seed <= 6; ++seed) {
            CAPTURE(seed);
            const FaultRun run = run_faults(seed, level, TopicSabotage::none);
            CHECK(run.wrong == "");
            CHECK(run.unknown == 0);
            acknowledged += run.acknowledged;
            dropped += run.dropped;
        }
    }
    CHECK(acknowledged > 12 * 300);
    CHECK(dropped > 12 * 10);
}

TEST_CASE("topic faults: a delivery error that is ignored would be noticed") {
    int caught = 0;
    for (unsigned seed = 1; seed <= 3; ++seed)
        for (const auto level : {Acknowledgement::both, Acknowledgement::local})
            caught += run_faults(seed, level, TopicSabotage::ignore_failed_delivery).wrong != "";
    CHECK(caught == 6);
}

TEST_CASE("topic faults: a confirmation without the reader rule would be noticed") {
    int caught = 0;
    for (unsigned seed = 1; seed <= 3; ++seed)
        for (const auto level : {Acknowledgement::both, Acknowledgement::local})
            caught += run_faults(seed, level, TopicSabotage::trust_delivery).wrong != "";
    CHECK(caught == 6);
}
