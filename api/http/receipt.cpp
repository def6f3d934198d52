#include "api/http/receipt.hpp"

#include "ledger/json.hpp"

#include <charconv>

namespace tollbook::api {

namespace {

void append(std::string& out, std::string_view name, std::uint64_t value) {
    out += name;
    write_json_integer(out, value);
}

template <class T>
bool read_number(std::string_view text, T& value) {
    const char* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, value);
    return ec == std::errc{} && stop == end && !text.empty();
}

} // namespace

std::string to_string(const Position& position) {
    return std::to_string(position.partition) + ":" + std::to_string(position.seq);
}

Result<Position> parse_position(std::string_view text) {
    const std::size_t colon = text.find(':');
    Position position;
    if (colon == std::string_view::npos ||
        !read_number(text.substr(0, colon), position.partition) ||
        !read_number(text.substr(colon + 1), position.seq))
        return Error{Errc::malformed_request, "a position reads partition:seq, such as 0:123"};
    return position;
}

std::string_view name_of(Acknowledgement level) {
    switch (level) {
    case Acknowledgement::local:
        return "local";
    case Acknowledgement::replicated:
        return "replicated";
    case Acknowledgement::both:
        return "both";
    }
    return "local";
}

std::optional<Acknowledgement> acknowledgement_named(std::string_view name) {
    for (const auto level :
         {Acknowledgement::local, Acknowledgement::replicated, Acknowledgement::both})
        if (name_of(level) == name) return level;
    return std::nullopt;
}

Position position_of(const Receipt& receipt) { return {receipt.partition, receipt.last_seq}; }

void write_receipt(std::string& out, const Receipt& receipt) {
    out += R"({"object":"receipt","position":")";
    out += to_string(position_of(receipt));
    append(out, R"(","partition":)", receipt.partition);
    append(out, R"(,"first_seq":)", receipt.first_seq);
    append(out, R"(,"last_seq":)", receipt.last_seq);
    append(out, R"(,"term":)", receipt.term);
    out += R"(,"hash":")";
    out += hex(receipt.hash);
    out += R"(","acknowledgement":")";
    out += name_of(receipt.level);
    out += R"(","replayed":)";
    out += receipt.replayed ? "true" : "false";
    out += R"(,"events":[)";
    bool first = true;
    for (const EventRef& event : receipt.events) {
        out += first ? R"({"id":")" : R"(,{"id":")";
        out += tollbook::to_string(event.id);
        out += R"(","type":)";
        write_json_string(out, event.type);
        out += R"(,"stream":)";
        write_json_string(out, event.stream);
        append(out, R"(,"revision":)", event.revision);
        out += '}';
        first = false;
    }
    out += "]}";
}

} // namespace tollbook::api
