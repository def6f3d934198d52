// What people, payers and clocks did, read back from the facts that came of it: the part of
// commands/simulation/simulation.hpp that turns a log into commands again.
#pragma once

#include "commands/book.hpp"
#include "commands/commands.hpp"

#include <span>
#include <vector>

namespace tollbook {

// The commands that come to these facts, which one command made; those facts that follow from rules
// (a period that was charged, a service that was cut) are left out, but for the renewal that led to
// them. `before` is the book as it stood.
std::vector<Command> commands_of(
    const Book& before, std::string_view tenant, std::span<const Event> facts
);

} // namespace tollbook
