#include "ledger/heal.hpp"

#include "tests/support/memory_topic.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace tollbook;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

// A partition whose log a topic carries, with some commands in it; closed.
struct Setting {
    Setting() {
        rig.topic = &topic;
        rig.level = Acknowledgement::both;
        rig.options.answer_within = 20s;
        REQUIRE(rig.open());
        for (int i = 0; i < 30; ++i)
            receipts.push_back(*rig.send(command(i)));
        state = rig.state_hash();
        rig.close();
    }

    static Submission command(int number) {
        return add("k" + std::to_string(number), "A", number + 1);
    }

    std::string log() const { return rig.directory() + "/log"; }

    // Whether every answer stands, and the log goes on.
    void check_whole() {
        REQUIRE(rig.open());
        CHECK(rig.state_hash() == state);
        for (int i = 0; i < 30; ++i) {
            const Result<Receipt> again = rig.send(command(i));
            REQUIRE(again);
            CHECK(again->replayed);
            CHECK(again->hash == receipts.at(static_cast<std::size_t>(i)).hash);
        }
        REQUIRE(rig.send(command(30)));
        rig.close();
    }

    Errc refusal() {
        const Result<Healed> healed = heal(rig.directory(), topic);
        REQUIRE(healed.has_error());
        CHECK_FALSE(fs::exists(rig.directory() + "/healing"));
        return healed.error().code;
    }

    MemoryTopic topic;
    PartitionRig rig;
    std::vector<Receipt> receipts;
    Hash state{};
};

} // namespace

TEST_CASE("heal: a log in any state is filled from the topic, and the old one is kept") {
    Setting setting;
    SUBCASE("its CURRENT is cut") { fs::resize_file(setting.log() + "/CURRENT", 3); }
    SUBCASE("its files are gone") {
        for (const auto& entry : fs::directory_iterator(setting.log()))
            fs::remove(entry.path());
    }
    SUBCASE("it is gone") { fs::remove_all(setting.log()); }
    REQUIRE(setting.rig.open().has_error());
    const bool was_there = fs::exists(setting.log());
    const Result<Healed> healed = heal(setting.rig.directory(), setting.topic);
    REQUIRE(healed);
    CHECK(healed->head.seq == setting.receipts.back().last_seq);
    CHECK(healed->head.hash == setting.receipts.back().hash);
    CHECK(fs::exists(setting.rig.directory() + "/log.damaged-1") == was_there);
    CHECK(healed->set_aside.empty() == !was_there);
    CHECK_FALSE(fs::exists(setting.rig.directory() + "/healing"));
    setting.check_whole();
}

TEST_CASE("heal: one that was interrupted is begun anew, or ended by the next start") {
    Setting setting;
    SUBCASE("while it filled") {
        fs::create_directories(setting.rig.directory() + "/healing/log");
        std::ofstream(setting.rig.directory() + "/healing/log/CURRENT") << "half";
        REQUIRE(heal(setting.rig.directory(), setting.topic));
    }
    SUBCASE("between its renames") {
        REQUIRE(heal(setting.rig.directory(), setting.topic));
        fs::rename(setting.log(), setting.rig.directory() + "/log.recovering");
    }
    setting.check_whole();
}

TEST_CASE("heal: what would lose or mix records is refused, and the log stays") {
    Setting setting;
    SUBCASE("the topic ends below what was acknowledged") {
        setting.topic.truncate(setting.topic.messages().size() - 3);
        CHECK(setting.refusal() == Errc::store_damaged);
        setting.rig.topic = nullptr;
    }
    SUBCASE("the topic is empty") {
        setting.topic.truncate(0);
        CHECK(setting.refusal() == Errc::store_foreign);
        setting.rig.topic = nullptr;
    }
    SUBCASE("another cluster's topic") {
        Setting other;
        const Result<Healed> healed = heal(setting.rig.directory(), other.topic);
        REQUIRE(healed.has_error());
        CHECK(healed.error().code == Errc::store_foreign);
    }
    SUBCASE("a node runs") {
        REQUIRE(setting.rig.open());
        CHECK(setting.refusal() == Errc::store_locked);
        setting.rig.close();
    }
    SUBCASE("no store") {
        const ScratchDirectory empty;
        const Result<Healed> healed = heal(empty.path, setting.topic);
        REQUIRE(healed.has_error());
        CHECK(healed.error().code == Errc::not_found);
    }
    CHECK_FALSE(fs::exists(setting.rig.directory() + "/log.damaged-1"));
    setting.check_whole();
}
