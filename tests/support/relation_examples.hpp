// One of each event of leads and tickets, as they might follow each other.
#pragma once

#include "ledger/events.hpp"

#include <vector>

namespace tollbook {

inline std::vector<Event> lead_example_events() {
    return {
        LeadOpened{"L1", "walk-in", "HOME10"},
        LeadMoved{"L1", LeadStage::surveyed, "a pole is near"},
        LeadConverted{"L1", "ACC1", "ACC1-1"},
        LeadLost{"L1", "too far from the mast"}};
}

inline std::vector<Event> ticket_example_events() {
    return {
        TicketOpened{"T1", "ACC1", "ACC1-1", TicketPriority::high, TicketAuthor::staff, "ann"},
        TicketAnswered{"T1", "ACC1", 2, TicketAuthor::customer, ""},
        TicketLinked{"T1", "ACC1", "ACC1-2"},
        TicketClosed{"T1", "ACC1", "ann"}};
}

} // namespace tollbook
