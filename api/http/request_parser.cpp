#include "api/http/request_parser.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tollbook::api {

namespace {

namespace http = boost::beast::http;

using Parser = http::request_parser<http::string_body>;
using Fields = Parser::value_type;

struct Wanted {
    std::string_view name;
    std::optional<std::string> Headers::*member;
};

constexpr std::array wanted{
    Wanted{"Host", &Headers::host},
    Wanted{"Content-Type", &Headers::content_type},
    Wanted{"Authorization", &Headers::authorization},
    Wanted{"Idempotency-Key", &Headers::idempotency_key},
    Wanted{"If-Match", &Headers::if_match},
    Wanted{"traceparent", &Headers::traceparent},
    Wanted{"X-Forwarded-For", &Headers::forwarded_for},
};

Method method_of(http::verb verb) {
    if (verb == http::verb::get) return Method::get;
    if (verb == http::verb::post) return Method::post;
    return Method::other;
}

Status take_header(const Fields::value_type& field, Headers& headers) {
    for (const Wanted& entry : wanted) {
        if (!boost::beast::iequals(field.name_string(), entry.name)) continue;
        std::optional<std::string>& value = headers.*entry.member;
        if (value) return Error{Errc::malformed_request, std::string(entry.name) + " comes twice"};
        value.emplace(field.value());
        return Done{};
    }
    return Done{};
}

// What Beast lets through, and we do not.
Status check_framing(const Fields& fields) {
    if (fields.version() != 11 && fields.version() != 10)
        return Error{Errc::malformed_request, "HTTP/1.1 or HTTP/1.0 is spoken here"};
    if (fields.count(http::field::content_length) > 1)
        return Error{Errc::malformed_request, "two Content-Length"};
    const auto coding = fields.find(http::field::transfer_encoding);
    if (coding == fields.end()) return Done{};
    if (fields.version() == 10 || fields.count(http::field::transfer_encoding) > 1 ||
        !boost::beast::iequals(coding->value(), "chunked"))
        return Error{Errc::malformed_request, "chunked is the only transfer coding here"};
    return Done{};
}

Status read_head(const Fields& fields, Request& request) {
    if (const Status framing = check_framing(fields); !framing) return framing;
    request.method = method_of(fields.method());
    request.target = fields.target();
    for (const auto& field : fields)
        if (const Status status = take_header(field, request.headers); !status) return status;
    if (fields.version() == 11 && !request.headers.host)
        return Error{Errc::malformed_request, "no Host header"};
    return Done{};
}

Error refusal_of(const boost::system::error_code& ec, const Limits& limits) {
    if (ec == http::error::body_limit) return {Errc::payload_too_large, {}};
    if (ec == http::error::header_limit)
        return {
            Errc::malformed_request,
            "the head is larger than " + std::to_string(limits.header_bytes_max) + " bytes"};
    return {Errc::malformed_request, ec.message()};
}

} // namespace

struct RequestParser::Inner {
    explicit Inner(const Limits& all) : limits(all) { restart(); }

    void restart() {
        parser.emplace();
        parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
        parser->body_limit(limits.batch_bytes_max);
        request = {};
        head_bytes = 0;
        started = false;
        head_told = false;
    }

    // Beast does not count a request line that comes in one piece with the rest.
    bool too_long() const { return head_bytes > limits.header_bytes_max; }

    // A head that has its limit and no end cannot end within it. (Beast says so too, but only of
    // one that came in pieces.)
    bool is_full(std::size_t waiting) const {
        return head_bytes + waiting >= limits.header_bytes_max;
    }

    Limits limits;
    std::optional<Parser> parser;
    Request request;
    Error error;
    std::size_t head_bytes{};
    bool started{};
    bool head_told{};
};

RequestParser::RequestParser(const Limits& limits) : inner_(std::make_unique<Inner>(limits)) {}

RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::feed(std::string_view bytes) {
    Inner& in = *inner_;
    Step step;
    while (!in.parser->is_done()) {
        const std::string_view rest = bytes.substr(step.consumed);
        boost::system::error_code ec;
        if (!rest.empty()) in.started = true;
        const std::size_t taken = in.parser->put(boost::asio::buffer(rest.data(), rest.size()), ec);
        step.consumed += taken;
        if (!in.head_told) in.head_bytes += taken;
        if (ec && ec != http::error::need_more) {
            in.error = refusal_of(ec, in.limits);
            return {step.consumed, State::bad};
        }
        if (in.parser->is_header_done() && !in.head_told) break;
        if (in.parser->is_done()) break;
        if (ec != http::error::need_more && step.consumed < bytes.size()) continue;
        if (in.head_told || !in.is_full(bytes.size() - step.consumed)) return step;
        in.error = refusal_of(http::error::header_limit, in.limits);
        return {step.consumed, State::bad};
    }
    if (!in.head_told) {
        in.head_told = true;
        if (in.too_long()) {
            in.error = refusal_of(http::error::header_limit, in.limits);
            return {step.consumed, State::bad};
        }
        if (const Status head = read_head(in.parser->get(), in.request); !head) {
            in.error = head.error();
            return {step.consumed, State::bad};
        }
        return {step.consumed, State::head};
    }
    in.request.body = std::move(in.parser->get().body());
    return {step.consumed, State::done};
}

bool RequestParser::started() const { return inner_->started; }

bool RequestParser::keep_alive() const {
    const Parser& parser = *inner_->parser;
    return parser.is_header_done() && parser.keep_alive() && parser.get().version() == 11;
}

bool RequestParser::expects_continue() const {
    const Fields& fields = inner_->parser->get();
    return boost::beast::iequals(fields[http::field::expect], "100-continue");
}

Status RequestParser::body_bytes_max(std::size_t bytes) {
    Parser& parser = *inner_->parser;
    const auto length = parser.content_length();
    if (length && *length > bytes)
        return Error{
            Errc::payload_too_large, "at most " + std::to_string(bytes) + " bytes are read here"};
    if (!parser.is_done()) parser.body_limit(bytes);
    return Done{};
}

Request& RequestParser::request() { return inner_->request; }

const Error& RequestParser::error() const { return inner_->error; }

void RequestParser::reset() { inner_->restart(); }

} // namespace tollbook::api
