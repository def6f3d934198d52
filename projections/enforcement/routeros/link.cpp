#include "projections/enforcement/routeros/link.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tollbook::routeros {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Endpoints = std::vector<tcp::endpoint>;

constexpr std::size_t read_bytes_max = std::size_t{64} << 10;

Endpoints look_up(const std::string& host, std::uint16_t port) {
    asio::io_context io;
    tcp::resolver resolver(io);
    error_code failed;
    Endpoints found;
    for (const auto& entry : resolver.resolve(host, std::to_string(port), failed))
        found.push_back(entry.endpoint());
    return found;
}

// An address costs nothing. A name is looked up on a thread that may outlive the deadline: the
// system's resolver cannot be interrupted, and its task owns all that it touches.
Answer<Endpoints> endpoints_of(const Device& device, Deadline deadline) {
    error_code not_an_address;
    const auto address = asio::ip::make_address(device.host, not_an_address);
    if (!not_an_address) return Endpoints{{address, device.port}};

    std::packaged_task<Endpoints()> task([host = device.host, port = device.port] {
        return look_up(host, port);
    });
    std::future<Endpoints> found = task.get_future();
    std::thread(std::move(task)).detach();
    if (found.wait_until(deadline) != std::future_status::ready)
        return transient(Errc::device_timeout, "the name lookup took too long");
    Endpoints endpoints = found.get();
    if (endpoints.empty()) return transient(Errc::device_unreachable, "the name is not known");
    return endpoints;
}

// Ready before any stream is made of it: a stream copies these settings once, and would otherwise
// trust anybody.
Answer<ssl::context> context_for(const std::optional<Tls>& tls) {
    ssl::context context(ssl::context::tls_client);
    context.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    if (!tls || !tls->verify || !tls->pinned_sha256.empty()) return context;
    error_code failed;
    context.set_verify_mode(ssl::verify_peer);
    if (tls->ca_file.empty())
        context.set_default_verify_paths(failed);
    else
        context.load_verify_file(tls->ca_file, failed);
    if (failed) return final_refusal(Errc::config_invalid, "the CA file cannot be used");
    return context;
}

std::string fingerprint(SSL* handle) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(handle), &X509_free
    );
    if (!certificate) return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned bytes = 0;
    if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &bytes) != 1) return {};
    std::string hex;
    for (unsigned i = 0; i < bytes; ++i)
        hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

} // namespace

struct Link::Streams {
    Streams(ssl::context configured, bool with_tls)
        : context(std::move(configured)), stream(io, context), tls(with_tls) {}

    // Waits for the one operation that was started and that reports into `outcome`. On the deadline
    // the socket is closed under it; its handler has run in any case when this returns.
    Answer<Done> finish(const error_code& outcome, Deadline deadline, std::string_view what);

    void close() {
        error_code ignored;
        stream.next_layer().close(ignored);
    }

    Answer<Done> connect(const Device& device, Deadline deadline);
    Answer<Done> secure(const Device& device, Deadline deadline);

    asio::io_context io;
    ssl::context context;
    ssl::stream<tcp::socket> stream;
    bool tls;
    std::array<char, read_bytes_max> buffer{};
};

Answer<Done> Link::Streams::finish(
    const error_code& outcome, Deadline deadline, std::string_view what
) {
    io.restart();
    io.run_until(deadline);
    if (!io.stopped()) {
        close();
        io.run();
        return transient(Errc::device_timeout, fmt::format("{} took too long", what));
    }
    if (!outcome) return Done{};
    close();
    return transient(
        Errc::device_unreachable, fmt::format("{} failed: {}", what, outcome.message())
    );
}

Answer<Done> Link::Streams::connect(const Device& device, Deadline deadline) {
    const Answer<Endpoints> endpoints = endpoints_of(device, deadline);
    if (!endpoints) return endpoints.error();
    error_code outcome;
    asio::async_connect(
        stream.next_layer(),
        *endpoints,
        [&](error_code failed, const tcp::endpoint&) { outcome = failed; }
    );
    const Answer<Done> connected = finish(outcome, deadline, "the connect");
    if (!connected) return connected.error();
    error_code ignored;
    stream.next_layer().set_option(tcp::no_delay(true), ignored);
    return Done{};
}

Answer<Done> Link::Streams::secure(const Device& device, Deadline deadline) {
    const Tls& wanted = *device.tls;
    const bool by_chain = wanted.verify && wanted.pinned_sha256.empty();
    error_code outcome;
    if (by_chain) stream.set_verify_callback(ssl::host_name_verification(device.host), outcome);
    stream.async_handshake(ssl::stream_base::client, [&](error_code failed) { outcome = failed; });
    const Answer<Done> shaken = finish(outcome, deadline, "the TLS handshake");
    const bool distrusted = SSL_get_verify_result(stream.native_handle()) != X509_V_OK;
    if (!shaken && by_chain && distrusted)
        return final_refusal(Errc::device_protocol, "the certificate is not trusted");
    if (!shaken) return shaken.error();
    if (wanted.pinned_sha256.empty()) return Done{};

    if (fingerprint(stream.native_handle()) ==
        boost::algorithm::to_lower_copy(wanted.pinned_sha256))
        return Done{};
    close();
    return final_refusal(Errc::device_protocol, "the certificate is not the pinned one");
}

Link::Link(std::unique_ptr<Streams> streams) : streams_(std::move(streams)) {}

Link::~Link() = default;

Answer<std::unique_ptr<Link>> Link::open(const Device& device, Deadline deadline) {
    Answer<ssl::context> context = context_for(device.tls);
    if (!context) return context.error();
    auto streams = std::make_unique<Streams>(std::move(*context), device.tls.has_value());
    Answer<Done> ready = streams->connect(device, deadline);
    if (ready && device.tls) ready = streams->secure(device, deadline);
    if (!ready) return ready.error();
    return std::unique_ptr<Link>(new Link(std::move(streams)));
}

Answer<Done> Link::write(std::string_view bytes, Deadline deadline) {
    error_code outcome;
    const auto finished = [&](error_code failed, std::size_t) { outcome = failed; };
    if (streams_->tls)
        asio::async_write(streams_->stream, asio::buffer(bytes), finished);
    else
        asio::async_write(streams_->stream.next_layer(), asio::buffer(bytes), finished);
    return streams_->finish(outcome, deadline, "sending");
}

Answer<std::string_view> Link::read(Deadline deadline) {
    error_code outcome;
    std::size_t bytes = 0;
    const auto finished = [&](error_code failed, std::size_t count) {
        outcome = failed;
        bytes = count;
    };
    const auto space = asio::buffer(streams_->buffer);
    if (streams_->tls)
        streams_->stream.async_read_some(space, finished);
    else
        streams_->stream.next_layer().async_read_some(space, finished);
    const Answer<Done> read = streams_->finish(outcome, deadline, "the answer");
    if (!read) return read.error();
    return std::string_view(streams_->buffer.data(), bytes);
}

} // namespace tollbook::routeros
