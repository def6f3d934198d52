// A client that says exactly the bytes it is told, for what no library would send.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tollbook::api::test {

class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    ~RawClient() { ::close(socket_); }

    bool connected() const { return connected_; }

    // False when the peer is gone.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    void end_sending() const { ::shutdown(socket_, SHUT_WR); }

    // The next whole answer (head and body by its length), or what came before the end.
    std::string answer() {
        while (true) {
            const std::size_t end = rest_.find("\r\n\r\n");
            if (end != std::string::npos) {
                const std::size_t size = end + 4 + length_in(rest_.substr(0, end));
                if (rest_.size() >= size) {
                    std::string whole = rest_.substr(0, size);
                    rest_.erase(0, size);
                    return whole;
                }
            }
            if (!more()) return std::exchange(rest_, {});
        }
    }

    // Whether the server closes within ten seconds without saying anything more.
    bool closed() {
        while (more()) {
        }
        return ended_ && rest_.empty();
    }

private:
    static std::size_t length_in(const std::string& head) {
        const std::size_t at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
    }

    bool more() {
        pollfd wait{socket_, POLLIN, 0};
        char bytes[4096];
        if (ended_ || ::poll(&wait, 1, 10'000) != 1) return false;
        const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
        ended_ = size <= 0;
        if (!ended_) rest_.append(bytes, static_cast<std::size_t>(size));
        return !ended_;
    }

    int socket_;
    bool connected_{};
    bool ended_{};
    std::string rest_;
};

inline bool says(const std::string& answer, std::string_view text) {
    return answer.find(text) != std::string::npos;
}

} // namespace tollbook::api::test
