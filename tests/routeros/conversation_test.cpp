#include "tests/routeros/conversation.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

// The router's half of a connection, with words instead of bytes.
struct Talk {
    explicit Talk(const RouterOptions& options = {.user = "u", .password = "p"}) : state(options) {}

    std::vector<Sentence> say(const Sentence& request) {
        const Answered answered = conversation.answer(request);
        after = answered.after;
        return sentences(answered);
    }

    std::vector<Sentence> heard_of(const std::vector<Change>& changes) const {
        return sentences(conversation.report(changes));
    }

    static std::vector<Sentence> sentences(const Answered& answered) {
        Decoder decoder;
        CHECK(decoder.feed(answered.bytes).has_value());
        std::vector<Sentence> all;
        while (auto sentence = decoder.next())
            all.push_back(std::move(*sentence));
        return all;
    }

    void log_in() { CHECK(say({"/login", "=name=u", "=password=p"}) == done); }

    static inline const std::vector<Sentence> done{{"!done"}};

    RouterState state;
    Conversation conversation{state, 1};
    Answered::After after = Answered::After::go_on;
};

const Sentence add_secret{
    "/ppp/secret/add",
    "=name=alice",
    "=password=x1",
    "=service=pppoe",
    "=profile=default",
    "=comment=isp:6f1c",
    ".tag=2"};

} // namespace

TEST_CASE("router: the login since 6.43 is one sentence and answers nothing but done") {
    Talk talk;
    CHECK(talk.say({"/login", "=name=u", "=password=p"}) == Talk::done);
    CHECK(talk.conversation.logged_in());
}

TEST_CASE("router: a wrong password is a trap and a done, and the connection stays") {
    Talk talk;
    const std::vector<Sentence> refusal{
        {"!trap", "=message=invalid user name or password (6)", ".tag=9"}, {"!done", ".tag=9"}};
    CHECK(talk.say({"/login", "=name=u", "=password=no", ".tag=9"}) == refusal);
    CHECK(talk.after == Answered::After::go_on);
    CHECK(talk.say({"/login", "=name=u", "=password=p"}) == Talk::done);
}

TEST_CASE("router: before 6.43 a challenge comes first, whatever the client sent") {
    Talk talk({.user = "u", .password = "p", .legacy_login = true});
    const auto asked = talk.say({"/login", "=name=u", "=password=p"});
    REQUIRE(asked.size() == 1);
    REQUIRE(asked[0].size() == 2);
    CHECK(asked[0][1].substr(0, 5) == "=ret=");
    CHECK(asked[0][1].size() == 5 + 32);
    CHECK(!talk.conversation.logged_in());

    const std::vector<Sentence> refusal{{"!trap", "=message=cannot log in"}, {"!done"}};
    CHECK(talk.say({"/login", "=name=u", "=response=00" + std::string(32, '0')}) == refusal);
}

TEST_CASE("router: nothing is done before the login") {
    Talk talk;
    const std::vector<Sentence> refusal{{"!fatal", "not logged in"}};
    CHECK(talk.say({"/ppp/secret/print"}) == refusal);
    CHECK(talk.after == Answered::After::close);
}

TEST_CASE("router: the transcript of the protocol notes, sentence by sentence") {
    Talk talk;
    talk.log_in();
    CHECK(talk.say(add_secret) == std::vector<Sentence>{{"!done", "=ret=*1", ".tag=2"}});
    Sentence again = add_secret;
    again.back() = ".tag=3";
    CHECK(
        talk.say(again) ==
        std::vector<Sentence>{
            {"!trap", "=message=failure: secret with the same name already exists", ".tag=3"},
            {"!done", ".tag=3"}}
    );
    talk.state.store.with([](RouterStore& store) { store.open_session("alice"); });
    CHECK(
        talk.say({"/ppp/secret/set", "=.id=*1", "=disabled=yes", ".tag=4"}) ==
        std::vector<Sentence>{{"!done", ".tag=4"}}
    );
    CHECK(
        talk.say({"/ppp/active/print", "?name=alice", "=.proplist=.id,name", ".tag=5"}) ==
        std::vector<Sentence>{{"!re", "=.id=*1", "=name=alice", ".tag=5"}, {"!done", ".tag=5"}}
    );
    CHECK(
        talk.say({"/ppp/active/remove", "=.id=*1", ".tag=6"}) ==
        std::vector<Sentence>{{"!done", ".tag=6"}}
    );
    CHECK(
        talk.say({"/ppp/active/remove", "=.id=*1", ".tag=7"}) ==
        std::vector<Sentence>{
            {"!trap", "=category=0", "=message=no such item", ".tag=7"}, {"!done", ".tag=7"}}
    );
}

TEST_CASE("router: an empty print says so since 7.18 and not before") {
    Talk now;
    now.log_in();
    CHECK(
        now.say({"/ppp/secret/print", ".tag=a"}) ==
        std::vector<Sentence>{{"!empty", ".tag=a"}, {"!done", ".tag=a"}}
    );
    Talk before({.user = "u", .password = "p", .pre_718 = true});
    before.log_in();
    CHECK(before.say({"/ppp/secret/print"}) == Talk::done);
}

TEST_CASE("router: wrong requests get the texts that real ones use") {
    Talk talk;
    talk.log_in();
    const auto message = [&](const Sentence& request) {
        const auto answer = talk.say(request);
        CHECK(answer.size() == 2);
        CHECK(answer.back() == Sentence{"!done"});
        return answer.front().back();
    };
    CHECK(message({"/ppp/nothing/print"}) == "=message=no such command prefix");
    CHECK(message({"/ppp/secret/explode"}) == "=message=no such command");
    CHECK(message({"/ppp/active/add", "=name=a"}) == "=message=no such command");
    CHECK(message({"/ppp/secret/add", "=nmae=a"}) == "=message=unknown parameter nmae");
    CHECK(
        message({"/ppp/secret/add", "=name=a", "=profile=none"}) ==
        "=message=input does not match any value of profile"
    );
    CHECK(
        message({"/ppp/secret/add", "=name=a", "=remote-address=x"}) ==
        "=message=invalid value for argument remote-address"
    );
    CHECK(message({"/ppp/secret/set", "=.id=*99", "=disabled=yes"}) == "=message=no such item");
    CHECK(
        message({"/ppp/secret/add", "=name=a", "=disabled=maybe"}) ==
        "=message=ambiguous value of disabled"
    );
}

TEST_CASE("router: items are named by id or name, one or several, and print as true and false") {
    Talk talk;
    talk.log_in();
    for (const std::string name : {"a", "b", "c"})
        CHECK(talk.say({"/ppp/secret/add", "=name=" + name}).size() == 1);
    CHECK(talk.say({"/ppp/secret/disable", "=.id=*1,b"}) == Talk::done);
    CHECK(
        talk.say({"/ppp/secret/print", "?disabled=yes", "=.proplist=name,disabled"}) ==
        std::vector<Sentence>{
            {"!re", "=disabled=true", "=name=a"}, {"!re", "=disabled=true", "=name=b"}, {"!done"}}
    );
    CHECK(talk.say({"/ppp/secret/enable", "=numbers=a"}) == Talk::done);
    CHECK(talk.say({"/ppp/secret/set", "=.id=c", "=name=d"}) == Talk::done);
    CHECK(talk.say({"/ppp/secret/remove", "=.id=a,d"}) == Talk::done);
    CHECK(
        talk.say({"/ppp/secret/print", "=.proplist=name"}) ==
        std::vector<Sentence>{{"!re", "=name=b"}, {"!done"}}
    );
}

TEST_CASE("router: a listener hears of changes until it is cancelled") {
    Talk talk;
    talk.log_in();
    CHECK(talk.say({"/ppp/secret/listen", ".tag=l"}).empty());
    const std::vector<Change> changes{
        {"/ppp/secret", {{".id", "*1"}, {".dead", "yes"}}}, {"/ppp/active", {{".id", "*2"}}}};
    CHECK(
        talk.heard_of(changes) == std::vector<Sentence>{{"!re", "=.dead=yes", "=.id=*1", ".tag=l"}}
    );
    CHECK(
        talk.say({"/cancel", "=tag=l", ".tag=c"}) ==
        std::vector<Sentence>{
            {"!trap", "=category=2", "=message=interrupted", ".tag=l"},
            {"!done", ".tag=l"},
            {"!done", ".tag=c"}}
    );
    CHECK(talk.heard_of(changes).empty());
}

TEST_CASE("router: quit is answered with fatal and the end, a keepalive with done") {
    Talk talk;
    talk.log_in();
    CHECK(talk.say({"#"}) == Talk::done);
    CHECK(
        talk.say({"/quit"}) == std::vector<Sentence>{{"!fatal", "session terminated on request"}}
    );
    CHECK(talk.after == Answered::After::close);
}

TEST_CASE("router: equipment dials in when its secret is enabled and stays until it is kicked") {
    Talk talk({.user = "u", .password = "p", .auto_session = true});
    talk.log_in();
    const auto live = [&] {
        return talk.state.store.with([](const RouterStore& s) { return s.sessions().size(); });
    };
    CHECK(talk.say(add_secret).size() == 1);
    CHECK(live() == 1);
    CHECK(talk.say({"/ppp/active/remove", "=.id=alice"}) == Talk::done);
    CHECK(live() == 1); // It dialled in again.
    CHECK(talk.say({"/ppp/secret/disable", "=.id=alice"}) == Talk::done);
    CHECK(live() == 1);
    CHECK(talk.say({"/ppp/active/remove", "=.id=alice"}) == Talk::done);
    CHECK(live() == 0);
}

TEST_CASE("router: the journal has no passwords") {
    Talk talk;
    talk.log_in();
    CHECK(talk.say(add_secret).size() == 1);
    talk.state.journal.with([](const std::vector<std::string>& lines) {
        REQUIRE(lines.size() == 2);
        CHECK(lines[0] == "/login =name=u =password=***");
        CHECK(lines[1].find("x1") == std::string::npos);
    });
}
