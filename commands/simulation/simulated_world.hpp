// A book of its own in which a simulation lives, and what becomes of its customers.
#pragma once

#include "commands/book_decider.hpp"
#include "commands/simulation/simulation.hpp"

#include <string>

namespace tollbook {

class SimulatedWorld {
public:
    SimulatedWorld(std::string tenant, Date from, Date to);

    const Book& book() const { return decider_.book(); }

    const BookDecider& decider() const { return decider_; }

    // Takes a fact in, as it happened on that accounting day.
    void take(const Event& event, Date day);

    // Decides a command at that time, unless the tenant has a clock of its own, and takes in what
    // comes of it; what is refused is counted, when `counts`.
    Status send(const Command& command, Timestamp at, bool counts = true);

    // Renews what is due then, issues invoices, and cuts who is overdue.
    void run(Timestamp at);

    const Outcomes& outcomes() const { return outcomes_; }

private:
    void count(const Event& event, Date day);
    void count_income(const Posting& posting);

    std::string tenant_;
    Date from_;
    Date to_;
    BookDecider decider_;
    Record record_; // Names the tenant of what is taken in.
    Outcomes outcomes_;
};

} // namespace tollbook
