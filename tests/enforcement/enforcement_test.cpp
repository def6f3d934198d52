#include "tests/enforcement/small_provider.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace tollbook;

namespace {

template <class E>
auto of_site(const std::string& site) {
    return [site](const E& event) { return event.site == site; };
}

// The wish of that record or a newer one is on the device; what came before it may have been
// applied too, before the router went away.
auto answers(std::uint64_t seq) {
    return [seq](const SiteStateApplied& event) { return event.applied_seq >= seq; };
}

std::size_t writes(routeros::TestRouter& router) {
    const std::vector<std::string> journal = router.journal();
    return static_cast<std::size_t>(std::ranges::count_if(journal, [](const std::string& line) {
        return line.find("/add") != std::string::npos || line.find("/set") != std::string::npos ||
               line.find("/remove") != std::string::npos;
    }));
}

} // namespace

TEST_CASE("enforcement: a requested site comes to exist on its router and is reported") {
    SmallProvider provider(1);
    provider.enforce();
    provider.provision(0, 0);
    const auto done = provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    CHECK(done.enabled);
    CHECK(provider.secret("0-0").name == "user-0-0");
    CHECK_FALSE(provider.secret("0-0").disabled);
    CHECK(provider.router(0).sessions().size() == 1);
}

TEST_CASE("enforcement: a change of plan puts the line on the new plan's profile") {
    SmallProvider provider(1);
    provider.send(
        "define_plan",
        R"({"plan":"FAST","name":"F","price_minor":900000,"currency":"KES","down_mbps":50,"up_mbps":20})"
    );
    provider.enforce();
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    const std::uint64_t seq = provider.send(
        "change_plan", R"({"service":"0-0","plan":"FAST","when":"now","expected_minor":0})"
    );
    provider.await<SiteStateApplied>(answers(seq));
    CHECK(provider.secret("0-0").profile == "FAST");
    CHECK_FALSE(provider.secret("0-0").disabled);
}

TEST_CASE("enforcement: a suspended service is off and its session is gone; it comes back on") {
    SmallProvider provider(1);
    provider.enforce();
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    provider.suspend("0-0");
    const auto off = provider.await<SiteStateApplied>(of_site<SiteStateApplied>("0-0"));
    CHECK_FALSE(off.enabled);
    CHECK(provider.secret("0-0").disabled);
    CHECK(provider.router(0).sessions().empty());
    provider.reinstate("0-0");
    const auto on = provider.await<SiteStateApplied>(of_site<SiteStateApplied>("0-0"));
    CHECK(on.enabled);
    CHECK(on.applied_seq > off.applied_seq);
    CHECK_FALSE(provider.secret("0-0").disabled);
}

TEST_CASE("enforcement: a router that was away gets what it missed, and only the newest state") {
    SmallProvider provider(1);
    provider.enforce();
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    for (const auto fault :
         {routeros::Fault::refuse,
          routeros::Fault::never_answer,
          routeros::Fault::garbage,
          routeros::Fault::drop_halfway}) {
        provider.router(0).set_fault(fault);
        provider.suspend("0-0");
        provider.reinstate("0-0");
        const std::uint64_t off = provider.suspend("0-0");
        provider.router(0).set_fault(routeros::Fault::none);
        CHECK_FALSE(provider.await<SiteStateApplied>(answers(off)).enabled);
        CHECK(provider.secret("0-0").disabled);
        const std::uint64_t on = provider.reinstate("0-0");
        CHECK(provider.await<SiteStateApplied>(answers(on)).enabled);
        CHECK_FALSE(provider.secret("0-0").disabled);
    }
}

TEST_CASE("enforcement: one dead router delays no other") {
    SmallProvider provider(4);
    provider.router(2).set_fault(routeros::Fault::never_answer);
    provider.enforce();
    for (std::size_t router = 0; router < 4; ++router)
        for (std::size_t number = 0; number < 5; ++number)
            provider.provision(router, number);
    std::size_t done = 0;
    provider.await<SiteProvisioned>([&](const SiteProvisioned& e) {
        CHECK(e.target != "r2");
        return ++done == 15;
    });
    CHECK(provider.router(2).secrets().empty());
    provider.router(2).set_fault(routeros::Fault::none);
    provider.await<SiteProvisioned>([&](const SiteProvisioned& e) {
        CHECK(e.target == "r2");
        return ++done == 20;
    });
}

TEST_CASE("enforcement: what was applied before a restart is not done again") {
    SmallProvider provider(1);
    provider.enforce();
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    provider.suspend("0-0");
    provider.await<SiteStateApplied>(of_site<SiteStateApplied>("0-0"));
    const std::size_t before = writes(provider.router(0));
    provider.stop_enforcing();
    provider.enforce();
    provider.provision(0, 1);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-1"));
    CHECK(writes(provider.router(0)) == before + 1); // The new secret alone.
}

TEST_CASE("enforcement: drift is noticed, repaired and counted") {
    SmallProvider provider(1);
    EnforcementOptions options = SmallProvider::quick();
    options.audit_every = std::chrono::milliseconds(50);
    provider.enforce(options);
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    provider.router(0).run({"/ppp/secret/set", "=.id=user-0-0", "=disabled=yes"});
    const auto repaired =
        provider.await<SiteStateApplied>([](const SiteStateApplied& e) { return e.repaired; });
    CHECK(repaired.enabled);
    CHECK_FALSE(provider.secret("0-0").disabled);
    CHECK(provider.enforcement().health().front().repaired >= 1);
}

TEST_CASE("edge_59: a router that was replaced gets all its lines back, with the first contact") {
    SmallProvider provider(1);
    provider.enforce();
    for (std::size_t number = 0; number < 3; ++number)
        provider.provision(0, number);
    std::size_t provisioned = 0;
    provider.await<SiteProvisioned>([&](const SiteProvisioned&) { return ++provisioned == 3; });
    provider.router(0).set_fault(routeros::Fault::refuse); // Its connections are gone.
    for (const char* name : {"user-0-0", "user-0-1", "user-0-2"})
        provider.router(0).run({"/ppp/secret/remove", std::string("=.id=") + name});
    CHECK(provider.router(0).secrets().empty());
    provider.router(0).set_fault(routeros::Fault::none);
    provider.suspend("0-0");
    std::size_t repaired = 0;
    provider.await<SiteStateApplied>([&](const SiteStateApplied& e) {
        repaired += e.repaired ? 1 : 0;
        return repaired == 2;
    });
    CHECK(provider.secret("0-0").disabled);
    CHECK_FALSE(provider.secret("0-1").disabled);
    CHECK_FALSE(provider.secret("0-2").disabled);
}

TEST_CASE("enforcement: a secret that is somebody else's is left alone and reported once") {
    SmallProvider provider(1);
    provider.router(0).run({"/ppp/secret/add", "=name=user-0-0", "=password=theirs"});
    provider.enforce();
    provider.provision(0, 0);
    const auto failed = provider.await<SiteFailed>(of_site<SiteFailed>("0-0"));
    CHECK(failed.error == "device-refused");
    CHECK_FALSE(provider.secret("0-0").disabled);
    CHECK(provider.enforcement().health().front().pending == 0);
}

TEST_CASE("enforcement: a removed site is gone from its router") {
    SmallProvider provider(1);
    provider.enforce();
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    provider.send("remove_site", R"({"site":"0-0"})");
    provider.await<SiteRemoved>(of_site<SiteRemoved>("0-0"));
    CHECK(provider.router(0).secrets().empty());
}

TEST_CASE("enforcement: from a payment to its line it is measured once, and history is not") {
    SmallProvider provider(1);
    EnforcementOptions options = SmallProvider::quick();
    std::atomic<int> measured{};
    std::atomic<double> longest{};
    options.paid_to_online = [&](double seconds) {
        longest = std::max(longest.load(), seconds);
        ++measured;
    };
    provider.enforce(options);
    provider.provision(0, 0);
    provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
    const auto cut = [&] {
        provider.send("suspend_service", R"({"service":"0-0","reason":"unpaid"})");
        provider.await<SiteStateApplied>([](const SiteStateApplied& e) { return !e.enabled; });
    };
    cut();
    provider.reinstate("0-0", "unpaid"); // By hand: nobody paid.
    provider.await<SiteStateApplied>([](const SiteStateApplied& e) { return e.enabled; });
    cut();
    provider.send(
        "record_payment",
        R"({"channel":"till:main","receipt":"T1","customer":"C1","minor":1,"user":"u"})"
    );
    provider.await<SiteStateApplied>([](const SiteStateApplied& e) { return e.enabled; });
    provider.settle();
    CHECK(measured == 1);
    CHECK(longest > 0);
    CHECK(provider.enforcement().health().front().last_success.micros > 0);
    provider.stop_enforcing();
    provider.enforce(options);
    provider.settle();
    CHECK(measured == 1);
}

TEST_CASE("enforcement: who stands by speaks to no router, and takes over what is open") {
    SmallProvider provider(1);
    std::atomic<bool> ours{false};
    EnforcementOptions options = SmallProvider::quick();
    options.may_act = [&ours] { return ours.load(); };
    provider.enforce(options);
    provider.provision(0, 0);
    provider.settle();
    CHECK_FALSE(provider.enforcement().acts());
    CHECK(provider.router(0).journal().empty());
    for (int turn = 0; turn < 2; ++turn) {
        ours = true;
        if (turn == 0)
            provider.await<SiteProvisioned>(of_site<SiteProvisioned>("0-0"));
        else
            provider.await<SiteStateApplied>(of_site<SiteStateApplied>("0-0"));
        CHECK(provider.secret("0-0").disabled == (turn == 1));
        ours = false;
        while (provider.enforcement().acts())
            std::this_thread::yield();
        const std::size_t before = writes(provider.router(0));
        turn == 0 ? provider.suspend("0-0") : provider.reinstate("0-0");
        provider.settle();
        CHECK(writes(provider.router(0)) == before);
    }
    CHECK(provider.enforcement().trouble().empty());
}
