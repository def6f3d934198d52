#include "tests/routeros/scripted_peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace tollbook::routeros {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string tag_of(const Sentence& request) {
    for (const std::string& word : request)
        if (word.starts_with(".tag=")) return word.substr(5);
    return {};
}

std::string bytes_of(const Scripted& answer, const std::string& tag) {
    std::string bytes;
    for (Sentence sentence : answer.sentences) {
        for (std::string& word : sentence) {
            const std::size_t at = word.find("{tag}");
            if (at != std::string::npos) word.replace(at, 5, tag);
        }
        append_sentence(bytes, sentence);
    }
    return bytes + answer.raw;
}

} // namespace

struct ScriptedPeer::Sockets {
    void play(const std::vector<Scripted>& script);
    bool answer(const std::vector<Scripted>& script, const Sentence& request);

    asio::io_context io;
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    tcp::socket socket{io};
    std::size_t next = 0;
};

bool ScriptedPeer::Sockets::answer(const std::vector<Scripted>& script, const Sentence& request) {
    if (next == script.size()) return true;
    const Scripted& line = script[next++];
    error_code failed;
    asio::write(socket, asio::buffer(bytes_of(line, tag_of(request))), failed);
    return !failed && !line.hang_up;
}

void ScriptedPeer::Sockets::play(const std::vector<Scripted>& script) {
    error_code failed;
    acceptor.accept(socket, failed);
    Decoder decoder;
    std::array<char, 4096> buffer{};
    bool on = !failed;
    while (on) {
        const std::size_t bytes = socket.read_some(asio::buffer(buffer), failed);
        on = !failed && decoder.feed(std::string_view(buffer.data(), bytes)).has_value();
        while (const auto request = on ? decoder.next() : std::nullopt)
            on = answer(script, *request);
    }
    socket.close(failed);
}

ScriptedPeer::ScriptedPeer(std::vector<Scripted> script) : sockets_(std::make_unique<Sockets>()) {
    script.insert(script.begin(), {.sentences = {{"!done", ".tag={tag}"}}});
    thread_ = std::jthread([this, lines = std::move(script)] { sockets_->play(lines); });
}

// The client has closed its end, or never came: then somebody has to, or accept would wait forever.
ScriptedPeer::~ScriptedPeer() {
    asio::io_context io;
    tcp::socket last(io);
    error_code ignored;
    last.connect(sockets_->acceptor.local_endpoint(ignored), ignored);
    last.close(ignored);
}

std::uint16_t ScriptedPeer::port() const { return sockets_->acceptor.local_endpoint().port(); }

} // namespace tollbook::routeros
