#include "ledger/events.hpp"

#include <boost/mp11/algorithm.hpp>

#include <array>

namespace tollbook {

namespace {

using Decoder = Status (*)(std::string_view, Event&);

struct Known {
    std::string_view type;
    std::uint16_t schema_version;
    Decoder decode;
};

template <class T>
Status decode_as(std::string_view payload, Event& event) {
    return read_json(payload, event.emplace<T>());
}

template <class... Types>
constexpr auto table_of(const std::variant<Types...>*) {
    return std::array{Known{Types::type, Types::schema_version, &decode_as<Types>}...};
}

constexpr auto known = table_of(static_cast<const Event*>(nullptr));

} // namespace

Event::Event() = default;
Event::Event(const Event& other) = default;
Event::Event(Event&& other) noexcept = default;
Event& Event::operator=(const Event& other) = default;
Event& Event::operator=(Event&& other) noexcept = default;
Event::~Event() = default;

bool operator==(const Event& a, const Event& b) {
    return static_cast<const EventVariant&>(a) == static_cast<const EventVariant&>(b);
}

std::string_view type_of(const Event& event) { return known.at(event.index()).type; }

std::uint16_t schema_version_of(const Event& event) {
    return known.at(event.index()).schema_version;
}

std::string payload_of(const Event& event) {
    return std::visit([](const auto& e) { return to_json(e); }, event);
}

Postings* postings_of(Event& event) {
    return std::visit(
        [](auto& e) -> Postings* {
            if constexpr (requires { e.postings; })
                return &e.postings;
            else
                return nullptr;
        },
        static_cast<EventVariant&>(event)
    );
}

const Postings* postings_of(const Event& event) { return postings_of(const_cast<Event&>(event)); }

Result<Event> decode_event(
    std::string_view type, std::uint16_t schema_version, std::string_view payload
) {
    for (const Known& entry : known) {
        if (entry.type != type) continue;
        if (schema_version > entry.schema_version)
            return Error{Errc::store_newer, std::string(type)};
        Result<Event> event{Event{}};
        if (const Status status = entry.decode(payload, *event); !status)
            return Error{Errc::store_damaged, status.error().detail};
        return event;
    }
    return Error{Errc::store_newer, "unknown event type " + std::string(type)};
}

} // namespace tollbook
