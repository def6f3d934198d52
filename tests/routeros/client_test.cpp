#include "projections/enforcement/routeros/client.hpp"

#include "tests/routeros/device_for.hpp"
#include "tests/routeros/scripted_peer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

const Command print_all{"/ppp/secret/print"};
const Command add_alice{"/ppp/secret/add", {"=name=alice", "=password=s3cret-pass"}};

Deadline soon() { return std::chrono::steady_clock::now() + short_timeout; }

Client client_of(const ScriptedPeer& peer) {
    return connected({.host = "127.0.0.1", .port = peer.port()});
}

// What becomes of a command when the peer answers it like that; only silence is not waited for.
Failure failure_of(const Command& command, Scripted answer) {
    const bool silent = answer.sentences.empty() && answer.raw.empty();
    const ScriptedPeer peer({std::move(answer)});
    Client client = client_of(peer);
    const Answer<Reply> reply = client.call(command, silent ? soon() : client.deadline_for());
    REQUIRE(!reply.has_value());
    return reply.error();
}

} // namespace

TEST_CASE("client: items, the end of them and an id come back to their command") {
    const ScriptedPeer peer(
        {{.sentences =
              {{"!re", "=name=alice", "=comment=a=b\n", ".tag={tag}", "=disabled=yes"},
               {"!re", "=name=bob", ".tag={tag}", ".section=1"},
               {"!done", ".tag={tag}"}}},
         {.sentences = {{"!done", "=ret=*1A", ".tag={tag}"}}},
         {.sentences = {{"!empty", ".tag={tag}"}, {"!done", ".tag={tag}"}}}}
    );
    Client client = client_of(peer);
    const Answer<Reply> listed = client.call(print_all);
    REQUIRE(listed.has_value());
    REQUIRE(listed->items.size() == 2);
    CHECK(listed->items[0].get("comment") == "a=b\n");
    CHECK(listed->items[0].is_true("disabled"));
    CHECK(listed->items[1].get("comment").empty());
    const Answer<Reply> added = client.call(add_alice);
    REQUIRE(added.has_value());
    CHECK(added->ret == "*1A");
    const Answer<Reply> nothing = client.call(print_all);
    REQUIRE(nothing.has_value());
    CHECK(nothing->items.empty());
}

TEST_CASE("client: a trap ends its command at the done behind it, and the session goes on") {
    const ScriptedPeer peer(
        {{.sentences =
              {{"!trap", ".tag={tag}", "=message=failure: no", "=category=4"},
               {"!done", ".tag={tag}"}}},
         {.sentences = {{"!done", ".tag={tag}"}}}}
    );
    Client client = client_of(peer);
    const Answer<Reply> refused = client.call(add_alice);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Errc::device_refused);
    CHECK(refused.error().refusal == Refusal::unrecognised);
    CHECK(refused.error().detail == "failure: no");
    CHECK(client.alive());
    CHECK(client.call(print_all).has_value());
}

TEST_CASE("client: answers to several commands may be mixed") {
    const ScriptedPeer peer(
        {{}, {.sentences = {{"!done", "=ret=second", ".tag=3"}, {"!done", "=ret=first", ".tag=2"}}}}
    );
    Client client = client_of(peer);
    const auto replies = client.call_many(std::vector{add_alice, add_alice}, client.deadline_for());
    REQUIRE(replies.size() == 2);
    REQUIRE((replies[0].has_value() && replies[1].has_value()));
    CHECK(replies[0]->ret == "first");
    CHECK(replies[1]->ret == "second");
}

TEST_CASE("client: what is not an answer of this protocol is refused as such") {
    const std::vector<Scripted> answers{
        {.sentences = {{"!hello", ".tag={tag}"}}},
        {.sentences = {{"!done"}}},
        {.sentences = {{"!done", ".tag=99"}}},
        {.sentences = {{"!done", ".tag=1"}}}, // The login's; it was answered long ago.
        {.sentences = {{"!done", ".tag=x"}}},
        {.sentences = {{"!re", "=name", ".tag={tag}"}}},
        {.sentences = {{"!re", "name=alice", ".tag={tag}"}}},
        {.sentences = {}, .raw = "\xff"},
        {.sentences = {}, .raw = "\xef\xff\xff\xff"},
        {.sentences = {}, .raw = "HTTP/1.1 400 Bad Request\r\n\r\n", .hang_up = true},
    };
    for (const Scripted& answer : answers) {
        const Failure failure = failure_of(print_all, answer);
        CHECK((failure.code == Errc::device_protocol || answer.hang_up));
        CHECK(!failure.permanent);
        CHECK(failure_of(add_alice, answer).code == Errc::outcome_unknown);
    }
}

TEST_CASE("client: fatal ends the session") {
    const Scripted fatal{.sentences = {{"!fatal", "session terminated on request"}}};
    const Failure failure = failure_of(print_all, fatal);
    CHECK(failure.code == Errc::device_unreachable);
    CHECK(failure.detail == "the router ended the session: session terminated on request");
    CHECK(failure_of(add_alice, fatal).code == Errc::outcome_unknown);
}

TEST_CASE("client: no password comes back in a reason, and no unprintable byte") {
    const Scripted trap{
        .sentences = {
            {"!trap", "=message=bad s3cret-pass\n\x80 s3cret-pass", ".tag={tag}"},
            {"!done", ".tag={tag}"}}};
    CHECK(failure_of(add_alice, trap).detail == "bad ***?? ***");
    const Scripted fatal{.sentences = {{"!fatal", "bad s3cret-pass"}}};
    CHECK(failure_of(add_alice, fatal).detail == "the router ended the session: bad ***");
    const Scripted long_trap{
        .sentences = {
            {"!trap", "=message=" + std::string(5'000, 'x'), ".tag={tag}"},
            {"!done", ".tag={tag}"}}};
    CHECK(failure_of(add_alice, long_trap).detail.size() < 500);
}

TEST_CASE("client: a write without its answer has an unknown outcome, a read has none") {
    const Scripted silence{.sentences = {{"!trap", "=message=x", ".tag={tag}"}}, .hang_up = true};
    CHECK(failure_of(add_alice, silence).code == Errc::outcome_unknown);
    CHECK(failure_of(print_all, silence).code == Errc::device_unreachable);
    CHECK(failure_of(add_alice, {}).code == Errc::outcome_unknown); // Until the deadline.
    CHECK(failure_of(print_all, {}).code == Errc::device_timeout);
}

TEST_CASE("client: after a lost connection every call says so until the next connect") {
    const ScriptedPeer peer({{.sentences = {}, .hang_up = true}});
    Client client = client_of(peer);
    CHECK(!client.call(print_all).has_value());
    CHECK(!client.alive());
    const auto replies = client.call_many(std::vector{print_all, add_alice}, client.deadline_for());
    REQUIRE(replies.size() == 2);
    CHECK(replies[0].error().code == Errc::device_unreachable);
    CHECK(replies[1].error().code == Errc::device_unreachable); // Not sent, so not unknown.
}

TEST_CASE("client: of a batch that broke, what was answered stays answered") {
    const ScriptedPeer peer(
        {{.sentences = {{"!done", "=ret=*1", ".tag={tag}"}}}, {.sentences = {}, .hang_up = true}}
    );
    Client client = client_of(peer);
    const auto replies =
        client.call_many(std::vector{add_alice, add_alice, print_all}, client.deadline_for());
    REQUIRE(replies.size() == 3);
    REQUIRE(replies[0].has_value());
    CHECK(replies[0]->ret == "*1");
    REQUIRE(!replies[1].has_value());
    CHECK(replies[1].error().code == Errc::outcome_unknown);
    CHECK(replies[2].error().code == Errc::device_unreachable);
}

TEST_CASE("client: a command that no router would read is not sent") {
    TestRouter router({});
    Client client = connected(device_for(router));
    const Command huge{"/ppp/secret/print", {"?name=" + std::string(word_bytes_max, 'x')}};
    const Command many{"/ppp/secret/print", std::vector<std::string>(sentence_words_max, "?name")};
    const auto replies =
        client.call_many(std::vector{huge, print_all, many}, client.deadline_for());
    REQUIRE(replies.size() == 3);
    CHECK(replies[0].error().code == Errc::value_out_of_range);
    CHECK(replies[1].has_value());
    CHECK(replies[2].error().code == Errc::value_out_of_range);
    CHECK(client.alive());
}

TEST_CASE("client: a router that cuts and joins its writes is understood") {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        TestRouter router({.split = true, .seed = seed});
        Client client = connected(device_for(router));
        std::vector<Command> adds;
        adds.reserve(300);
        for (int i = 0; i < 300; ++i)
            adds.push_back({"/ppp/secret/add", {"=name=user-" + std::to_string(i)}});
        for (const auto& reply : client.call_many(adds, client.deadline_for()))
            REQUIRE(reply.has_value());
        const Answer<Reply> listed = client.call(print_all);
        REQUIRE(listed.has_value());
        CHECK(listed->items.size() == 300);
        CHECK(listed->items[299].get("name") == "user-299");
    }
}

TEST_CASE("client: each fault of a router ends a call by its deadline, with its own code") {
    struct Case {
        Fault fault;
        Errc to_connect;
        Errc to_read;
        Errc to_write;
    };

    const std::vector<Case> cases{
        {Fault::refuse, Errc::device_unreachable, Errc::device_unreachable, Errc::outcome_unknown},
        {Fault::never_answer, Errc::device_timeout, Errc::device_timeout, Errc::outcome_unknown},
        {Fault::garbage, Errc::device_protocol, Errc::device_protocol, Errc::outcome_unknown},
        {Fault::drop_halfway, Errc{}, Errc::device_unreachable, Errc::outcome_unknown},
    };
    for (const bool tls : {false, true}) {
        for (const Case& known : cases) {
            CAPTURE(static_cast<int>(known.fault));
            TestRouter router({.tls = tls});
            Device device = device_for(router);
            Client reader = connected(device);
            Client writer = connected(device);
            const bool silent = known.fault == Fault::never_answer;
            if (silent) device.call_timeout = short_timeout;
            router.set_fault(known.fault);
            const Answer<Client> late = Client::connect(device);
            if (known.fault != Fault::drop_halfway)
                CHECK(late.error().code == known.to_connect);
            else
                CHECK(late.has_value());
            CHECK(
                reader.call(print_all, silent ? soon() : reader.deadline_for()).error().code ==
                known.to_read
            );
            const Errc written =
                writer.call(add_alice, silent ? soon() : writer.deadline_for()).error().code;
            CHECK(written == known.to_write);
            router.set_fault(Fault::none);
            CHECK(connected(device_for(router)).call(print_all).has_value());
        }
    }
}

TEST_CASE("client: a name that is not known and a port where nobody listens are unreachable") {
    TestRouter router({});
    Device device = device_for(router);
    router.set_fault(Fault::refuse);
    const Answer<Client> nobody = Client::connect(device);
    CHECK(nobody.error().code == Errc::device_unreachable);
    CHECK(!nobody.error().permanent);
    device.host = "no-such-router.invalid";
    device.call_timeout = short_timeout; // Where there is no resolver, asking one takes long.
    const Answer<Client> nowhere = Client::connect(device);
    REQUIRE(!nowhere.has_value());
    CHECK(!nowhere.error().permanent);
}
