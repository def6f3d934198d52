#pragma once

#include "tests/support/book_run.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <vector>

namespace tollbook {

// The directory of a provider's day (samples/isp-day), read.
struct DayFiles {
    using Row = std::map<std::string, std::string>;

    explicit DayFiles(const std::string& directory);

    boost::json::object tenant;
    boost::json::object expected;
    std::vector<Row> plans;
    std::vector<Row> routers;
    std::vector<Row> customers;
    std::vector<Row> services;
    std::vector<boost::json::object> arrivals;
};

// The day lived once, with what happened while the renewal run was sent.
struct LivedDay {
    BookRun run;
    std::size_t run_begins{}; // Facts before the first renewal run ...
    std::size_t run_ends{};   // ... and after the last.
};

// Lives the day in the order of the demo. Aborts on a command that is refused.
void live(const DayFiles& files, LivedDay& day);

} // namespace tollbook
