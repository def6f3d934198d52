// The test router as a process: announces each router as a JSON line, then obeys control lines on
// its standard input until SIGTERM. The end of the input does not end it.
#include "tests/routeros/control.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace routeros = tollbook::routeros;
using boost::system::error_code;

constexpr std::size_t control_line_bytes_max = 64 * 1024;

struct Arguments {
    std::size_t routers = 1;
    std::vector<std::string> names;
    std::vector<std::uint16_t> ports;
    std::string password_file;
    routeros::RouterOptions options;
};

void declare(CLI::App& app, Arguments& arguments) {
    routeros::RouterOptions& options = arguments.options;
    app.add_option("--routers", arguments.routers)->check(CLI::Range(1, 1000));
    app.add_option("--names", arguments.names, "default rtr-01, rtr-02, ...")->delimiter(',');
    app.add_option("--ports", arguments.ports, "default any free ones")->delimiter(',');
    app.add_option("--user", options.user)->required();
    app.add_option("--password-file", arguments.password_file, "its first line")->required();
    app.add_flag("--tls", options.tls);
    app.add_flag("--legacy-login", options.legacy_login, "as before 6.43");
    app.add_flag("--pre-718", options.pre_718, "never say !empty");
    app.add_flag("--split", options.split, "cut and join writes at random");
    app.add_option("--seed", options.seed);
    app.add_flag("--auto-session", options.auto_session, "enabled secrets dial in");
    app.add_flag("--hide-passwords", options.hide_passwords);
}

std::string numbered_name(std::size_t index) {
    const std::string number = std::to_string(index + 1);
    return "rtr-" + std::string(number.size() < 2 ? 1 : 0, '0') + number;
}

routeros::Routers start(Arguments& arguments) {
    std::ifstream password(arguments.password_file);
    if (!std::getline(password, arguments.options.password))
        throw std::runtime_error("the password file cannot be read");
    routeros::Routers routers;
    for (std::size_t i = 0; i < arguments.routers; ++i) {
        routeros::RouterOptions options = arguments.options;
        options.name = i < arguments.names.size() ? arguments.names[i] : numbered_name(i);
        options.port = i < arguments.ports.size() ? arguments.ports[i] : std::uint16_t{0};
        options.seed += 1'000 * i;
        routers.push_back(std::make_unique<routeros::TestRouter>(options));
    }
    return routers;
}

void print(std::string_view lines) {
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
}

// Control lines, one after the other, until the input ends or a signal stops `io`.
class Console {
public:
    Console(asio::io_context& io, const routeros::Routers& routers)
        : input_(io, ::dup(STDIN_FILENO)), routers_(routers) {}

    void read() {
        const auto arrived = [this](error_code failed, std::size_t bytes) {
            if (failed) return;
            print(routeros::control(routers_, bytes_.substr(0, bytes)));
            bytes_.erase(0, bytes);
            read();
        };
        asio::async_read_until(
            input_, asio::dynamic_buffer(bytes_, control_line_bytes_max), '\n', arrived
        );
    }

private:
    asio::posix::stream_descriptor input_;
    const routeros::Routers& routers_;
    std::string bytes_;
};

void serve(Arguments& arguments) {
    asio::io_context io;
    asio::signal_set stop(io, SIGINT, SIGTERM);
    stop.async_wait([&](error_code, int) { io.stop(); });
    const routeros::Routers routers = start(arguments);
    for (const auto& router : routers)
        print(routeros::announcement(*router));
    Console console(io, routers);
    console.read();
    io.run();
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("A RouterOS API server for tests");
    declare(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        serve(arguments);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "test_router: %s\n", failure.what());
        return 1;
    }
    return 0;
}
