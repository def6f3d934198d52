// A topic that does not answer: who is told what, and what is left of it.
#include "tests/support/replicated_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;
using namespace std::chrono_literals;

TEST_CASE("topic: away, a local log goes on and catches up byte for byte") {
    Replicated node(Acknowledgement::local);
    node.rig.options.answer_within = 100ms;
    SUBCASE("from the start") { node.topic.set_away(true); }
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    node.topic.set_away(true);
    for (int i = 2; i < 30; ++i)
        REQUIRE(node.send(i));
    node.topic.set_away(false);
    node.await_topic(29);
    CHECK(node.read().taken == node.rig.messages());
}

TEST_CASE("topic: away, what is under way is unknown and what waits is refused, in time") {
    Replicated node;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    node.topic.set_away(true);
    node.rig.close();
    node.topic.set_away(false);
    node.rig.options.answer_within = 100ms;
    REQUIRE(node.rig.open());
    node.topic.set_away(true);
    auto under_way = node.rig.start(add("unknown", "A", 10));
    CHECK(code_of(under_way.get()) == Errc::outcome_unknown);
    auto waiting = node.rig.start(add("undecided", "A", 100));
    CHECK(code_of(waiting.get()) == Errc::topic_unavailable);
    CHECK(node.rig.partition().health().late == 1);
    CHECK(node.rig.partition().health().head.seq == 1); // Not confirmed: not shown.
    node.topic.set_away(false);
    const Result<Receipt> known = node.rig.send(add("unknown", "A", 10));
    REQUIRE(known);
    CHECK(known->replayed);
    CHECK(node.rig.value("A") == 12);
    REQUIRE(node.rig.send(add("undecided", "A", 100)));
    CHECK(node.rig.value("A") == 112);
    CHECK(node.read().taken == node.rig.messages());
}

TEST_CASE("topic: what is decided behind a group that is under way waits for it, refusals too") {
    Replicated node;
    node.rig.options.group_commands_max = 2; // So more is queued: an append beside the writer.
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    AddToCounter limited;
    limited.counter = "A";
    limited.amount = 60;
    limited.at_most = 100;
    node.rig.hold();
    node.topic.set_away(true);
    auto first = node.rig.start(add("first", limited));
    auto second = node.rig.start(add("second", "B", 1));
    auto refused = node.rig.start(add("refused", limited));
    auto again = node.rig.start(add("first", limited));
    auto third = node.rig.start(add("third", "A", 1));
    node.rig.release();
    for (auto* waits : {&first, &refused, &third, &again})
        CHECK(waits->wait_for(20ms) == std::future_status::timeout);
    node.topic.set_away(false);
    const Result<Receipt> made = first.get();
    REQUIRE(made);
    REQUIRE(second.get());
    CHECK(code_of(refused.get()) == Errc::insufficient_funds);
    CHECK(third.get()->first_seq == 4);
    const Result<Receipt> same = again.get();
    CHECK(same->replayed);
    CHECK(same->hash == made->hash);
    CHECK(node.rig.value("A") == 63);
    CHECK(node.read().taken == node.rig.messages());
}

TEST_CASE("topic: what was decided behind a group that takes too long is taken back") {
    Replicated node;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    node.rig.close();
    node.rig.options.answer_within = 200ms;
    node.rig.options.group_commands_max = 2;
    REQUIRE(node.rig.open());
    node.rig.hold();
    node.topic.set_away(true);
    auto first = node.rig.start(add("first", "A", 10));
    auto second = node.rig.start(add("second", "A", 20));
    auto third = node.rig.start(add("third", "A", 100));
    auto again = node.rig.start(add("first", "A", 10));
    node.rig.release();
    CHECK(code_of(first.get()) == Errc::outcome_unknown);
    CHECK(code_of(second.get()) == Errc::outcome_unknown);
    CHECK(code_of(third.get()) == Errc::topic_unavailable); // Nothing of it went out.
    CHECK(code_of(again.get()) == Errc::outcome_unknown);   // It may have happened.
    auto fourth = node.rig.start(add("fourth", "A", 1'000));
    CHECK(code_of(fourth.get()) == Errc::topic_unavailable);
    node.topic.set_away(false);
    const Result<Receipt> known = node.rig.send(add("first", "A", 10));
    REQUIRE(known);
    CHECK(known->replayed);
    CHECK(node.rig.value("A") == 32);
    REQUIRE(node.rig.send(add("third", "A", 100)));
    CHECK(node.rig.value("A") == 132);
    CHECK(node.rig.records_by_command().size() == 4);
    CHECK(node.read().taken == node.rig.messages());
}

TEST_CASE("topic: a node that stops while the topic is away loses only what was not confirmed") {
    Replicated node;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    node.topic.set_away(true);
    auto under_way = node.rig.start(add("k2", "A", 2));
    while (node.rig.partition().health().queue > 0)
        std::this_thread::yield();
    node.rig.close();
    const Result<Receipt> outcome = under_way.get();
    REQUIRE(outcome.has_error());
    const bool told_so = outcome.error().code == Errc::outcome_unknown ||
                         outcome.error().code == Errc::not_ready; // Or it was not taken yet.
    CHECK(told_so);
    node.topic.set_away(false);
    REQUIRE(node.rig.open());
    REQUIRE(node.rig.send(add("k2", "A", 2)));
    CHECK(node.rig.value("A") == 4);
    CHECK(node.rig.records_by_command().size() == 2);
}
