#include "tests/routeros/test_router.hpp"

#include "tests/routeros/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include <future>
#include <thread>
#include <utility>

namespace tollbook::routeros {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

} // namespace

class TestRouter::Server {
public:
    explicit Server(RouterState& state);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;

    std::uint16_t port() const { return port_; }

    const Certificate& certificate() const { return certificate_; }

    void set_fault(Fault fault);
    void broadcast(const std::vector<Change>& changes);

    // Runs it on the router's thread and waits for it.
    template <class F>
    void on_thread(F&& work) {
        std::packaged_task<void()> task(std::forward<F>(work));
        std::future<void> finished = task.get_future();
        asio::post(io_, std::ref(task));
        finished.get();
    }

private:
    void open(std::uint16_t port);
    void accept();
    void close_all();

    RouterState& state_;
    Certificate certificate_;
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> stay_{io_.get_executor()};
    ssl::context tls_{ssl::context::tls_server};
    tcp::acceptor acceptor_{io_};
    std::uint16_t port_ = 0;
    std::uint64_t connections_made_ = 0;
    std::vector<std::weak_ptr<Connection>> connections_;
    std::jthread thread_; // Last: it uses all of the above.
};

TestRouter::Server::Server(RouterState& state) : state_(state) {
    if (state.options.tls) {
        certificate_ = make_certificate();
        tls_.use_certificate(asio::buffer(certificate_.certificate), ssl::context::pem);
        tls_.use_private_key(asio::buffer(certificate_.key), ssl::context::pem);
    }
    open(state.options.port);
    thread_ = std::jthread([this] { io_.run(); });
}

TestRouter::Server::~Server() {
    on_thread([this] { close_all(); });
    stay_.reset();
}

// Throws when the port is taken: a test router without its port is of no use.
void TestRouter::Server::open(std::uint16_t port) {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    accept();
}

void TestRouter::Server::accept() {
    acceptor_.async_accept([this](error_code failed, tcp::socket socket) {
        if (failed == asio::error::operation_aborted || !acceptor_.is_open()) return;
        if (!failed) {
            auto connection = std::make_shared<Connection>(
                std::move(socket), tls_, state_, state_.options.seed + connections_made_++
            );
            connection->on_changes([this](const std::vector<Change>& changes) {
                broadcast(changes);
            });
            std::erase_if(connections_, [](const auto& known) { return known.expired(); });
            connections_.push_back(connection);
            connection->start();
        }
        accept();
    });
}

void TestRouter::Server::broadcast(const std::vector<Change>& changes) {
    for (const auto& known : connections_)
        if (const auto connection = known.lock()) connection->report(changes);
}

void TestRouter::Server::close_all() {
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& known : connections_)
        if (const auto connection = known.lock()) connection->close();
    connections_.clear();
}

void TestRouter::Server::set_fault(Fault fault) {
    on_thread([&] {
        state_.fault = fault;
        if (fault == Fault::refuse)
            close_all();
        else if (!acceptor_.is_open())
            open(port_);
    });
}

TestRouter::TestRouter(const RouterOptions& options)
    : state_(std::make_unique<RouterState>(options)), server_(std::make_unique<Server>(*state_)) {}

TestRouter::~TestRouter() = default;

const std::string& TestRouter::name() const { return state_->options.name; }

std::uint16_t TestRouter::port() const { return server_->port(); }

bool TestRouter::tls() const { return state_->options.tls; }

const Certificate& TestRouter::certificate() const { return server_->certificate(); }

std::vector<SecretSeen> TestRouter::secrets() const {
    return state_->store.with([](const RouterStore& store) { return store.secrets(); });
}

std::vector<SessionSeen> TestRouter::sessions() const {
    return state_->store.with([](const RouterStore& store) { return store.sessions(); });
}

std::vector<std::string> TestRouter::journal() const {
    return state_->journal.with([](const std::vector<std::string>& lines) { return lines; });
}

void TestRouter::set_fault(Fault fault) { server_->set_fault(fault); }

Outcome TestRouter::run(const Sentence& command) {
    Outcome outcome = state_->store.with([&](RouterStore& store) { return store.run(command); });
    server_->on_thread([&] { server_->broadcast(outcome.changes); });
    return outcome;
}

void TestRouter::open_session(const std::string& secret) {
    state_->store.with([&](RouterStore& store) { store.open_session(secret); });
}

} // namespace tollbook::routeros
