#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace tollbook::api {

// Who is told when a channel has done something; always on the channel's own io thread.
class ChannelUser {
public:
    ChannelUser() = default;
    ChannelUser(const ChannelUser&) = delete;
    ChannelUser& operator=(const ChannelUser&) = delete;
    virtual ~ChannelUser() = default;

    virtual void on_open(bool ok) = 0;
    virtual void on_read(bool ok, std::size_t size) = 0;
    virtual void on_written(bool ok) = 0;
};

using ChannelUserPtr = std::shared_ptr<ChannelUser>;

enum class Sent { all, later, failed };

// Bytes to and from one peer, plain or over TLS. The memory that is passed must live until the
// user is told. Destroying it closes the connection; what was outstanding is then told as failed.
class Channel {
public:
    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;

    virtual void open(ChannelUserPtr user) = 0;
    virtual void read(std::span<char> into, ChannelUserPtr user) = 0;

    // Writes at once what the socket takes. `later`: on_written follows.
    virtual Sent write(std::string_view bytes, ChannelUserPtr user) = 0;

    // A few bytes that nobody waits for; false when they did not fit.
    virtual bool write_now(std::string_view bytes) = 0;

    // Says that nothing more is sent; false when the peer is gone.
    virtual bool end_sending() = 0;

    virtual std::string peer() const = 0;
};

// `tls` null: plain.
std::unique_ptr<Channel> make_channel(
    boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls
);

} // namespace tollbook::api
