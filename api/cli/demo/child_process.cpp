#include "api/cli/demo/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace tollbook::api {

namespace {

struct Pipe {
    int read{-1};
    int write{-1};
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{Errc::internal, std::strerror(errno)};
    return Pipe{ends[0], ends[1]};
}

void close_if_open(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
}

} // namespace

Result<ChildProcess> ChildProcess::start(
    const std::vector<std::string>& command, const std::string& log_file
) {
    const Result<Pipe> in = make_pipe();
    if (!in) return in.error();
    const Result<Pipe> out = make_pipe();
    if (!out) return out.error();
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in->read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out->write, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(
        &actions, STDERR_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600
    );
    std::vector<char*> argv;
    for (const std::string& word : command)
        argv.push_back(const_cast<char*>(word.c_str())); // posix_spawn leaves them alone.
    argv.push_back(nullptr);
    pid_t pid = -1;
    const int failed = ::posix_spawn(&pid, argv.front(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in->read);
    ::close(out->write);
    if (failed != 0) {
        ::close(in->write);
        ::close(out->read);
        return Error{Errc::internal, command.front() + ": " + std::strerror(failed)};
    }
    return ChildProcess(pid, in->write, out->read);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1))
    , in_(std::exchange(other.in_, -1))
    , out_(std::exchange(other.out_, -1))
    , buffered_(std::move(other.buffered_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this == &other) return *this;
    release();
    pid_ = std::exchange(other.pid_, -1);
    in_ = std::exchange(other.in_, -1);
    out_ = std::exchange(other.out_, -1);
    buffered_ = std::move(other.buffered_);
    return *this;
}

ChildProcess::~ChildProcess() { release(); }

void ChildProcess::release() {
    if (pid_ > 0) stop();
    close_if_open(in_);
    close_if_open(out_);
}

Result<std::string> ChildProcess::read_line(std::chrono::milliseconds timeout) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (true) {
        if (const std::size_t end = buffered_.find('\n'); end != std::string::npos) {
            std::string line = buffered_.substr(0, end);
            buffered_.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now()
        );
        pollfd ready{out_, POLLIN, 0};
        const bool late = left.count() <= 0;
        if (late || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
            return Error{Errc::not_ready, "it said nothing in time"};
        std::array<char, 4096> chunk{};
        const ssize_t size = ::read(out_, chunk.data(), chunk.size());
        if (size <= 0) return Error{Errc::not_ready, "it ended"};
        buffered_.append(chunk.data(), static_cast<std::size_t>(size));
    }
}

Status ChildProcess::write_line(const std::string& line) {
    const std::string text = line + "\n";
    const ssize_t written = ::write(in_, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()))
        return Error{Errc::not_ready, std::strerror(errno)};
    return Done{};
}

int ChildProcess::stop() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace tollbook::api
