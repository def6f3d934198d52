#pragma once

#include "api/fiscal/fiscal_reactor.hpp"
#include "api/http/hooks.hpp"
#include "api/http/limits.hpp"
#include "api/http/server.hpp"
#include "api/node_roles.hpp"
#include "api/replication.hpp"
#include "ledger/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tollbook::api {

// What one node is made of; the configuration fills it.
struct NodeOptions {
    NodeRoles roles{NodeRoles::all()};
    std::string data_directory;
    std::string dsn;        // Of PostgreSQL; empty: a private cluster below the data directory.
    std::string ledger_url; // Of the process that keeps the log, for one that does not.
    std::string ledger_key;
    ServerOptions http;
    HookSources hook_sources;
    Limits limits;
    std::uint64_t checkpoint_records{250'000};
    std::optional<ReplicationOptions> replication; // None: the log stands on this disk alone.
    std::chrono::milliseconds answer_within{10'000};
    std::chrono::milliseconds billing_check_every{60'000}; // Zero: nobody is billed by a schedule.
    FiscalOptions fiscal;
    std::chrono::milliseconds router_timeout{5'000};
    std::chrono::milliseconds router_audit_every{60'000};
};

// The parts of one process by its roles: log and writer, read models, enforcement, HTTP. They are
// made in this order and go in reverse: no new requests, then no reactors, then the last answers,
// then the log. HTTP is there in every role, for health and metrics at least.
class Node {
public:
    // Recovers and serves. Refuses with the reason of the part that cannot start, and with
    // config_invalid naming the setting that a role needs.
    static Result<std::unique_ptr<Node>> start(NodeOptions options);

    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node(); // Drains and stops.

    std::uint16_t port() const;

    // Of the database that its read models are in; empty: it has none.
    const std::string& dsn() const;

private:
    struct Parts;
    explicit Node(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace tollbook::api
