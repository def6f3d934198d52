#pragma once

#include "tests/routeros/test_router.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tollbook::routeros {

using Routers = std::vector<std::unique_ptr<TestRouter>>;

// One JSON line: where a router listens.
std::string announcement(const TestRouter& router);

// Carries out one control line and says in JSON lines (each with its newline) what was done:
//
//     fault rtr-02 never_answer      any name of named_faults; "none" takes it back
//     run rtr-02 /ppp/secret/set =.id=alice =disabled=yes    as an operator, words without spaces
//     dump                           one line per router: secrets without passwords, sessions
std::string control(const Routers& routers, const std::string& line);

} // namespace tollbook::routeros
