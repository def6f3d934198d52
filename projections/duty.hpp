// Work that one process at a time does for a partition. Whoever comes later stands by and takes it
// over when the other is gone. (By a session lock of PostgreSQL: a pooler that hands sessions
// around breaks it.)
#pragma once

#include "projections/sql_session.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace tollbook {

struct Duty {
    std::string name; // "projector", "enforcer"
    std::uint32_t partition{};
};

// True: it is this session's until the session ends.
Result<bool> take_duty(SqlSession& db, const Duty& duty);

// Takes a duty and keeps it, from a thread of its own. While the database is away who had it keeps
// it; both may believe that they have it for the moment in which the first one comes back.
class DutyHolder {
public:
    // `at_first`: whether it is ours until the database says otherwise.
    DutyHolder(std::string dsn, Duty duty, bool at_first);

    DutyHolder(const DutyHolder&) = delete;
    DutyHolder& operator=(const DutyHolder&) = delete;

    bool held() const { return held_; }

private:
    void run(const std::stop_token& stop);
    Status session(const std::stop_token& stop);

    std::string dsn_;
    Duty duty_;
    std::atomic<bool> held_;
    std::jthread thread_; // Last: it uses the rest.
};

} // namespace tollbook
