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

const SecretWish alice{
    .name = "alice", .password = "x1-pass", .profile = "home-10M", .mark = "6f1c", .enabled = true};

SecretWish suspended(SecretWish wish) {
    wish.enabled = false;
    return wish;
}

// A router with the profile that alice wants, and a session with it.
struct Site {
    explicit Site(const RouterOptions& options = {}) : router(options) {
        REQUIRE(!router.run({"/ppp/profile/add", "=name=home-10M"}).trap);
        REQUIRE(!router.run({"/ppp/profile/add", "=name=home-20M"}).trap);
    }

    // The writes and reads since the login, in order.
    std::vector<std::string> journal() const {
        std::vector<std::string> lines = router.journal();
        lines.erase(lines.begin());
        return lines;
    }

    std::size_t count(std::string_view start) const {
        const auto lines = router.journal();
        return static_cast<std::size_t>(std::ranges::count_if(lines, [&](const std::string& line) {
            return line.starts_with(start);
        }));
    }

    void reconnect() { client = connected(device_for(router)); }

    TestRouter router;
    Client client = connected(device_for(router));
};

void check_alice(const Answer<SecretFact>& fact, bool enabled) {
    REQUIRE_MESSAGE(fact.has_value(), (fact ? std::string() : fact.error().detail));
    CHECK(fact->name == "alice");
    CHECK(fact->exists);
    CHECK(fact->ours);
    CHECK(fact->mark == "6f1c");
    CHECK(fact->profile == "home-10M");
    CHECK(fact->disabled == !enabled);
    CHECK(fact->password_matches == true);
}

} // namespace

TEST_CASE("ppp: an absent secret is added with all its fields") {
    Site site;
    check_alice(converge(site.client, alice), true);
    const auto secrets = site.router.secrets();
    REQUIRE(secrets.size() == 1);
    CHECK(secrets[0].password == "x1-pass");
    CHECK(secrets[0].comment == "isp:6f1c");
    CHECK(!secrets[0].disabled);
}

TEST_CASE("ppp: a secret that is as wished is not written") {
    Site site;
    check_alice(converge(site.client, alice), true);
    check_alice(converge(site.client, alice), true);
    CHECK(site.count("/ppp/secret/add") == 1);
    CHECK(site.count("/ppp/secret/set") == 0);
}

TEST_CASE("ppp: only what differs is set") {
    Site site;
    check_alice(converge(site.client, alice), true);
    REQUIRE(!site.router.run({"/ppp/secret/set", "=.id=alice", "=profile=home-20M"}).trap);
    check_alice(converge(site.client, alice), true);
    CHECK(site.count("/ppp/secret/set =.id=*1 =profile=home-10M") == 1);

    SecretWish other = alice;
    other.password = "another";
    REQUIRE(converge(site.client, other).has_value());
    CHECK(site.count("/ppp/secret/set =.id=*1 =password=***") == 1);
    CHECK(site.router.secrets()[0].password == "another");
    CHECK(site.count("/ppp/secret/set") == 2);
}

TEST_CASE("ppp: an operator's own words behind our mark stay") {
    Site site;
    check_alice(converge(site.client, alice), true);
    REQUIRE(!site.router.run({"/ppp/secret/set", "=.id=alice", "=comment=isp:6f1c blue roof"}).trap
    );
    check_alice(converge(site.client, suspended(alice)), false);
    CHECK(site.router.secrets()[0].comment == "isp:6f1c blue roof");
}

TEST_CASE("ppp: a secret without our mark is never touched") {
    for (const std::string comment :
         {"", "the mayor", "isp:", "isp:6f1", "isp:6f1cc", "ISP:6f1c"}) {
        Site site;
        REQUIRE(!site.router.run({"/ppp/secret/add", "=name=alice", "=comment=" + comment}).trap);
        const Answer<SecretFact> fact = converge(site.client, suspended(alice));
        REQUIRE(!fact.has_value());
        CHECK(fact.error().code == Errc::device_refused);
        CHECK(fact.error().permanent);
        CHECK(fact.error().detail == "the secret alice does not have our mark");
        const auto removed = remove_secret(site.client, {.name = "alice", .mark = "6f1c"});
        REQUIRE(!removed.has_value());
        CHECK(removed.error().permanent);
        CHECK(site.count("/ppp/secret/set") + site.count("/ppp/secret/remove") == 0);
        CHECK(site.router.secrets().size() == 1);
    }
}

TEST_CASE("ppp: to suspend is to disable, then to end the session, then to look") {
    Site site({.auto_session = true});
    check_alice(converge(site.client, alice), true);
    CHECK(site.router.sessions().size() == 1);
    const std::size_t before = site.journal().size();
    const Answer<SecretFact> fact = converge(site.client, suspended(alice));
    check_alice(fact, false);
    CHECK(!fact->session_live);
    CHECK(site.router.sessions().empty());

    std::vector<std::string> lines = site.journal();
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(before));
    REQUIRE(lines.size() == 6);
    CHECK(lines[0].starts_with("/ppp/secret/print"));
    CHECK(lines[1] == "/ppp/secret/set =.id=*1 =disabled=yes");
    CHECK(lines[2].starts_with("/ppp/active/print"));
    CHECK(lines[3] == "/ppp/active/remove =.id=*1");
    CHECK(lines[4].starts_with("/ppp/secret/print"));
    CHECK(lines[5].starts_with("/ppp/active/print"));
}

TEST_CASE("ppp: a session that survived an earlier attempt to suspend is ended by the next one") {
    Site site({.auto_session = true});
    check_alice(converge(site.client, alice), true);
    REQUIRE(!site.router.run({"/ppp/secret/disable", "=.id=alice"}).trap);
    CHECK(site.router.sessions().size() == 1);
    check_alice(converge(site.client, suspended(alice)), false);
    CHECK(site.router.sessions().empty());
    CHECK(site.count("/ppp/secret/set") == 0);
}

TEST_CASE("ppp: a session that does not end is reported, not hidden") {
    Site site({.auto_session = true});
    check_alice(converge(site.client, alice), true);
    site.router.set_fault(Fault::keep_next_session);
    const Answer<SecretFact> fact = converge(site.client, suspended(alice));
    REQUIRE(!fact.has_value());
    CHECK(fact.error().code == Errc::device_refused);
    CHECK(!fact.error().permanent);
    CHECK(fact.error().detail == "alice read back: the session is still live");
    check_alice(converge(site.client, suspended(alice)), false);
}

TEST_CASE("ppp: who pays again is enabled and dials in") {
    Site site({.auto_session = true});
    check_alice(converge(site.client, suspended(alice)), false);
    CHECK(site.router.sessions().empty());
    const Answer<SecretFact> fact = converge(site.client, alice);
    check_alice(fact, true);
    CHECK(fact->session_live);
}

TEST_CASE("ppp: a new profile ends the session that has the old speed") {
    Site site({.auto_session = true});
    check_alice(converge(site.client, alice), true);
    SecretWish faster = alice;
    faster.profile = "home-20M";
    const Answer<SecretFact> fact = converge(site.client, faster);
    REQUIRE(fact.has_value());
    CHECK(fact->profile == "home-20M");
    REQUIRE(site.router.sessions().size() == 1);
    CHECK(site.router.sessions()[0].profile == "home-20M");
}

TEST_CASE("ppp: when somebody else adds the secret first it is read again and corrected") {
    Site site;
    site.router.set_fault(Fault::race_next_add);
    check_alice(converge(site.client, alice), true);
    CHECK(site.router.secrets()[0].password == "x1-pass");
    CHECK(site.count("/ppp/secret/add") == 1);
    CHECK(site.count("/ppp/secret/set") == 1);
}

TEST_CASE("ppp: when somebody removes the secret before the set it is added again") {
    Site site;
    check_alice(converge(site.client, alice), true);
    site.router.set_fault(Fault::vanish_next_set);
    check_alice(converge(site.client, suspended(alice)), false);
    CHECK(site.router.secrets().size() == 1);
}

TEST_CASE("ppp: a missing profile is refused for good until it is made") {
    Site site;
    SecretWish wish = alice;
    wish.profile = "home-50M";
    const Answer<SecretFact> refused = converge(site.client, wish);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().refusal == Refusal::profile_missing);
    CHECK(refused.error().permanent);
    REQUIRE(ensure_profile(site.client, {.name = "home-50M", .rate_limit = "10M/50M"}).has_value());
    CHECK(converge(site.client, wish).has_value());
}

TEST_CASE("ppp: missing permission is permanent, an interruption is not") {
    Site site;
    site.router.set_fault(Fault::trap_next_write);
    const Answer<SecretFact> forbidden = converge(site.client, alice);
    REQUIRE(!forbidden.has_value());
    CHECK(forbidden.error().code == Errc::device_refused);
    CHECK(forbidden.error().permanent);
    site.router.set_fault(Fault::interrupt_next_write);
    const Answer<SecretFact> interrupted = converge(site.client, alice);
    REQUIRE(!interrupted.has_value());
    CHECK(interrupted.error().refusal == Refusal::interrupted);
    CHECK(!interrupted.error().permanent);
    check_alice(converge(site.client, alice), true);
}

TEST_CASE("ppp: a connection lost in a write leaves the outcome unknown, and repeating finds out") {
    for (const Fault fault : {Fault::lose_next_write, Fault::drop_next_write}) {
        Site site;
        site.router.set_fault(fault);
        const Answer<SecretFact> lost = converge(site.client, alice);
        REQUIRE(!lost.has_value());
        CHECK(lost.error().code == Errc::outcome_unknown);
        CHECK(!lost.error().permanent);
        CHECK(!site.client.alive());
        CHECK(site.router.secrets().empty() == (fault == Fault::lose_next_write));
        site.reconnect();
        check_alice(converge(site.client, alice), true);
        CHECK(site.router.secrets().size() == 1);
    }
}

TEST_CASE("ppp: no answer at all is a timeout, since the first thing is to read") {
    Site site;
    Device device = device_for(site.router);
    device.call_timeout = short_timeout;
    Client client = connected(device);
    site.router.set_fault(Fault::never_answer);
    CHECK(converge(client, alice).error().code == Errc::device_timeout);
}

TEST_CASE("ppp: a router that hides passwords gets ours every time and the rest when it differs") {
    Site site({.hide_passwords = true});
    REQUIRE(converge(site.client, alice).has_value());
    const Answer<SecretFact> again = converge(site.client, alice);
    REQUIRE(again.has_value());
    CHECK(!again->password_matches.has_value());
    CHECK(site.count("/ppp/secret/set =.id=*1 =password=***") == 1);
}

TEST_CASE("ppp: stars in place of a password are not a password") {
    const Sentence row{
        "!re",
        "=.id=*1",
        "=name=alice",
        "=profile=home-10M",
        "=comment=isp:6f1c",
        "=disabled=false",
        "=password=*****",
        ".tag={tag}"};
    const Scripted secret{.sentences = {row, {"!done", ".tag={tag}"}}};
    const Scripted done{.sentences = {{"!done", ".tag={tag}"}}};
    const ScriptedPeer peer({secret, done, secret, done});
    Client client = connected({.host = "127.0.0.1", .port = peer.port()});
    const Answer<SecretFact> fact = converge(client, alice);
    REQUIRE(fact.has_value());
    CHECK(!fact->password_matches.has_value());
}

TEST_CASE("ppp: what is read back counts, not what was answered") {
    const Scripted done{.sentences = {{"!done", ".tag={tag}"}}};
    const ScriptedPeer peer({done, done, done, done}); // Print, add, print, print.
    Client client = connected({.host = "127.0.0.1", .port = peer.port()});
    const Answer<SecretFact> fact = converge(client, alice);
    REQUIRE(!fact.has_value());
    CHECK(fact.error().detail == "alice read back: there is no such secret");
}

TEST_CASE("ppp: two secrets of one name are not for a program to sort out") {
    const Sentence row{"!re", "=.id=*1", "=name=alice", ".tag={tag}"};
    const ScriptedPeer peer({{.sentences = {row, row, {"!done", ".tag={tag}"}}}});
    Client client = connected({.host = "127.0.0.1", .port = peer.port()});
    const Answer<SecretFact> fact = converge(client, alice);
    REQUIRE(!fact.has_value());
    CHECK(fact.error().permanent);
}

TEST_CASE("ppp: a wish that no router should get is refused here") {
    Site site;
    std::vector<SecretWish> wishes(6, alice);
    wishes[0].name = "";
    wishes[1].name = "al\nice";
    wishes[2].mark = "two words";
    wishes[3].profile = "";
    wishes[4].password = std::string(256, 'x');
    wishes[5].password = "";
    for (const SecretWish& wish : wishes) {
        const Answer<SecretFact> fact = converge(site.client, wish);
        REQUIRE(!fact.has_value());
        CHECK(fact.error().code == Errc::value_out_of_range);
        CHECK(fact.error().permanent);
    }
    CHECK(site.journal().empty());
}

TEST_CASE("ppp: a secret is read as it is, whoever made it") {
    Site site({.auto_session = true});
    const Answer<SecretFact> absent = read_secret(site.client, "mayor");
    REQUIRE(absent.has_value());
    CHECK(!absent->exists);
    REQUIRE(!site.router.run({"/ppp/secret/add", "=name=mayor", "=comment=vip"}).trap);
    const Answer<SecretFact> mayor = read_secret(site.client, "mayor");
    REQUIRE(mayor.has_value());
    CHECK(mayor->exists);
    CHECK(!mayor->ours);
    CHECK(mayor->profile == "default");
    CHECK(mayor->session_live);
    CHECK(!mayor->password_matches.has_value());
}

TEST_CASE("ppp: a removed secret takes its session with it, and is gone for good") {
    Site site({.auto_session = true});
    check_alice(converge(site.client, alice), true);
    REQUIRE(remove_secret(site.client, {.name = "alice", .mark = "6f1c"}).has_value());
    CHECK(site.router.secrets().empty());
    CHECK(site.router.sessions().empty());
    CHECK(remove_secret(site.client, {.name = "alice", .mark = "6f1c"}).has_value());
}
