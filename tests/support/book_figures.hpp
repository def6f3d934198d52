#pragma once

#include "tests/support/book_day.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <span>

namespace tollbook {

// The blocks of expected.json (but after_statement), told by the events alone.
// `run_begins` and `run_ends` bound the facts of the renewal run.
boost::json::object figures_of(const LivedDay& day, Timestamp run_at);

} // namespace tollbook
