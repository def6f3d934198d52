#include "tests/support/fiscal_test_device.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace tollbook {

namespace {

int listen_on_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    ensure(listener >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    ensure(::bind(listener, any, size) == 0 && ::listen(listener, 16) == 0);
    ensure(::getsockname(listener, any, &size) == 0);
    port = ntohs(address.sin_port);
    return listener;
}

// The value of a header; empty: it is not there.
std::string header(std::string_view head, std::string_view name) {
    const std::size_t at = head.find(fmt::format("\r\n{}: ", name));
    if (at == std::string_view::npos) return {};
    head.remove_prefix(at + name.size() + 4);
    return std::string(head.substr(0, head.find("\r\n")));
}

bool send_all(int peer, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string http(int status, std::string_view body) {
    return fmt::format(
        "HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        status,
        body.size(),
        body
    );
}

} // namespace

FiscalTestDevice::FiscalTestDevice(Manner manner)
    : listener_(listen_on_loopback(port_)), manner_(manner), thread_([this] { serve(); }) {}

FiscalTestDevice::~FiscalTestDevice() {
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
    }
    changed_.notify_all();
    ::shutdown(listener_, SHUT_RDWR); // Wakes whoever accepts.
    thread_.join();
    ::close(listener_);
}

std::string FiscalTestDevice::url() const {
    return fmt::format("http://127.0.0.1:{}/sales", port_);
}

void FiscalTestDevice::set(Manner manner) {
    const std::scoped_lock lock(mutex_);
    manner_ = manner;
    changed_.notify_all();
}

std::vector<FiscalTestDevice::Heard> FiscalTestDevice::heard() const {
    const std::scoped_lock lock(mutex_);
    return heard_;
}

std::vector<std::string> FiscalTestDevice::taken() const {
    const std::scoped_lock lock(mutex_);
    return taken_;
}

void FiscalTestDevice::serve() {
    while (true) {
        const int peer = ::accept(listener_, nullptr, nullptr);
        if (peer < 0) return;
        talk(peer);
        ::close(peer);
    }
}

void FiscalTestDevice::talk(int peer) {
    Heard heard;
    if (!hear(peer, heard)) return;
    std::unique_lock lock(mutex_);
    heard_.push_back(heard);
    const Manner manner = manner_;
    if (manner == Manner::hangs) {
        changed_.wait(lock, [&] { return over_ || manner_ != Manner::hangs; });
        return;
    }
    const std::string answer = answer_to(heard, manner);
    lock.unlock();
    if (manner == Manner::takes_and_drops)
        send_all(peer, std::string_view(answer).substr(0, answer.size() - 10));
    else if (manner == Manner::floods)
        while (send_all(peer, answer)) {
        }
    else
        send_all(peer, answer);
}

bool FiscalTestDevice::hear(int peer, Heard& heard) const {
    std::string bytes;
    std::size_t wanted = std::string::npos;
    std::string head;
    while (bytes.size() < wanted) {
        std::string part(4'096, '\0');
        const ssize_t got = ::recv(peer, part.data(), part.size(), 0);
        if (got <= 0) return false;
        bytes.append(part, 0, static_cast<std::size_t>(got));
        const std::size_t end = bytes.find("\r\n\r\n");
        if (wanted != std::string::npos || end == std::string::npos) continue;
        head = bytes.substr(0, end + 2);
        const std::string length = header(head, "Content-Length");
        std::size_t body = 0;
        std::from_chars(length.data(), length.data() + length.size(), body);
        wanted = end + 4 + body;
    }
    heard.request_id = header(head, "Request-Id");
    heard.key = header(head, "cmcKey");
    heard.body = bytes.substr(bytes.find("\r\n\r\n") + 4);
    return true;
}

std::string FiscalTestDevice::answer_to(const Heard& heard, Manner manner) {
    switch (manner) {
    case Manner::refuses:
        return http(200, R"({"resultCd":"910","resultMsg":"itemNm: not a text","data":null})");
    case Manner::fails:
        return http(500, R"({"resultCd":"000","resultMsg":"It is succeeded"})");
    case Manner::garbles:
        return http(200, "<html>Please log in</html>");
    case Manner::floods:
        return http(200, std::string(1 << 20, 'x'));
    case Manner::hangs:
        return {};
    case Manner::takes:
    case Manner::takes_and_drops:
        break;
    }
    const auto [receipt, is_new] = receipts_.try_emplace(heard.request_id, receipts_.size() + 1);
    if (is_new) taken_.push_back(heard.request_id);
    const std::size_t number = receipt->second;
    return http(
        200,
        fmt::format(
            R"({{"resultCd":"000","resultMsg":"It is succeeded","resultDt":"20261120120000","data":)"
            R"({{"rcptNo":{0},"intrlData":"X","rcptSign":"SIGN{0}","totRcptNo":{0},)"
            R"("vsdcRcptPbctDate":"202611201200{1:02}","sdcId":"KRACU01","mrcNo":"M1"}}}})",
            number,
            number % 60
        )
    );
}

} // namespace tollbook
