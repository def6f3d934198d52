#include "projections/enforcement/routeros/failure.hpp"

#include <boost/algorithm/string/case_conv.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace tollbook::routeros {

namespace {

struct KnownText {
    std::string_view part;
    Refusal meaning;
};

// The first match wins, so the narrower text stands first.
constexpr std::array known_texts{
    KnownText{"invalid user name or password", Refusal::login},
    KnownText{"cannot log in", Refusal::login},
    KnownText{"not enough permissions", Refusal::permission},
    KnownText{"no such item", Refusal::no_such_item},
    KnownText{"no such command", Refusal::no_such_command},
    KnownText{"already exists", Refusal::duplicate},
    KnownText{"already have", Refusal::duplicate},
    KnownText{"input does not match any value of profile", Refusal::profile_missing},
    KnownText{"input does not match", Refusal::invalid_value},
    KnownText{"invalid value", Refusal::invalid_value},
    KnownText{"ambiguous value", Refusal::invalid_value},
    KnownText{"unknown parameter", Refusal::unknown_parameter},
    KnownText{"interrupted", Refusal::interrupted},
};

Refusal classify_category(int category) {
    if (category == 0) return Refusal::no_such_item;
    if (category == 1) return Refusal::invalid_value;
    if (category == 2) return Refusal::interrupted;
    return Refusal::unrecognised;
}

} // namespace

Refusal classify(const Trap& trap) {
    const std::string text = boost::algorithm::to_lower_copy(trap.message);
    const auto* const known = std::ranges::find_if(known_texts, [&](const KnownText& candidate) {
        return text.find(candidate.part) != std::string::npos;
    });
    return known == known_texts.end() ? classify_category(trap.category) : known->meaning;
}

bool is_permanent(Refusal refusal) {
    switch (refusal) {
    case Refusal::no_such_command:
    case Refusal::profile_missing:
    case Refusal::invalid_value:
    case Refusal::unknown_parameter:
    case Refusal::permission:
    case Refusal::login:
        return true;
    case Refusal::none:
    case Refusal::no_such_item:
    case Refusal::duplicate:
    case Refusal::interrupted:
    case Refusal::unrecognised:
        return false;
    }
    return false;
}

Failure refused(Refusal refusal, std::string detail) {
    return Failure{{Errc::device_refused, std::move(detail)}, refusal, is_permanent(refusal)};
}

} // namespace tollbook::routeros
