#include "tests/routeros/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace tollbook::routeros {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Connection::Connection(
    tcp::socket socket, asio::ssl::context& tls, RouterState& router, std::uint64_t seed
)
    : stream_(std::move(socket), tls)
    , tls_(router.options.tls)
    , conversation_(router, seed)
    , out_(router.options.split ? std::optional(seed) : std::nullopt) {}

void Connection::start() {
    error_code ignored;
    stream_.next_layer().set_option(tcp::no_delay(true), ignored);
    if (!tls_) return read();
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](error_code failed) {
            if (!failed) self->read();
        }
    );
}

void Connection::close() {
    error_code ignored;
    stream_.next_layer().close(ignored);
}

void Connection::report(std::span<const Change> changes) { send(conversation_.report(changes)); }

// NOLINTBEGIN(misc-no-recursion): a handler is the next event, not a deeper call.
void Connection::read() {
    const auto arrived = [self = shared_from_this()](error_code failed, std::size_t bytes) {
        if (failed) return self->close();
        self->take(bytes);
    };
    if (tls_)
        stream_.async_read_some(asio::buffer(buffer_), arrived);
    else
        stream_.next_layer().async_read_some(asio::buffer(buffer_), arrived);
}

void Connection::take(std::size_t bytes) {
    const Status fed = decoder_.feed(std::string_view(buffer_.data(), bytes));
    while (const auto sentence = decoder_.next()) {
        if (closing_) return;
        const Answered answered = conversation_.answer(*sentence);
        send(answered);
        if (!answered.changes.empty()) on_changes_(answered.changes);
    }
    if (!fed) return close();
    if (conversation_.logged_in()) decoder_.set_limits({});
    if (!closing_) read();
}

void Connection::send(const Answered& answered) {
    if (closing_) return;
    out_.append(answered);
    if (answered.after == Answered::After::cut_in_half) out_.cut_in_half();
    closing_ = answered.after != Answered::After::go_on;
    if (writing_.empty()) write();
}

void Connection::write() {
    if (out_.empty()) {
        if (closing_) close();
        return;
    }
    writing_ = out_.take();
    const auto written = [self = shared_from_this()](error_code failed, std::size_t) {
        self->writing_.clear();
        if (failed) return self->close();
        self->write();
    };
    if (tls_)
        asio::async_write(stream_, asio::buffer(writing_), written);
    else
        asio::async_write(stream_.next_layer(), asio::buffer(writing_), written);
}

// NOLINTEND(misc-no-recursion)

} // namespace tollbook::routeros
