// A request and its answer as the handlers see them: no socket, no parser, no library type.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::api {

enum class Method { get, post, other };

// The header fields that this API looks at. None of them may come twice.
struct Headers {
    std::optional<std::string> host;
    std::optional<std::string> content_type;
    std::optional<std::string> authorization;
    std::optional<std::string> idempotency_key;
    std::optional<std::string> if_match;
    std::optional<std::string> traceparent;
    std::optional<std::string> forwarded_for;
};

struct Request {
    Method method{};
    std::string target; // As sent: path and query.
    Headers headers;
    std::string source; // Address of the peer.
    std::string id;     // "req_...", also on the answer.
    std::string body;
};

struct Header {
    std::string_view name; // A literal.
    std::string value;
};

struct Response {
    int status{200};
    std::string_view content_type{"application/json"};
    std::vector<Header> headers;
    std::string body;
};

// Makes the answer; runs on the connection's own thread, so that whoever knows the outcome (the
// partition's writer) does not pay for writing it out.
using Render = std::function<Response()>;

// Where an answer goes. Late answers (the deadline has passed, the peer is gone) are dropped.
class Connection {
public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    // From any thread. `turn` is the number of the request on its connection.
    virtual void finish(std::uint64_t turn, Render render) = 0;
};

// The one answer to one request; copyable, callable once, from any thread.
class Reply {
public:
    Reply(std::shared_ptr<Connection> connection, std::uint64_t turn)
        : connection_(std::move(connection)), turn_(turn) {}

    void operator()(Render render) const { connection_->finish(turn_, std::move(render)); }

    void operator()(Response response) const {
        connection_->finish(turn_, [response = std::move(response)]() mutable {
            return std::move(response);
        });
    }

private:
    std::shared_ptr<Connection> connection_;
    std::uint64_t turn_;
};

} // namespace tollbook::api
