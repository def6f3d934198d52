#include "api/http/channel.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace tollbook::api {

namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

void prepare(tcp::socket& socket) {
    error_code ec;
    socket.set_option(tcp::no_delay(true), ec);
    socket.non_blocking(true, ec);
}

bool shut(tcp::socket& socket) {
    error_code ec;
    socket.shutdown(tcp::socket::shutdown_send, ec);
    return !ec;
}

std::string peer_of(const tcp::socket& socket) {
    error_code ec;
    return socket.remote_endpoint(ec).address().to_string();
}

class PlainChannel final : public Channel {
public:
    explicit PlainChannel(tcp::socket socket) : socket_(std::move(socket)) { prepare(socket_); }

    void open(ChannelUserPtr user) override { user->on_open(true); }

    void read(std::span<char> into, ChannelUserPtr user) override {
        socket_.async_read_some(
            net::buffer(into.data(), into.size()),
            [user = std::move(user)](const error_code& ec, std::size_t size) {
                user->on_read(!ec, size);
            }
        );
    }

    Sent write(std::string_view bytes, ChannelUserPtr user) override {
        error_code ec;
        const std::size_t sent = socket_.write_some(net::buffer(bytes), ec);
        if (ec && ec != net::error::would_block) return Sent::failed;
        if (sent == bytes.size()) return Sent::all;
        net::async_write(
            socket_,
            net::buffer(bytes.substr(sent)),
            [user = std::move(user)](const error_code& failure, std::size_t) {
                user->on_written(!failure);
            }
        );
        return Sent::later;
    }

    bool write_now(std::string_view bytes) override {
        error_code ec;
        return socket_.write_some(net::buffer(bytes), ec) == bytes.size();
    }

    bool end_sending() override { return shut(socket_); }

    std::string peer() const override { return peer_of(socket_); }

private:
    tcp::socket socket_;
};

class TlsChannel final : public Channel {
public:
    TlsChannel(tcp::socket socket, net::ssl::context& tls) : stream_(std::move(socket), tls) {
        prepare(stream_.next_layer());
    }

    void open(ChannelUserPtr user) override {
        stream_.async_handshake(
            net::ssl::stream_base::server,
            [user = std::move(user)](const error_code& ec) { user->on_open(!ec); }
        );
    }

    void read(std::span<char> into, ChannelUserPtr user) override {
        stream_.async_read_some(
            net::buffer(into.data(), into.size()),
            [user = std::move(user)](const error_code& ec, std::size_t size) {
                user->on_read(!ec, size);
            }
        );
    }

    Sent write(std::string_view bytes, ChannelUserPtr user) override {
        net::async_write(
            stream_,
            net::buffer(bytes),
            [user = std::move(user)](const error_code& ec, std::size_t) { user->on_written(!ec); }
        );
        return Sent::later;
    }

    bool write_now(std::string_view bytes) override {
        error_code ec;
        return stream_.write_some(net::buffer(bytes), ec) == bytes.size();
    }

    bool end_sending() override { return shut(stream_.next_layer()); }

    std::string peer() const override { return peer_of(stream_.next_layer()); }

private:
    net::ssl::stream<tcp::socket> stream_;
};

} // namespace

std::unique_ptr<Channel> make_channel(tcp::socket socket, net::ssl::context* tls) {
    if (tls == nullptr) return std::make_unique<PlainChannel>(std::move(socket));
    return std::make_unique<TlsChannel>(std::move(socket), *tls);
}

} // namespace tollbook::api
