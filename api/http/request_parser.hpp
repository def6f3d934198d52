#pragma once

#include "api/http/limits.hpp"
#include "api/http/message.hpp"
#include "ledger/error.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace tollbook::api {

// One HTTP/1 request after another out of the bytes of a connection. Knows no socket. What a
// smuggler would use is refused: two lengths, a length beside chunks, an unknown transfer coding,
// a missing or second Host, a repeated header that this API looks at.
class RequestParser {
public:
    explicit RequestParser(const Limits& limits);
    ~RequestParser();

    enum class State {
        more, // Needs bytes.
        head, // The head is complete: decide, set body_bytes_max, feed on (even without bytes).
        done, // The request is complete.
        bad,  // `error()` says why; nothing after it can be read.
    };

    struct Step {
        std::size_t consumed{};
        State state{State::more};
    };

    Step feed(std::string_view bytes);

    bool started() const; // A byte of the present request was seen.
    bool keep_alive() const;
    bool expects_continue() const;

    // After `head`: refuses with payload_too_large at once when the length says so.
    Status body_bytes_max(std::size_t bytes);

    // The head in `head`, all of it in `done`.
    Request& request();
    const Error& error() const;

    // Ready for the next request.
    void reset();

private:
    struct Inner;
    std::unique_ptr<Inner> inner_;
};

} // namespace tollbook::api
