#include "api/http/server.hpp"

#include "api/http/io_thread.hpp"
#include "api/http/session.hpp"
#include "api/logging.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <charconv>
#include <future>
#include <optional>
#include <utility>
#include <vector>

namespace tollbook::api {

namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

using net::steady_timer;
constexpr std::chrono::milliseconds accept_again{100}; // After running out of descriptors.

Error cannot(std::string_view what, const error_code& ec) {
    return {Errc::config_invalid, std::string(what) + ": " + ec.message()};
}

// "127.0.0.1:8420", "[::1]:8420"
Result<tcp::endpoint> parse_listen(const std::string& text) {
    const Error refusal{Errc::config_invalid, "not an address with a port: " + text};
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return refusal;
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    error_code ec;
    const auto address = net::ip::make_address(host, ec);
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, bad] = std::from_chars(text.data() + colon + 1, end, port);
    if (ec || bad != std::errc{} || stop != end) return refusal;
    return tcp::endpoint(address, port);
}

Status listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    error_code ec;
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(net::socket_base::max_listen_connections, ec);
    if (ec) return cannot("cannot listen", ec);
    return Done{};
}

Status load_tls(std::optional<net::ssl::context>& tls, const ServerOptions& options) {
    if (options.tls_cert_file.empty()) return Done{};
    tls.emplace(net::ssl::context::tls_server);
    error_code ec;
    tls->set_options(
        net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1 |
            net::ssl::context::no_tlsv1_1,
        ec
    );
    if (!ec) tls->use_certificate_chain_file(options.tls_cert_file, ec);
    if (ec) return cannot(options.tls_cert_file, ec);
    tls->use_private_key_file(options.tls_key_file, net::ssl::context::pem, ec);
    if (ec) return cannot(options.tls_key_file, ec);
    return Done{};
}

} // namespace

struct Server::State {
    State(App& served, std::size_t threads) : app(served) {
        for (std::size_t i = 0; i < threads; ++i)
            io.push_back(std::make_shared<IoThread>(app.limits().tick));
        acceptor.emplace(io.front()->context());
    }

    // Runs on the first io thread; each connection is made on the thread that will serve it.
    void accept() {
        const std::shared_ptr<IoThread> target = io[next++ % io.size()];
        acceptor->async_accept(
            target->context(),
            [this, target](const error_code& ec, tcp::socket socket) {
                if (ec == net::error::operation_aborted || !acceptor->is_open()) return;
                if (ec) return accept_later();
                admit(target, std::move(socket));
                accept();
            }
        );
    }

    // Out of descriptors, most likely: waiting is better than spinning.
    void accept_later() {
        pause.emplace(io.front()->context(), accept_again);
        pause->async_wait([this](const error_code& ec) {
            if (!ec) accept();
        });
    }

    void admit(const std::shared_ptr<IoThread>& target, tcp::socket socket) {
        if (connections.fetch_add(1, std::memory_order_relaxed) >= app.limits().connections_max) {
            connections.fetch_sub(1, std::memory_order_relaxed);
            app.services().metrics.count(metric::http_refused_connections);
            return; // Closes it.
        }
        app.services().metrics.change(metric::http_connections, 1);
        auto begin = [this, target, socket = std::move(socket)]() mutable {
            auto channel = make_channel(std::move(socket), tls ? &*tls : nullptr);
            start_session(std::move(channel), {target, app, connections});
        };
        net::post(target->context(), std::move(begin));
    }

    App& app;
    std::optional<net::ssl::context> tls;
    std::atomic<std::size_t> connections{0};
    std::vector<std::shared_ptr<IoThread>> io;
    std::optional<tcp::acceptor> acceptor;
    std::optional<steady_timer> pause;
    std::size_t next{0};
    std::uint16_t port{};
    bool stopped{};
};

Result<std::unique_ptr<Server>> Server::start(App& app, const ServerOptions& options) {
    const Result<tcp::endpoint> endpoint = parse_listen(options.listen);
    if (!endpoint) return endpoint.error();
    auto state = std::make_unique<State>(app, std::max<std::size_t>(1, options.threads));
    if (const Status tls = load_tls(state->tls, options); !tls) return tls.error();
    if (const Status listening = listen_on(*state->acceptor, *endpoint); !listening)
        return listening.error();
    error_code ec;
    state->port = state->acceptor->local_endpoint(ec).port();
    state->accept();
    for (const auto& io : state->io)
        io->start();
    log(LogLevel::info,
        "listening",
        {{"address", std::string_view(options.listen)}, {"port", std::int64_t{state->port}}});
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

std::uint16_t Server::port() const { return state_->port; }

std::size_t Server::connections() const {
    return state_->connections.load(std::memory_order_relaxed);
}

void Server::stop() {
    if (std::exchange(state_->stopped, true)) return;
    State& state = *state_;
    std::promise<void> closed;
    net::post(state.io.front()->context(), [&] {
        error_code ec;
        state.acceptor->close(ec);
        state.pause.reset();
        closed.set_value();
    });
    closed.get_future().wait(); // No thread is handed a connection from here on.
    for (const auto& io : state.io)
        io->begin_stop(state.app.limits().drain_max);
    for (const auto& io : state.io)
        io->join_thread();
    state.acceptor.reset();
}

} // namespace tollbook::api
