// The Submit port over HTTP: what comes out of it is what would come out of the writer itself.
#include "api/remote_submit.hpp"

#include "api/http/problem.hpp"
#include "api/http/server.hpp"
#include "api/http/submissions.hpp"
#include "tests/api/api_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <future>
#include <thread>

using namespace std::chrono_literals;
using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

Submission numbered(int number) {
    return {
        "savanna",
        fmt::format("k{}", number),
        "charge_wallet",
        R"({"a":"\n"})",
        "key:x",
        "req",
        "",
        {}};
}

// A process that keeps the log, with a writer that answers as it is told.
struct Ledger {
    Ledger() : api(hurried()) { listen("127.0.0.1:0"); }

    // What is held is held for good: nothing is gained by draining.
    static Limits hurried() {
        Limits limits;
        limits.drain_max = 100ms;
        limits.tick = 10ms;
        return limits;
    }

    void listen(const std::string& address) {
        server = Server::start(api.app, ServerOptions{.listen = address, .threads = 1}).value();
        port = server->port();
    }

    void away() {
        server->stop();
        server.reset();
    }

    void back() { listen(fmt::format("127.0.0.1:{}", port)); }

    RemoteSubmitOptions options(std::string_view key_of = any_tenant, Role role = Role::node) {
        const std::string bearer = api.bearer(key_of, role);
        return {fmt::format("http://127.0.0.1:{}", port), bearer.substr(bearer.find(' ') + 1), 2s};
    }

    ApiFixture api;
    std::unique_ptr<Server> server;
    std::uint16_t port{};
};

// A proxy that took the request and lost the answer.
class Gateway {
public:
    Gateway() {
        accept();
        thread_ = std::thread([this] { context_.run(); });
    }

    ~Gateway() {
        context_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    using Tcp = boost::asio::ip::tcp;

    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& failed, Tcp::socket peer) {
            if (failed) return;
            std::array<char, 4'096> request{};
            boost::system::error_code gone;
            peer.read_some(boost::asio::buffer(request), gone);
            constexpr std::string_view lost = "HTTP/1.1 502 Bad Gateway\r\n"
                                              "Content-Length: 0\r\nConnection: close\r\n\r\n";
            boost::asio::write(peer, boost::asio::buffer(lost), gone);
            accept();
        });
    }

    boost::asio::io_context context_;
    Tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

std::future<Result<Receipt>> start(Submit& submit, Submission submission) {
    const auto promise = std::make_shared<std::promise<Result<Receipt>>>();
    submit.submit(std::move(submission), [promise](Result<Receipt> outcome) {
        promise->set_value(std::move(outcome));
    });
    return promise->get_future();
}

Result<Receipt> send(Submit& submit, Submission submission) {
    return start(submit, std::move(submission)).get();
}

} // namespace

TEST_CASE("remote submit: every member arrives, and every member of the receipt comes back") {
    Ledger ledger;
    RemoteSubmit remote(ledger.options());
    Receipt made{3, 7, 9, 2, {}, Acknowledgement::both, true, {}};
    made.hash.fill(0xab);
    made.events = {{{}, "wallet_charged", "wallet:savanna/C1", 4}, {{}, "x", "y", 1}};
    made.events[0].id.fill(0x5c);
    ledger.api.submit.decide = [&](const Submission&) { return Result<Receipt>(made); };
    Submission sent{
        "savanna",
        "k \"1\"",
        "charge_wallet",
        "{\"n\":\"\xc3\xa9\\u0000\"}",
        "key:a",
        "r",
        "c",
        17};
    const Result<Receipt> receipt = send(remote, sent);
    REQUIRE(receipt);
    CHECK(receipt->partition == made.partition);
    CHECK(receipt->first_seq == made.first_seq);
    CHECK(receipt->last_seq == made.last_seq);
    CHECK(receipt->term == made.term);
    CHECK(receipt->hash == made.hash);
    CHECK(receipt->level == made.level);
    CHECK(receipt->replayed);
    CHECK(receipt->events == made.events);
    const Submission got = ledger.api.submit.last();
    CHECK(got.tenant == sent.tenant);
    CHECK(got.key == sent.key);
    CHECK(got.type == sent.type);
    CHECK(got.body == sent.body);
    CHECK(got.actor == sent.actor);
    CHECK(got.correlation == sent.correlation);
    CHECK(got.causation == sent.causation);
    CHECK(got.expected_revision == sent.expected_revision);
}

TEST_CASE("remote submit: in order, each with its own outcome, however many at once") {
    Ledger ledger;
    ledger.api.submit.decide = [&](const Submission& one) -> Result<Receipt> {
        if (one.key.ends_with('3')) return Error{Errc::insufficient_funds, one.key};
        return ledger.api.submit.next();
    };
    RemoteSubmit remote(ledger.options());
    constexpr int count = 10'000;
    std::vector<std::future<Result<Receipt>>> answers;
    for (int i = 0; i < count; ++i)
        answers.push_back(start(remote, numbered(i)));
    std::uint64_t last = 0;
    for (int i = 0; i < count; ++i) {
        const Result<Receipt> outcome = answers[static_cast<std::size_t>(i)].get();
        if (i % 10 == 3) {
            CHECK(outcome.error().code == Errc::insufficient_funds);
            CHECK(outcome.error().detail == fmt::format("k{}", i));
            continue;
        }
        REQUIRE(outcome);
        CHECK(outcome->last_seq == ++last);
    }
    REQUIRE(ledger.api.submit.count() == count);
    for (int i = 0; i < count; ++i)
        CHECK(
            ledger.api.submit.submissions[static_cast<std::size_t>(i)].key == fmt::format("k{}", i)
        );
}

TEST_CASE("remote submit: what is no text is refused alone") {
    Ledger ledger;
    RemoteSubmit remote(ledger.options());
    for (const std::string& text : {std::string("\xff\xfe"), std::string("a\0b", 3)}) {
        Submission bad = numbered(1);
        bad.body = text;
        auto first = start(remote, bad);
        CHECK(send(remote, numbered(2)));
        CHECK(first.get().error().code == Errc::malformed_request);
    }
}

TEST_CASE("remote submit: a ledger that comes back in time is waited for, a dead one is not_ready"
) {
    Ledger ledger;
    RemoteSubmit remote(ledger.options());
    REQUIRE(send(remote, numbered(1)));
    CHECK(remote.health().reachable);
    ledger.away();
    auto waits = start(remote, numbered(2));
    while (remote.health().reachable)
        std::this_thread::yield();
    ledger.back();
    CHECK(waits.get());
    ledger.away();
    const Result<Receipt> refused = send(remote, numbered(3));
    CHECK(refused.error().code == Errc::not_ready);
    CHECK(retryable(refused.error().code));
    CHECK(refused.error().detail.find("cannot be reached") != std::string::npos);
}

TEST_CASE("remote submit: a ledger that goes away with the command is an unknown outcome") {
    Ledger ledger;
    ledger.api.submit.held = true;
    RemoteSubmit remote(ledger.options());
    auto under_way = start(remote, numbered(1));
    while (ledger.api.submit.count() == 0)
        std::this_thread::yield();
    ledger.away();
    CHECK(under_way.get().error().code == Errc::outcome_unknown);
}

TEST_CASE("remote submit: who answers in the ledger's place leaves the outcome unknown") {
    Ledger ledger;
    Gateway gateway;
    RemoteSubmitOptions options = ledger.options();
    options.url = fmt::format("http://127.0.0.1:{}", gateway.port());
    options.answer_within = 200ms;
    RemoteSubmit remote(options);
    CHECK(send(remote, numbered(1)).error().code == Errc::outcome_unknown);
}

TEST_CASE("remote submit: only a node's key for all tenants submits in everybody's name") {
    Ledger ledger;
    for (const auto& [tenant, role] :
         {std::pair<std::string_view, Role>{any_tenant, Role::platform},
          {"savanna", Role::admin},
          {"savanna", Role::node}}) {
        RemoteSubmit remote(ledger.options(tenant, role));
        const Result<Receipt> refused = send(remote, numbered(1));
        CHECK(refused.error().code == Errc::not_ready);
        CHECK(refused.error().detail.find("permission-denied") != std::string::npos);
    }
    CHECK(ledger.api.submit.count() == 0);
}

TEST_CASE("remote submit: what is no array of submissions is refused whole") {
    for (const std::string_view text :
         {"",
          "{}",
          "[{}]",
          R"([{"tenant":"t","key":"k","type":"x","body":{},"actor":"a","correlation":"c","causation":""}])"})
        CHECK_FALSE(decode_submissions(text));
    const std::vector<SubmissionUnit> many(8'001, SubmissionUnit(1));
    CHECK(decode_submissions(encode_submissions(many)).error().code == Errc::payload_too_large);
    const std::vector<SubmissionUnit> two{{numbered(1), numbered(2)}};
    std::string cut_off = encode_submissions(two);
    cut_off = cut_off.substr(0, cut_off.find("},{")) + "}]";
    CHECK(decode_submissions(cut_off).error().code == Errc::malformed_request);
}

TEST_CASE("remote submit: an atomic batch arrives whole, between others, with one outcome") {
    Ledger ledger;
    ledger.api.submit.decide = [&](const Submission& one) -> Result<Receipt> {
        if (one.key == "k7") return Error{Errc::insufficient_funds, one.key};
        return ledger.api.submit.next();
    };
    RemoteSubmit remote(ledger.options());
    const auto start_atomic = [&](std::vector<Submission> batch) {
        const auto promise = std::make_shared<std::promise<Result<std::vector<Receipt>>>>();
        remote.submit_atomic(std::move(batch), [promise](Result<std::vector<Receipt>> receipts) {
            promise->set_value(std::move(receipts));
        });
        return promise->get_future();
    };
    auto before = start(remote, numbered(1));
    auto accepted = start_atomic({numbered(2), numbered(3), numbered(4)});
    auto refused = start_atomic({numbered(6), numbered(7)});
    auto behind = start(remote, numbered(8));
    CHECK(before.get()->last_seq == 1);
    const Result<std::vector<Receipt>> receipts = accepted.get();
    REQUIRE(receipts);
    REQUIRE(receipts->size() == 3);
    CHECK(receipts->back().last_seq == 4);
    const Result<std::vector<Receipt>> refusal = refused.get();
    REQUIRE_FALSE(refusal);
    CHECK(refusal.error().code == Errc::insufficient_funds);
    CHECK(refusal.error().detail == "item 1: k7");
    CHECK(behind.get());
    CHECK(ledger.api.submit.batches == 2);

    CHECK(start_atomic({}).get().error().code == Errc::missing_field);
    const std::vector<Submission> many(8'001, numbered(9));
    CHECK(start_atomic(many).get().error().code == Errc::command_too_large);
    Submission bad = numbered(10);
    bad.body = "\xff";
    const Error no_text = start_atomic({numbered(11), bad}).get().error();
    CHECK(no_text.code == Errc::malformed_request);
    CHECK(no_text.detail.starts_with("item 1: "));
}

TEST_CASE("remote submit: stopped, it answers what waits") {
    Ledger ledger;
    ledger.api.submit.held = true;
    std::vector<std::future<Result<Receipt>>> answers;
    {
        RemoteSubmit remote(ledger.options());
        answers.push_back(start(remote, numbered(1)));
        while (ledger.api.submit.count() == 0)
            std::this_thread::yield();
        answers.push_back(start(remote, numbered(2)));
    }
    CHECK(answers[0].get().error().code == Errc::outcome_unknown);
    CHECK(answers[1].get().error().code == Errc::not_ready);
}
