#pragma once

#include "api/cli/demo/child_process.hpp"
#include "tests/projections/postgres_fixture.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tollbook::bench {

// A whole node as its users run it, `tollbook serve` in a process of its own, on a new book; gone
// with its directory at the end.
class NodeProcess {
public:
    // here: a private PostgreSQL on this machine follows the log. away: the node's database is one
    // that cannot be reached, so the read models cost this machine nothing.
    enum class Database { here, away };

    NodeProcess(const std::string& program, Database database, std::size_t threads);
    NodeProcess(const NodeProcess&) = delete;
    NodeProcess& operator=(const NodeProcess&) = delete;

    std::uint16_t port() const { return port_; }

    pid_t pid() const { return process_->pid(); }

    // A POST of the tenant "bench" as the bytes that travel.
    std::string request(const std::string& path, const std::string& key, const std::string& body)
        const;

    // A GET of the tenant "bench".
    std::string get_request(const std::string& path) const;

    // Below it stands its private PostgreSQL.
    std::string data_directory() const { return directory_.path + "/data"; }

    // Returns when the read models have caught up with the log.
    void wait_for_read_models() const;

private:
    // The smallest sample of a metric, whatever its labels; none yet.
    std::optional<double> lowest(const std::string& metric) const;

    OpenDirectory directory_; // PostgreSQL's own user must reach it.
    std::string key_;
    std::optional<api::ChildProcess> process_; // Ends before the directory.
    std::uint16_t port_{};
};

} // namespace tollbook::bench
