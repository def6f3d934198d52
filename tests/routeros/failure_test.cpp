#include "projections/enforcement/routeros/failure.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

struct Case {
    Trap trap;
    Refusal meaning = Refusal::none;
    bool permanent = false;
};

const std::array cases{
    Case{{"no such item", 0}, Refusal::no_such_item, false},
    Case{{"no such item (4)", -1}, Refusal::no_such_item, false},
    Case{{"no such command", 0}, Refusal::no_such_command, true},
    Case{{"no such command prefix", -1}, Refusal::no_such_command, true},
    Case{{"no such command or directory (ppp)", 0}, Refusal::no_such_command, true},
    Case{{"failure: secret with the same name already exists", -1}, Refusal::duplicate, false},
    Case{
        {"failure: already have user with this name for this server", -1},
        Refusal::duplicate,
        false},
    Case{{"failure: already have such entry", -1}, Refusal::duplicate, false},
    Case{{"failure: already have such address", -1}, Refusal::duplicate, false},
    Case{{"input does not match any value of profile", 1}, Refusal::profile_missing, true},
    Case{{"input does not match any value of service", 1}, Refusal::invalid_value, true},
    Case{{"invalid value for argument remote-address", 1}, Refusal::invalid_value, true},
    Case{{"ambiguous value of disabled, more than one", -1}, Refusal::invalid_value, true},
    Case{{"unknown parameter nmae", -1}, Refusal::unknown_parameter, true},
    Case{{"Not Enough Permissions (9)", -1}, Refusal::permission, true},
    Case{{"invalid user name or password (6)", -1}, Refusal::login, true},
    Case{{"cannot log in", -1}, Refusal::login, true},
    Case{{"interrupted", 2}, Refusal::interrupted, false},
    Case{{"some text of version 9", 2}, Refusal::interrupted, false},
    Case{{"some text of version 9", 1}, Refusal::invalid_value, true},
    Case{{"failure: disk on fire", 4}, Refusal::unrecognised, false},
    Case{{"", -1}, Refusal::unrecognised, false},
};

} // namespace

TEST_CASE("failure: every known trap text has its meaning") {
    for (const Case& known : cases) {
        CAPTURE(known.trap.message);
        CHECK(classify(known.trap) == known.meaning);
        CHECK(is_permanent(classify(known.trap)) == known.permanent);
        CHECK(refused(known.meaning, {}).code == Errc::device_refused);
    }
}

TEST_CASE("failure: an answer passes for a result") {
    const Answer<int> answer = transient(Errc::device_timeout, "late");
    const Result<int> result = answer;
    CHECK(result.error().code == Errc::device_timeout);
    CHECK(result.error().detail == "late");
    CHECK(!is_permanent(answer.error()));
    CHECK(is_permanent(final_refusal(Errc::device_refused, {})));
    CHECK(!is_permanent(Refusal::none));
}
