#pragma once

#include "projections/progress.hpp"
#include "projections/sql_session.hpp"

#include <cstdint>
#include <string>
#include <thread>

namespace tollbook {

// Tells how far the live read models are, as their checkpoints say. Refuses with projection_lag
// when one of this binary's is not there yet.
Status observe(SqlSession& db, std::uint32_t partition, ProgressBoard& board);

// How far the read models are that another process carries, asked again and again from a thread of
// its own. Of the log it knows nothing: their head is where they are.
class ProgressObserver {
public:
    explicit ProgressObserver(std::string dsn, std::uint32_t partition = 0);

    ProgressObserver(const ProgressObserver&) = delete;
    ProgressObserver& operator=(const ProgressObserver&) = delete;

    ProjectionProgress progress() const { return board_.read(); }

private:
    void run(const std::stop_token& stop);
    Status session(const std::stop_token& stop);

    std::string dsn_;
    std::uint32_t partition_;
    ProgressBoard board_;
    std::jthread thread_; // Last: it uses the rest.
};

} // namespace tollbook
