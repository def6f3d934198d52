#pragma once

#include "tests/routeros/certificate.hpp"
#include "tests/routeros/router_state.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tollbook::routeros {

// A router that speaks the RouterOS API on a port of 127.0.0.1, on a thread of its own, until it is
// destroyed. Every function may be called from any thread; a fault is in force when set_fault
// returns.
class TestRouter {
public:
    explicit TestRouter(const RouterOptions& options);
    ~TestRouter();
    TestRouter(const TestRouter&) = delete;
    TestRouter& operator=(const TestRouter&) = delete;
    TestRouter(TestRouter&&) = delete;
    TestRouter& operator=(TestRouter&&) = delete;

    const std::string& name() const;
    std::uint16_t port() const;
    bool tls() const;

    // Empty without TLS.
    const Certificate& certificate() const;

    std::vector<SecretSeen> secrets() const;
    std::vector<SessionSeen> sessions() const;

    // The first journal_lines_max commands, without tags and passwords.
    std::vector<std::string> journal() const;

    void set_fault(Fault fault);

    // What an operator does on the router itself: any command, without a login.
    Outcome run(const Sentence& command);
    void open_session(const std::string& secret);

private:
    class Server; // Asio stays in test_router.cpp.

    std::unique_ptr<RouterState> state_;
    std::unique_ptr<Server> server_;
};

} // namespace tollbook::routeros
