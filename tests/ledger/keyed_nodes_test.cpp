#include "ledger/keyed_nodes.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

using namespace tollbook;

namespace {

using Nodes = KeyedNodes<std::uint64_t>;

void check_equal(const Nodes& nodes, const std::map<std::string, Nodes::Node*>& model) {
    REQUIRE(nodes.size() == model.size());
    std::size_t seen = 0;
    nodes.for_each([&](const Nodes::Node& node) {
        ++seen;
        const auto known = model.find(std::string(node.key()));
        REQUIRE(known != model.end());
        REQUIRE(known->second == &node);
    });
    REQUIRE(seen == model.size());
    for (const auto& [key, node] : model)
        REQUIRE(nodes.find(key_hash(key), key) == node);
}

} // namespace

TEST_CASE("keyed nodes: random adds and erases agree with a model, and no node ever moves") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        Nodes nodes;
        std::map<std::string, Nodes::Node*> model;
        const std::uint64_t keys = 1 + random() % 300;
        for (int step = 0; step < 2'000; ++step) {
            const std::string key(random() % 40, 'k');
            const std::string name = key + std::to_string(random() % keys);
            const auto known = model.find(name);
            if (known == model.end()) {
                Nodes::Node& node = nodes.add(key_hash(name), name);
                node.value = random();
                model.emplace(name, &node);
            } else if (random() % 2 == 0) {
                nodes.erase(*known->second);
                model.erase(known);
            }
        }
        check_equal(nodes, model);
    }
}

TEST_CASE("keyed nodes: keys of one hash are kept apart, and none is lost when one goes") {
    Nodes nodes;
    constexpr std::uint64_t hash = 15; // The last of the first places: the run wraps around.
    Nodes::Node& first = nodes.add(hash, "a");
    nodes.add(hash, "b").value = 2;
    nodes.add(hash, "").value = 3;
    CHECK(nodes.find(hash, "a") == &first);
    CHECK(nodes.find(hash, "b")->value == 2);
    CHECK(nodes.find(hash, "")->value == 3);
    CHECK(nodes.find(hash, "c") == nullptr);
    CHECK(nodes.find(hash + 1, "b") == nullptr);
}

TEST_CASE("keyed nodes: bringing near what is there or not changes nothing") {
    struct Wanted {
        std::uint64_t hash;
    };

    Nodes nodes;
    nodes.bring_near(std::vector<Wanted>{{key_hash("a")}});
    nodes.add(key_hash("a"), "a").value = 1;
    nodes.add(key_hash(""), "");
    nodes.bring_near(std::vector<Wanted>{{key_hash("a")}, {key_hash("b")}, {key_hash("")}});
    CHECK(nodes.size() == 2);
    CHECK(nodes.find(key_hash("a"), "a")->value == 1);
}
