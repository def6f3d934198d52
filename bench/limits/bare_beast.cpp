// The limit of the HTTP figure: a server of Boost.Beast and nothing else, a program of its own. It
// reads each request whole, answers all with the same body, and keeps the connection. One
// io_context for each thread, connections dealt out in turn, as the node has them. Says its port
// on stdout and runs until SIGTERM.
//   bare_beast THREADS STATUS BODY_FILE
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;

using Response = http::response<http::string_body>;

class Peer : public std::enable_shared_from_this<Peer> {
public:
    Peer(tcp::socket socket, Response response)
        : socket_(std::move(socket)), response_(std::move(response)) {
        socket_.set_option(tcp::no_delay(true));
    }

    void read() {
        request_ = {};
        const auto then = [self = shared_from_this()](const error_code& ec, std::size_t) {
            if (!ec) self->write();
        };
        http::async_read(socket_, buffer_, request_, then);
    }

private:
    void write() {
        const auto then = [self = shared_from_this()](const error_code& ec, std::size_t) {
            if (!ec) self->read();
        };
        http::async_write(socket_, response_, then);
    }

    tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    Response response_;
};

class Acceptor {
public:
    Acceptor(std::vector<std::unique_ptr<net::io_context>>& threads, Response response)
        : threads_(threads)
        , acceptor_(*threads.front(), {net::ip::address_v4::loopback(), 0})
        , response_(std::move(response)) {}

    unsigned port() const { return acceptor_.local_endpoint().port(); }

    void accept() {
        net::io_context& target = *threads_[next_++ % threads_.size()];
        acceptor_.async_accept(target, [this, &target](const error_code& ec, tcp::socket socket) {
            if (ec) return;
            auto peer = std::make_shared<Peer>(std::move(socket), response_);
            net::post(target, [peer] { peer->read(); });
            accept();
        });
    }

private:
    std::vector<std::unique_ptr<net::io_context>>& threads_;
    tcp::acceptor acceptor_;
    Response response_;
    std::size_t next_{};
};

Response response_of(unsigned status, const char* body_file) {
    std::ifstream file(body_file);
    Response response;
    response.result(status);
    response.set(http::field::content_type, "application/json");
    response.body().assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    response.prepare_payload();
    return response;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    std::vector<std::unique_ptr<net::io_context>> contexts;
    for (long i = 0; i < std::strtol(argv[1], nullptr, 10); ++i)
        contexts.push_back(std::make_unique<net::io_context>(1));
    const auto status = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
    Acceptor acceptor(contexts, response_of(status, argv[3]));
    acceptor.accept();
    std::printf("%u\n", acceptor.port());
    std::fflush(stdout);
    std::vector<std::jthread> threads;
    for (const auto& context : contexts)
        threads.emplace_back([&io = *context] {
            const auto work = net::make_work_guard(io);
            io.run();
        });
    return 0;
}
