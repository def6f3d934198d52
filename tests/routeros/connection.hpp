#pragma once

#include "projections/enforcement/routeros/sentence.hpp"
#include "tests/routeros/conversation.hpp"
#include "tests/routeros/out_buffer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tollbook::routeros {

// One client of a test router, on the router's thread. It keeps itself alive while it has something
// to wait for.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(
        boost::asio::ip::tcp::socket socket,
        boost::asio::ssl::context& tls,
        RouterState& router,
        std::uint64_t seed
    );

    void on_changes(std::function<void(const std::vector<Change>&)> listener) {
        on_changes_ = std::move(listener);
    }

    void start();
    void close();
    void report(std::span<const Change> changes);

private:
    void read();
    void take(std::size_t bytes);
    void send(const Answered& answered);
    void write();

    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
    bool tls_;
    Decoder decoder_{login_limits};
    Conversation conversation_;
    OutBuffer out_;
    std::string writing_;
    bool closing_ = false;
    std::function<void(const std::vector<Change>&)> on_changes_;
    std::array<char, 16384> buffer_{};
};

} // namespace tollbook::routeros
