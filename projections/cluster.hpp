#pragma once

#include "ledger/error.hpp"

#include <memory>
#include <string>

namespace tollbook {

// A private PostgreSQL below a data directory, for installations that name no database. It listens
// on a Unix socket in a directory of mode 0700 and on no port. As root it runs as the user
// postgres, who must be able to traverse every parent of the directory (0711 is enough).
//
//   <data>/postgres/db    the cluster          <data>/postgres/run   its socket
//   <data>/postgres/log   what it says
class Cluster {
public:
    // Makes the cluster when there is none, and starts it unless it runs: one that outlived its
    // node is adopted by its pid file. Refuses with config_invalid when the directory cannot serve
    // (a parent is closed to postgres, the socket's path is longer than 107 bytes), and with
    // database_unavailable when PostgreSQL does not start.
    static Result<std::unique_ptr<Cluster>> start(const std::string& data_directory);

    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    // Stops what `start` started or adopted, unless `leave` was called.
    ~Cluster();

    // For libpq: database and user tollbook.
    const std::string& dsn() const { return dsn_; }

    // Whether it ran before `start` came.
    bool adopted() const { return adopted_; }

    // For tools that work beside a node: the cluster goes on without them.
    void leave() { leave_ = true; }

    // Starts it again if it died.
    Status ensure_running();

    Status stop();

private:
    struct Layout;
    explicit Cluster(std::unique_ptr<Layout> layout);

    std::unique_ptr<Layout> layout_;
    std::string dsn_;
    bool adopted_{};
    bool leave_{};
};

} // namespace tollbook
