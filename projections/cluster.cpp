#include "projections/cluster.hpp"

#include "projections/child_process.hpp"
#include "projections/sql_session.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tollbook {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t socket_path_bytes_max = 107; // sockaddr_un::sun_path, less its NUL.

// Durable like a database should be; small, because it shares its machine. wal_level minimal: no
// replica hangs on it, and what is lost is folded again from the log.
constexpr std::string_view settings = R"(listen_addresses = ''
unix_socket_directories = '{}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
fsync = on
synchronous_commit = on
full_page_writes = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
)";

std::string find_binaries() {
    for (const int version : {17, 16, 15}) {
        std::string path = fmt::format("/usr/lib/postgresql/{}/bin/", version);
        if (fs::exists(path + "initdb")) return path;
    }
    return {}; // On the PATH, then.
}

// Whose processes these are: postgres when we are root, else ourselves.
struct Account {
    bool switched{};
    uid_t uid{};
    gid_t gid{};
};

Result<Account> find_account() {
    if (geteuid() != 0) return Account{false, geteuid(), getegid()};
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    getpwnam_r("postgres", &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr)
        return Error{
            Errc::config_invalid,
            "PostgreSQL does not run as root, and there is no user "
            "postgres"};
    return Account{true, entry.pw_uid, entry.pw_gid};
}

bool may_traverse(const struct stat& directory, const Account& account) {
    if (directory.st_uid == account.uid) return (directory.st_mode & S_IXUSR) != 0;
    if (directory.st_gid == account.gid) return (directory.st_mode & S_IXGRP) != 0;
    return (directory.st_mode & S_IXOTH) != 0;
}

Status check_parents(const fs::path& directory, const Account& account) {
    for (fs::path at = directory; !at.empty(); at = at.parent_path()) {
        struct stat found {};

        if (stat(at.c_str(), &found) != 0)
            return Error{Errc::config_invalid, at.string() + ": " + std::strerror(errno)};
        if (account.switched && !may_traverse(found, account))
            return Error{
                Errc::config_invalid,
                fmt::format(
                    "the user postgres cannot enter {}: chmod o+x it, or "
                    "name a database",
                    at.string()
                )};
        if (at == at.root_path()) break;
    }
    return Done{};
}

Status give(const fs::path& path, const Account& account) {
    if (!account.switched || chown(path.c_str(), account.uid, account.gid) == 0) return Done{};
    return Error{Errc::config_invalid, path.string() + ": " + std::strerror(errno)};
}

Status make_directory(const fs::path& path, const Account& account) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return Error{Errc::config_invalid, path.string() + ": " + std::strerror(errno)};
    return give(path, account);
}

std::string last_lines(const fs::path& log) {
    std::ifstream file(log);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    constexpr std::size_t bytes_max = 600;
    return text.size() > bytes_max ? text.substr(text.size() - bytes_max) : text;
}

} // namespace

struct Cluster::Layout {
    fs::path root;
    Account account;
    std::string binaries{find_binaries()};

    fs::path db() const { return root / "db"; }

    fs::path run() const { return root / "run"; }

    fs::path log() const { return root / "log"; }

    std::string dsn(std::string_view database) const {
        return fmt::format("host={} port=5432 user=tollbook dbname={}", run().string(), database);
    }

    Result<int> call(std::string_view program, const std::vector<std::string>& arguments) const {
        std::vector<std::string> all;
        if (account.switched) all = {"runuser", "-u", "postgres", "--"};
        all.push_back(binaries + std::string(program));
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run_program(all, log().string());
    }

    Status must(std::string_view program, const std::vector<std::string>& arguments) const {
        const Result<int> exit = call(program, arguments);
        if (!exit) return exit.error();
        if (*exit == 0) return Done{};
        return Error{
            Errc::database_unavailable,
            fmt::format("{} failed with {}: {}", program, *exit, last_lines(log()))};
    }

    bool is_running() const {
        const Result<int> exit = call("pg_ctl", {"status", "-D", db().string()});
        return exit && *exit == 0;
    }

    Status prepare() const;
    Status make() const;
    Status write_settings() const;
    Status start() const;
    Status make_database() const;
};

Status Cluster::Layout::prepare() const {
    const std::string socket = (run() / ".s.PGSQL.5432").string();
    if (socket.size() > socket_path_bytes_max)
        return Error{
            Errc::config_invalid,
            fmt::format(
                "the socket {} has {} bytes, {} are possible: choose a "
                "shorter data directory, or name a database",
                socket,
                socket.size(),
                socket_path_bytes_max
            )};
    if (const Status status = check_parents(root.parent_path(), account); !status) return status;
    for (const fs::path& path : {root, run()})
        if (const Status status = make_directory(path, account); !status) return status;
    std::ofstream(log(), std::ios::app).flush();
    return give(log(), account);
}

// Beside its place and renamed into it: a cluster half made is made again.
Status Cluster::Layout::make() const {
    const fs::path fresh = root / "db.new";
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    const Status made = must(
        "initdb",
        {"-D", fresh.string(), "-A", "trust", "-U", "tollbook", "-E", "UTF8", "--locale=C.UTF-8"}
    );
    if (!made) return made;
    std::error_code failed;
    fs::rename(fresh, db(), failed);
    if (failed) return Error{Errc::database_unavailable, db().string() + ": " + failed.message()};
    return Done{};
}

Status Cluster::Layout::write_settings() const {
    const fs::path path = db() / "postgresql.conf";
    std::ofstream file(path, std::ios::trunc);
    file << fmt::format(fmt::runtime(settings), run().string());
    file.close();
    if (!file) return Error{Errc::config_invalid, path.string() + " cannot be written"};
    return give(path, account);
}

Status Cluster::Layout::start() const {
    if (const Status status = write_settings(); !status) return status;
    return must("pg_ctl", {"start", "-w", "-t", "60", "-D", db().string(), "-l", log().string()});
}

Status Cluster::Layout::make_database() const {
    const auto system = SqlSession::connect(dsn("postgres"), "tollbook set-up");
    if (!system) return system.error();
    const Result<SqlRows> there =
        (*system)->query("SELECT 1 FROM pg_database WHERE datname = 'tollbook'");
    if (!there) return there.error();
    return there->size() > 0 ? Status{Done{}} : (*system)->run("CREATE DATABASE tollbook");
}

Cluster::Cluster(std::unique_ptr<Layout> layout)
    : layout_(std::move(layout)), dsn_(layout_->dsn("tollbook")) {}

Result<std::unique_ptr<Cluster>> Cluster::start(const std::string& data_directory) {
    const Result<Account> account = find_account();
    if (!account) return account.error();
    std::error_code failed;
    const fs::path data = fs::canonical(data_directory, failed);
    if (failed) return Error{Errc::config_invalid, data_directory + ": " + failed.message()};

    auto layout = std::make_unique<Layout>(Layout{data / "postgres", *account});
    if (const Status status = layout->prepare(); !status) return status.error();
    if (!fs::exists(layout->db() / "PG_VERSION"))
        if (const Status status = layout->make(); !status) return status.error();
    std::unique_ptr<Cluster> cluster(new Cluster(std::move(layout)));
    cluster->adopted_ = cluster->layout_->is_running();
    if (const Status status = cluster->ensure_running(); !status) return status.error();
    if (const Status status = cluster->layout_->make_database(); !status) return status.error();
    return cluster;
}

Cluster::~Cluster() {
    if (leave_) return;
    const Status ignored = stop();
    static_cast<void>(ignored.has_value());
}

Status Cluster::ensure_running() {
    return layout_->is_running() ? Status{Done{}} : layout_->start();
}

Status Cluster::stop() {
    if (!layout_->is_running()) return Done{};
    return layout_->must(
        "pg_ctl", {"stop", "-w", "-t", "60", "-m", "fast", "-D", layout_->db().string()}
    );
}

} // namespace tollbook
