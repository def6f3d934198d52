#pragma once

#include "ledger/log.hpp"
#include "ledger/topic.hpp"

#include <string>

namespace tollbook {

struct Healed {
    Head head;
    std::string set_aside; // Where the old log lies now; empty: there was none.
};

// Puts what the topic holds in the place of a data directory's log, in whatever state that is. The
// new log is filled beside it, by the reader rule with every chain verified, and held against the
// mark; identity, mark and keys stay. Refuses, and leaves the log where it is, with store_foreign
// (the topic is another cluster's or another life's), store_damaged (it ends below the mark, or has
// another record there; the mark is a lower bound of what was acknowledged), store_locked (a node
// runs on the directory), not_found (no store is here), topic_unavailable.
Result<Healed> heal(const std::string& directory, Topic& topic);

} // namespace tollbook
