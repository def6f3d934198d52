#include "projections/enforcement/routeros/ppp.hpp"
#include "tests/routeros/device_for.hpp"
#include "tests/routeros/scripted_peer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

constexpr int many = 3'000;

std::vector<SecretWish> wishes_for(int count) {
    std::vector<SecretWish> wishes;
    wishes.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        wishes.push_back(
            {.name = "user-" + std::to_string(i),
             .password = "pass-" + std::to_string(i),
             .profile = "default",
             .mark = "mark-" + std::to_string(i),
             .enabled = i % 3 != 0}
        );
    return wishes;
}

std::size_t successes(const std::vector<Answer<SecretFact>>& answers) {
    return static_cast<std::size_t>(std::ranges::count_if(answers, [](const auto& answer) {
        return answer.has_value();
    }));
}

std::size_t count(const TestRouter& router, std::string_view start) {
    const auto lines = router.journal();
    return static_cast<std::size_t>(std::ranges::count_if(lines, [&](const std::string& line) {
        return line.starts_with(start);
    }));
}

} // namespace

TEST_CASE("bulk: thousands of secrets become as wished over one session") {
    TestRouter router({.auto_session = true});
    Client client = connected(device_for(router));
    std::vector<SecretWish> wishes = wishes_for(many);
    auto answers = converge_many(client, wishes);
    CHECK(successes(answers) == many);
    for (SecretWish& wish : wishes)
        wish.enabled = !wish.enabled;
    answers = converge_many(client, wishes);
    REQUIRE(successes(answers) == many);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        CHECK(answers[i]->name == wishes[i].name);
        CHECK(answers[i]->disabled == !wishes[i].enabled);
        CHECK(answers[i]->session_live == wishes[i].enabled);
    }
    CHECK(router.secrets().size() == many);
    CHECK(router.sessions().size() == many / 3);
}

TEST_CASE("bulk: a second time nothing is written") {
    TestRouter router({});
    Client client = connected(device_for(router));
    const auto wishes = wishes_for(20);
    CHECK(successes(converge_many(client, wishes)) == 20);
    CHECK(successes(converge_many(client, wishes)) == 20);
    CHECK(count(router, "/ppp/secret/add") == 20);
    CHECK(count(router, "/ppp/secret/set") == 0);
    CHECK(count(router, "/ppp/secret/print") == 4);
}

TEST_CASE("bulk: it works over TLS and through writes cut at random") {
    TestRouter router({.tls = true, .split = true, .seed = 7});
    Client client = connected(device_for(router));
    const auto wishes = wishes_for(500);
    CHECK(successes(converge_many(client, wishes)) == 500);
    const auto all = read_all_secrets(client);
    REQUIRE(all.has_value());
    CHECK(all->size() == 500);
}

TEST_CASE("bulk: each wish gets its own answer") {
    TestRouter router({});
    Client client = connected(device_for(router));
    REQUIRE(!router.run({"/ppp/secret/add", "=name=user-1", "=comment=vip"}).trap);
    std::vector<SecretWish> wishes = wishes_for(6);
    wishes[2].profile = "missing";
    wishes[3].name = "";
    wishes[4].name = wishes[0].name;
    const auto answers = converge_many(client, wishes);
    REQUIRE(answers.size() == 6);
    CHECK(answers[0].has_value());
    CHECK(answers[1].error().detail == "the secret user-1 does not have our mark");
    CHECK(answers[2].error().refusal == Refusal::profile_missing);
    CHECK(answers[3].error().code == Errc::value_out_of_range);
    CHECK(answers[4].error().detail == "an earlier wish has this name");
    CHECK(answers[5].has_value());
    CHECK(converge_many(client, {}).empty());
}

TEST_CASE("bulk: two secrets of one name are not for a program to sort out") {
    const std::vector<SecretWish> wishes = wishes_for(1);
    const Sentence row{"!re", "=.id=*1", "=name=user-0", "=comment=isp:mark-0", ".tag={tag}"};
    const Sentence done{"!done", ".tag={tag}"};
    const ScriptedPeer peer({{.sentences = {row, row, done}}, {.sentences = {done}}});
    Client client = connected({.host = "127.0.0.1", .port = peer.port()});
    const auto answers = converge_many(client, wishes);
    REQUIRE(!answers[0].has_value());
    CHECK(answers[0].error().detail == "more than one secret has the name user-0");
}

TEST_CASE("bulk: a lost race is run again") {
    TestRouter router({});
    Client client = connected(device_for(router));
    std::vector<SecretWish> wishes = wishes_for(10);
    router.set_fault(Fault::race_next_add);
    CHECK(successes(converge_many(client, wishes)) == 10);
    wishes[4].enabled = false;
    router.set_fault(Fault::vanish_next_set);
    CHECK(successes(converge_many(client, wishes)) == 10);
    CHECK(router.secrets().size() == 10);
}

TEST_CASE("bulk: a refusal of one write is the answer to its wish alone") {
    TestRouter router({});
    Client client = connected(device_for(router));
    router.set_fault(Fault::trap_next_write);
    const auto answers = converge_many(client, wishes_for(10));
    CHECK(successes(answers) == 9);
    CHECK(answers[0].error().permanent);
}

TEST_CASE("bulk: a connection lost in the writes answers every wish, and repeating completes them"
) {
    TestRouter router({});
    Client client = connected(device_for(router));
    const auto wishes = wishes_for(1'000);
    router.set_fault(Fault::drop_next_write);
    const auto answers = converge_many(client, wishes);
    CHECK(successes(answers) == 0);
    CHECK(answers.front().error().code == Errc::outcome_unknown);
    CHECK(answers.back().error().code == Errc::device_unreachable); // It was never sent.
    CHECK(!client.alive());
    Client again = connected(device_for(router));
    CHECK(successes(converge_many(again, wishes)) == 1'000);
}

TEST_CASE("bulk: a session that does not end is the answer to its wish") {
    TestRouter router({.auto_session = true});
    Client client = connected(device_for(router));
    std::vector<SecretWish> wishes = wishes_for(5);
    CHECK(successes(converge_many(client, wishes)) == 5);
    for (SecretWish& wish : wishes)
        wish.enabled = false;
    router.set_fault(Fault::keep_next_session);
    CHECK(successes(converge_many(client, wishes)) == 4);
    CHECK(successes(converge_many(client, wishes)) == 5);
    CHECK(router.sessions().empty());
}

TEST_CASE("bulk: an audit reads all secrets at once, and no passwords") {
    TestRouter router({.auto_session = true});
    Client client = connected(device_for(router));
    CHECK(successes(converge_many(client, wishes_for(9))) == 9);
    REQUIRE(!router.run({"/ppp/secret/add", "=name=mayor", "=comment=vip"}).trap);
    const auto all = read_all_secrets(client);
    REQUIRE(all.has_value());
    REQUIRE(all->size() == 10);
    CHECK((*all)[1].name == "user-1");
    CHECK((*all)[1].mark == "mark-1");
    CHECK((*all)[1].session_live);
    CHECK((*all)[3].disabled);
    CHECK(!(*all)[9].ours);
    CHECK((*all)[9].mark.empty());
}
