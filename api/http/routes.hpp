// The whole HTTP surface as data. schemas/openapi.json lists the same lines; a test compares them.
#pragma once

#include "api/http/message.hpp"
#include "api/http/roles.hpp"
#include "api/http/target.hpp"
#include "api/run_order.hpp"
#include "ledger/error.hpp"
#include "ledger/position.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {
class ReaderPool;
}

namespace tollbook::api {

struct Services;
struct Request;
struct Admitted;
class Reply;

struct PathValue {
    std::string_view name;
    std::string value;
};

// A read as its handler sees it.
struct Query {
    std::string tenant;
    std::vector<PathValue> path;
    std::vector<QueryValue> parameters;

    // The value of a path or query parameter, or null.
    const std::string* find(std::string_view name) const;
};

// Ready JSON or another document, and the position that it is true for, but for rows of parked
// keys.
struct ReadAnswer {
    std::string json;
    Position position;
    std::uint64_t parked_keys{};
    std::string_view content_type{"application/json"};
};

// Runs on a reader thread; blocks only on the database.
using ReadHandler = Result<ReadAnswer> (*)(ReaderPool&, const Query&);

// Runs on the connection's thread; never blocks.
using PageHandler = Response (*)(const Services&, std::span<const PathValue>);

// Runs on a thread of its own, as batches do; it may block on reading the body alone.
using NodeHandler = void (*)(const Services&, Request, Admitted, Reply);

// command: path parameters but {tenant} become the first members of the JSON body, which is then
// submitted as it is. batch, run, hook: see api/http/. read and page: the handler below.
// node: from another process of this installation.
enum class Kind { command, batch, run, node, hook, read, page };

// What confirms a preview.
struct Confirmation {
    std::string preview;
};
BOOST_DESCRIBE_STRUCT(Confirmation, (), (preview))

struct Route {
    Method method{};
    std::string_view path;
    Kind kind{};
    Roles roles;
    std::string_view summary;
    std::string_view command{};    // Its type.
    int status{201};               // Of a first success.
    std::string_view parameters{}; // Query parameters, separated by spaces.
    ReadHandler read{};
    PageHandler page{};
    NodeHandler node{};
    RunStep run{};
    std::string_view content_type{"application/json"}; // Of the answer.
};

std::span<const Route> routes();

// The command route of that type, or null: what a batch may name.
const Route* command_route(std::string_view type);

struct Matched {
    const Route* route{};
    std::vector<PathValue> path;
};

// Refuses with not_found, or method_not_allowed: then the detail is the Allow header's value.
Result<Matched> match_route(Method method, std::string_view path);

// The names of a route's query parameters.
std::vector<std::string_view> parameters_of(const Route& route);

} // namespace tollbook::api
