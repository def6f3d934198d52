// Runs of renewals, as the book knows those that are under way.
#pragma once

#include "commands/book.hpp"
#include "ledger/record.hpp"

#include <string>
#include <string_view>

namespace tollbook {

// How the idempotency keys of a run's commands begin: what each of them is for.
namespace run_key {
inline constexpr std::string_view renew = "renew:";
inline constexpr std::string_view top_up = "top_up:";
inline constexpr std::string_view issue = "issue:";
inline constexpr std::string_view overdue = "overdue:";
inline constexpr std::string_view settle = "settle:";
} // namespace run_key

// The stream of a run, and the causation of its commands.
std::string run_stream(std::string_view run);

// A record that something caused: if that is a run that is under way, what the record did is added
// to the run's row. An event is counted as the run counts the answer to its command.
void note_run(Book& book, const Record& record, const Event& event);

} // namespace tollbook
