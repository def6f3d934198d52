// The one test file with sockets: what peers may do to a connection.
#include "api/http/server.hpp"

#include "tests/api/api_fixture.hpp"
#include "tests/api/raw_client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

constexpr const char* live = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

// Generous where a test does not say otherwise, so that a busy machine changes nothing.
Limits quick() {
    Limits limits;
    limits.tick = 10ms;
    limits.linger_max = 500ms;
    return limits;
}

struct Served {
    explicit Served(const Limits& limits = quick(), std::size_t threads = 2) : api(limits) {
        const ServerOptions options{.listen = "127.0.0.1:0", .threads = threads};
        server = Server::start(api.app, options).value();
    }

    std::uint16_t port() const { return server->port(); }

    std::string command(std::string_view key, std::string_view body) const {
        return "POST /v1/tenants/savanna/customers HTTP/1.1\r\nHost: x\r\nAuthorization: " +
               bearer +
               "\r\nContent-Type: application/json\r\nIdempotency-Key: " + std::string(key) +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               std::string(body);
    }

    // Until that many commands wait in the fake writer.
    void wait_for_commands(std::size_t count) {
        while (api.submit.count() < count)
            std::this_thread::sleep_for(1ms);
    }

    ApiFixture api;
    std::string bearer = api.bearer("savanna", Role::admin);
    std::unique_ptr<Server> server;
};

std::string one(Served& served, std::string_view bytes) {
    RawClient client(served.port());
    client.send(bytes);
    return client.answer();
}

} // namespace

TEST_CASE("server: answers, keeps the connection, and names the request") {
    Served served;
    RawClient client(served.port());
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send(live));
        const std::string answer = client.answer();
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(says(answer, "\r\nRequest-Id: req_"));
        CHECK(says(answer, "\r\nDate: "));
        CHECK(says(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
        CHECK(!says(answer, "Connection: close"));
        CHECK(answer.ends_with(R"({"status":"ok"})"));
    }
    CHECK(served.server->connections() == 1);
}

TEST_CASE("server: a command goes through whole, in any pieces") {
    Served served;
    const std::string request = served.command("k", R"({"customer":"ACC1"})");
    RawClient client(served.port());
    for (const char byte : request)
        REQUIRE(client.send({&byte, 1}));
    const std::string answer = client.answer();
    CHECK(answer.starts_with("HTTP/1.1 201 Created"));
    CHECK(says(answer, "\r\nTollbook-Position: 0:1\r\n"));
    CHECK(served.api.submit.last().body == R"({"customer":"ACC1"})");
    CHECK(served.api.submit.last().correlation.starts_with("req_"));
}

TEST_CASE("server: chunked bodies are read, and 100-continue is answered") {
    Served served;
    const std::string head = "POST /v1/tenants/savanna/customers HTTP/1.1\r\nHost: x\r\n"
                             "Authorization: " +
                             served.bearer +
                             "\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n";
    CHECK(one(served,
              head + "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n")
              .starts_with("HTTP/1.1 201"));
    CHECK(served.api.submit.last().body == R"({"a":1})");
    RawClient client(served.port());
    client.send(head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(client.answer().starts_with("HTTP/1.1 100 Continue"));
    client.send("{}");
    CHECK(client.answer().starts_with("HTTP/1.1 201"));
}

TEST_CASE("server: pipelined requests are answered in their order") {
    Served served;
    served.api.submit.held = true;
    RawClient client(served.port());
    client.send(
        served.command("first", "{}") + live + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + live
    );
    served.wait_for_commands(1);
    served.api.submit.waiting[0](served.api.submit.next());
    CHECK(client.answer().starts_with("HTTP/1.1 201"));
    CHECK(client.answer().starts_with("HTTP/1.1 200"));
    CHECK(client.answer().starts_with("HTTP/1.1 404"));
    CHECK(client.answer().starts_with("HTTP/1.1 200"));
}

TEST_CASE("server: what cannot be read is 400 and ends the connection") {
    Served served;
    for (const char* bytes :
         {"nonsense\r\n\r\n",
          "GET /livez HTTP/1.1\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost : x\r\n\r\n",
          "GET /livez HTTP/2.0\r\nHost: x\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
          "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
          "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
          "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
          "chunked\r\n\r\n",
          "POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
          "POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
          "POST /livez HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
        CAPTURE(bytes);
        RawClient client(served.port());
        client.send(bytes);
        const std::string answer = client.answer();
        CHECK(answer.starts_with("HTTP/1.1 400"));
        CHECK(says(answer, "\r\nConnection: close\r\n"));
        client.end_sending();
        CHECK(client.closed());
    }
}

TEST_CASE("server: HTTP/1.0 needs no Host and closes") {
    Served served;
    RawClient client(served.port());
    client.send("GET /livez HTTP/1.0\r\n\r\n");
    CHECK(client.answer().starts_with("HTTP/1.1 200"));
    CHECK(client.closed());
}

TEST_CASE("server: a head above its limit is refused") {
    Limits limits = quick();
    limits.header_bytes_max = 512;
    Served served(limits);
    const std::string answer =
        one(served, "GET /livez HTTP/1.1\r\nHost: x\r\nX: " + std::string(600, 'x') + "\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 400"));
    CHECK(says(answer, "larger than 512 bytes"));
}

TEST_CASE("server: a head that fills its limit is refused without its end, in one piece and two") {
    Limits limits = quick();
    limits.header_bytes_max = 512;
    Served served(limits);
    std::string head = "GET /livez HTTP/1.1\r\nHost: x\r\nX: ";
    head.append(512 - head.size(), 'x');
    CHECK(one(served, head).starts_with("HTTP/1.1 400"));
    RawClient client(served.port());
    client.send(head.substr(0, 10));
    client.send(head.substr(10));
    CHECK(client.answer().starts_with("HTTP/1.1 400"));
    head.replace(508, 4, "\r\n\r\n");
    CHECK(one(served, head).starts_with("HTTP/1.1 200"));
}

TEST_CASE("server: a body above its limit is refused before and while it comes") {
    Limits limits = quick();
    limits.body_bytes_max = 1'000;
    Served served(limits);
    CHECK(one(served, served.command("k", std::string(1'000, ' '))).starts_with("HTTP/1.1 201"));
    const std::string big = served.command("k", std::string(500'000, ' '));
    const std::string answer = one(served, big);
    CHECK(answer.starts_with("HTTP/1.1 413"));
    CHECK(says(answer, "payload-too-large"));
    std::string chunked = served.command("k", "");
    chunked.replace(chunked.find("Content-Length: 0"), 17, "Transfer-Encoding: chunked");
    CHECK(one(served, chunked + "3e9\r\n" + std::string(1'001, ' ')).starts_with("HTTP/1.1 413"));
    CHECK(served.api.submit.count() == 1);
}

TEST_CASE("server: a refused request with its body leaves the connection usable") {
    Served served;
    RawClient client(served.port());
    std::string request = served.command("k", R"({"a":1})");
    request.replace(request.find("tb_"), 3, "xx_");
    client.send(request + live);
    CHECK(client.answer().starts_with("HTTP/1.1 401"));
    CHECK(client.answer().starts_with("HTTP/1.1 200"));
}

TEST_CASE("server: who is refused while still sending gets the answer, then the end") {
    Served served;
    RawClient client(served.port());
    std::string request = served.command("k", std::string(900'000, ' '));
    request.replace(request.find("tb_"), 3, "xx_");
    client.send(request);
    const std::string answer = client.answer();
    CHECK(answer.starts_with("HTTP/1.1 401"));
    CHECK(says(answer, "Connection: close"));
    CHECK(client.closed());
}

TEST_CASE("server: slow heads and slow bodies are 408") {
    Limits limits = quick();
    limits.header_max = 60ms;
    limits.body_max = 60ms;
    Served served(limits);
    RawClient head(served.port());
    head.send("GET /livez HT");
    CHECK(head.answer().starts_with("HTTP/1.1 408"));
    RawClient body(served.port());
    const std::string request = served.command("k", "{\"a\":1}");
    body.send(std::string_view(request).substr(0, request.size() - 3));
    CHECK(body.answer().starts_with("HTTP/1.1 408"));
    CHECK(body.closed());
    CHECK(served.api.metrics.text().find("tollbook_http_timeouts_total 2") != std::string::npos);
    CHECK(served.api.submit.count() == 0);
}

TEST_CASE("server: bytes that trickle do not extend the deadline") {
    Limits limits = quick();
    limits.header_max = 100ms;
    Served served(limits);
    RawClient client(served.port());
    const std::string slow = "GET /livez HTTP/1.1\r\nX: " + std::string(1'000, 'x');
    for (std::size_t i = 0; i < slow.size() && client.send({&slow[i], 1}); ++i)
        std::this_thread::sleep_for(1ms);
    CHECK(client.answer().starts_with("HTTP/1.1 408"));
}

TEST_CASE("server: idle and half-open connections end without a word") {
    Limits limits = quick();
    limits.idle_max = 60ms;
    Served served(limits);
    RawClient silent(served.port());
    CHECK(silent.closed());
    RawClient idle(served.port());
    idle.send(live);
    CHECK(idle.answer().starts_with("HTTP/1.1 200"));
    CHECK(idle.closed());
}

TEST_CASE("server: who has said all still gets the answer") {
    Served served;
    RawClient client(served.port());
    client.send(served.command("k", "{}"));
    client.end_sending();
    CHECK(client.answer().starts_with("HTTP/1.1 201"));
    CHECK(client.closed());
}

TEST_CASE("server: an answer that does not come is 504, and dropped when it comes late") {
    Limits limits = quick();
    limits.answer_max = 60ms;
    Served served(limits);
    served.api.submit.held = true;
    RawClient client(served.port());
    client.send(served.command("k", "{}"));
    const std::string answer = client.answer();
    CHECK(answer.starts_with("HTTP/1.1 504"));
    CHECK(says(answer, "outcome-unknown"));
    served.api.submit.waiting[0](served.api.submit.next());
    CHECK(client.closed());
    CHECK(served.api.app.in_flight() == 0);
}

TEST_CASE("server: a peer that leaves while its command is decided harms nobody") {
    Served served;
    served.api.submit.held = true;
    {
        RawClient client(served.port());
        client.send(served.command("k", "{}"));
        served.wait_for_commands(1);
    }
    served.api.submit.waiting[0](served.api.submit.next());
    CHECK(one(served, live).starts_with("HTTP/1.1 200"));
}

TEST_CASE("server: more connections than the limit are closed at once") {
    Limits limits = quick();
    limits.connections_max = 1;
    Served served(limits);
    RawClient first(served.port());
    first.send(live);
    CHECK(first.answer().starts_with("HTTP/1.1 200"));
    RawClient second(served.port());
    CHECK(second.closed());
    first.send(live);
    CHECK(first.answer().starts_with("HTTP/1.1 200"));
}

TEST_CASE("server: draining gives the answers that are due and takes no new connections") {
    Served served(quick(), 1); // One thread: when `idle` is closed, it drains.
    served.api.submit.held = true;
    RawClient idle(served.port());
    idle.send(live);
    CHECK(idle.answer().starts_with("HTTP/1.1 200"));
    RawClient client(served.port());
    client.send(served.command("k", "{}"));
    served.wait_for_commands(1);
    std::thread stopping([&] { served.server->stop(); });
    CHECK(idle.closed());
    served.api.submit.waiting[0](served.api.submit.next());
    const std::string answer = client.answer();
    CHECK(answer.starts_with("HTTP/1.1 201"));
    CHECK(says(answer, "Connection: close"));
    client.end_sending();
    stopping.join();
    CHECK(!RawClient(served.port()).connected());
}

TEST_CASE("server: answers that come after the server is gone are dropped") {
    Limits limits = quick();
    limits.drain_max = 20ms;
    Served served(limits);
    served.api.submit.held = true;
    RawClient client(served.port());
    client.send(served.command("k", "{}"));
    served.wait_for_commands(1);
    served.server.reset();
    CHECK(client.closed());
    served.api.submit.waiting[0](served.api.submit.next());
    served.api.submit.waiting.clear();
}

TEST_CASE("server: an address that cannot be had is refused") {
    ApiFixture api;
    for (const char* listen : {"", "8420", "localhost:1", "127.0.0.1:99999", "1.2.3.4:1"}) {
        CAPTURE(listen);
        CHECK(Server::start(api.app, {.listen = listen}).error().code == Errc::config_invalid);
    }
    ServerOptions options{.listen = "127.0.0.1:0", .tls_cert_file = "/nowhere"};
    CHECK(Server::start(api.app, options).error().code == Errc::config_invalid);
}
