#include "bench/load.hpp"

#include "bench/figure.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sstream>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tollbook::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::string_view length_name = "\r\nContent-Length: ";

[[noreturn]] void give_up(std::string_view why) {
    fmt::print(stderr, "bench: the load failed: {}\n", why);
    std::exit(1);
}

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        give_up("nobody listens");
    return socket;
}

// How many bytes the answer at the front has, head and body; 0 while its head is not all there.
std::size_t answer_bytes(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    const std::string_view head = text.substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 2")) give_up(text);
    const std::size_t at = head.find(length_name);
    if (at == std::string_view::npos) give_up("an answer without its length");
    std::size_t length = 0;
    std::from_chars(head.data() + at + length_name.size(), head.data() + head.size(), length);
    return end + 4 + length;
}

class Client {
public:
    Client(std::uint16_t port, std::size_t connections, std::span<const std::string> requests)
        : requests_(requests), poll_(::epoll_create1(EPOLL_CLOEXEC)), peers_(connections) {
        took_.reserve(requests.size());
        for (Peer& peer : peers_) {
            peer.socket = connect_to(port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = &peer;
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, peer.socket, &event);
        }
    }

    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    ~Client() {
        for (const Peer& peer : peers_)
            ::close(peer.socket);
        ::close(poll_);
    }

    Load run() {
        Load load;
        load.seconds = seconds([&] {
            for (Peer& peer : peers_)
                send_next(peer);
            while (took_.size() < requests_.size())
                turn();
        });
        std::ranges::sort(took_);
        load.p50_ms = took_[took_.size() / 2] * 1e3;
        load.p99_ms = took_[took_.size() * 99 / 100] * 1e3;
        load.last_body = std::move(last_body_);
        return load;
    }

private:
    struct Peer {
        int socket{-1};
        std::string text;
        Clock::time_point sent_at;
    };

    void send_next(Peer& peer) {
        if (next_ == requests_.size()) return;
        const std::string& request = requests_[next_++];
        peer.sent_at = Clock::now();
        const ssize_t sent = ::send(peer.socket, request.data(), request.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(request.size())) give_up("a request was not taken whole");
    }

    void turn() {
        std::array<epoll_event, 64> events{};
        const int ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i)
            receive(*static_cast<Peer*>(events[static_cast<std::size_t>(i)].data.ptr));
    }

    void receive(Peer& peer) {
        const ssize_t size = ::recv(peer.socket, area_.data(), area_.size(), 0);
        if (size <= 0) give_up("the connection ended");
        peer.text.append(area_.data(), static_cast<std::size_t>(size));
        const std::size_t bytes = answer_bytes(peer.text);
        if (bytes == 0 || peer.text.size() < bytes) return;
        const std::chrono::duration<double> took = Clock::now() - peer.sent_at;
        took_.push_back(took.count());
        if (took_.size() == requests_.size())
            last_body_ = peer.text.substr(peer.text.find("\r\n\r\n") + 4);
        peer.text.clear();
        send_next(peer);
    }

    std::span<const std::string> requests_;
    int poll_;
    std::vector<Peer> peers_;
    std::size_t next_{};
    std::vector<double> took_; // Seconds.
    std::string last_body_;
    std::array<char, read_bytes> area_{};
};

} // namespace

Load send_load(std::uint16_t port, std::size_t connections, std::span<const std::string> requests) {
    return Client(port, connections, requests).run();
}

// "pid (name) state ...": the two times are the 14th and 15th, and the name may hold anything.
double cpu_seconds(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::string text;
    std::getline(file, text);
    std::istringstream words(text.substr(text.rfind(')') + 2));
    std::string word;
    for (int i = 3; i < 14; ++i)
        words >> word;
    double user = 0;
    double kernel = 0;
    words >> user >> kernel;
    return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace tollbook::bench
