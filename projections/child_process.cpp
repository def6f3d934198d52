#include "projections/child_process.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tollbook {

namespace {

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }

    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    void redirect_output(const std::string& log_path) {
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(
            &actions_, STDOUT_FILENO, log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600
        );
        posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        // A server that outlives us must not hold our listening sockets.
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    }

    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

} // namespace

Result<int> run_program(const std::vector<std::string>& arguments, const std::string& log_path) {
    FileActions actions;
    actions.redirect_output(log_path);
    std::vector<std::string> texts = arguments;
    std::vector<char*> argv;
    for (std::string& text : texts)
        argv.push_back(text.data());
    argv.push_back(nullptr);

    pid_t child = 0;
    const int failed =
        posix_spawnp(&child, argv.front(), actions.get(), nullptr, argv.data(), environ);
    if (failed != 0) return Error{Errc::internal, arguments.front() + ": " + std::strerror(failed)};
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return Error{Errc::internal, std::strerror(errno)};
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace tollbook
